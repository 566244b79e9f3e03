"""Headlines: of groups and hours with enough letters, and only where their intervals tell them apart."""

from dataclasses import replace

import numpy as np
import pytest
from office import setting
from runs import report

from sim.core.clock import Clock
from sim.core.options import Options
from sim.metrics.figures.slas import GroupFigures, SlaFigures, outstanding
from sim.metrics.report import Report
from sim.output.charts.causes import CausesByHourChart, CausesChart
from sim.output.charts.compliance_heatmap import ComplianceHeatmap
from sim.output.charts.waits import WaitsChart
from sim.output.text.answer import run_sentences
from sim.statistics import Compliance, ComplianceTable, Decided, Estimate, Figure, Verdict, judge_cells
from sim.statistics.estimates import Band

ENGLISH = Options(lang="en")


def group(name: str, low: float, high: float, letters: float = 500) -> GroupFigures:
    """A group whose late letters lie between two numbers."""
    late = Estimate((low + high) / 2, low, high)
    return GroupFigures(name, Estimate(letters / 10, None, None), late, Compliance(0.5, 0.4, 0.6), letters)


@pytest.mark.parametrize(
    ("groups", "first"),
    [
        ([group("north", 5, 7), group("south", 8, 12)], "south"),
        ([group("north", 5, 9), group("south", 8, 12)], None),
        ([group("north", 5, 7), group("south", 8, 12), group("east", 50, 90, letters=29)], "south"),
        ([group("north", 5, 7, letters=29), group("south", 8, 12)], None),  # of one group nothing is news
        ([group("south", 8, 12)], None),
        ([], None),
    ],
)
def test_a_group_stands_out_where_chance_would_not_order_them_otherwise(
    groups: list[GroupFigures], first: str | None
) -> None:
    found = outstanding(groups)
    assert (found.name if found else None) == first


def test_without_intervals_nothing_stands_out() -> None:
    alone = replace(group("south", 8, 12), breaches=Estimate(10, None, None))
    assert outstanding([alone, group("north", 1, 2)]) is None


@pytest.fixture(scope="module")
def desk() -> Report:
    """A report to be changed."""
    return report(setting(replications=2, sla={"signed": {"until": "serve.started", "within": "10 min"}}))


def showing(desk: Report, cells: ComplianceTable, share: float) -> Report:
    """A report whose SLA has these cells, and this compliance over all of them."""
    sla: SlaFigures = replace(desk.slas["signed"], by_hour_of_week=cells, compliance=Compliance(share, share, share))
    return replace(desk, slas={"signed": sla})


def cells_of(late: dict[tuple[int, int], int], letters: int = 10, replications: int = 20) -> ComplianceTable:
    """Compliance by hour of the week, from letters of each hour and replication, some of them late."""
    all_letters = np.full((replications, 7, 24), float(letters))
    too_late = np.zeros_like(all_letters)
    for (day, hour), number in late.items():
        too_late[:, day, hour] = number
    return judge_cells(Decided(all_letters - too_late, too_late, all_letters))


def test_the_weakest_hour_is_named_where_it_is_surely_weaker(desk: Report) -> None:
    bad = showing(desk, cells_of({(1, 14): 5}), 0.997)
    assert (
        ComplianceHeatmap(bad, "signed", ENGLISH).title()
        == "signed: weakest for letters received on Tue at 14:00, 50% in time"
    )
    two = showing(desk, cells_of({(1, 14): 5, (4, 3): 5}), 0.997)
    assert ComplianceHeatmap(two, "signed", ENGLISH).title() == (
        "signed: weakest for letters received in 2 hours of the week, Tue at 14:00 the first of them, 50% in time"
    )
    even = showing(desk, cells_of(dict.fromkeys([(day, hour) for day in range(7) for hour in range(24)], 5)), 0.5)
    assert (
        ComplianceHeatmap(even, "signed", ENGLISH).title()
        == "signed: no hour of the week is surely weaker than the others"
    )


def test_one_late_letter_of_twelve_is_no_headline(desk: Report) -> None:
    few = cells_of({(1, 14): 1}, letters=6, replications=2)
    assert ComplianceHeatmap(showing(desk, few, 0.999), "signed", ENGLISH).title() == "signed: fewer than 30 letters"
    assert few.too_few.all()


@pytest.mark.parametrize(("tier", "told"), [("city", "late (city)"), ("late", "late"), ("", "late")])
def test_the_team_with_most_late_letters_is_told_with_its_tier_unless_that_says_the_same(
    desk: Report, tier: str, told: str
) -> None:
    groups = (group("desk", 5, 7), group("late", 8, 12))
    sla = replace(desk.slas["signed"], verdict=Verdict.MISSED, breaches=Estimate(16, 15, 17), by_team=groups)
    teams = {**desk.teams, "late": replace(desk.teams["desk"], name="late", tier=tier)}
    said = list(run_sentences(replace(desk, slas={"signed": sla}, teams=teams), "en"))
    assert f"Most late letters at {told}: 10; 50% [40%, 60%] in time." in said
    alone = replace(sla, by_team=groups[1:])
    assert "Most late" not in " ".join(run_sentences(replace(desk, slas={"signed": alone}, teams=teams), "en"))


def test_one_late_letter_says_nothing_of_when_and_why(desk: Report) -> None:
    sla = replace(desk.slas["signed"], verdict=Verdict.MISSED, letters=Estimate(6, 6, 6), breaches=Estimate(0.5, 0, 1))
    few = replace(desk, slas={"signed": sla})
    _, told, *_ = run_sentences(few, "en")
    assert told == "signed: 0.5 of 6 letters late on average in a replication, too few to say when and why."
    for chart in (CausesChart, CausesByHourChart):
        assert "too few to say when and why" in chart(few, "signed", ENGLISH).title()


def test_more_replications_are_no_advice_where_the_target_is_all(desk: Report) -> None:
    unclear = replace(desk.slas["signed"], verdict=Verdict.UNCLEAR, target=0.95)
    assert "more replications narrow" in next(run_sentences(replace(desk, slas={"signed": unclear}), "en"))
    every = replace(unclear, target=1.0)
    verdict = next(run_sentences(replace(desk, slas={"signed": every}), "en"))
    assert "more replications" not in verdict
    assert "not shown as met, by any number of replications" in verdict


def test_a_percentile_among_open_letters_is_not_told_as_within(desk: Report) -> None:
    spread = desk.slas["signed"].elapsed_min
    sla = replace(
        desk.slas["signed"], elapsed_min=replace(spread, p95=Figure(None, more_than=90.0)), clock=Clock.OFFICE
    )
    title = WaitsChart(replace(desk, slas={"signed": sla}), "signed", ENGLISH).title()
    assert title == "signed: more than 5% take longer than 90.0 min, the limit is 10 min"


def test_hours_above_the_alarm_are_those_of_the_interval(desk: Report) -> None:
    team = desk.teams["desk"]
    mean, nothing = np.full(168, 0.9), np.full(168, np.nan)
    low = np.where(np.arange(168) < 20, 0.86, 0.8)
    sure = replace(team.week, utilisation=Band(mean, low, np.ones(168)))
    assert sure.hours_above_alarm == 20
    assert replace(team.week, utilisation=Band(mean, nothing, nothing)).hours_above_alarm == 168
