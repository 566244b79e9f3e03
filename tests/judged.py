"""A desk of which logs are recorded and on which scenarios are judged."""

from pathlib import Path

from sim.core.tables import Roster
from sim.experiment.replications import simulate_replication
from sim.fit.log import EventLog
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
