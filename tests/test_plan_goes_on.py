"""A plan that was killed goes on where it was, and ends as if nothing had happened."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from kept import contents
from planned import desk

from sim.commands.main import cli
from sim.output.results.plan import plain_answer
from sim.planner import finished_replications
from sim.planner.finished_replications import FinishedPoint, packed, unpacked
from sim.planner.planning import plan
from sim.scenario.setting import Setting
from sim.statistics import durations_of

DESK = """
name: desk
start: 2026-03-02
window: 5 d
cool_down: 6 h
seed: 5
arrivals: {per_day: 150}
rosters: {day: {daily: ["08:00-20:00"]}}
teams: {desk: {tier: city, staff: {always: 4, day: 2}}}
workflow:
  - serve: {by: desk, effort: {exponential: 15 min}}
sla:
  started: {until: serve.started, within: 20 min, target: 90%}
plan: {proof: 12, replications: 3, vary: {desk: {always: [0, 6], day: [0, 3]}}}
"""


class Killed(BaseException):
    """Stands for a kill, which nothing may catch."""


class MemoryPoints:
    """Points in memory, written until the process is killed."""

    def __init__(self, points: Mapping[int, FinishedPoint], until: int | None = None) -> None:
        self.points, self.until, self.put_now = dict(points), until, 0

    def get(self, number: int) -> FinishedPoint | None:
        return self.points.get(number)

    def whole(self) -> Mapping[int, FinishedPoint]:
        return dict(self.points)

    def put(self, number: int, point: FinishedPoint) -> None:
        if self.put_now == self.until:
            raise Killed
        assert number not in self.points
        self.points[number] = point
        self.put_now += 1


@pytest.fixture(autouse=True)
def point_a_replication(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_replications, "SECONDS_A_POINT", 0.0)


def answered(office: Setting, kept: MemoryPoints | None = None) -> str:
    answer = plan(office, scenario="desk", kept=kept)
    return json.dumps(plain_answer(answer), sort_keys=True)


def test_a_plan_that_is_killed_again_and_again_gives_the_same_answer_and_simulates_nothing_twice() -> None:
    office = desk(100, 25, "10 min", "90%", most=12, proof=8)
    undisturbed = answered(office)
    whole = MemoryPoints({})
    assert answered(office, whole) == undisturbed
    assert len(whole.points) > 33
    kept = MemoryPoints({}, until=1)
    for until in (1, 9, 20, 3):
        kept = MemoryPoints(kept.points, until)
        with pytest.raises(Killed):
            answered(office, kept)
    kept = MemoryPoints(kept.points)
    assert answered(office, kept) == undisturbed
    assert kept.put_now == len(whole.points) - 33
    again = MemoryPoints(kept.points)
    assert answered(office, again) == undisturbed
    assert again.put_now == 0


def test_what_was_kept_of_another_staffing_or_chance_is_not_taken() -> None:
    office = desk(100, 25, "10 min", "90%", most=12, proof=8)
    whole = MemoryPoints({})
    answered(office, whole)
    for changed in ({"seed": office.scenario.seed + 1}, {"warm_up": 86_400}):
        other = office._replace(scenario=office.scenario.model_copy(update=changed))
        kept = MemoryPoints(whole.points)
        assert answered(other, kept) == answered(other)
        assert kept.put_now > 30


@pytest.mark.parametrize("seconds", [[], [0], [5, 5, 70, 3], [2**33, 1]])
def test_elapsed_times_are_the_same_when_unpacked(seconds: list[int]) -> None:
    durations = durations_of(np.array(seconds, np.int64), np.array([each % 2 == 1 for each in seconds], np.bool_))
    for one, other in zip(durations, unpacked(packed(durations)), strict=True):
        assert one.tolist() == other.tolist()


def command(*words: str) -> Result:
    done = CliRunner().invoke(cli, list(words))
    assert done.exit_code == 0, done.output
    return done


def test_the_command_ends_with_the_same_bytes_and_simulates_what_is_damaged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yaml").write_text(DESK, "utf-8")
    asked = ("plan", "desk.yaml", "--no-report")
    command(*asked)
    (whole,) = tmp_path.glob("results/desk/plan-*")
    (points,) = tmp_path.glob("results/desk/points-*")
    before = contents(whole, ["manifest.json"])
    finished = sorted(points.glob("point-*.json"))
    assert f"{len(finished)} finished points of desk.yaml" in command("verify", str(points)).output
    assert "finished points" in command("runs").output

    # As a kill leaves it: the last points and the result are not there, and a file was cut off.
    for path in [*finished[len(finished) // 2 :], *whole.iterdir()]:
        path.unlink()
    whole.rmdir()
    (cut,) = finished[3:4]
    cut.write_text(cut.read_text("utf-8")[:-20], "utf-8")
    kept = {path: path.stat().st_mtime_ns for path in finished if path.exists() and path != cut}
    command(*asked)
    assert contents(whole, ["manifest.json"]) == before
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert sorted(points.glob("point-*.json")) == finished
    command("verify", str(points))

    command(*asked, "--seed", "6")
    assert len(list(tmp_path.glob("results/desk/points-*"))) == 2
    command(*asked, "--force")
    assert contents(whole, ["manifest.json"]) == before
    command("runs", "--prune")
    assert not list(tmp_path.glob("results/desk/points-*"))
    assert contents(whole, ["manifest.json"]) == before
