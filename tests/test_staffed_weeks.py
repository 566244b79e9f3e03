"""People on duty, busy and needed by hour of the week: a day worked by hand, what must add up, and the chart of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from office import setting
from runs import report, see
from shown import small

from sim.core.options import Options
from sim.metrics.report import Report
from sim.metrics.staffed_weeks import staffed_groups, staffed_seconds
from sim.output.charts.roster_gantt import RosterGanttChart
from sim.output.charts.staffing import StaffingChart
from sim.output.html.chosen_unit import chosen_unit
from sim.output.text.headline import staffed_places
from sim.output.text.overview import what_would
from sim.scenario.setting import setting_of

ENGLISH = Options(lang="en")


def desk(people: int) -> Report:
    """Four letters an hour of half an hour each, for so many people."""
    return report(
        setting(
            window="14 d",
            arrivals={"per_day": 96},
            replications=2,
            teams={"desk": {"tier": "city", "staff": {"always": people}}},
            workflow=[{"serve": {"by": "desk", "effort": "30 min"}}],
            sla={"started": {"until": "serve.started", "within": "20 min", "target": "90%"}},
        )
    )


def test_where_nobody_waits_for_long_the_people_needed_are_those_busy() -> None:
    (week,) = desk(20).staffed
    assert week.needed.tolist() == week.busy.tolist()
    assert week.on_duty.tolist() == [20.0] * 168
    assert (week.lacking <= 0).all()
    assert 1.5 < week.busy.mean() < 2.5  # four an hour, half an hour each
    assert "in no hour do late letters need more people" in StaffingChart(desk(20), "0", ENGLISH).title()


def test_where_letters_wait_people_lack_when_they_came() -> None:
    (week,) = desk(2).staffed
    assert (week.busy <= 2.0).all()
    assert week.needed.max() > 2.0
    # The work is the same, only earlier, but for what came before the window or is done after it.
    assert week.needed.sum() == pytest.approx(week.busy.sum(), rel=0.1)
    hours = int((week.lacking >= 0.1).sum())
    assert f"too few people in {hours} of 168 hours" in StaffingChart(desk(2), "0", ENGLISH).title()


def test_people_add_up_to_those_of_the_teams(small_report: Report) -> None:
    for team, figures in small_report.teams.items():
        on_duty = sum(week.on_duty for week in small_report.staffed if week.team == team)
        assert np.allclose(on_duty, figures.week.on_duty.mean, atol=0.01)
        busy = sum(week.busy for week in small_report.staffed if week.team == team)
        assert np.allclose(busy, figures.week.busy.mean + figures.week.overtime.mean, atol=0.01)


def test_units_of_a_large_team_are_told_by_the_unit_above(tmp_path: Path) -> None:
    branches = "teams.branch={tier: branch, within: city, units: 3, staff: {always: 3}}"
    stations = "teams.station={tier: station, within: branch, units: 30, staff: {daytime: 30}}"
    of = setting_of(small(tmp_path, "large", branches, stations, "replications=1").scenario)
    told = [(group.team, group.name, len(group.units)) for group in staffed_groups(of)]
    assert told == [
        ("city", "city", 1),
        *(("station", f"branch-{number}", 10) for number in (1, 2, 3)),
        *(("branch", f"branch-{number}", 1) for number in (1, 2, 3)),
    ]
    (seconds,) = see(of, staffed_seconds)
    assert seconds.on_duty.shape == (7, 168)


def test_the_page_can_draw_every_unit_with_people(small_report: Report) -> None:
    chosen = chosen_unit(small_report, "en")
    assert chosen is not None
    assert len(chosen.units) == sum(bool(week.on_duty.any()) for week in small_report.staffed)


def test_the_roster_is_told_by_groups_that_take_turns(small_report: Report) -> None:
    groups = small_report.roster
    assert {group.team for group in groups} == {"city", "station"}
    assert sum(group.people for group in groups) == small_report.headcount
    for group in groups:
        assert (group.shifts[:, 0] < group.shifts[:, 1]).all()
        assert group.shifts.min() >= 0
        assert group.shifts.max() <= 7 * 24
    assert "14 people in" in RosterGanttChart(small_report, "", ENGLISH).title()


def test_a_missed_target_says_where_and_when_people_lack() -> None:
    assert "too few people in" in str(what_would(desk(1), "en"))
    assert what_would(desk(20), "en") is None


def test_the_unit_that_opens_is_of_the_team_where_the_late_letters_waited() -> None:
    short = desk(2)
    other = replace(short.staffed[0], team="elsewhere")
    assert staffed_places(replace(short, staffed=(other, *short.staffed)))[0] == 1
