"""A desk of which logs are recorded and on which scenarios are judged."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.core.tables import Roster
from sim.experiment.replications import simulate_replication
from sim.fit.as_of import hold_out_instant
from sim.fit.finding import Finding, Note
from sim.fit.fit_report import FitReport
from sim.fit.judgement import FieldDistance, range_of
from sim.fit.judging import judge_fit
from sim.fit.log import EventLog, KnownRoster
from sim.fit.looks import held_out
from sim.fit.on_base import Replaced
from sim.fit.simulated_log import simulated_log
from sim.scenario.loading import ScenarioFile
from sim.scenario.setting import setting_of

DESK = """
schema: 1
name: A desk
start: 2024-01-01
warm_up: 0 d
window: 56 d
seed: 5
arrivals: {per_day: 60, by_hour: mailbox}
teams:
  desk: {staff: {four_teams_three_shifts: 12}}
  office: {staff: {office: 3}}
workflow:
  - sign: {by: desk, effort: {mean: 4 min, cv: 0.8}}
  - ask: {wait: {mean: 5 h, cv: 1}}
  - answer: {by: office, effort: {mean: 15 min, cv: 1}}
  - again: {back_to: answer, chance: 10%, at_most: 1}
sla:
  signed: {until: sign.finished, within: 10 min, target: 99%}
  answered: {until: answer.finished, within: 2 d, target: 90%}
"""

STEPS = {step: step for step in ("sign", "ask", "answer")}


def scenario(folder: Path, text: str = DESK) -> ScenarioFile:
    path = folder / "desk.yaml"
    path.write_text(text)
    return ScenarioFile(path)


def recorded(file: ScenarioFile, *changes: str) -> tuple[EventLog, Roster]:
    """A log of the scenario, by another seed than the one it is judged with."""
    replication = simulate_replication(setting_of(file.with_changes(["seed=77", *changes]).scenario), 0)
    return simulated_log(replication, STEPS), replication.roster


def fitted(folder: Path) -> FitReport:
    """A fit of a desk that signs more slowly than its scenario says."""
    file = scenario(folder)
    log, roster = recorded(file, "workflow.sign.effort.mean=9 min")
    names = setting_of(file.with_changes().scenario).places.names
    known = KnownRoster(roster.unit, roster.start, roster.end, roster.people, names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.fit.judging.measures_there", lambda: False)
        judgement = judge_fit(file, STEPS, held_out(log, hold_out_instant(log, 0.25)), roster=known, replications=4)
    distances = (
        FieldDistance("2-gram", "", range_of([0.1, 0.12]), 0.05),
        FieldDistance("cycle-times", "h", range_of([3]), 1.5),
    )
    return FitReport(
        log="<b>letters</b>.csv", kind="events", letters=log.cases, events=log.events, begins="2024-01-01T00:01:00",
        ends="2024-02-25T23:00:00", columns={"case": "编号"},
        notes=(Note("zone-dropped", {"offsets": "+08:00"}), Note("transitions", {"n": 2, "names": "odd"})),
        findings=(
            Finding("workflow.sign.effort", 540.0, (530.0, 551.0), 3000, "s", 0.011, "lognormal", {"gamma": 12.0}),
            Finding("workflow.again.chance", 0.1, (0.09, 0.11), 3000, "share", note="borrowed"),
        ),
        replaced=(Replaced("workflow.sign.effort", "1.5 min", "9.01 min", 3000),),
        marks={"M": 12, "A": 3}, judgement=replace(judgement, distances=distances), not_judged="", refitted=True,
        open_at_end=7,
        goes_on="2024-02-26",
        measures=False,
    )  # fmt: skip
