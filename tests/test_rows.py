"""The rows of a replication's tables, letter by letter and hour by hour."""

from mailbox import AGAIN, BRANCH, ENQUIRE, HANDLE, NORTH, SIGN, SOUTH, at, mailbox, marked, simulated, with_other_duty
from typing import Any

from builder import delay, letters, shifts, work
from hypothesis import given
from strategies import days

from sim.core.clock import HOUR
from sim.core.tables import FINISH, NOT_YET
from sim.metrics.causes import breaches
from sim.metrics.figures.slas import Why
from sim.metrics.replication import Fate
from sim.metrics.rows import hour_table, letter_table

SLAS = {
    "signed": {"until": "sign.finished", "within": "10 min", "for": ["noise"]},
    "handled": {"until": "handle.finished", "within": "1 h"},
}


def test_a_row_for_every_letter() -> None:
    """The second row of the workload is other duty; the window ends at 20:00."""
    workload = letters(
        (at(9), work(NORTH, 60), delay(600), work(NORTH, 300), delay(0), delay(60), work(SOUTH, 10)),
        (at(10), work(NORTH, 60)),
        (at(21), work(SOUTH, 60), delay(600)),
    )
    workload = with_other_duty(workload, 1)
    workload = marked(
        workload,
        step=[SIGN, ENQUIRE, HANDLE, AGAIN, ENQUIRE, HANDLE, -1, SIGN, ENQUIRE],
        category=[0, -1, 1],
        channel=[1, -1, 0],
        home=[1, 1, 2],
        left=[False, False, True],
    )
    setting = mailbox(window="20 h", cool_down="4 h", sla=SLAS)
    found = simulated(setting, workload, shifts((NORTH, 0, at(24), 1), units=3))
    table = letter_table(found, breaches(found))
    columns = table._asdict()
    assert columns.pop("repeat_of") is None  # nobody writes again
    many = {name: columns.pop(name) for name in ("milestones", "elapsed", "fate", "lost")}
    assert {name: column.tolist() for name, column in columns.items()} == {
        "letter": [0, 2],
        "received": [at(9), at(21)],
        "counted": [True, False],
        "left": [False, True],
        "closed": [NOT_YET, NOT_YET],
        "category": [0, 1],
        "channel": [1, 0],
        "unit": [NORTH, SOUTH],
    }
    # The first time at each step; how often a letter comes back is in no row.
    assert {name: column.tolist() for name, column in many["milestones"].items()} == {
        "sign.queued": [at(9), at(21)],
        "sign.started": [at(9), NOT_YET],
        "sign.finished": [at(9, 1), NOT_YET],
        "enquire.queued": [at(9, 1), NOT_YET],
        "enquire.started": [at(9, 1), NOT_YET],
        "enquire.finished": [at(9, 11), NOT_YET],
        "handle.queued": [at(9, 11), NOT_YET],
        "handle.started": [at(9, 11), NOT_YET],
        "handle.finished": [at(9, 16), NOT_YET],
        "again.queued": [at(9, 16), NOT_YET],
        "again.started": [at(9, 16), NOT_YET],
        "again.finished": [at(9, 16), NOT_YET],
    }
    assert {name: column.tolist() for name, column in many["elapsed"].items()} == {
        "signed": [60, NOT_YET],
        "handled": [16 * 60, NOT_YET],
    }
    assert {name: column.tolist() for name, column in many["fate"].items()} == {
        "signed": [Fate.MET, Fate.NOT_APPLICABLE],
        "handled": [Fate.MET, Fate.NOT_APPLICABLE],
    }


def test_late_letters_say_where_they_lost_their_time() -> None:
    """Both come at 09:00 and are signed in time; the second then waits for 50 min, and works for 30 min."""
    workload = letters((at(9), work(NORTH, at(0, 50))), (at(9), work(NORTH, at(0, 30))), (at(21), work(SOUTH, 60)))
    workload = marked(workload, category=[0, 0, 0], home=[1, 1, 2])
    setting = mailbox(window="20 h", cool_down="4 h", sla={"signed": {"until": "sign.finished", "within": "1 h"}})
    found = simulated(setting, workload, shifts((NORTH, 0, at(24), 1), units=3))
    lost = letter_table(found, breaches(found)).lost["signed"]
    assert [column.tolist() for column in lost] == [
        [-1, SIGN, -1],
        [-1, NORTH, -1],
        [-1, list(Why).index(Why.ALL_BUSY), -1],  # the third is late, too, and not of the window
        [-1, at(0, 50), -1],
    ]


def test_a_row_for_every_team_and_hour() -> None:
    """Two and a half hours: one person of the north until 01:30, who stays 15 min longer; a window in between."""
    slow = work(NORTH, at(1, 30), at_shift_end=FINISH)
    workload = letters(
        (at(0, 15), slow), (at(0, 30), work(NORTH, 60)), (at(1), work(BRANCH, at(2))), (at(2), delay(60))
    )
    setting = mailbox(warm_up="45 min", window="1 h", cool_down="45 min")
    roster = shifts((NORTH, 0, at(1, 30), 1), (BRANCH, at(1), at(3), 2), units=3)
    table = hour_table(simulated(setting, workload, roster))
    assert {name: column.tolist() for name, column in table._asdict().items()} == {
        "team": [0, 0, 0, 1, 1, 1],
        "hour": [0, 1, 2, 0, 1, 2],
        "received": [0, 1, 0, 2, 0, 0],
        "on_duty": [0, 2, 2, 1, 0.5, 0],
        "busy": [0, 1, 1, 0.75, 0.5, 0],
        "other_duty": [0, 0, 0, 0, 0, 0],
        "overtime": [0, 0, 0, 0, 0.25, 0],
        "waiting": [0, 0, 0, 0.5, 1, 1],
        "backlog": [0, 1, 1, 2, 1, 1],
    }


@given(days(tick=600))
def test_hours_hold_what_the_log_says(day: Any) -> None:
    setting = mailbox(window=f"{max(day.horizon, 1)} s", workflow=[{f"s{n}": {"wait": "1 s"}} for n in range(5)])
    found = simulated(setting, day.workload, day.roster._replace(units=3))
    table = hour_table(found)
    work_of_letters = found.workload.unit >= 0
    assert table.received.sum() == (work_of_letters & (found.log.queued >= 0)).sum()
    assert len(table.hour) == 2 * -(-found.setting.scenario.horizon // HOUR)
    last = table.hour == table.hour.max()
    here = work_of_letters & (found.log.queued >= 0) & (found.log.finished < 0)
    here[found.abandoned_visits[0]] = False
    assert table.backlog[last].sum() == here.sum()
