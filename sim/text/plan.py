"""A plan in the terminal: the answer in sentences, the table by team and roster, and what each promise comes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.planning.ending import Ending
from sim.statistics import Verdict
from sim.text.answer import COLOURS, interval
from sim.text.cautions import caution_lines
from sim.text.plan_words import say
from sim.text.words import hours_of_day, listed, name, number, percent

if TYPE_CHECKING:
    # Who draws the charts of a run imports this too, and need not wait for a search and its solver.
    from sim.planning.answer import Answer
    from sim.planning.diagnosis import Shortage
    from sim.planning.posts import Post
    from sim.planning.proof import Change, Kept


def planned(answer: Answer, lang: str, seconds: float | None = None) -> Group:
    """What a plan says, to be printed.

    Args:
        seconds: how long it took.
    """
    parts = [Text(sentence) for sentence in sentences(answer, lang, seconds)]
    tables = [staff_table(answer, lang), promise_table(answer, lang)]
    if answer.frontier:
        tables += [frontier_table(answer, lang)]
    return Group(parts[0], *tables, *parts[1:-1], *caution_lines(answer.cautions, lang), parts[-1])


def tables(answer: Answer, lang: str) -> list[tuple[str, list[str], list[list[str]]]]:
    """The same tables as captions, headings and rows, for a page."""
    printed = [("posts", staff_table(answer, lang)), ("promises", promise_table(answer, lang))]
    if answer.frontier:
        printed.append(("frontier", frontier_table(answer, lang)))
    found = []
    for key, table in printed:
        cells = zip(*(map(str, column.cells) for column in table.columns), strict=True)
        found.append((say(lang, key), [str(column.header) for column in table.columns], [list(row) for row in cells]))
    return found


def staff_table(answer: Answer, lang: str) -> Table:
    """One row a post: today, plan, what is allowed, and what one person fewer or more changes."""
    table = Table()
    for key in ("team", "roster", "today", "plan", "change", "bounds", "fewest", "cost", "one fewer", "one more"):
        right = key in ("today", "plan", "change", "bounds", "fewest", "cost")
        table.add_column(say(lang, key), justify="right" if right else "left", overflow="fold")
    fewer = {each.post: each for each in answer.removals}
    more = {each.post: each for each in answer.additions}
    for index, post in enumerate(answer.posts):
        heads = None if answer.people is None else answer.people[index]
        table.add_row(
            Text(name(lang, post.team)),
            Text(roster(post, lang)),
            str(post.today),
            "–" if heads is None else str(heads),
            "–" if heads is None else f"{heads - post.today:+d}",
            f"{post.least}-{post.most}",
            "–" if answer.fewest is None else str(answer.fewest[index]),
            "–" if heads is None else number(heads * post.cost),
            Text(_removed(fewer[index], index in answer.held_by_hours, lang) if index in fewer else "–"),
            Text(points(more[index], lang) if index in more else "–"),
        )
    if answer.people is not None and answer.cost is not None:
        today, total = sum(post.today for post in answer.posts), sum(answer.people)
        cells = [say(lang, "total"), "", str(today), str(total), f"{total - today:+d}", "", "", number(answer.cost)]
        table.add_section()
        table.add_row(*cells, "", "")
    return table


def promise_table(answer: Answer, lang: str) -> Table:
    """One row a promise: its target, today and under the plan."""
    table = Table()
    for key in ("sla", "target", "now", "planned", "verdict"):
        table.add_column(say(lang, key), justify="right" if key == "target" else "left", overflow="fold")
    for today, kept in zip(answer.today.kept, answer.proof.kept, strict=True):
        table.add_row(
            Text(promise(kept, lang)),
            percent(kept.target),
            interval(today.compliance),
            interval(kept.compliance),
            Text(say(lang, kept.verdict.value), style=COLOURS[kept.verdict]),
        )
    return table


def frontier_table(answer: Answer, lang: str) -> Table:
    """One row a staffing of the frontier: how late letters may be, people, cost, and what is kept on fresh seeds."""
    table = Table()
    for key in ("lateness", "people", "cost"):
        table.add_column(say(lang, key), justify="right")
    for kept in answer.proof.kept:
        table.add_column(promise(kept, lang))
    for point in answer.frontier:
        people = str(sum(point.people) + answer.fixed)
        allowed = say(lang, "the targets") if point.lateness == 1 else say(lang, "times", times=f"{point.lateness:g}")
        table.add_row(allowed, people, number(point.cost), *(interval(each.compliance) for each in point.kept))
    return table


def sentences(answer: Answer, lang: str, seconds: float | None = None) -> Iterator[str]:
    """The same in words, the answer first."""
    today, people = sum(post.today for post in answer.posts), sum(answer.proof.people)
    yield say(
        lang,
        f"ending {answer.ending.value}",
        title=answer.title or answer.scenario,
        people=people + answer.fixed,
        today=today + answer.fixed,
        sampled=answer.sampled,
        proved=answer.proved,
        names=listed(lang, (promise(kept, lang) for kept in _unmet(answer))) if _unmet(answer) else "",
    )
    if answer.shortage is not None:
        yield from _shortage(answer.shortage, answer.posts, lang)
    if answer.cost is not None:
        yield from _worth(answer, today, people, lang)
    took = "" if seconds is None else say(lang, "in seconds", seconds=seconds)
    yield say(lang, "effort", lived=f"{answer.lived:,}", seconds=took)


def promise(kept: Kept, lang: str) -> str:
    """An SLA, with the hour of receipt where it is about one."""
    sla = name(lang, kept.sla)
    return sla if kept.hour is None else say(lang, "at hour", sla=sla, hour=kept.hour, end=kept.hour + 1)


def roster(post: Post, lang: str) -> str:
    """A roster, and how its people are dealt where that is not evenly."""
    own = name(lang, post.roster)
    return own if post.deal == "evenly" else say(lang, "by weights", roster=own)


def points(change: Change, lang: str) -> str:
    """By how many points one person changes the compliance that he changes most."""
    each = change.differences[change.most].paired
    low, high = (each.mean if end is None else end for end in (each.low, each.high))
    values = {"mean": each.mean, "low": low, "high": high}
    shown = {key: 100 * (value or 0.0) for key, value in values.items()}
    return say(lang, "points", sla=promise(change.proof.kept[change.most], lang), **shown)


def _removed(change: Change, held_by_hours: bool, lang: str) -> str:
    key = {Verdict.MISSED: "breaks", Verdict.UNCLEAR: "open", Verdict.MET: "spare"}[change.proof.verdict]
    key = "hours" if key == "spare" and held_by_hours else key
    return f"{points(change, lang)} {say(lang, key)}"


def _unmet(answer: Answer) -> list[Kept]:
    return [kept for kept in answer.proof.kept if kept.verdict is not Verdict.MET]


def _shortage(shortage: Shortage, posts: tuple[Post, ...], lang: str) -> Iterator[str]:
    for failure in shortage.failures:
        key = "failure nobody" if failure.team is None else "failure"
        yield say(
            lang,
            key,
            sla=promise(failure.kept, lang),
            compliance=interval(failure.kept.compliance),
            target=percent(failure.kept.target),
            team=name(lang, failure.team or ""),
            hours=hours_of_day(lang, failure.hours),
        )
    if shortage.overworked:
        yield say(lang, "overworked", teams=listed(lang, (name(lang, team) for team in shortage.overworked)))
    elif not shortage.failures:
        yield say(lang, "failure met")
    if shortage.needed is None:
        yield say(lang, "never")
        return
    beyond = [
        say(
            lang,
            "needed one",
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
        yield say(lang, "needed", posts=listed(lang, beyond))


def _worth(answer: Answer, today: int, people: int, lang: str) -> Iterator[str]:
    cost, gap = answer.cost or 0.0, answer.gap or 0.0
    values = {"cost": number(cost), "today_cost": number(answer.today_cost)}
    key = "saves" if people < today else "adds" if people > today else "same"
    yield say(lang, key, saved=today - people, added=people - today, **values)
    if answer.ending is not Ending.LEAST:
        sure = {"shown": len(answer.relaxations), "bound": number(answer.bound), "gap": percent(gap)}
        yield say(
            lang, "bound optimal" if answer.optimal else "bound gap" if answer.relaxations else "bound none", **sure
        )
        if answer.today_cost < answer.bound:
            yield say(lang, "not today", today_cost=number(answer.today_cost))
        if not answer.steady:
            yield say(lang, "unsteady")
    if answer.ending is Ending.PLANNED and answer.removals:
        verdicts = [each.proof.verdict for each in answer.removals]
        breaks, undecided = verdicts.count(Verdict.MISSED), verdicts.count(Verdict.UNCLEAR)
        held = [each for each in answer.removals if each.proof.verdict is Verdict.MET]
        if all(each.post in answer.held_by_hours for each in held):
            key = "removal hours" if held else "removal minimal"
            yield say(lang, key, breaks=breaks, open=undecided, held=len(held))
    elif answer.ending is Ending.LEAST:
        yield say(lang, "removal none")
    if answer.additions:
        best = max(answer.additions, key=_value)
        post = answer.posts[best.post]
        where = {"team": name(lang, post.team), "roster": name(lang, post.roster)}
        yield say(lang, "most valuable", points=points(best, lang), **where)


def _value(change: Change) -> float:
    kept = change.proof.kept[change.most]
    return (change.differences[change.most].paired.mean or 0.0) / (1 - kept.target)
