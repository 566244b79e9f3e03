"""Letters that are about to miss an SLA, or have: when they are supervised, what is done, and what is said of it."""

from mailbox import NORTH, at, mailbox, simulated
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builder import Prompt, letters, shifts, told, work
from oracles.queueing import priority_waits
from runs import report, setting, written

from sim.core.clock import HOUR
from sim.core.errors import ScenarioError
from sim.core.tables import NO_PRIORITY, NO_UNIT, NO_VISIT, OTHER_DUTY, Workload
from sim.engine.contract import simulate
from sim.engine.verify import prove
from sim.metrics.letter_timeline import EventKind
from sim.metrics.measures import measure
from sim.metrics.replication import Replication
from sim.metrics.summary import summarise
from sim.metrics.timeline import timelines
from sim.operations.exports.events import Reason, Transition, events_of
from sim.output.text.answer import run_sentences
from sim.sampling.kept_letters import letters_name
from sim.sampling.limits import due_seconds
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

MINUTE = 60

STORY = """
schema: 1
start: 2024-01-01
window: 1 d
arrivals: {trace: letters.csv}
teams:
  desk: {staff: {always: 1}}
  city: {staff: {late: 1}}
rosters: {late: {daily: ["10:00-24:00"]}}
workflow:
  - sign: {by: desk, effort: 20 min}
  - handle: {by: desk, effort: 2 h, priority: 6}
sla:
  signed: {until: sign.started, within: 30 min}
  closed: {until: closed, within: 3 h}
"""


def story(folder: Path, rules: str) -> Setting:
    """Three letters come at 08:00, a fourth at 09:00; the city is on duty from 10:00 on."""
    (folder / "letters.csv").write_text("received\n" + "2024-01-01 08:00:00\n" * 3 + "2024-01-01 09:00:00\n", "utf-8")
    return setting(written(folder, STORY + f"supervise: [{rules}]\n"))


def workload_of(office: Setting) -> Workload:
    return draw_workload(office, draw_roster(office, 0), 0)


def test_a_prompt_sheet_is_due_for_each_letter_and_comes_for_those_that_are_late(tmp_path: Path) -> None:
    """The signing of the first two is begun by 08:24, the third waits until 08:40, the fourth is at once signed."""
    office = story(tmp_path, "{sla: signed, at: 80%, task: {by: city, effort: 10 min}}")
    workload = workload_of(office)
    prompts = np.flatnonzero(workload.about != NO_VISIT)
    assert workload.received[prompts].tolist() == [at(8, 24)] * 3 + [at(9, 24)]
    assert workload.about[prompts].tolist() == [0, 2, 4, 9], "three letters, three prompts, and the last letter"
    assert workload.until_start[prompts].all()
    assert workload.step[workload.first_visit[prompts]].tolist() == [OTHER_DUTY] * 4
    log = simulate(workload, draw_roster(office, 0), office.scenario.horizon)
    sheets = [told(log)[visit] for visit in workload.first_visit[prompts]]
    assert [row[0] for row in sheets] == [-1, -1, at(8, 24), -1]
    assert sheets[2] == (at(8, 24), at(10), at(10, 10), 1, 0)


def test_a_letter_is_preferred_without_anybodys_work(tmp_path: Path) -> None:
    """Each is due after 80% of three hours."""
    office = story(tmp_path, "{sla: closed, at: 80%, priority: 2}")
    workload = workload_of(office)
    prompts = np.flatnonzero(workload.about != NO_VISIT)
    assert workload.received[prompts].tolist() == [at(10, 24)] * 3 + [at(11, 24)]
    assert workload.new_priority[prompts].tolist() == [2] * 4
    assert not workload.until_start[prompts].any()
    assert (np.diff(workload.first_visit)[prompts] == 0).all(), "nobody works on them"
    assert (workload.new_priority[workload.about == NO_VISIT] == NO_PRIORITY).all()


def test_a_letter_moves_as_soon_as_somebody_is_on_duty_there(tmp_path: Path) -> None:
    """Due at 09:30, when the city is asleep; at 10:00 the second letter waits to be handled, and moves."""
    office = story(tmp_path, "{sla: closed, at: 50%, move_to: city}")
    workload = workload_of(office)
    prompts = np.flatnonzero(workload.about != NO_VISIT)
    assert workload.received[prompts].tolist() == [at(10)] * 3 + [at(10, 30)]
    assert workload.move_to[prompts].tolist() == [1] * 4
    assert (workload.move_to[workload.about == NO_VISIT] == NO_UNIT).all()
    log = simulate(workload, draw_roster(office, 0), office.scenario.horizon, stretches=True)
    assert log.served_by[1:6:2].tolist() == [0, 1, 1]
    assert log.started[3] == at(10)
    checked = prove(office)
    assert (checked.letters, checked.prompts) == (4, 4)
    found = Replication(office, workload, draw_roster(office, 0), log)
    moves = events_of(found)
    moved = moves.transition == Transition.REASSIGN
    assert moves.instant[moved].tolist() == [at(10), at(10), at(10, 30)]
    assert (moves.reason[moved] == Reason.SUPERVISION).all()


def test_only_letters_to_which_the_sla_applies_are_supervised(tmp_path: Path) -> None:
    """Half of the letters go to stage 2, and only these are to be closed within three hours."""
    stage2 = "  - stage2: {detour: 50%, steps: [{review: {by: desk, effort: 1 h}}]}\n"
    text = STORY.replace("sla:\n", stage2 + "sla:\n").replace("within: 3 h", "within: 3 h, only_after: [stage2]")
    rows = "".join(f"2024-01-01 {hour:02}:00:00\n" for hour in range(20))
    (tmp_path / "letters.csv").write_text("received\n" + rows, "utf-8")
    rule = "supervise: [{sla: closed, at: 50%, task: {by: city, effort: 10 min}}]\n"
    workload = workload_of(setting(written(tmp_path, text + rule)))
    prompts = np.flatnonzero(workload.about != NO_VISIT)
    letter = np.searchsorted(workload.first_visit, workload.about[prompts], side="right") - 1
    visits = np.diff(workload.first_visit)
    reviewed = np.flatnonzero((visits == 3) & (workload.about == NO_VISIT))
    assert 0 < len(reviewed) < 20
    assert letter.tolist() == reviewed.tolist()
    assert workload.received[prompts].tolist() == (workload.received[reviewed] + 90 * MINUTE).tolist()
    assert workload.about[prompts].tolist() == (workload.first_visit[reviewed] + 2).tolist(), "the last visit of each"


def test_the_limit_passes_on_the_clock_of_the_sla() -> None:
    """Half of 4 office hours from Friday 16:30 on is Monday 09:00, with an hour on Friday; a day is 24 hours."""
    office = mailbox(
        start="2024-01-05",
        window="7 d",
        sla={
            "called": {"until": "sign.started", "within": "4 office hours"},
            "closed": {"until": "closed", "within": "2 working days"},
            "ended": {"until": "closed", "within": "end of working day 2"},
        },
        office_hours=["08:00-17:30"],
    )
    received = np.array([at(16, 30)])
    called, closed, ended = office.scenario.sla.values()
    assert due_seconds(office, called, 0.5 * called.within.seconds, received).tolist() == [at(9, day=3)]
    assert due_seconds(office, closed, 1.0 * closed.within.seconds, received).tolist() == [at(16, 30, day=4)]
    assert due_seconds(office, ended, 1.0 * ended.within.seconds, received).tolist() == [at(0, day=5)]
    assert due_seconds(office, ended, 3.0 * ended.within.seconds, received).tolist() == [office.scenario.horizon], (
        "not before the end"
    )


def test_what_was_due_before_the_start_is_due_at_once() -> None:
    office = mailbox(sla={"closed": {"until": "closed", "within": "1 h"}})
    received = np.array([-3 * HOUR, -HOUR // 2, -HOUR])
    assert due_seconds(office, office.scenario.sla["closed"], HOUR, received).tolist() == [1, HOUR // 2, 1]


RULES: list[dict[str, Any]] = [
    {"sla": "signed", "at": "50%", "priority": 1},
    {"sla": "signed", "at": "100%", "task": {"by": "branch", "effort": "5 min"}},
]


def test_what_supervision_did_is_counted() -> None:
    """Of three letters of 09:00 the second is prompted after 10 of 20 minutes, the third is late, too."""
    keys = {"sla": {"signed": {"until": "sign.started", "within": "20 min", "target": "50%"}}, "supervise": RULES}
    office = mailbox(**keys)
    each = [(at(9), work(NORTH, 15 * MINUTE)) for _ in range(3)]
    dues = [(at(9, 10),)] * 3 + [(at(9, 20), work(0, 5 * MINUTE))] * 3
    asked = {3 + n: Prompt(n, True, 1) for n in range(3)} | {6 + n: Prompt(n, True) for n in range(3)}
    workload = letters(*each, *dues, prompts=asked)
    duty = np.arange(9) >= 3
    workload = workload._replace(
        category=np.where(duty, OTHER_DUTY, workload.category).astype(np.int16),
        rule=np.repeat(np.array([0, 0, 1], np.int16), 3),
        step=np.where(np.arange(6) >= 3, OTHER_DUTY, workload.step).astype(np.int16),
    )
    found = simulated(office, workload, shifts((NORTH, 0, at(24), 1), (0, 0, at(24), 1), units=3))
    told_of = summarise(office, [measure(found)], scenario="", engine="simpy")
    first, second = told_of.summary()["supervise"]
    assert (first["sla"], first["at"], first["supervised"]["mean"], first["met"]["mean"]) == ("signed", 0.5, 2, 0.5)
    assert (second["supervised"]["mean"], second["share"]["mean"], second["met"]["mean"]) == (1, 1 / 3, 0)
    sentence = "Supervised at 50% of the limit of signed: 2 letters (66.7%), of which 50% met it all the same."
    assert sentence in list(run_sentences(told_of, "en"))
    late = "Supervised at 100% of the limit of signed, when it had passed: "
    assert [each.startswith(late) for each in run_sentences(told_of, "en") if "100%" in each] == [True]
    kinds = [event.kind for event in timelines(found, [2])[0].events]
    assert kinds.count(EventKind.PROMPTED) == 2


def test_who_is_preferred_at_once_waits_as_if_always_preferred(tmp_path: Path) -> None:
    """M/M/1 with a class that a rule prefers a second after receipt, against Cobham's formula for priorities."""
    told_of = report(
        setting(
            written(
                tmp_path,
                """
schema: 1
start: 2024-01-01
warm_up: 4 d
window: 60 d
cool_down: 2 d
replications: 40
seed: 4
arrivals: {per_day: 112}
categories: {urgent: {share: 40%}, usual: {share: 60%}}
teams: {desk: {staff: {always: 1}}}
workflow:
  - serve: {by: desk, effort: {exponential: 10 min}}
sla:
  urgent: {until: serve.started, within: 1 h, for: [urgent]}
  usual: {until: serve.started, within: 1 h, for: [usual]}
supervise: [{sla: urgent, at: 0.01%, priority: 2}]
""",
            )
        )
    )
    urgent, usual = priority_waits([0.4 * 112 / 1440, 0.6 * 112 / 1440], [10, 10], [1, 1])
    for name, wait in (("urgent", urgent), ("usual", usual)):
        found = told_of.slas[name].elapsed_min.mean
        assert found.low is not None
        assert found.low <= wait <= found.high or abs(found.value - wait) < 0.03 * wait


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{sla: singed, at: 80%, priority: 0}", "no such SLA 'singed'; did you mean 'signed'?"),
        ("{sla: signed, at: 80%}", "needs what happens: priority, move_to or task"),
        ("{sla: signed, at: 0, priority: 0}", "must be more than 0 (got 0)"),
        ("{sla: signed, at: 1, move_to: nobody}", "no such team 'nobody'"),
        ("{sla: signed, at: 1, task: {by: nobody, effort: 1 min}}", "no such team 'nobody'"),
        ("{sla: later, at: 1, priority: 0}", "due; later runs from sign.finished"),
        ("{sla: paused, at: 1, priority: 0}", "due; paused is paused during sign"),
    ],
)
def test_what_cannot_be_supervised_is_refused(rule: str, problem: str, tmp_path: Path) -> None:
    slas = """sla:
  signed: {until: sign.started, within: 30 min}
  later: {from: sign.finished, until: closed, within: 3 h}
  paused: {until: closed, within: 3 h, paused_during: [sign]}
"""
    text = STORY.partition("sla:")[0].replace("{trace: letters.csv}", "{per_day: 5}") + slas
    with pytest.raises(ScenarioError) as error:
        setting(written(tmp_path, text + f"supervise: [{rule}]\n"))
    assert problem in str(error.value)


def test_letters_are_drawn_anew_where_other_slas_make_other_prompts(tmp_path: Path) -> None:
    usual = story(tmp_path, "")
    assert letters_name(usual) == letters_name(with_limit(usual))
    prompted = story(tmp_path, "{sla: closed, at: 80%, priority: 2}")
    assert letters_name(prompted) != letters_name(with_limit(prompted))


def with_limit(office: Setting) -> Setting:
    closed = office.scenario.sla["closed"]
    other = closed.model_copy(update={"target": 0.5})
    return office._replace(scenario=office.scenario.changed(sla={**office.scenario.sla, "closed": other}))


def test_some_letters_keep_their_own_prompts(tmp_path: Path) -> None:
    office = story(tmp_path, "{sla: signed, at: 80%, task: {by: city, effort: 10 min}}")
    workload = workload_of(office)
    stays = np.ones(workload.letters, np.bool_)
    stays[1] = False
    fewer = workload.some_letters(stays)
    prompts = np.flatnonzero(fewer.about != NO_VISIT)
    assert fewer.received[prompts].tolist() == [at(8, 24)] * 2 + [at(9, 24)]
    assert fewer.about[prompts].tolist() == [0, 2, 6]
    assert fewer.first_visit.tolist() == [0, 2, 4, 5, 6, 8, 9]
