"""A plan in the terminal: the answer in sentences, the table by team and roster, and what each target comes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.output.text.answer import late_hours_text
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import interval, listed, name, number, percent, points, signed, unit_name
from sim.output.text.printing import VERDICT_STYLES, CaptionedTable
from sim.output.words import labelled, say
from sim.statistics import Verdict

if TYPE_CHECKING:
    # Who draws the charts of a run imports this too, and need not wait for a search and its solver.
    from sim.planner.answer import PlanAnswer, Shortage
    from sim.planner.proof import Change, TargetCompliance
    from sim.planner.stability import UnstableUnit
    from sim.planner.staffing_cells import StaffingCell

_UNITS_NAMED = 3
"""Units that are named; of more the number."""


def plan_text(answer: PlanAnswer, lang: str, seconds: float | None = None) -> Group:
    """What a plan says, to be printed.

    Args:
        seconds: how long it took.
    """
    parts = [Text(sentence) for sentence in plan_sentences(answer, lang, seconds)]
    tables = [_staff_table(answer, lang), _hours_table(answer, lang), _target_table(answer, lang)]
    if answer.frontier:
        tables += [_frontier_table(answer, lang)]
    return Group(parts[0], *tables, *parts[1:-1], *caution_lines(answer.cautions, lang), parts[-1])


def plan_tables(answer: PlanAnswer, lang: str) -> list[CaptionedTable]:
    """The same tables as captions, headings and rows, for a page."""
    printed = [
        ("plan.posts", _staff_table(answer, lang)),
        ("plan.hours-table", _hours_table(answer, lang)),
        ("plan.targets-copies" if answer.copies else "plan.targets", _target_table(answer, lang)),
    ]
    if answer.frontier:
        key = "plan.frontier-copies" if answer.copies else "plan.frontier"
        printed.append((key, _frontier_table(answer, lang)))
    found = []
    for key, table in printed:
        cells = zip(*(map(str, column.cells) for column in table.columns), strict=True)
        found.append((say(lang, key), [str(column.header) for column in table.columns], [list(row) for row in cells]))
    return found


def _staff_table(answer: PlanAnswer, lang: str) -> Table:
    """One row a post: today, plan, what is allowed, and what one person fewer or more changes."""
    table = Table()
    numbers = ("plan.today", "plan.plan", "plan.change", "plan.bounds", "plan.fewest", "glossary.cost")
    for key in ("glossary.team", "glossary.roster", *numbers, "plan.one-fewer", "plan.one-more"):
        table.add_column(say(lang, key), justify="right" if key in numbers else "left", overflow="fold")
    fewer = {each.post: each for each in answer.removals}
    more = {each.post: each for each in answer.additions}
    for index, post in enumerate(answer.posts):
        heads = None if answer.people is None else answer.people[index]
        table.add_row(
            Text(name(lang, post.team)),
            Text(roster_name(post, lang)),
            str(post.today),
            "–" if heads is None else str(heads),
            "–" if heads is None else signed(heads - post.today),
            f"{post.least}-{post.most}",
            "–" if answer.fewest is None else str(answer.fewest[index]),
            "–" if heads is None else number(heads * post.cost),
            Text(_removed(fewer[index], index in answer.held_by_hours, lang) if index in fewer else "–"),
            Text(_change_text(more[index], lang) if index in more else "–"),
        )
    if answer.people is not None and answer.cost is not None:
        today, total = sum(post.today for post in answer.posts), sum(answer.people)
        cells = [
            say(lang, "plan.total"),
            "",
            str(today),
            str(total),
            signed(total - today),
            "",
            "",
            number(answer.cost),
        ]
        table.add_section()
        table.add_row(*cells, "", "")
    return table


def _hours_table(answer: PlanAnswer, lang: str) -> Table:
    """One row a kind of hours of all counted teams, a week: today and under the plan."""
    table = Table()
    for key in ("plan.hours-a-week", "plan.today", "plan.plan", "plan.change"):
        table.add_column(say(lang, key), justify="left" if key == "plan.hours-a-week" else "right")
    for key in ("people", "rostered", "stand_in", "overtime", "long_weeks", "pay"):
        today, planned = getattr(answer.today_hours, key), getattr(answer.hours, key)
        if today is not None:
            change = "–" if answer.people is None else signed(round(planned - today))
            shown = "–" if answer.people is None else f"{planned:,.0f}"
            table.add_row(say(lang, f"plan.hours-{key}"), f"{today:,.0f}", shown, change)
    return table


def _target_table(answer: PlanAnswer, lang: str) -> Table:
    """One row a target, today and under the plan."""
    table = Table()
    for key in ("glossary.sla", "glossary.target", "plan.now", "plan.planned", "glossary.verdict"):
        table.add_column(say(lang, key), justify="right" if key == "glossary.target" else "left", overflow="fold")
    for today, met in zip(answer.today.targets, answer.proof.targets, strict=True):
        verdict = Text(say(lang, f"glossary.verdict-{met.verdict}"), style=VERDICT_STYLES[met.verdict])
        table.add_row(
            Text(target_name(met, lang)),
            percent(met.target),
            interval(today.compliance),
            interval(met.compliance),
            verdict,
        )
    return table


def _frontier_table(answer: PlanAnswer, lang: str) -> Table:
    """One row a staffing of the frontier: how late letters may be, people, cost, and compliance on fresh seeds."""
    table = Table()
    for key in ("plan.lateness", "glossary.people", "glossary.cost"):
        table.add_column(say(lang, key), justify="right")
    for met in answer.proof.targets:
        table.add_column(target_name(met, lang))
    for point in answer.frontier:
        people = str(sum(point.people) + answer.fixed)
        allowed = (
            say(lang, "plan.the-targets")
            if point.lateness == 1
            else say(lang, "plan.times", times=f"{point.lateness:g}")
        )
        table.add_row(allowed, people, number(point.cost), *(interval(each.compliance) for each in point.targets))
    return table


def plan_sentences(answer: PlanAnswer, lang: str, seconds: float | None = None) -> Iterator[str]:
    """The same in words, the answer first."""
    today, people = sum(post.today for post in answer.posts), sum(answer.proof.people)
    yield say(
        lang,
        "plan.ending-copies" if answer.copies and answer.people is not None else f"plan.ending-{answer.ending}",
        title=labelled(lang, answer.title or answer.scenario),
        people=people + answer.fixed,
        today=today + answer.fixed,
        sampled=answer.sampled,
        proved=answer.proved,
        names=listed(lang, (target_name(each, lang) for each in _unmet(answer))) if _unmet(answer) else "",
        every=say(lang, "plan.every-judged" if answer.not_judged else "plan.every"),
    )
    if answer.looks > 1:
        yield say(lang, "plan.looks", looks=answer.looks)
    if answer.not_judged:
        yield say(lang, "plan.left-out", names=listed(lang, (name(lang, sla) for sla in answer.not_judged)))
    if answer.shortage is not None:
        yield from _shortage(answer.shortage, answer.posts, lang)
    if answer.cost is not None:
        yield from _worth(answer, today, people, lang)
    took = "" if seconds is None else say(lang, "plan.in-seconds", seconds=seconds)
    letters, replications = f"{answer.letters:,}", f"{answer.simulated:,}"
    yield say(lang, "plan.effort", letters=letters, replications=replications, seconds=took)


def target_name(met: TargetCompliance, lang: str) -> str:
    """An SLA, with the hour of receipt where it is about one."""
    sla = name(lang, met.sla)
    return sla if met.hour is None else say(lang, "plan.at-hour", sla=sla, hour=met.hour, end=met.hour + 1)


def roster_name(post: StaffingCell, lang: str) -> str:
    """A roster, and how its people are allocated where that is not evenly."""
    own = name(lang, post.roster)
    return own if post.deal == "evenly" else say(lang, "plan.by-weights", roster=own)


def _change_text(change: Change, lang: str) -> str:
    """By how many points one person changes the compliance that he changes most."""
    shown = points(lang, change.differences[change.most].paired)
    return say(lang, "plan.points", sla=target_name(change.proof.targets[change.most], lang), points=shown)


def _removed(change: Change, held_by_hours: bool, lang: str) -> str:
    # Whoever is shown not to be needed has gone; without a letter that can be judged nothing is shown either.
    undecided = "plan.hours" if held_by_hours else "plan.open"
    why = say(lang, "plan.breaks" if change.proof.verdict is Verdict.MISSED else undecided)
    return f"{_change_text(change, lang)} {why}"


def _unmet(answer: PlanAnswer) -> list[TargetCompliance]:
    return [each for index, each in enumerate(answer.proof.targets) if index not in answer.proof.met]


def _units(units: tuple[UnstableUnit, ...], lang: str) -> str:
    """The first units, with their load."""
    shown = [
        say(lang, "plan.unit-nobody", unit=unit_name(lang, each.unit)) if each.load is None
        else say(lang, "plan.unit-load", unit=unit_name(lang, each.unit), load=percent(each.load))
        for each in units[:_UNITS_NAMED]
    ]  # fmt: skip
    if len(units) > _UNITS_NAMED:
        shown.append(say(lang, "plan.more-units", more=len(units) - _UNITS_NAMED))
    return listed(lang, shown)


def exact_cost(amount: float) -> str:
    """A cost to the hundredth, so that one below another also looks it."""
    return f"{round(amount, 2):,.10g}"


def _shortage(shortage: Shortage, posts: tuple[StaffingCell, ...], lang: str) -> Iterator[str]:
    for failure in shortage.failures:
        key = "plan.failure-nobody" if failure.team is None else "plan.failure"
        yield say(
            lang,
            key,
            sla=target_name(failure.missed, lang),
            compliance=interval(failure.missed.compliance),
            target=percent(failure.missed.target),
            team=name(lang, failure.team or ""),
            hours=late_hours_text(failure.hours, lang),
        )
    if shortage.unstable:
        for key, some_leave in (("plan.unstable-most", False), ("plan.unstable-most-at-most", True)):
            units = tuple(each for each in shortage.unstable if each.some_leave is some_leave)
            if units:
                yield say(lang, key, units=_units(units, lang))
    elif not shortage.failures:
        yield say(lang, "plan.failure-met")
    if shortage.needed is None:
        yield say(lang, "plan.never")
        return
    beyond = [
        say(
            lang,
            "plan.needed-one",
            more=heads - post.most,
            team=name(lang, post.team),
            roster=name(lang, post.roster),
            people=heads,
            most=post.most,
        )
        for post, heads in zip(posts, shortage.needed, strict=True)
        if heads > post.most
    ]
    if beyond:
        yield say(lang, "plan.needed", posts=listed(lang, beyond))


def _worth(answer: PlanAnswer, today: int, people: int, lang: str) -> Iterator[str]:
    cost, gap = answer.cost or 0.0, answer.gap or 0.0
    values = {"cost": exact_cost(cost), "today_cost": exact_cost(answer.today_cost)}
    key = "plan.saves" if people < today else "plan.adds" if people > today else "plan.same"
    hours = {"hours": f"{answer.hours.rostered:,.0f}", "today_hours": f"{answer.today_hours.rostered:,.0f}"}
    yield say(lang, key, saved=today - people, added=people - today, **values, **hours)
    yield from _generated(answer, lang)
    if answer.unstable:
        yield say(lang, "plan.unstable", units=_units(answer.unstable, lang))
    if answer.ending != "least" and not answer.copies:
        sure = {"shown": len(answer.relaxations), "bound": exact_cost(answer.bound), "gap": percent(gap)}
        yield say(
            lang,
            "plan.bound-optimal" if answer.optimal else "plan.bound-gap" if answer.relaxations else "plan.bound-none",
            **sure,
        )
        if exact_cost(answer.today_cost) != exact_cost(answer.bound) and answer.today_cost < answer.bound:
            yield say(lang, "plan.not-today", today_cost=exact_cost(answer.today_cost))
        if not answer.steady:
            yield say(lang, "plan.unsteady")
    if answer.ending == "planned" and answer.removals:
        others = [each.post for each in answer.removals if each.proof.verdict is not Verdict.MISSED]
        held = sum(post in answer.held_by_hours for post in others)
        counts = {"breaks": len(answer.removals) - len(others), "open": len(others) - held, "held": held}
        yield say(lang, "plan.removal-hours" if held else "plan.removal-minimal", **counts)
    elif answer.ending == "least":
        yield say(lang, "plan.removal-none")
    if answer.additions:
        best = max(answer.additions, key=_value)
        post = answer.posts[best.post]
        where = {"team": name(lang, post.team), "roster": name(lang, post.roster)}
        yield say(lang, "plan.most-valuable", points=_change_text(best, lang), **where)


def _generated(answer: PlanAnswer, lang: str) -> Iterator[str]:
    """Generated rosters: those that the plan uses, with their cycles and people, and how many others there were."""
    if answer.generated is None or answer.people is None:
        return
    heads: dict[str, int] = {}
    for post, people in zip(answer.posts, answer.people, strict=True):
        heads[post.roster] = heads.get(post.roster, 0) + people
    used = [pattern for pattern in answer.generated if heads[pattern.name]]
    if not used:
        yield say(lang, "plan.generated-none", others=len(answer.generated))
        return
    told = [
        say(
            lang,
            "plan.generated-one",
            roster=pattern.name,
            on=pattern.on,
            off=pattern.off,
            hours=pattern.hours_a_week,
            people=heads[pattern.name],
        )
        for pattern in used
    ]
    yield say(lang, "plan.generated", rosters=listed(lang, told))
    if len(used) < len(answer.generated):
        yield say(lang, "plan.generated-others", others=len(answer.generated) - len(used))


def _value(change: Change) -> float:
    target = change.proof.targets[change.most].target
    return (change.differences[change.most].paired.mean or 0.0) / (1 - target)
