"""Round trips: what is fitted to the exported log of a scenario, and to nothing else, behaves like the scenario."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from runs import SCENARIOS, report, setting, written

from sim.experiment.replications import simulate_replication
from sim.fit.finding import Fitted
from sim.fit.fitting import fit
from sim.fit.reading import read_log
from sim.fit.reading.roster_file import read_roster
from sim.fit.scenario_text import scenario_text, without_comments
from sim.metrics.report import Report
from sim.operations.exports.event_log import write_event_log
from sim.operations.exports.roster import write_roster
from sim.operations.exports.simulated import Simulated
from sim.scenario.setting import Setting
from sim.scenario.yaml_source import write_yaml

DESK = """
schema: 1
start: 2024-01-01
warm_up: 3 d
window: 39 d
cool_down: 4 d
arrivals: {per_day: 90, by_hour: mailbox}
channels: {web: {share: 70%}, paper: {share: 30%}}
categories: {quick: {share: 60%}, hard: {share: 40%}}
teams:
  front: {staff: {four_teams_three_shifts: 16}, absence: 10%}
  back: {units: 3, names: [north, south, west], weights: [3, 2, 1], staff: {daytime: 24}, absence: 10%}
workflow:
  - sign: {by: front, effort: {gamma: {mean: 4 min, cv: 0.5}}, priority: 0, interrupts: true}
  - read: {by: front, effort: {exponential: 20 min}, priority: 2}
  - drop: {leave: 10%}
  - ask: {wait: {per_category: {quick: {mean: 4 h, cv: 0.5}, hard: {mean: 20 h, cv: 1}}}}
  - handle: {by: back, effort: {per_category: {quick: {mean: 20 min, cv: 1}, hard: {mean: 75 min, cv: 1}}}}
  - check:
      {by: front, effort: {uniform: [2 min, 10 min]}, chance: {per_category: {quick: 20%, default: 70%}}, priority: 3}
  - again: {back_to: handle, chance: 15%, at_most: 1, after: {exponential: 3 h}}
  - close: {by: back, effort: 3 min, priority: 1}
"""
SLA = """sla:
  signed: {until: sign.finished, within: 10 min, target: 90%}
  read: {until: read.finished, within: 2 h, target: 90%}
  closed: {until: closed, within: 3 d, target: 90%}
"""


class RoundTrip(NamedTuple):
    """A scenario, what was fitted to its log, and the reports on fresh replications of both."""

    fitted: Fitted
    before: Report
    after: Report

    def figures(self, key: str) -> dict[str, Any]:
        """Findings of a key."""
        return {finding.key: finding for finding in self.fitted.findings if finding.key.startswith(key)}


def round_trip(folder: Path, of: Setting, sla: str, *fresh: Setting) -> RoundTrip:
    """Export one replication, fit, and simulate both anew."""
    simulated = Simulated(simulate_replication(of, 0))
    write_event_log(simulated, folder / "events.csv")
    write_roster(simulated, folder / "roster.csv")
    log = read_log(folder / "events.csv").log
    assert not hasattr(log, "milestones")
    fitted = fit(log, read_roster(folder / "roster.csv", log.origin))
    for name, text in fitted.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    count = f"replications={fresh[0].scenario.replications}"
    # Which days are working days belongs to what is promised, and may not show in the log.
    again = setting(written(folder, scenario_text(fitted) + sla), "seed=77", "holidays=china", count)
    return RoundTrip(fitted, report(fresh[0]), report(again))


def compliance(of: Report) -> dict[str, float]:
    shares = {name: sla.compliance for name, sla in of.slas.items()}
    return {
        name: share.mean if share.mean is not None else float(np.mean(share.between)) for name, share in shares.items()
    }


def close(trip: RoundTrip, points: float = 0.015) -> bool:
    """Compliance within so many points, and the mean time of closed letters within 5%."""
    before, after = compliance(trip.before), compliance(trip.after)
    assert before == pytest.approx(after, abs=points)
    cycles = [of.letters.time_in_system_min.mean for of in (trip.before, trip.after)]
    told = [cycle.value if cycle.value is not None else cycle.more_than for cycle in cycles]
    assert told[0] == pytest.approx(told[1], rel=0.05)
    return True


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> RoundTrip:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "desk.yaml").write_text(DESK + SLA, encoding="utf-8")
    of = setting(folder / "desk.yaml")
    return round_trip(folder, of, SLA, setting(folder / "desk.yaml", "seed=76", "replications=8"))


def test_a_desk_of_two_teams_behaves_like_the_one_that_was_recorded(desk: RoundTrip) -> None:
    assert close(desk)


def test_its_shares_and_loops_lie_within_their_intervals(desk: RoundTrip) -> None:
    truth = {
        "categories.quick.share": 0.6,
        "channels.paper.share": 0.3,
        "workflow.leave_after_read.leave": 0.1,
        "workflow.check.chance.per_category.quick": 0.2,
        "workflow.check.chance.per_category.hard": 0.7,
        "workflow.again.chance": 0.15,
        "teams.front.absence": 0.1,
        "teams.back.absence": 0.1,
    }
    found = {key: desk.figures(key)[key] for key in truth}
    inside = [found[key].interval[0] <= share <= found[key].interval[1] for key, share in truth.items()]
    assert sum(inside) >= len(truth) - 1  # 95% intervals of eight figures


def test_its_efforts_and_waits_have_their_family_and_mean(desk: RoundTrip) -> None:
    truth = {
        "workflow.sign.effort": ("gamma", 240),
        "workflow.read.effort": ("exponential", 1200),
        "workflow.ask.wait.per_category.hard": ("lognormal", 72_000),
        "workflow.handle.effort.per_category.quick": ("lognormal", 1200),
        "workflow.check.effort": ("uniform", 360),
        "workflow.again.after": ("exponential", 10_800),
        "workflow.close.effort": ("constant", 180),
    }
    for key, (family, mean) in truth.items():
        found = desk.figures(key)[key]
        assert found.chosen == family, key
        low, high = found.interval
        assert found.estimate == pytest.approx(mean, rel=0.05, abs=0.75 * (high - low)), key


def test_its_people_are_those_of_the_roster(desk: RoundTrip) -> None:
    teams = without_comments(desk.fitted.document)["teams"]
    assert teams["front"]["staff"] == {"four_teams_three_shifts": 16}
    assert teams["back"]["staff"] == {"daytime": 24}
    assert teams["back"]["names"] == ["north", "south", "west"]


def test_what_interrupts_and_goes_first_is_seen(desk: RoundTrip) -> None:
    steps = {name: step for each in without_comments(desk.fitted.document)["workflow"] for name, step in each.items()}
    assert steps["sign"]["interrupts"]
    assert "interrupts" not in steps["read"]
    assert steps["sign"]["priority"] < steps["read"]["priority"]
    assert steps["close"]["priority"] < steps["handle"]["priority"]
    assert steps["again"]["at_most"] == 1


def test_the_text_loads_and_its_figures_bear_marks(desk: RoundTrip, tmp_path: Path) -> None:
    text = scenario_text(desk.fitted)
    assert "# M: [" in text
    for name, rows in desk.fitted.files.items():
        (tmp_path / name).write_text(rows, encoding="utf-8")
    said = setting(written(tmp_path, text)).scenario
    assert said == setting(written(tmp_path, write_yaml(without_comments(desk.fitted.document)))).scenario


def test_nankang_behaves_like_its_log(tmp_path: Path) -> None:
    length = ("window=640 d", "warm_up=7 d", "cool_down=10 d")
    of, fresh = (setting(SCENARIOS / "nankang.yaml", *length, each) for each in ("seed=1", "seed=6"))
    trip = round_trip(tmp_path, of, _sla("nankang"), fresh._replace(scenario=fresh.scenario.changed(replications=6)))
    # About 1,500 letters: two standard errors of the mean of a lognormal time with a coefficient of variation of 1.2.
    assert compliance(trip.before) == pytest.approx(compliance(trip.after), abs=0.015)
    cycles = [of.letters.time_in_system_min.mean for of in (trip.before, trip.after)]
    told = [cycle.value or cycle.more_than for cycle in cycles]
    assert told[0] == pytest.approx(told[1], rel=2 * 1.2 / np.sqrt(1500))
    steps = {name: step for each in without_comments(trip.fitted.document)["workflow"] for name, step in each.items()}
    assert steps["contact"]["cover"] == "desk"
    teams = without_comments(trip.fitted.document)["teams"]
    assert teams["station"]["staff"] == {"daytime": 40}
    # One call an hour of 10 minutes, which a letter to be signed puts down.
    calls = trip.figures("teams.desk.other_duty")
    load = calls["teams.desk.other_duty.per_hour"].estimate * calls["teams.desk.other_duty.effort"].estimate / 3600
    assert load == pytest.approx(1 / 6, rel=0.25)
    assert "interruptible" not in teams["desk"]["other_duty"]


SHARED = """
start: 2024-01-01
window: 30 d
arrivals: {per_day: 60}
teams:
  city: {staff: {office: 4}}
  station: {within: city, staff: {office: 3}}
workflow:
  - sign: {by: station, effort: {mean: 5 min, cv: 0.8}, priority: 0}
  - contact: {by: station, effort: {mean: 5 min, cv: 0.8}, priority: 1}
  - handle: {by: {station: 50%, city: 50%}, effort: {mean: 40 min, cv: 1}}
  - callback: {by: city, effort: {mean: 10 min, cv: 1}}
"""


def test_what_takes_turns_with_other_work_has_its_priority(tmp_path: Path) -> None:
    simulated = Simulated(simulate_replication(setting(written(tmp_path, SHARED)), 0))
    write_event_log(simulated, tmp_path / "events.csv")
    write_roster(simulated, tmp_path / "roster.csv")
    log = read_log(tmp_path / "events.csv").log
    fitted = without_comments(fit(log, read_roster(tmp_path / "roster.csv", log.origin)).document)  # type: ignore[arg-type]
    priority = {name: step["priority"] for each in fitted["workflow"] for name, step in each.items()}
    # Stations sign and contact first; at the city handling and calls wait in one line.
    assert priority["sign"] < priority["contact"] < priority["handle"] == priority["callback"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "length", "replications"),
    [
        ("shenzhen_baseline", ("window=56 d", "warm_up=7 d"), 8),
        ("guangdong_launch", ("window=56 d", "warm_up=7 d"), 4),
        ("cangzhou", ("window=300 d", "warm_up=30 d"), 20),
        ("hubei", ("window=523 d", "warm_up=90 d"), 10),
    ],
)
def test_a_mailbox_behaves_like_its_log(tmp_path: Path, name: str, length: tuple[str, ...], replications: int) -> None:
    of = setting(SCENARIOS / f"{name}.yaml", *length)
    fresh = setting(SCENARIOS / f"{name}.yaml", *length, "seed=4711", f"replications={replications}")
    trip = round_trip(tmp_path, of, _sla(name), fresh)
    after = compliance(trip.after)
    for sla, share in compliance(trip.before).items():
        # 1.5 points, or two standard errors of what as many letters as the log has can tell.
        letters = trip.before.slas[sla].letters.mean
        assert letters is not None
        assert share == pytest.approx(after[sla], abs=max(0.015, 2 * np.sqrt(share * (1 - share) / letters))), sla


def _sla(name: str) -> str:
    """The SLAs of a shipped scenario as they are written there."""
    text = (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")
    return "sla:" + text.partition("\nsla:")[2].partition("\nlabels:")[0]
