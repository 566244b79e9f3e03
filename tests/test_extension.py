"""Letters that ask for more time: when they do, whose work it is, and which limit holds for them then."""

from mailbox import at
from pathlib import Path

import numpy as np
import pytest
from runs import setting, written

from sim.core.errors import ScenarioError
from sim.core.tables import NO_VISIT, OTHER_DUTY
from sim.engine.contract import simulate
from sim.engine.verify import prove
from sim.metrics.letter_timeline import EventKind
from sim.metrics.measures import measure
from sim.metrics.replication import Replication
from sim.metrics.report import Report
from sim.metrics.summary import summarise
from sim.metrics.timeline import timelines
from sim.output.text.answer import run_sentences
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload

WORK = "request: {by: chief, effort: 10 min}, approve: {by: chief, effort: 5 min}"

STORY = """
schema: 1
start: 2024-01-01
window: 1 d
arrivals: {trace: letters.csv}
teams:
  desk: {staff: {always: 1}}
  chief: {staff: {morning: 1}}
rosters: {morning: {daily: ["FROM-24:00"]}}
workflow:
  - handle: {by: desk, effort: 3 h}
sla:
  closed: {until: closed, within: 4 h, target: 90%}
  begun: {from: handle.queued, until: handle.started, within: 1 h}
"""


def story(folder: Path, rule: str, chief_from: str = "08:00", more: str = "") -> Replication:
    """Two letters of 08:00, the first closed at 11:00, the second at 14:00; after two hours both ask for more time."""
    (folder / "letters.csv").write_text("received\n" + "2024-01-01 08:00:00\n" * 2, "utf-8")
    office = setting(written(folder, STORY.replace("FROM", chief_from) + f"extension: [{rule}]\n{more}"))
    roster = draw_roster(office, 0)
    workload = draw_workload(office, roster, 0)
    prove(office)
    return Replication(office, workload, roster, simulate(workload, roster, office.scenario.horizon, stretches=True))


def told_of(replication: Replication) -> Report:
    return summarise(replication.setting, [measure(replication)], scenario="", engine="compiled")


def test_who_gets_more_time_is_judged_against_the_first_limit_and_his_own(tmp_path: Path) -> None:
    """Six hours are late for a limit of four, and in time for one of six."""
    found = story(tmp_path, f"{{sla: closed, at: 50%, by: 2 h, {WORK}}}")
    prompts = np.flatnonzero(found.workload.about != NO_VISIT)
    visits = [range(*found.workload.first_visit[[prompt, prompt + 1]].tolist()) for prompt in prompts]
    assert found.workload.received[prompts].tolist() == [at(10)] * 2
    assert [[int(found.log.finished[visit]) for visit in each] for each in visits] == [
        [at(10, 10), at(10, 25)],
        [at(10, 20), at(10, 30)],
    ]
    assert (found.workload.step[visits[0]] == OTHER_DUTY).all()
    report = told_of(found)
    (said,) = report.summary()["extension"]
    assert (said["asked"]["mean"], said["extended"]["mean"], said["saved"]["mean"]) == (2, 2, 1)
    assert (report.slas["closed"].compliance.mean, said["compliance"]["mean"]) == (0.5, 1)
    sentence = "closed: 2 letters asked for 2 h more, and 2 got it in time; 1 of them are late by the first limit"
    assert any(each.startswith(sentence) for each in run_sentences(report, "en"))


def test_what_is_granted_too_late_changes_nothing(tmp_path: Path) -> None:
    """The chief comes at 11:50 and decides at 12:15 and 12:20; the limit was 12:00."""
    report = told_of(story(tmp_path, f"{{sla: closed, at: 50%, by: 2 h, {WORK}}}", chief_from="11:50"))
    (said,) = report.summary()["extension"]
    assert (said["asked"]["mean"], said["extended"]["mean"], said["compliance"]["mean"]) == (2, 0, 0.5)


def test_a_second_request_comes_as_long_before_the_limit_that_holds_then(tmp_path: Path) -> None:
    """One hour more is granted at 10:00 and, for the letter that is still open, at 11:00: until 14:00 it has time."""
    found = story(tmp_path, "{sla: closed, at: 50%, by: 1 h, at_most: 2}")
    prompts = np.flatnonzero(found.workload.about != NO_VISIT)
    assert found.workload.received[prompts].tolist() == [at(10)] * 2 + [at(11)] * 2
    (said,) = told_of(found).summary()["extension"]
    assert (said["asked"]["mean"], said["saved"]["mean"], said["compliance"]["mean"]) == (2, 1, 1)
    kinds = [event.kind for event in timelines(found, [1])[0].events]
    assert kinds.count(EventKind.ASKED_FOR_TIME) == 2
    once = told_of(story(tmp_path, "{sla: closed, at: 50%, by: 1 h}"))
    assert once.extensions[0].compliance.mean == 0.5


def test_an_open_letter_asks_once_at_the_start_and_not_when_its_limit_has_passed(tmp_path: Path) -> None:
    """At midnight the letters of 18:00, 21:00 and 23:30 are open; limits pass after four hours, the first at 22:00.

    The second letter would have asked at 23:00, and for more at midnight: it asks at second 1. The third asks at
    01:30, and at 02:30 for another hour.
    """
    received = ["2023-12-31 18:00", "2023-12-31 21:00", "2023-12-31 23:30"]
    (tmp_path / "open.csv").write_text("received,step\n" + "".join(f"{each},handle\n" for each in received), "utf-8")
    found = story(tmp_path, "{sla: closed, at: 50%, by: 1 h, at_most: 2}", more="backlog: open.csv")
    prompts = np.flatnonzero(found.workload.about != NO_VISIT)
    early = found.workload.received[prompts] < at(8)
    assert found.workload.received[prompts[early]].tolist() == [1, at(1, 30), at(2, 30)]
    assert found.log.finished[found.workload.about[prompts[early]]].tolist() == [at(6), at(9), at(9)]


@pytest.mark.parametrize(("asked", "rule"), [(0, "chance: 0%"), (2, "granted: 0%")])
def test_who_does_not_ask_or_is_refused_has_the_first_limit(asked: int, rule: str, tmp_path: Path) -> None:
    report = told_of(story(tmp_path, f"{{sla: closed, at: 50%, by: 2 h, at_most: 2, {rule}, {WORK}}}"))
    (said,) = report.summary()["extension"]
    assert (said["asked"]["mean"], said["extended"]["mean"], said["compliance"]["mean"]) == (asked, 0, 0.5)
    assert report.teams["chief"].busy_hours.mean == pytest.approx(asked * 0.25), "who is refused makes work, too"


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{sla: close, at: 50%, by: 2 h}", "no such SLA 'close'; did you mean 'closed'?"),
        ("{sla: begun, at: 50%, by: 2 h}", "due; begun runs from handle.queued"),
        ("{sla: closed, at: 50%, by: 2 working days}", "must be in calendar time, as closed is (got 2 working days)"),
        ("{sla: closed, at: 50%, by: 2 h}, {sla: closed, at: 50%, by: 2 h}", "closed has an extension already"),
        ("{sla: closed, at: 50%, by: 2 h, approve: {by: boss, effort: 1 min}}", "no such team 'boss'"),
    ],
)
def test_what_cannot_be_extended_is_refused(rule: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        story(tmp_path, rule)
    assert problem in str(error.value)
