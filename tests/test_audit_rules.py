"""Each rule of the engine contract broken once, by hand, and what the judge says of it.

Rows are (queued, started, finished, served_by, interruptions), stretches (visit, work or wait, unit, shift,
start, end). Units are 0 the desk, 1 the branch, 2 the station, 3 the city; the horizon is 1,000.
"""

from typing import Any

import pytest
from builder import BRANCH, CITY, DESK, STATION, claimed, delay, letters, shifts, work

from sim.core.tables import FINISH, Roster, Workload
from sim.engine.audit import audit

DAY = shifts((DESK, 0, 1000, 1))
QUEUE = letters((0, work(DESK, 100)), (30, work(DESK, 50)))
FIRST, FIRST_WORK = (0, 0, 100, DESK, 0), (0, "work", DESK, 0, 0, 100)

INTERRUPTIBLE = work(DESK, 100, interruptible=True)
URGENT = work(DESK, 10, priority=0, interrupts=True)
PUT_DOWN = [(0, 0, 110, DESK, 1), (30, 30, 40, DESK, 0)]
PUT_DOWN_HISTORY = [
    (0, "work", DESK, 0, 0, 30),
    (0, "wait", DESK, -1, 30, 40),
    (0, "work", DESK, 0, 40, 110),
    (1, "work", DESK, 0, 30, 40),
]
NIGHT = letters((10, work(STATION, 30, cover=BRANCH)))
OVERDUE = letters((0, work(STATION, 200)), (5, work(STATION, 10, escalate_after=60, escalate_to=CITY)))
STATION_AND_CITY = shifts((STATION, 0, 1000, 1), (CITY, 0, 1000, 1))
BUSY, BUSY_WORK = (0, 0, 200, STATION, 0), (0, "work", STATION, 0, 0, 200)

BROKEN: dict[str, tuple[Workload, Roster, list[Any], list[Any], str]] = {
    "served before it is received": (
        letters((30, work(DESK, 50))),
        DAY,
        [(20, 20, 70, DESK, 0)],
        [(0, "work", DESK, 0, 20, 70)],
        "visit 0 is queued at 20, but its letter reaches it at 30",
    ),
    "two steps of a letter at once": (
        letters((0, work(DESK, 100), work(BRANCH, 50))),
        shifts((DESK, 0, 1000, 1), (BRANCH, 0, 1000, 1)),
        [FIRST, (0, 0, 50, BRANCH, 0)],
        [FIRST_WORK, (1, "work", BRANCH, 1, 0, 50)],
        "visit 1 is queued at 0, but its letter reaches it at 100",
    ),
    "cut short": (
        QUEUE,
        DAY,
        [FIRST, (30, 100, 140, DESK, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 100), (1, "work", DESK, 0, 100, 140)],
        "visit 1 is finished at 140 after 40 s of work, its effort is 50 s",
    ),
    "never finished": (
        QUEUE,
        DAY,
        [FIRST, (30, 100, -1, -1, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 100), (1, "work", DESK, 0, 100, 1000)],
        "visit 1 is not finished at 1000, although its effort of 50 s is done",
    ),
    "out of sight for a while": (
        QUEUE,
        DAY,
        [FIRST, (30, 100, 150, DESK, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 90), (1, "work", DESK, 0, 100, 150)],
        "visit 1 has a stretch that ends at 90, and the next starts at 100",
    ),
    "joined later than queued": (
        QUEUE,
        DAY,
        [FIRST, (30, 100, 150, DESK, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 40, 100), (1, "work", DESK, 0, 100, 150)],
        "visit 1 is queued at 30, but its first stretch starts at 40",
    ),
    "one wait told as two": (
        QUEUE,
        DAY,
        [FIRST, (30, 100, 150, DESK, 0)],
        [
            FIRST_WORK,
            (1, "wait", DESK, -1, 30, 60),
            (1, "wait", DESK, -1, 60, 100),
            (1, "work", DESK, 0, 100, 150),
        ],
        "visit 1 has one wait in two stretches, at 60",
    ),
    "forgotten in the queue": (
        QUEUE,
        DAY,
        [FIRST, (30, -1, -1, -1, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 100)],
        "visit 1 has a last stretch that ends at 100, with the horizon at 1000",
    ),
    "no trace of a visit": (
        QUEUE,
        DAY,
        [FIRST, (30, -1, -1, -1, 0)],
        [FIRST_WORK],
        "visit 1 is queued at 30, but has no stretch",
    ),
    "work beyond the horizon": (
        letters((0, work(DESK, 1200))),
        DAY,
        [(0, 0, -1, -1, 0)],
        [(0, "work", DESK, 0, 0, 1200)],
        "visit 0 has a last stretch that ends at 1200, with the horizon at 1000",
    ),
    "a letter of the horizon is served": (
        letters((1000, work(DESK, 10))),
        DAY,
        [(1000, -1, -1, -1, 0)],
        [],
        "visit 0 is queued at 1000, but its letter reaches it at -1",
    ),
    "a start that is not the first": (
        QUEUE,
        DAY,
        [FIRST, (30, 110, 150, DESK, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 100), (1, "work", DESK, 0, 100, 150)],
        "visit 1 has started 110, it should be 100",
    ),
    "served by another unit": (
        letters((0, work(DESK, 100))),
        DAY,
        [(0, 0, 100, BRANCH, 0)],
        [FIRST_WORK],
        "visit 0 has served_by 1, it should be 0",
    ),
    "an interruption not counted": (
        letters((0, INTERRUPTIBLE), (30, URGENT)),
        DAY,
        [(0, 0, 110, DESK, 0), (30, 30, 40, DESK, 0)],
        PUT_DOWN_HISTORY,
        "visit 0 has interruptions 0, it should be 1",
    ),
    "a delay that takes too long": (
        letters((0, delay(50))),
        DAY,
        [(0, 0, 60, -1, 0)],
        [],
        "visit 0 has finished 60, it should be 50",
    ),
    "a delay that keeps somebody busy": (
        letters((0, delay(50))),
        DAY,
        [(0, 0, 50, -1, 0)],
        [(0, "work", DESK, 0, 0, 50)],
        "visit 0 has stretches, but is a delay",
    ),
    "two visits in two hands": (
        QUEUE,
        DAY,
        [FIRST, (30, 30, 80, DESK, 0)],
        [FIRST_WORK, (1, "work", DESK, 0, 30, 80)],
        "shift 0 of 1 people holds 2 visits at unit 0 at 30",
    ),
    "a free person, and a visit that waits": (
        QUEUE,
        DAY,
        [FIRST, (30, 110, 160, DESK, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 110), (1, "work", DESK, 0, 110, 160)],
        "visit 1 waits at unit 0 at 100 although somebody of shift 0 is free",
    ),
    "out of turn": (
        letters((0, work(DESK, 100)), (30, work(DESK, 50)), (40, work(DESK, 10, priority=0))),
        DAY,
        [FIRST, (30, 100, 150, DESK, 0), (40, 150, 160, DESK, 0)],
        [
            FIRST_WORK,
            (1, "wait", DESK, -1, 30, 100),
            (1, "work", DESK, 0, 100, 150),
            (2, "wait", DESK, -1, 40, 150),
            (2, "work", DESK, 0, 150, 160),
        ],
        "visit 1 is started at unit 0 at 100 before visit 2, which ranks first",
    ),
    "somebody else's turn": (
        letters((0, work(DESK, 100))),
        shifts((DESK, 0, 500, 1), (DESK, 0, 1000, 1)),
        [FIRST],
        [FIRST_WORK],
        "shift 0 starts a visit at unit 0 at 0 before shift 1, whose turn it is",
    ),
    "urgent, and waits": (
        letters((0, INTERRUPTIBLE), (30, URGENT)),
        DAY,
        [FIRST, (30, 100, 110, DESK, 0)],
        [FIRST_WORK, (1, "wait", DESK, -1, 30, 100), (1, "work", DESK, 0, 100, 110)],
        "visit 1 waits at unit 0 at 30 and does not interrupt visit 0",
    ),
    "interrupted what is not interruptible": (
        letters((0, work(DESK, 100)), (30, URGENT)),
        DAY,
        PUT_DOWN,
        PUT_DOWN_HISTORY,
        "visit 0 is put down at unit 0 at 30 by visit 1, which may not interrupt it",
    ),
    "interrupted an equal": (
        letters((0, work(DESK, 100, priority=0, interruptible=True)), (30, URGENT)),
        DAY,
        PUT_DOWN,
        PUT_DOWN_HISTORY,
        "visit 0 is put down at unit 0 at 30 by visit 1, which may not interrupt it",
    ),
    "interrupted the wrong one": (
        letters((0, INTERRUPTIBLE), (10, INTERRUPTIBLE), (30, URGENT)),
        shifts((DESK, 0, 1000, 2)),
        [(0, 0, 110, DESK, 1), (10, 10, 110, DESK, 0), (30, 30, 40, DESK, 0)],
        [*PUT_DOWN_HISTORY[:3], (1, "work", DESK, 0, 10, 110), (2, "work", DESK, 0, 30, 40)],
        "visit 0 is put down at unit 0 at 30 instead of visit 1, which ranks last",
    ),
    "took another one's person": (
        letters((0, INTERRUPTIBLE), (0, work(DESK, 100)), (30, URGENT)),
        shifts((DESK, 0, 500, 1), (DESK, 0, 1000, 1)),
        [(0, 0, 110, DESK, 1), (0, 0, 100, DESK, 0), (30, 30, 40, DESK, 0)],
        [
            (0, "work", DESK, 1, 0, 30),
            (0, "wait", DESK, -1, 30, 40),
            (0, "work", DESK, 1, 40, 110),
            (1, "work", DESK, 0, 0, 100),
            (2, "work", DESK, 0, 30, 40),
        ],
        "visit 2 interrupts visit 0 at unit 0 at 30, but does not take its person",
    ),
    "put down for nothing": (
        letters((0, INTERRUPTIBLE)),
        DAY,
        PUT_DOWN[:1],
        PUT_DOWN_HISTORY[:3],
        "visit 0 is put down at unit 0 at 30 with nothing to interrupt it",
    ),
    "resumed for free": (
        letters((0, INTERRUPTIBLE | {"resume_cost": 20}), (30, URGENT)),
        DAY,
        PUT_DOWN,
        PUT_DOWN_HISTORY,
        "visit 0 is finished at 110 after 100 s of work, its effort is 120 s",
    ),
    "started after hours": (
        letters((50, work(DESK, 10))),
        shifts((DESK, 0, 40, 1)),
        [(50, 50, 60, DESK, 0)],
        [(0, "work", DESK, 0, 50, 60)],
        "visit 0 is started at 50 by shift 0 (0 to 40)",
    ),
    "started by nobody": (
        letters((0, work(DESK, 10))),
        shifts((DESK, 0, 40, 0)),
        [(0, 0, 10, DESK, 0)],
        [(0, "work", DESK, 0, 0, 10)],
        "visit 0 is started at 0 by shift 0 (0 to 40), which is nobody's",
    ),
    "not handed over": (
        letters((0, work(DESK, 100))),
        shifts((DESK, 0, 40, 1)),
        [FIRST],
        [FIRST_WORK],
        "visit 0 is not handed over at the end of shift 0 (0 to 40)",
    ),
    "handed over what was to be finished": (
        letters((0, work(DESK, 100, at_shift_end=FINISH))),
        shifts((DESK, 0, 40, 1), (DESK, 40, 1000, 1)),
        [(0, 0, 100, DESK, 1)],
        [(0, "work", DESK, 0, 0, 40), (0, "work", DESK, 1, 40, 100)],
        "visit 0 is put down at 40 by shift 0 (0 to 40), which was to finish it",
    ),
    "left where nobody is on duty": (
        NIGHT,
        shifts((BRANCH, 0, 1000, 1), (STATION, 500, 1000, 1)),
        [(10, 500, 530, STATION, 0)],
        [(0, "wait", STATION, -1, 10, 500), (0, "work", STATION, 1, 500, 530)],
        "visit 0, which waits at unit 2 from 10, should move at 10 to unit 1, but does not move",
    ),
    "covered although somebody is on duty": (
        NIGHT,
        shifts((BRANCH, 0, 1000, 1), (STATION, 0, 1000, 1)),
        [(10, 10, 40, BRANCH, 0)],
        [(0, "work", BRANCH, 0, 10, 40)],
        "visit 0, which waits at unit 2 from 10, should not move, but does move at 10 to unit 1",
    ),
    "covered before its own unit": (
        NIGHT,
        shifts((BRANCH, 70, 1000, 1), (STATION, 70, 1000, 1)),
        [(10, 70, 100, BRANCH, 0)],
        [(0, "wait", STATION, -1, 10, 70), (0, "work", BRANCH, 0, 70, 100)],
        "visit 0, which waits at unit 2 from 10, should not move, but does move at 70 to unit 1",
    ),
    "not escalated": (
        OVERDUE,
        STATION_AND_CITY,
        [BUSY, (5, 200, 210, STATION, 0)],
        [BUSY_WORK, (1, "wait", STATION, -1, 5, 200), (1, "work", STATION, 0, 200, 210)],
        "visit 1, which waits at unit 2 from 5, should move at 65 to unit 3, but does not move",
    ),
    "escalated too early": (
        OVERDUE,
        STATION_AND_CITY,
        [BUSY, (5, 60, 70, CITY, 0)],
        [BUSY_WORK, (1, "wait", STATION, -1, 5, 60), (1, "work", CITY, 1, 60, 70)],
        "visit 1, which waits at unit 2 from 5, should not move, but does move at 60 to unit 3",
    ),
    "escalated to where nobody is on duty": (
        OVERDUE,
        shifts((STATION, 0, 1000, 1), (CITY, 90, 1000, 1)),
        [BUSY, (5, 90, 100, CITY, 0)],
        [BUSY_WORK, (1, "wait", STATION, -1, 5, 65), (1, "wait", CITY, -1, 65, 90), (1, "work", CITY, 1, 90, 100)],
        "visit 1, which waits at unit 2 from 5, should move at 90 to unit 3, but does move at 65 to unit 3",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_each_rule_broken_by_hand_is_noticed(broken: str) -> None:
    workload, roster, rows, stretches, sentence = BROKEN[broken]
    assert sentence in audit(workload, roster, 1000, claimed(rows, stretches))
