"""What does a plan buy? Compliance against the number of staff; and people of each post."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.style import BLACK, BLUE, GREEN, GREY, ORANGE, PALE, VERMILION, look, nothing, percent_axis
from sim.planning.answer import Answer
from sim.text.plan import promise
from sim.text.plan_words import say
from sim.text.words import name


def draw_frontier(answer: Answer, ax: Axes, lang: str) -> Axes:
    """Compliance of each promise with its interval against the number of people; target lines; the plan marked."""
    if not answer.frontier:
        return nothing(ax, "–")
    people = [sum(point.people) + answer.fixed for point in answer.frontier]
    order = np.argsort(people, kind="stable").tolist()
    x = [people[index] for index in order]
    for promised, colour in zip(range(len(answer.proof.kept)), (BLUE, ORANGE, GREEN, VERMILION) * 24, strict=False):
        kept = [answer.frontier[index].kept[promised] for index in order]
        mean = [np.nan if each.compliance.mean is None else each.compliance.mean for each in kept]
        low = [np.nan if each.compliance.low is None else each.compliance.low for each in kept]
        high = [np.nan if each.compliance.high is None else each.compliance.high for each in kept]
        ax.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(x, mean, color=colour, marker="o", markersize=4, label=promise(kept[0], lang))
        ax.axhline(kept[0].target, color=colour, linewidth=0.9, linestyle="--")
    planned = sum(answer.proof.people) + answer.fixed
    ax.axvline(planned, color=BLACK, linewidth=1.0)
    ax.annotate(f"{say(lang, 'plan')} {planned:,}", (planned, 0.02), xycoords=("data", "axes fraction"), color=BLACK,
                xytext=(4, 0), textcoords="offset points")  # fmt: skip
    percent_axis(ax, "y")
    ax.set_xlabel(say(lang, "people"))
    ax.grid(axis="y")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02))
    return ax


def draw_posts(answer: Answer, ax: Axes, lang: str) -> Axes:
    """One row a post: the bounds as a pale bar, the fewest as a tick, today as a ring and the plan as a dot."""
    for row, post in enumerate(answer.posts):
        ax.barh(row, post.most - post.least, left=post.least, height=0.5, color=PALE)
        if answer.fewest is not None:
            ax.plot([answer.fewest[row]] * 2, [row - 0.32, row + 0.32], color=GREY, linewidth=2,
                    label=say(lang, "fewest") if row == 0 else None)  # fmt: skip
        ax.plot(post.today, row, "o", markerfacecolor="white", markeredgecolor=ORANGE, markersize=8,
                label=say(lang, "today") if row == 0 else None)  # fmt: skip
        if answer.people is not None:
            ax.plot(
                answer.people[row], row, "o", color=BLUE, markersize=7, label=say(lang, "plan") if row == 0 else None
            )
    names = [f"{name(lang, post.team)} · {name(lang, post.roster)}" for post in answer.posts]
    ax.set_yticks(range(len(names)), names, color=BLACK)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel(say(lang, "people"))
    ax.grid(axis="x")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02))
    return ax


def write_charts(answer: Answer, folder: Path) -> None:
    """Save the charts of a plan in both languages as charts/*.svg and *.png."""
    (folder / "charts").mkdir()
    for lang in ("en", "zh"):
        for chart, draw, height in (
            ("frontier", draw_frontier, 3.4),
            ("posts", draw_posts, 1.2 + 0.4 * len(answer.posts)),
        ):
            with look():
                figure = Figure(figsize=(9.0, height), layout="constrained")
                draw(answer, figure.add_subplot(), lang)
                figure.suptitle(say(lang, chart), x=0.01, ha="left", fontsize=11)
                for kind in ("svg", "png"):
                    figure.savefig(
                        folder / "charts" / f"{chart}.{lang}.{kind}", metadata={"Date": None} if kind == "svg" else None
                    )
