"""What the page of a comparison shows as rows for CSV, staffings by the names of their files."""

from typing import Final

from sim.comparison.report import Comparison
from sim.models.staffing import WEEKDAYS
from sim.output.results.result import CsvFiles, CsvRows, ends
from sim.statistics import Estimate


def staffing_rows(comparison: Comparison) -> CsvRows:
    """One row a staffing: people, hours, pay, and how far it is from the best."""
    yield ["staffing", "title", "verdict", "headcount", "cost", "rostered_hours", "stand_in_hours", "overtime_hours",
           "hours_a_head", "pay_a_week", "to_best", "to_best_low", "to_best_high"]  # fmt: skip
    for name, report in comparison.reports.items():
        hours, gap = comparison.hours[name], comparison.gaps.get(name)
        yield [name, report.title, report.verdict, report.headcount, report.cost, hours.rostered, hours.stand_in,
               hours.overtime, hours.a_head, hours.pay, *_ends_if_any(gap)]  # fmt: skip


def compliance_rows(comparison: Comparison) -> CsvRows:
    """Each SLA under each staffing, of all letters and of each district."""
    yield ["staffing", "sla", "district", "target", "letters", "compliance", "low", "high", "verdict",
           "left_in_time_share", "left_in_time_low", "left_in_time_high"]  # fmt: skip
    for name, report in comparison.reports.items():
        for sla in report.slas.values():
            left = _ends_if_any(sla.left_in_time_share)
            yield [name, sla.name, None, sla.target, sla.letters.mean, *ends(sla.compliance), sla.verdict, *left]
            for unit in sla.districts:
                yield [name, sla.name, unit.name, sla.target, unit.letters.mean, *ends(unit.compliance), *[None] * 4]


def difference_rows(comparison: Comparison) -> CsvRows:
    """Each other staffing minus the first: compliance with each SLA, of all letters and of each district."""
    yield ["other", "sla", "district", "difference", "low", "high",
           "left_difference", "left_difference_low", "left_difference_high"]  # fmt: skip
    for pair in comparison.pairs:
        for sla, each in pair.slas.items():
            yield [pair.other, sla, None, *ends(each.paired), *_ends_if_any(each.left)]
        for district in pair.districts:
            yield [pair.other, district.sla, district.district, *ends(district.difference), *[None] * 3]


def _ends_if_any(estimate: Estimate | None) -> list[float | None]:
    return [None] * 3 if estimate is None else list(ends(estimate))


def date_rows(comparison: Comparison) -> CsvRows:
    """Differences from the base on each day of the window."""
    yield ["other", "what", "date", "difference", "low", "high"]
    for pair in comparison.pairs:
        if pair.by_date is not None:
            for what, day, each in pair.by_date.rows():
                yield [pair.other, what, day, *ends(each)]


def on_duty_rows(comparison: Comparison) -> CsvRows:
    """People of each team on duty by hour of the week under each staffing."""
    yield ["staffing", "team", "weekday", "hour", "on_duty"]
    for name, report in comparison.reports.items():
        for team in report.teams.values():
            for hour, people in enumerate(team.week.on_duty.mean.tolist()):
                yield [name, team.name, WEEKDAYS[hour // 24], hour % 24, people]


def setting_rows(comparison: Comparison) -> CsvRows:
    """What differs between the scenarios."""
    yield ["key", *comparison.reports]
    for path, values in comparison.settings.items():
        yield [path, *values]


COMPARISON_CSV: Final[CsvFiles[Comparison]] = {
    "staffings": staffing_rows,
    "compliance": compliance_rows,
    "differences": difference_rows,
    "by_date": date_rows,
    "on_duty": on_duty_rows,
    "settings": setting_rows,
}
"""Names of the CSV files of a comparison, and what is in them."""
