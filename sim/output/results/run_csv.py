"""What the page of a run shows as rows for CSV, names as the scenario has them."""

from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from sim.metrics.figures.slas import Why
from sim.metrics.report import Report
from sim.models.staffing import WEEKDAYS
from sim.output.results.result import CsvFiles, CsvRows, ends


def sla_rows(report: Report) -> CsvRows:
    """One row an SLA."""
    yield ["sla", "from", "until", "limit", "target", "verdict", "letters", "late", "undecided", "compliance", "low",
           "high", "p50_min", "p95_min"]  # fmt: skip
    for sla in report.slas.values():
        counts = (sla.letters.mean, sla.breaches.mean, sla.undecided.mean)
        half, most = sla.elapsed_min.p50, sla.elapsed_min.p95
        yield [sla.name, sla.from_, sla.until, sla.limit, sla.target, sla.verdict, *counts, *ends(sla.compliance),
               half.value, most.value]  # fmt: skip


def unit_rows(report: Report) -> CsvRows:
    """Each SLA in each unit."""
    yield ["sla", "team", "unit", "within", "letters", "late", "compliance", "low", "high", "rank_best", "rank_worst"]
    for sla in report.slas.values():
        for unit in sla.by_unit:
            yield [sla.name, unit.team, unit.name, unit.within, unit.letters.mean, unit.breaches.mean,
                   *ends(unit.compliance), *(unit.rank or (None, None))]  # fmt: skip


def group_rows(report: Report) -> CsvRows:
    """Each SLA by category, by channel, by the team that brought it about, and by date of receipt."""
    yield ["sla", "by", "name", "letters", "late", "compliance", "low", "high"]
    for sla in report.slas.values():
        kinds = {"category": sla.by_category, "channel": sla.by_channel, "team": sla.by_team, "date": sla.by_date}
        for kind, groups in kinds.items():
            for group in groups:
                yield [sla.name, kind, group.name, group.letters.mean, group.breaches.mean, *ends(group.compliance)]


def hour_of_week_rows(report: Report) -> CsvRows:
    """Each SLA by weekday and hour of receipt: the cells of the heat maps."""
    yield ["sla", "weekday", "hour", "letters", "compliance", "low", "high"]
    for sla in report.slas.values():
        share = sla.by_hour_of_week.share
        for day, hour in np.ndindex(7, 24):
            letters = float(sla.letters_by_hour_of_week.mean[day, hour])
            shares = (float(each[day, hour]) for each in (share.mean, share.low, share.high))
            yield [sla.name, WEEKDAYS[day], hour, letters, *map(_known, shares)]


def cause_rows(report: Report) -> CsvRows:
    """Why letters were late: step, team and what kept them there."""
    yield ["sla", "step", "team", "cause", "late", "share", "low", "high"]
    for sla in report.slas.values():
        for cause in sla.causes:
            yield [sla.name, cause.step, cause.team, cause.why, cause.breaches.mean, *ends(cause.share)]


def cause_hour_rows(report: Report) -> CsvRows:
    """Late letters by the hour of the day at which the longest part of their delay began, and by cause."""
    yield ["sla", "hour", "cause", "late"]
    for sla in report.slas.values():
        for hour, late in enumerate(sla.breaches_by_hour.mean.tolist()):
            yield from ([sla.name, hour, why, many] for why, many in zip(Why, late, strict=True) if many)


def elapsed_rows(report: Report) -> CsvRows:
    """How long letters took until the milestone of each SLA, as a histogram; the last bin has no end."""
    yield ["sla", "from_min", "to_min", "share", "low", "high"]
    for sla in report.slas.values():
        edges, share = sla.histogram.edges_min.tolist(), sla.histogram.share
        for index, (start, end) in enumerate(pairwise(edges)):
            shares = (float(each[index]) for each in (share.mean, share.low, share.high))
            yield [sla.name, start, end, *map(_known, shares)]
        yield [sla.name, edges[-1], None, *ends(sla.histogram.beyond)]


def step_rows(report: Report) -> CsvRows:
    """Each step: visits, waits, effort, and minutes of a closed letter's way."""
    yield ["step", "visits", "waited_share", "wait_mean_min", "wait_p95_min", "effort_mean_min", "interruptions",
           "waiting_min", "work_min", "elapsed_min"]  # fmt: skip
    for step in report.steps.values():
        durations = (step.wait_min.mean.value, step.wait_min.p95.value, step.service_min.mean.value)
        way = (step.waiting_min.mean, step.work_min.mean, step.elapsed_min.mean)
        yield [step.name, step.visits.mean, step.delayed_share.mean, *durations, step.interruptions.mean, *way]


def wait_rows(report: Report) -> CsvRows:
    """Visits of each step that waited longer than some durations."""
    yield ["step", "longer_than_min", "share", "low", "high"]
    for step in report.steps.values():
        share = step.waits.share
        for index, minutes in enumerate(step.waits.minutes.tolist()):
            shares = (float(each[index]) for each in (share.mean, share.low, share.high))
            yield [step.name, minutes, *map(_known, shares)]


def team_rows(report: Report) -> CsvRows:
    """Each team over the window."""
    yield ["team", "units", "headcount", "counted", "on_duty_hours", "busy_hours", "utilisation", "low", "high",
           "overtime_hours", "queue_mean", "queue_max"]  # fmt: skip
    for team in report.teams.values():
        hours = (team.on_duty_hours.mean, team.busy_hours.mean)
        others = (team.overtime_hours.mean, team.queue_mean.mean, team.queue_max.mean)
        counted = "yes" if team.counted else "no"
        yield [team.name, team.units, team.headcount, counted, *hours, *ends(team.utilisation), *others]


def team_hour_rows(report: Report) -> CsvRows:
    """Each team by hour of the week: people, letters waiting, and utilisation."""
    yield ["team", "weekday", "hour", "on_duty", "busy", "other_duty", "overtime", "waiting", "utilisation", "low",
           "high"]  # fmt: skip
    for team in report.teams.values():
        week = team.week
        means = (week.on_duty, week.busy, week.other_duty, week.overtime, week.waiting)
        used = week.utilisation
        columns = (*(band.mean for band in means), used.mean, used.low, used.high)
        for hour, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            yield [team.name, WEEKDAYS[hour // 24], hour % 24, *map(_known, values)]


def people_rows(report: Report) -> CsvRows:
    """People on duty, busy and needed by unit and hour of the week."""
    yield ["team", "unit", "units", "weekday", "hour", "on_duty", "busy", "needed"]
    for week in report.staffed:
        columns = (part.tolist() for part in (week.on_duty, week.busy, week.needed))
        for hour, people in enumerate(zip(*columns, strict=True)):
            yield [week.team, week.name, week.units, WEEKDAYS[hour // 24], hour % 24, *people]


def shift_rows(report: Report) -> CsvRows:
    """Shifts of each group of people who come and go together, in hours since the window began."""
    yield ["team", "roster", "group", "people", "start_h", "end_h"]
    for group in report.roster:
        for start, end in group.shifts.tolist():
            yield [group.team, group.roster, group.group, group.people, start, end]


def backlog_rows(report: Report) -> CsvRows:
    """Open letters at the end of each day with their percentiles over replications."""
    yield ["date", "mean", "p5", "p25", "p50", "p75", "p95"]
    backlog = report.backlog
    for index in np.flatnonzero(backlog.days % 1 == 0).tolist():
        date = backlog.start + timedelta(days=int(backlog.days[index]))
        fan = backlog.open_letters
        columns = (fan.mean, fan.p5, fan.p25, fan.p50, fan.p75, fan.p95)
        yield [f"{date.isoformat()} 00:00", *(round(float(column[index]), 3) for column in columns)]


RUN_CSV: Final[CsvFiles[Report]] = {
    "slas": sla_rows,
    "units": unit_rows,
    "groups": group_rows,
    "hours_of_week": hour_of_week_rows,
    "causes": cause_rows,
    "causes_by_hour": cause_hour_rows,
    "elapsed": elapsed_rows,
    "steps": step_rows,
    "waits": wait_rows,
    "teams": team_rows,
    "teams_by_hour": team_hour_rows,
    "people": people_rows,
    "shifts": shift_rows,
    "backlog": backlog_rows,
}
"""Names of the CSV files of a run, and what is in them."""


def _known(value: float) -> float | None:
    """A number, or nothing where there is none."""
    return None if np.isnan(value) else value
