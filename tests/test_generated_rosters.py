"""Rosters that a plan generates: the labour rules hold for all of them, and evening peaks get evening shifts."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import cli
from sim.core.clock import DAY, HOUR
from sim.core.errors import ScenarioError
from sim.core.options import Options
from sim.models.roster_rules import RosterRules
from sim.models.shift_patterns import ShiftPattern, shift_patterns
from sim.output.charts.plan import PlannedShiftsChart
from sim.output.results.plan import plan as made
from sim.output.results.plan import write_planned
from sim.output.text.plan import plan_sentences
from sim.planner.answer import PlanAnswer
from sim.planner.simulator import PlanTargets, Simulator
from sim.planner.slot_effects import busy_by_slot, people_by_slot, slot_effects
from sim.planner.staffing_cells import staffing_cells
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

hours = st.integers(1, 24)


@given(
    first=st.integers(0, 23), last=st.integers(0, 23), lengths=st.tuples(hours, hours), week=st.integers(10, 60),
    rest=st.integers(0, 24), days=st.integers(1, 9), nights=st.integers(1, 9),
)  # fmt: skip
def test_every_pattern_keeps_the_labour_rules_over_many_weeks(
    first: int, last: int, lengths: tuple[int, int], week: int, rest: int, days: int, nights: int
) -> None:
    rules = RosterRules.model_validate(
        {
            "starts": f"{first:02}:00-{last:02}:00",
            "lengths": [f"{each} h" for each in sorted(lengths)],
            "hours_per_week": week,
            "rest": f"{rest} h",
            "days_in_a_row": days,
            "nights_in_a_row": nights,
        }
    )
    for pattern in shift_patterns(rules):
        cycle = pattern.roster().cycle
        assert cycle is not None
        weeks = 7 * len(cycle)
        shifts = [
            (day * DAY + start, day * DAY + end) for day in range(weeks) for start, end in cycle[day % len(cycle)]
        ]
        assert all(begin - end >= rest * HOUR for (_, end), (begin, _) in pairwise(shifts))
        assert sum(end - start for start, end in shifts) / HOUR / len(cycle) <= week + 1e-9
        assert all(min(lengths) <= (end - start) / HOUR <= max(lengths) for start, end in shifts)
        allowed = range(first, (last if last > first else last + 24) + 1)
        assert any((start % DAY) // HOUR == each % 24 for start, _ in shifts for each in allowed)
        on = [start // DAY for start, _ in shifts]
        assert longest_run(on) <= days
        assert longest_run([start // DAY for start, end in shifts if touches_night(start, end)]) <= nights


def longest_run(days: list[int]) -> int:
    """Days that follow each other, at most."""
    longest = run = 0
    for before, day in pairwise([-9, *days]):
        run = run + 1 if day == before + 1 else 1
        longest = max(longest, run)
    return longest


def touches_night(start: int, end: int) -> bool:
    return any(second % DAY < 5 * HOUR for second in range(start, end, HOUR // 2))


def test_the_usual_rules_leave_eight_hours_on_five_days_of_seven() -> None:
    patterns = {(each.start // HOUR, each.length // HOUR): each for each in shift_patterns(RosterRules())}
    assert patterns[16, 8] == ShiftPattern(16 * HOUR, 8 * HOUR, 5, 2)
    assert patterns[16, 8].name == "16:00-24:00"
    assert patterns[16, 8].hours_a_week == 40
    assert patterns[22, 8].on <= 3  # nights
    assert len(patterns) == 17 * 7


def test_people_by_slot_are_an_average_day() -> None:
    evening = ShiftPattern(17 * HOUR, 8 * HOUR, 5, 2).roster()
    part = people_by_slot(evening) * 7 / 5
    assert part.tolist() == [0.5, *[0.0] * 7, 0.5, 1.0, 1.0, 1.0]
    assert people_by_slot(None).tolist() == [1.0] * 12


# A desk with a letter an hour by day and four an hour from 18:00 to 22:00, each almost an hour of work. One long roster
# has to bring four people all day, 4 x 105 h. One of them and three more every evening would do: with six days on and
# one off four people take turns, 105 h + 4 x 36 h.

PEAK = """
schema: 1
start: 2021-05-10
warm_up: 1 d
window: 7 d
cool_down: 1 d
arrivals: {trace: letters.csv}
rosters:
  long: {daily: ["08:00-23:00"]}
teams:
  desk: {staff: {long: 4}}
workflow:
  - serve: {by: desk, effort: 55 min}
sla:
  started: {until: serve.started, within: 10 min, target: 99%}
plan: {rosters: generate, proof: 4, replications: 2}
"""


def peak(folder: Path, text: str = PEAK) -> Path:
    """The scenario, and its letters beside it."""
    monday = datetime(2021, 5, 10)
    letters = [
        monday + timedelta(days=day, hours=hour, minutes=number)
        for day in range(9)
        for hour in range(8, 22)
        for number in range(4 if hour >= 18 else 1)
    ]
    (folder / "letters.csv").write_text("\n".join(["received", *map(str, letters)]) + "\n", "utf-8")
    (folder / "peak.yaml").write_text(text, "utf-8")
    return folder / "peak.yaml"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PlanAnswer]:
    """The folder of the scenario, with its plan in `plan`, and the answer."""
    folder = tmp_path_factory.mktemp("peak")
    loaded = load(peak(folder))
    answer = made(loaded, Options(out=folder / "plan", report=False)).report
    write_planned(answer, loaded, False, folder / "planned.yaml", "en")
    write_planned(answer, loaded, True, folder / "whole.yaml", "en")
    return folder, answer


def test_an_evening_peak_gets_an_evening_shift(planned: tuple[Path, PlanAnswer]) -> None:
    folder, answer = planned
    given = made(load(peak(folder), ["plan.rosters=null"]), Options(out=folder / "given", report=False)).report
    assert given.hours.rostered == 4 * 105
    assert given.generated is None
    assert answer.hours.rostered <= 105 + 4 * 36
    assert answer.generated is not None
    heads = dict(zip([post.roster for post in answer.posts], answer.people or (), strict=True))
    used = [pattern for pattern in answer.generated if heads[pattern.name]]
    assert used
    # It is there for the peak, and not before noon.
    assert all(pattern.start >= 12 * HOUR and sum(pattern.span) > 2 * 18 * HOUR for pattern in used)
    assert answer.cost == pytest.approx(answer.hours.rostered / 40)  # by hours, as heads on other shifts do not compare
    assert used[0].name in " ".join(plan_sentences(answer, "en"))


def test_the_planned_scenario_has_the_rosters_and_runs(planned: tuple[Path, PlanAnswer]) -> None:
    folder, answer = planned
    written, whole = (load(folder / file).scenario for file in ("planned.yaml", "whole.yaml"))
    assert written.teams["desk"] == whole.teams["desk"]
    assert written.rosters == whole.rosters
    assert set(written.rosters) == {"long", *written.teams["desk"].staff}
    assert written.teams["desk"].headcount == sum(answer.people or ())
    sheet = (folder / "plan" / "roster.csv").read_text("utf-8-sig")
    assert all(name in sheet for name in written.teams["desk"].staff if name != "long")
    told = json.loads((folder / "plan" / "plan.json").read_text("utf-8"))["generated"]
    assert [each["roster"] for each in told] == [pattern.name for pattern in answer.generated or ()]
    ran = CliRunner().invoke(
        cli.cli, ["run", str(folder / "planned.yaml"), "--no-report", "--out", str(folder / "run")]
    )
    assert ran.exit_code == 0, ran.output


def test_who_comes_when_is_drawn(planned: tuple[Path, PlanAnswer]) -> None:
    _, answer = planned
    assert sum(group.people for group in answer.roster) == sum(answer.people or ())
    chart = PlannedShiftsChart(answer, "", Options(lang="en"))
    assert f"{sum(answer.people or ())} people in" in chart.title()


def test_the_same_seed_generates_the_same(planned: tuple[Path, PlanAnswer]) -> None:
    folder, answer = planned
    again = made(load(folder / "peak.yaml"), Options(out=folder / "again", report=False, workers=1)).report
    assert (again.generated, again.people, again.letters) == (answer.generated, answer.people, answer.letters)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("generated", "must be 'generate', or {generate: {...}} with labour rules (got 'generated')"),
        (
            "{generate: {lengths: [9 h, 8 h]}}",
            "lengths must be [shortest, longest], such as [6 h, 12 h] (got [9 h, 8 h])",
        ),
        ("{generate: {teams: [dsk]}}", "no such team 'dsk'; did you mean 'desk'?"),
        ("{generate: {hours_per_week: 4}}", "leave no roster"),
        ("{generate: {strats: 06:00-09:00}}", "did you mean 'starts'?"),
    ],
)
def test_rules_that_cannot_be_are_refused(tmp_path: Path, written: str, says: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load(peak(tmp_path, PEAK.replace("generate", written)))
    assert says in str(refused.value)


def test_what_urgent_work_keeps_busy_is_the_offered_load(tmp_path: Path) -> None:
    busy = busy_by_slot(setting_of(load(peak(tmp_path)).scenario), ["desk"])
    # 55 minutes of every hour from 08:00 on, and four times that from 18:00 to 22:00.
    assert busy[0] == pytest.approx([0.0] * 4 + [55 / 60] * 5 + [4 * 55 / 60] * 2 + [0.0], abs=0.02)


def test_more_people_in_a_slot_help_the_letters_of_that_slot(tmp_path: Path) -> None:
    setting = setting_of(load(peak(tmp_path)).scenario)
    simulator = Simulator(setting, staffing_cells(setting.scenario), PlanTargets(setting))
    effects = slot_effects(simulator, (3,), {"desk": "evenly"}, range(1))
    assert effects.letters.sum() == 7 * 26
    assert set(np.flatnonzero(effects.late[0] > 1)) == {9, 10}  # from 18:00 to 22:00
    assert effects.fewer[0, 9, 0, 9] > 1
    assert not effects.fewer[0, :8].any()


def test_where_the_given_rosters_do_not_do_generated_ones_are_added(tmp_path: Path) -> None:
    few = "plan.vary={desk: {long: [0, 2]}}"
    given = made(load(peak(tmp_path), [few, "plan.rosters=null"]), Options(out=tmp_path / "few", report=False)).report
    assert given.people is None
    answer = made(load(peak(tmp_path), [few]), Options(out=tmp_path / "more", report=False)).report
    assert answer.people is not None
    assert answer.hours.rostered <= 105 + 4 * 36
