"""All charts of a report, in the order in which they are shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from matplotlib.axes import Axes

from sim.capacity import StressReport
from sim.comparison import Comparison
from sim.metrics.report import Report
from sim.operations.replay_report import ReplayReport
from sim.output.charts import (
    backlog,
    causes,
    compliance,
    compliance_heatmap,
    differences,
    latency,
    plan,
    roster_comparison,
    staffing,
    stress,
    time_breakdown,
    tradeoff,
    utilisation,
    waits,
    worst_units,
)
from sim.output.charts.frame import Framed, framed
from sim.output.charts.style import look
from sim.statistics import Verdict

if TYPE_CHECKING:
    from sim.planner.answer import Answer

T = TypeVar("T")


@dataclass(frozen=True)
class Chart(Generic[T]):
    """One question about a report (or a comparison, a plan, ...) and how its answer is drawn.

    Attributes:
        panels: keys of the pictures that the report needs, each drawn on axes of its own: SLAs, teams.
        title: the finding, in a sentence.
        alt: what somebody hears who cannot see it.
        draw: draws one panel on given axes and returns them.
        width, height: inches, without the title.
    """

    name: str
    panels: Callable[[T], Iterable[str]]
    title: Callable[[T, str, str], str]
    alt: Callable[[T, str, str], str]
    draw: Callable[[T, str, Axes, str], Axes]
    width: float = 8.4
    height: float = 3.0


def one(_: object) -> list[str]:
    """A chart with a single picture."""
    return [""]


def every_sla(report: Report) -> list[str]:
    """A picture for each SLA."""
    return list(report.slas)


def late_slas(report: Report) -> list[str]:
    """A picture for each SLA that is not met, or for the weakest one if all are."""
    late = [sla for sla in report.slas.values() if sla.breaches.mean]
    failed = [sla.name for sla in late if sla.verdict in (Verdict.MISSED, Verdict.UNCLEAR)]
    return failed or [sla.name for sla in sorted(late, key=lambda sla: sla.compliance.worst or 0.0)[:1]]


def late_slas_of_many(report: Report) -> list[str]:
    """Those of `late_slas` for which more than one home unit has letters."""
    return [sla for sla in late_slas(report) if len(report.slas[sla].by_home) > 1]


def staffed_teams(report: Report) -> list[str]:
    """A picture for each team of the mailbox's own that has people; for every team if none is its own."""
    staffed = [team for team in report.teams.values() if team.headcount]
    return [team.name for team in staffed if team.counted] or [team.name for team in staffed]


def limited(report: StressReport) -> list[str]:
    """A single picture, where letters bring work to anybody."""
    return [""] if report.limits else []


def spiked_slas(report: StressReport) -> list[str]:
    """A picture for each SLA that letters of the spike were promised."""
    return [sla for sla, figures in report.spike.slas.items() if figures.worst is not None]


def other_staffings(comparison: Comparison) -> list[str]:
    """A picture for each staffing that is held against the base."""
    return [pair.other for pair in comparison.pairs]


def shared_slas(comparison: Comparison) -> list[str]:
    """A picture for each SLA that all staffings have."""
    return [sla for sla in comparison.base.slas if all(sla in report.slas for report in comparison.reports.values())]


def differing_teams(comparison: Comparison) -> list[str]:
    """A picture for each team of which some staffing has a person more or less on duty than the base at some hour."""
    base = comparison.base.teams

    def differs(team: str, report: Report) -> bool:
        if team not in report.teams:
            return True
        return bool((abs(report.teams[team].week.on_duty.mean - base[team].week.on_duty.mean) >= 1).any())

    return [team for team in base if any(differs(team, report) for report in comparison.reports.values())]


CHARTS: Final[tuple[Chart[Report], ...]] = (
    Chart("compliance", one, compliance.title, compliance.alt, compliance.draw, height=2.0),
    Chart("compliance_by_hour", late_slas, compliance_heatmap.title, compliance_heatmap.alt, compliance_heatmap.draw),
    Chart("causes", late_slas, causes.title_where, causes.alt_where, causes.draw_where, height=3.6),
    Chart("causes_by_hour", late_slas, causes.title_when, causes.alt_when, causes.draw_when),
    Chart("staffing", staffed_teams, staffing.title, staffing.alt, staffing.draw, height=2.6),
    Chart("utilisation", one, utilisation.title, utilisation.alt, utilisation.draw),
    Chart("waits", every_sla, waits.title, waits.alt, waits.draw),
    Chart("backlog", lambda _: [backlog.OPEN, backlog.AGE], backlog.title, backlog.alt, backlog.draw),
    Chart("path", one, time_breakdown.title, time_breakdown.alt, time_breakdown.draw, height=4.2),
    Chart("units", late_slas_of_many, worst_units.title, worst_units.alt, worst_units.draw, height=4.2),
)
"""Charts of a run."""

COMPARISON_CHARTS: Final[tuple[Chart[Comparison], ...]] = (
    Chart("differences", other_staffings, differences.title, differences.alt, differences.draw, height=2.2),
    Chart("headcount", shared_slas, tradeoff.title, tradeoff.alt, tradeoff.draw),
    Chart("staffing_by_hour", differing_teams, roster_comparison.title, roster_comparison.alt, roster_comparison.draw),
)
"""Charts of a comparison."""


STRESS_CHARTS: Final[tuple[Chart[StressReport], ...]] = (
    Chart("load", one, stress.title_load, stress.alt_load, stress.draw_load, height=3.4),
    Chart("utilisation", one, stress.title_utilisation, stress.alt_utilisation, stress.draw_utilisation),
    Chart("queues", limited, stress.title_queues, stress.alt_queues, stress.draw_queues),
    Chart("spike", one, stress.title_spike, stress.alt_spike, stress.draw_spike),
    Chart("spike_sla", spiked_slas, stress.title_spike_sla, stress.alt_spike_sla, stress.draw_spike_sla, height=2.6),
    Chart("soak", one, stress.title_soak, stress.alt_soak, stress.draw_soak, height=2.6),
)
"""Charts of a stress run."""

REPLAY_CHARTS: Final[tuple[Chart[ReplayReport], ...]] = (
    Chart("throughput", one, latency.title_throughput, latency.alt_throughput, latency.draw_throughput),
    Chart("percentiles", one, latency.title_percentiles, latency.alt_percentiles, latency.draw_percentiles),
    Chart("course", one, latency.title_course, latency.alt_course, latency.draw_course),
)
"""Charts of a replay."""


PLAN_CHARTS: Final[tuple["Chart[Answer]", ...]] = (
    Chart("posts", one, plan.title_posts, plan.alt_posts, plan.draw_posts, height=3.6),
    Chart("needs", lambda answer: list(answer.needs), plan.title_needs, plan.alt_needs, plan.draw_needs, height=2.6),
    Chart("frontier", one, plan.title_frontier, plan.alt_frontier, plan.draw_frontier),
)
"""Charts of a plan."""


def figure(chart: Chart[T], subject: T, panel: str, lang: str) -> Framed:
    """One panel of a chart, with the finding as its title; to be saved inside `style.look`."""
    with look():
        title = chart.title(subject, panel, lang)
        return framed(lambda ax: chart.draw(subject, panel, ax, lang), title, chart.width, chart.height)
