"""Letters that leave because nobody starts them in time: what is drawn of them, and what figures say of them."""

from mailbox import HANDLE, KEYS, NORTH, SIGN, SOUTH, at, mailbox, marked, simulated
from pathlib import Path
from typing import Any

import numpy as np
from builder import letters, shifts, work
from desk import DESK, loaded
from runs import setting, written

from sim.core.tables import NEVER, NOT_YET, Workload
from sim.metrics.causes import breaches
from sim.metrics.letter_timeline import EventKind
from sim.metrics.measures import measure
from sim.metrics.replication import Fate, Replication
from sim.metrics.summary import summarise
from sim.metrics.timeline import timelines
from sim.operations.exports.events import Reason, Transition, events_of
from sim.output.text.answer import run_sentences
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting, setting_of

MINUTE = 60

SIGNING = {"sign": {"by": "station", "effort": "1 min", "patience": "30 min"}}
SLAS: dict[str, Any] = {
    "signed": {"until": "sign.started", "within": "20 min", "target": "90%"},
    "closed": {"until": "closed", "within": "1 h"},
    "handled": {"from": "handle.queued", "until": "handle.finished", "within": "1 h"},
}
IMPATIENT = mailbox(sla=SLAS, workflow=[SIGNING, *KEYS["workflow"][1:]])


def impatient_day() -> Replication:
    """One person at the north from 09:00 to 11:00, and nobody in the south.

    The first letter is signed and handled until 10:15. The second comes at 09:00 too, and leaves after 15 minutes. The
    third leaves after half an hour, late for the signing. The fourth waits in the south until it leaves at 11:00; the
    fifth, signed at 10:15, waits at the south to be handled and leaves as well.
    """
    workload = letters(
        (at(9), work(NORTH, 15 * MINUTE), work(NORTH, at(1))),
        (at(9), work(NORTH, 5 * MINUTE, patience=15 * MINUTE, priority=6), work(NORTH, at(1))),
        (at(9, 10), work(NORTH, 5 * MINUTE, patience=30 * MINUTE, priority=6)),
        (at(10, 15), work(NORTH, 5 * MINUTE), work(SOUTH, 5 * MINUTE, patience=30 * MINUTE)),
        (at(10, 30), work(SOUTH, 5 * MINUTE, patience=30 * MINUTE)),
    )
    workload = marked(workload, step=[SIGN, HANDLE, SIGN, HANDLE, SIGN, SIGN, HANDLE, SIGN])
    return simulated(IMPATIENT, workload, shifts((NORTH, at(9), at(11), 1), units=3))


def test_who_leaves_is_not_open_any_more() -> None:
    replication = impatient_day()
    assert replication.abandoned.tolist() == [NOT_YET, at(9, 15), at(9, 40), at(10, 50), at(11)]
    assert replication.closed.tolist() == [at(10, 15), at(9, 15), at(9, 40), at(10, 50), at(11)]
    counts = measure(replication).counts
    assert (counts.letters.received, counts.letters.closed, counts.letters.abandoned) == (5, 1, 4)
    assert counts.open_letters.number[-1] == 0
    assert counts.steps.abandoned.tolist() == [3, 0, 1, 0]
    assert counts.steps.visits.tolist() == [5, 0, 2, 0]


def test_an_sla_counts_who_leaves_after_its_limit_and_not_who_leaves_before() -> None:
    signed, closed, handled = (clock.fate.tolist() for clock in impatient_day().clocks)
    gone, late = Fate.NOT_APPLICABLE, Fate.BREACHED
    assert signed == [Fate.MET, gone, late, Fate.MET, late]
    assert closed == [late, gone, gone, gone, gone], "the first took an hour and a quarter"
    assert handled == [Fate.MET, gone, gone, gone, gone], "the clock of most has never begun"


def test_nothing_is_undecided_or_open_of_who_has_left() -> None:
    report = summarise(IMPATIENT, [measure(impatient_day())], scenario="", engine="simpy")
    said = report.summary()
    assert said["letters"]["abandoned"]["mean"] == 4
    assert said["letters"]["abandoned_share"]["mean"] == 0.8
    assert said["letters"]["open_at_end"]["mean"] == 0
    assert said["sla"]["signed"]["letters"]["mean"] == 4
    assert said["sla"]["signed"]["left_in_time_share"]["mean"] == 0.2
    assert said["sla"]["closed"]["left_in_time_share"]["mean"] == 0.8
    assert said["sla"]["signed"]["undecided"]["mean"] == 0
    assert said["sla"]["signed"]["elapsed_min"]["max"]["value"] == 30
    assert said["steps"]["sign"]["abandoned_share"]["mean"] == 0.6
    assert said["steps"]["sign"]["wait_min"]["mean"]["value"] == (0 + 15 + 30 + 0 + 30) / 5
    told = " ".join(run_sentences(report, "en"))
    assert "Left because nobody had started them in time: 4 of 5 letters (80%); at sign 60% of the visits." in told
    assert "signed: 20% left before the limit, and are not among the letters that count." in told


def test_without_patience_nothing_is_said_of_it() -> None:
    workload = letters((at(9), work(NORTH, MINUTE)))
    report = summarise(
        mailbox(), [measure(simulated(mailbox(), workload, shifts((NORTH, 0, at(24), 1), units=3)))], scenario="",
        engine="simpy",
    )  # fmt: skip
    assert report.letters.abandoned is None
    assert "abandoned" not in str(report.summary())


def test_the_time_of_a_letter_is_that_until_it_left() -> None:
    """The pieces of closed letters' time sum to the mean time in system."""
    measures = measure(impatient_day())
    report = summarise(mailbox(sla=SLAS, workflow=KEYS["workflow"]), [measures], scenario="", engine="simpy")
    pieces = sum(step.waiting_min.mean + step.work_min.mean + step.elapsed_min.mean for step in report.steps.values())
    assert pieces == report.letters.time_in_system_min.mean.value == (75 + 15 + 30 + 35 + 30) / 5


def test_the_way_of_a_letter_that_leaves() -> None:
    (timeline,) = timelines(impatient_day(), [2])
    assert [event.kind for event in timeline.events] == [
        EventKind.RECEIVED,
        EventKind.QUEUED,
        EventKind.LIMIT_PASSED,
        EventKind.LEFT,
    ]
    assert timeline.events[-1].at.strftime("%H:%M") == "09:40"


def test_its_breach_has_a_cause() -> None:
    signed = breaches(impatient_day())[0]
    assert signed.row.tolist() == [2, 4]
    assert signed.seconds.tolist() == [30 * MINUTE] * 2


def test_an_export_withdraws_it() -> None:
    events = events_of(impatient_day())
    withdrawn = events.transition == Transition.WITHDRAW
    assert events.instant[withdrawn].tolist() == [at(9, 15), at(9, 40), at(10, 50), at(11)]
    assert (events.reason[withdrawn] == Reason.PATIENCE).all()


CALLS = """
schema: 1
start: 2024-01-01
window: 2 d
arrivals: {per_day: 400}
teams: {desk: {staff: {always: 1}}}
workflow:
  - answer: {by: desk, effort: 3 min, patience: {exponential: 4 min}}
"""


def test_patience_is_drawn_from_a_stream_of_its_own(tmp_path: Path) -> None:
    patient = workload_of(setting(written(tmp_path, CALLS.replace(", patience: {exponential: 4 min}", ""))))
    drawn = workload_of(setting(written(tmp_path, CALLS)))
    assert (patient.patience == NEVER).all()
    assert (drawn.patience >= 1).all()
    assert abs(drawn.patience.mean() - 240) < 5 * 240 / np.sqrt(drawn.visits)
    for name in set(Workload._fields) - {"patience"}:
        assert np.array_equal(getattr(drawn, name), getattr(patient, name)), name


def test_what_is_open_at_the_start_has_not_lost_patience_yet(tmp_path: Path) -> None:
    """Counted from the receipt, as the engine counts it; nobody who is being worked on leaves."""
    text = DESK.partition("workflow:")[0] + (
        "workflow:\n  - handle: {by: desk, effort: 30 min, patience: {uniform: [1 h, 20 h]}}\nbacklog: open.csv\n"
    )
    (tmp_path / "open.csv").write_text(
        "received,step,state,since\n"
        "2021-05-02 14:00,handle,waiting,\n"
        "2021-05-02 14:00,handle,working,2021-05-02 23:00\n",
        "utf-8",
    )
    workload = workload_of(setting_of(loaded(tmp_path, text).scenario))
    waiting, working = workload.patience[:2].tolist()
    assert at(10) <= waiting <= at(20)
    assert working == NEVER


def workload_of(office: Setting) -> Workload:
    return draw_workload(office, draw_roster(office, 0), 0)
