"""The judge is silent on what the engines do, and notices whatever is changed in it."""

from typing import Any

import numpy as np
import pytest
from builder import BRANCH, CITY, DESK, claimed, letters, shifts, work
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import Day, days

from sim.core.errors import AuditError, SimError
from sim.core.tables import ANYHOW, FINISH, HAND_OVER, NEVER, NO_PRIORITY, NO_UNIT, NO_VISIT, Log, Roster, Stretches
from sim.engine.audit import audit, require_sound
from sim.engine.contract import ENGINES, first_difference, simulate
from sim.output.text.errors import error_text

both_clocks = days(tick=60, ticks=20) | days(tick=1, ticks=2000)


@pytest.mark.parametrize("engine", ENGINES)
@given(day=both_clocks)
def test_what_an_engine_does_is_sound(engine: str, day: Day) -> None:
    require_sound(*day, simulate(*day, engine=engine, stretches=True))


@given(day=days(tick=60, ticks=20), choice=st.data())
def test_no_number_of_a_log_can_be_changed_unnoticed(day: Day, choice: st.DataObject) -> None:
    """The contract leaves nothing open: of all logs only one is sound."""
    log = simulate(*day, engine="simpy", stretches=True)
    assert log.stretches is not None
    table = choice.draw(st.sampled_from([log, log.stretches]))
    field = choice.draw(st.sampled_from([name for name in table._fields if name != "stretches"]))
    column = getattr(table, field)
    assume(len(column) > 0)
    changed = column.copy()
    changed[choice.draw(st.integers(0, len(column) - 1))] += choice.draw(st.sampled_from([1, -1, 60, -60]))
    tampered: Any = table._replace(**{field: changed})
    if isinstance(tampered, Stretches):
        tampered = log._replace(stretches=tampered)
    assert audit(*day, tampered) != []


LIES: dict[str, Any] = {
    "service": lambda service: service + 60,
    "priority": lambda priority: (priority + 1) % 3,
    "interrupts": np.logical_not,
    "interruptible": np.logical_not,
    "resume_cost": lambda cost: 120 - cost,
    "at_shift_end": lambda rule: HAND_OVER + FINISH - rule,
    "cover": lambda cover: np.where(cover == NO_UNIT, 0, NO_UNIT),
    "escalate_after": lambda after: np.where(after == NEVER, 60, NEVER),
    "clock": lambda clock: np.zeros_like(clock),
    "patience": lambda patience: np.where(patience == NEVER, 120, NEVER),
    "made_if": lambda outcome: np.where(outcome == ANYHOW, ANYHOW, 5 - outcome),
    "made_late_from": lambda second: second + 120,
    "received_late_from": lambda second: second - 120,
    "once_over": np.zeros_like,
    "received_if": lambda outcome: np.where(outcome == ANYHOW, ANYHOW, 5 - outcome),
    "about": lambda about: np.full_like(about, NO_VISIT),
    "until_start": np.logical_not,
    "new_priority": lambda priority: np.where(priority == NO_PRIORITY, 0, NO_PRIORITY),
    "move_to": lambda unit: np.where(unit == NO_UNIT, 0, NO_UNIT),
    "received": lambda received: received // 120 * 120,
    "people": lambda people: np.where(people == 0, 1, people - 1),
    "end": lambda end: end + 60,
}


@pytest.mark.parametrize("lie", LIES)
@given(day=days(tick=60, ticks=20))
def test_a_log_of_other_letters_or_another_roster_is_noticed(lie: str, day: Day) -> None:
    """An engine that misreads one column gives a plausible log; wherever it makes a difference, it is noticed."""
    workload, roster, horizon = day
    if lie in Roster._fields:
        roster = roster._replace(**{lie: LIES[lie](getattr(roster, lie)).astype(getattr(roster, lie).dtype)})
    else:
        workload = workload._replace(**{lie: LIES[lie](getattr(workload, lie)).astype(getattr(workload, lie).dtype)})
    # What a letter hangs on is never looked at after its own receipt.
    late_from = np.minimum(workload.received_late_from, np.maximum(workload.received, 0))
    workload = workload._replace(received_late_from=late_from)
    truth = simulate(*day, engine="simpy", stretches=True)
    misread = simulate(workload, roster, horizon, engine="simpy", stretches=True)
    assert (audit(*day, misread) != []) == (first_difference(truth, misread) is not None)


DAY = shifts((DESK, 0, 1000, 1))
QUEUE = letters((0, work(DESK, 100)), (30, work(DESK, 50)))
FIRST, FIRST_WORK = (0, 0, 100, DESK, 0), (0, "work", DESK, 0, 0, 100)


@pytest.mark.parametrize(
    ("stretch", "sentence"),
    [
        ((7, "work", DESK, 0, 0, 100), "stretch 0 is of no visit"),
        ((0, "work", DESK, 0, 100, 100), "stretch 0 is empty"),
        ((0, "wait", CITY + 1, -1, 0, 100), "stretch 0 is at no unit"),
        ((0, "wait", DESK, 0, 0, 100), "stretch 0 is a wait of a shift"),
        ((0, "work", BRANCH, 0, 0, 100), "stretch 0 is work by a shift that its unit does not have"),
        ((0, "work", DESK, 5, 0, 100), "stretch 0 is work by a shift that its unit does not have"),
    ],
)
def test_a_stretch_that_cannot_be_is_noticed(stretch: tuple[Any, ...], sentence: str) -> None:
    assert audit(letters((0, work(DESK, 100))), DAY, 1000, claimed([FIRST], [stretch])) == [sentence]


def test_a_log_that_cannot_be_read_is_noticed() -> None:
    sound = simulate(QUEUE, DAY, 1000, stretches=True)
    assert sound.stretches is not None
    stretches = sound.stretches
    other_way = Stretches(*(column[::-1] for column in stretches))
    assert audit(QUEUE, DAY, 1000, sound._replace(queued=sound.queued[:1])) == [
        "the log's queued has 1 rows for 2 visits"
    ]
    for wrong, sentence in (
        (other_way, "the stretches are not sorted by visit, then start"),
        (stretches._replace(end=stretches.end[:1]), "the columns of the stretches differ in length"),
        (stretches._replace(kind=stretches.kind + np.int8(2)), "stretch 0 is neither work nor a wait"),
    ):
        assert sentence in audit(QUEUE, DAY, 1000, sound._replace(stretches=wrong))


def test_a_log_without_stretches_cannot_be_judged() -> None:
    log = simulate(QUEUE, DAY, 1000, stretches=False)
    with pytest.raises(SimError, match=r"^a log without stretches cannot be audited: simulate with stretches=True$"):
        audit(QUEUE, DAY, 1000, log)


def test_an_unsound_log_is_refused_with_all_its_violations() -> None:
    log: Log = claimed([FIRST, (30, -1, -1, -1, 3)], [FIRST_WORK])
    with pytest.raises(AuditError, match="the log breaks the contract in 2 places") as refused:
        require_sound(QUEUE, DAY, 1000, log)
    assert refused.value.violations == (
        "visit 1 is queued at 30, but has no stretch",
        "visit 1 has interruptions 3, it should be 0",
    )
    assert error_text(refused.value, "zh").splitlines() == [
        "日志有 2 处违反引擎约定",
        "  第 1 个环节记录于第 30 秒排队，却没有时段明细",
        "  第 1 个环节记录的 interruptions 为 3，应为 0",
    ]
