"""The page of a plan: the answer in sentences, charts, and tables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sim.core.safe_text import Cell
from sim.output.html.first_screen import Tile, brackets, verdict_class
from sim.output.html.page import Pictures, page
from sim.output.text.cautions import caution_sentences
from sim.output.text.formats import name, percent, point, weekday_names
from sim.output.text.overview import Ground, replications_text
from sim.output.text.plan import plan_sentences, plan_tables, target_name
from sim.output.text.printing import CaptionedTable
from sim.output.words import labelled, say
from sim.planner.answer import Ending, PlanAnswer
from sim.statistics import Verdict

_VERDICTS: Final = {Ending.UNPROVEN: Verdict.UNCLEAR, Ending.IMPOSSIBLE: Verdict.MISSED}
"""What the page opens with; of other endings a plan that meets every target."""


_DAYS: Final = 14
"""Days of the roster that the page shows."""


def plan_page(
    answer: PlanAnswer,
    summary: Mapping[str, Any],
    *,
    manifest: Mapping[str, Any],
    pictures: Pictures,
    lang: str,
    on: Ground | None = None,
    csv: Sequence[str] = (),
    roster: Sequence[list[Cell]] = (),
) -> str:
    """The page.

    Args:
        summary: the content of plan.json.
        on: what the plan stands on.
        csv: names of the CSV files beside it.
        roster: rows of the roster sheet, below their headings.
    """

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "plan.title", title=labelled(each, answer.title or answer.scenario)),
            "sentences": list(plan_sentences(answer, each)),
            "cautions": caution_sentences(answer.cautions, each),
            "facts": [] if on is None else on.facts(each, replications_text(each, answer.proved, answer.copies)),
            "tiles": list(_tiles(answer, each)),
            "tables": plan_tables(answer, each),
            "has_roster": answer.people is not None,
            "roster": _fortnight(roster, each) if roster else None,
        }

    return page(
        "plan.html.j2",
        said,
        lang,
        verdict=_VERDICTS.get(answer.ending, Verdict.MET),
        first="staffing_cells.",
        csv=csv,
        pictures=pictures,
        manifest=manifest,
        summary=summary,
    )


def _tiles(answer: PlanAnswer, lang: str) -> Iterator[Tile]:
    """People and hours of the plan beside today's, and what each target comes to."""
    if answer.people is not None:
        people, today = (sum(each) + answer.fixed for each in (answer.people, [cell.today for cell in answer.posts]))
        hours, usual = answer.hours.rostered, answer.today_hours.rostered
        for key, planned, now in (("people", people, today), ("hours", hours, usual)):
            note = say(lang, "plan.tile-today", today=f"{now:,.0f}")
            yield Tile(say(lang, f"plan.tile-{key}"), f"{planned:,.0f}", [note], "none")
    for target in answer.proof.targets:
        aim = say(lang, "overview.target", target=percent(target.target))
        notes = [brackets(target.compliance), f"{aim} · {say(lang, f'glossary.verdict-{target.verdict}')}"]
        yield Tile(target_name(target, lang), point(target.compliance), notes, verdict_class(target.verdict))


def _fortnight(roster: Sequence[list[Cell]], lang: str) -> CaptionedTable:
    """One row a group of people who come and go together: its shifts of the first days, over all units of a team."""
    (headings, *rows) = roster
    people: dict[tuple[Cell, ...], int] = {}
    shifts: dict[tuple[Cell, ...], list[str]] = {}
    for team, _, own, group, heads, *days in rows:
        key = (team, own, group)
        people[key] = people.get(key, 0) + int(heads or 0)
        shifts[key] = [re.sub(r"(\d\d):00", r"\1", str(day)) for day in days[:_DAYS]]
    order = list(dict.fromkeys(key[:2] for key in shifts))
    names = weekday_names(lang)
    dates = [date.fromisoformat(str(day)) for day in headings[5 : 5 + _DAYS]]
    columns = [
        *(say(lang, f"plan.roster-{key}") for key in ("team", "roster", "group", "people")),
        *(f"{names[day.weekday()]} {day.day}" for day in dates),
    ]
    told = [
        [name(lang, str(team)), name(lang, str(own)), group, people[team, own, group], *days]
        for (team, own, group), days in sorted(shifts.items(), key=lambda each: (order.index(each[0][:2]), each[0][2]))
    ]
    return say(lang, "plan.roster-table"), columns, told
