"""What a plan says: people of each post, people needed and on duty, and what stricter and laxer targets take."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sim.core.tables import Floats
from sim.output.charts.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    VERMILION,
    nothing,
    people_axis,
    percent_axis,
    week_axis,
)
from sim.output.text.names import WEEKDAYS
from sim.output.text.plan import roster, target_name
from sim.output.text.plan_words import say
from sim.output.text.words import name
from sim.statistics import Verdict

if TYPE_CHECKING:
    from sim.planner.answer import Answer

SLOTS = 7 * 48
"""Half hours of a week."""


def title_posts(_answer: Answer, _panel: str, lang: str) -> str:
    """People by post."""
    return say(lang, "posts")


def alt_posts(answer: Answer, _panel: str, lang: str) -> str:
    """What is drawn."""
    rows = [f"{name(lang, post.team)} {roster(post, lang)}: {post.today}" for post in answer.posts]
    planned = answer.people or ("–",) * len(rows)
    return f"{say(lang, 'posts')}. " + "; ".join(f"{row} → {heads}" for row, heads in zip(rows, planned, strict=True))


def draw_posts(answer: Answer, _panel: str, ax: Axes, lang: str) -> Axes:
    """One row a post: the bounds as a pale bar, the fewest as a tick, today as a ring and the plan as a dot."""
    for row, post in enumerate(answer.posts):
        first = row == 0
        ax.barh(row, post.most - post.least, left=post.least, height=0.5, color=PALE)
        if answer.fewest is not None:
            ax.plot([answer.fewest[row]] * 2, [row - 0.32, row + 0.32], color=GREY, linewidth=2,
                    label=say(lang, "fewest") if first else None)  # fmt: skip
        ax.plot(post.today, row, "o", markerfacecolor="white", markeredgecolor=ORANGE, markersize=8,
                label=say(lang, "today") if first else None)  # fmt: skip
        if answer.people is not None:
            ax.plot(answer.people[row], row, "o", color=BLUE, markersize=7, label=say(lang, "plan") if first else None)
    names = [f"{name(lang, post.team)} · {roster(post, lang)}" for post in answer.posts]
    ax.set_yticks(range(len(names)), names, color=BLACK)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel(say(lang, "people"))
    ax.grid(axis="x")
    return ax


def title_needs(answer: Answer, panel: str, lang: str) -> str:
    """In how many hours people are short by estimate, unless the plan has proved to meet every target."""
    hours = float((answer.needs[panel].shortfall > 0).sum()) / 2
    if answer.proof.verdict is Verdict.MET or not hours:
        return say(lang, "needs met title", team=name(lang, panel))
    return say(lang, "needs title", team=name(lang, panel), hours=hours)


def alt_needs(answer: Answer, panel: str, lang: str) -> str:
    """What is drawn."""
    return f"{say(lang, 'needs')}. {title_needs(answer, panel, lang)}"


def draw_needs(answer: Answer, panel: str, ax: Axes, lang: str) -> Axes:
    """Step lines over the week of people on duty today and under the plan, and above it whom units lack by estimate."""
    need = answer.needs[panel]
    hours = np.arange(SLOTS + 1) / 2

    def steps(values: Floats) -> Floats:
        return np.append(values, values[-1])

    planned = steps(need.planned)
    needed, met = planned + steps(need.shortfall), answer.proof.verdict is Verdict.MET
    ax.fill_between(hours, 0, planned, step="post", color=PALE, alpha=0.6, linewidth=0)
    ax.fill_between(hours, planned, needed, step="post", color=GREY if met else VERMILION,
                    alpha=0.25 if met else 0.45, linewidth=0, label=say(lang, "lacking people"))  # fmt: skip
    ax.step(hours, steps(need.today), where="post", color=ORANGE, linewidth=1.1, label=say(lang, "on duty today"))
    ax.step(hours, planned, where="post", color=BLUE, linewidth=1.6, label=say(lang, "on duty planned"))
    week_axis(ax, WEEKDAYS[lang])
    people_axis(ax)
    ax.set_ylabel(say(lang, "people"))
    return ax


def title_frontier(answer: Answer, _panel: str, lang: str) -> str:
    """What stricter and laxer targets take."""
    return say(lang, "frontier copies" if answer.copies else "frontier")


def alt_frontier(answer: Answer, panel: str, lang: str) -> str:
    """What is drawn."""
    points = (f"{sum(point.people) + answer.fixed:,} ({point.lateness:g})" for point in answer.frontier)
    return f"{title_frontier(answer, panel, lang)}: " + ", ".join(points)


def draw_frontier(answer: Answer, _panel: str, ax: Axes, lang: str) -> Axes:
    """Compliance with each target and its interval against the number of people; target lines; the plan marked."""
    if not answer.frontier:
        return nothing(ax, say(lang, "no plan"))
    points = sorted(answer.frontier, key=lambda point: sum(point.people))
    x = [sum(point.people) + answer.fixed for point in points]
    for index, colour in zip(range(len(answer.proof.targets)), cycle((BLUE, ORANGE, GREEN, VERMILION)), strict=False):
        met = [point.targets[index] for point in points]
        mean, low, high = (
            [np.nan if value is None else value for value in values]
            for values in zip(*((each.compliance.mean, each.compliance.low, each.compliance.high) for each in met),
                              strict=True)
        )  # fmt: skip
        ax.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(x, mean, color=colour, marker="o", markersize=4, label=target_name(met[0], lang))
        ax.axhline(met[0].target, color=colour, linewidth=0.9, linestyle="--")
    planned = sum(answer.proof.people) + answer.fixed
    ax.axvline(planned, color=BLACK, linewidth=1.0)
    ax.annotate(f"{say(lang, 'plan')} {planned:,}", (planned, 0.02), xycoords=("data", "axes fraction"), color=BLACK,
                xytext=(4, 0), textcoords="offset points")  # fmt: skip
    percent_axis(ax, "y")
    ax.set_xlabel(say(lang, "people"))
    ax.grid(axis="y")
    return ax
