"""What the answer to a run is about: one SLA, and the unit and hours where most people lack."""

from typing import Final

import numpy as np

from sim.metrics.figures.slas import SlaFigures
from sim.metrics.figures.teams import StaffedWeek
from sim.metrics.report import Report
from sim.output.text.formats import number, staffed_name, weekday_names
from sim.output.words import say
from sim.statistics import Verdict

_LEAST_LACKING: Final = 0.1
"""People whose lack, on average of an hour, is told."""


def headline_sla(report: Report) -> SlaFigures | None:
    """The SLA that the answer is about: of those with the run's verdict, that with most late letters.

    Of met targets the one that is closest to being missed; without any target the SLA with the lowest compliance.
    """
    told = [sla for sla in report.slas.values() if sla.verdict is report.verdict and sla.compliance.worst is not None]
    if not told:
        return None
    if report.verdict in (Verdict.MISSED, Verdict.UNCLEAR):
        return max(told, key=lambda sla: sla.breaches.mean or 0.0)
    return min(told, key=lambda sla: (sla.compliance.worst or 0.0) - (sla.target or 0.0))


def staffed_places(report: Report) -> list[int]:
    """Places in `report.staffed` of units with people or need, the one that the answer is about first.

    First the team where most late letters of the headline SLA wait; within a team the unit where most people lack.
    """
    sla = headline_sla(report)
    team = sla.causes[0].team if sla is not None and sla.causes else None
    present = [place for place, week in enumerate(report.staffed) if week.on_duty.any() or week.needed.any()]
    return sorted(present, key=lambda place: report.staffed[place].team != team)


def lack_sentence(week: StaffedWeek, lang: str) -> str | None:
    """In how many hours people lack at a unit, and when most; None if they lack in none."""
    hours = int((week.lacking >= _LEAST_LACKING).sum())
    if not hours:
        return None
    at = int(np.argmax(week.lacking))
    day, hour = divmod(at, 24)
    return say(
        lang, "charts.staffing-short", unit=staffed_name(lang, week), hours=hours, day=weekday_names(lang)[day],
        hour=f"{hour:02}", needed=number(float(week.needed[at])), duty=number(float(week.on_duty[at])),
    )  # fmt: skip
