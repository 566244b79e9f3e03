"""What the pages of a stress run and of targets show as rows for CSV, names as the scenario has them."""

from typing import Final

from sim.capacity import StressReport
from sim.operations.operations import COUNTED
from sim.operations.targets import Rate, Targets
from sim.output.results.result import CsvFiles, CsvRows, ends


def ramp_rows(report: StressReport) -> CsvRows:
    """Each rate of the ramp: compliance with each SLA, utilisation of each team, queues and their growth."""
    slas, teams = report.ramp[0].compliance, report.ramp[0].utilisation
    yield ["letters_a_day", "what", "name", "mean", "low", "high"]
    for step in report.ramp:
        yield from ([step.per_day, "compliance", sla, *ends(step.compliance[sla])] for sla in slas)
        yield from ([step.per_day, "utilisation", team, *ends(step.utilisation[team])] for team in teams)
        yield [step.per_day, "waiting", None, *ends(step.waiting)]
        yield [step.per_day, "growth a day", None, *ends(step.growth_per_day)]


def limit_rows(report: StressReport) -> CsvRows:
    """From which rate on the work fills all hours of each team, and of the unit that fills first."""
    yield ["team", "letters_a_day", "first_unit", "first_unit_letters_a_day", "work_min_a_letter"]
    for limit in report.limits:
        yield [limit.team, limit.per_day, limit.unit, limit.unit_per_day, limit.work_min]


def relief_rows(report: StressReport) -> CsvRows:
    """What more people in each team would do for the SLAs that may fail first, today and with twice the first one's."""
    yield ["people_of", "doubled", "sla", "team", "people_more", "gain", "low", "high"]
    relieved = report.relieved
    then = [] if relieved is None else [(relieved.team, relieved.bottlenecks)]
    for doubled, bottlenecks in [(None, report.bottlenecks), *then]:
        for each in bottlenecks:
            for relief in each.reliefs:
                whose = "the scenario" if doubled is None else "one team doubled"
                yield [whose, doubled, each.sla, relief.team, relief.people, *ends(relief.gain)]


def spike_rows(report: StressReport) -> CsvRows:
    """The course of the spike by hour: letters waiting with and without it, and compliance by hour of receipt."""
    spike = report.spike
    yield ["hours_since_spike_began", "waiting", "waiting_low", "waiting_high", "waiting_without",
           "waiting_without_low", "waiting_without_high", *(f"compliance_{sla}" for sla in spike.slas)]  # fmt: skip
    bands = (spike.waiting, spike.waiting_without)
    columns = [spike.hours, *(part for band in bands for part in (band.mean, band.low, band.high))]
    columns += [sla.by_hour for sla in spike.slas.values()]
    for values in zip(*(column.tolist() for column in columns), strict=True):
        yield [None if value != value else value for value in values]  # nan where there is none


def soak_rows(report: StressReport) -> CsvRows:
    """Letters waiting at each midnight of the soak."""
    yield ["day", "waiting", "low", "high"]
    waiting = report.soak.waiting
    for day, values in enumerate(zip(waiting.mean.tolist(), waiting.low.tolist(), waiting.high.tolist(), strict=True)):
        yield [day, *(None if value != value else value for value in values)]


STRESS_CSV: Final[CsvFiles[StressReport]] = {
    "ramp": ramp_rows,
    "limits": limit_rows,
    "reliefs": relief_rows,
    "spike": spike_rows,
    "soak": soak_rows,
}
"""Names of the CSV files of a stress run, and what is in them."""


def operation_rows(found: Targets) -> CsvRows:
    """Each operation, and letters by channel: events a second, minute, hour and day, on average and at their peaks."""
    yield ["what", "name", "in", "mean", "once_in", "level", "low", "high"]
    rates: list[tuple[str, str | None, str, Rate]]
    rates = [("operation", called, period, getattr(each, f"per_{period}"))
             for called, each in found.operations.items() for period in COUNTED]  # fmt: skip
    rates += [("channel", called, period, getattr(each, f"per_{period}"))
              for called, each in found.channels.items() for period in ("hour", "day")]  # fmt: skip
    rates += [("open letters", None, "second", found.open_letters)]
    for what, called, period, rate in rates:
        for recurrence, level in rate.levels.items():
            if level is not None:
                yield [what, called, period, rate.mean.mean, recurrence, level.level, level.low, level.high]


def system_rows(found: Targets) -> CsvRows:
    """Reads, messages, sessions and bytes, by what is assumed of the system."""
    yield ["what", "name", "unit", "mean", "peak"]
    system = found.system
    for called, read in system.reads.items():
        yield ["read", called, "a second", read.per_second.mean, read.peak_per_second]
    for called, message in system.messages.items():
        yield ["message", called, "a day, and in the peak hour", message.per_day.mean, message.peak_per_hour]
    for kind, content in system.content.items():
        yield ["content", kind, "bytes a year", content.bytes_a_year.mean, None]
    for hour, (staff, writers) in enumerate(zip(system.sessions.staff, system.sessions.writers, strict=True)):
        yield ["sessions of staff", f"{hour:02}:00", "at once", staff, None]
        yield ["sessions of writers", f"{hour:02}:00", "at once", writers, None]


def assumption_rows(found: Targets) -> CsvRows:
    """What is assumed of the system."""
    yield ["key", "value", "assumed"]
    for each in found.system.assumptions:
        yield [each.key, each.value, "yes" if each.assumed else "no"]


TARGETS_CSV: Final[CsvFiles[Targets]] = {
    "calls": operation_rows,
    "system": system_rows,
    "assumptions": assumption_rows,
}
"""Names of the CSV files of targets, and what is in them."""
