"""Small mailboxes whose charts and pages are looked at: late letters, several teams, names that are markup."""

from pathlib import Path

import numpy as np

from sim.operations.answers import Answers, Sent, Unanswered
from sim.operations.destination import ReplayOptions
from sim.operations.replay_report import ReplayReport, report_on
from sim.operations.service_level import Demand
from sim.scenario.loading import Loaded, load

MARKUP = "<script>alert(1)</script>"

SMALL = f"""
schema: 1
name: "{MARKUP}"
about: "局长信箱 & <b>more</b>"
start: 2021-05-10
warm_up: 1 d
window: 7 d
cool_down: 1 d
replications: 3
seed: 5
arrivals: {{per_day: 120, by_hour: mailbox}}      # A: made up
channels: {{web: {{share: 60%}}, paper: {{share: 40%}}}}
categories: {{household: {{share: 70%}}, noise: {{share: 30%}}}}
teams:
  city: {{tier: city, staff: {{four_teams_three_shifts: 8}}, absence: 10%}}
  station: {{tier: station, units: 3, within: city, staff: {{daytime: 6}}}}
workflow:
  - sign: {{by: city, effort: {{mean: 4 min, cv: 0.8}}, priority: 0, interrupts: true}}
  - enquire: {{wait: 2 h}}
  - handle: {{by: station, effort: {{mean: 40 min, cv: 1}}}}
sla:
  signed: {{until: sign.finished, within: 10 min, target: 99%}}
  closed: {{until: closed, within: 1 d, target: 90%}}
"""


def small(folder: Path, stem: str = "small", *overrides: str) -> Loaded:
    """The mailbox as a scenario file of this name, with changes."""
    path = folder / f"{stem}.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return load(path, overrides)


MAILBOX = """
name: "A <b>mailbox</b>"
start: 2024-01-01
warm_up: 1 d
window: 7 d
cool_down: 1 d
replications: 2
arrivals: {per_day: 200}
teams:
  city: {tier: city, staff: {always: 6}}
  station: {tier: station, within: city, units: 2, staff: {always: 12}}
workflow:
  - sign: {by: city, effort: {exponential: 30 min}}
  - handle: {by: station, effort: {exponential: 30 min}}
sla:
  signed: {until: sign.finished, within: 3 h, target: 90%}
  closed: {until: closed, within: 1 d}
stress: {replications: 3, ramp: {steps: 3}, spike: {times: 6, lasts: 2 h}, soak: {lasts: 14 d, replications: 2}}
"""
"""The mailbox that is stressed, and whose targets are told."""


def replayed() -> ReplayReport:
    """A system that answers most letters of ten seconds."""
    chance = np.random.default_rng(1)
    outcome = np.full(500, 201, np.int16)
    outcome[[7, 300]], outcome[450:] = 503, Unanswered.UNSENT
    answers = Answers(
        np.arange(500) / 50,
        chance.exponential(0.001, 500),
        chance.exponential(0.02, 500),
        outcome,
        np.arange(500) % 100 == 7,
        np.zeros(500),
        np.zeros(500, np.int16),
        np.arange(500),
    )
    demand = Demand(load=dict.fromkeys(("second", "minute", "hour"), 100), headroom_s=5.0)
    return report_on(
        Sent(answers), ReplayOptions("http://127.0.0.1:8080/letters", speed=60), "letters.csv", {"receive": demand}
    )


def replayed_ways() -> ReplayReport:
    """A system that takes in a hundred letters and their steps, and is down for a while."""
    at = np.arange(300) / 20
    outcome = np.full(300, 201, np.int16)
    outcome[100:140], outcome[140:150] = Unanswered.NO_CONNECTION, Unanswered.NO_ID
    answers = Answers(
        due=at,
        late=np.full(300, 0.001),
        latency=np.full(300, 0.03),
        outcome=outcome,
        resent=np.zeros(300, np.bool_),
        waited=np.where(np.arange(300) % 3 == 1, 0.01, 0.0),
        operation=(np.arange(300) % 3).astype(np.int16),
        letter=np.arange(300) // 3,
    )
    sent = Sent(answers, operations=("receive", "handle.start", "handle.finish"), received_before=3, counted_from=1.0)
    plan = ReplayOptions("http://127.0.0.1:8080/letters", speed=60)
    demand = Demand(load=dict.fromkeys(("second", "minute", "hour"), 100), headroom_s=5.0)
    return report_on(sent, plan, "letters.csv", {"handle.start": demand}, {"sign.start": 100})
