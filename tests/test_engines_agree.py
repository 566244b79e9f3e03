"""The compiled engine and the SimPy engine give the same log, bit for bit, on whatever the contract allows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from builder import delay, letters, shifts, told, work
from busy import ASKED, BUSY_DAYS, STAYING, Office, busy_day
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Day, days
from uncompiled import uncompiled

from sim.core.errors import SimError
from sim.core.tables import Log
from sim.engine import compiled as engine_compiled
from sim.engine import simpy as engine_simpy
from sim.engine.compiled.phases import work_through
from sim.engine.compiled.state import LATEST
from sim.engine.contract import require_equal

# Seconds a tick, ticks a day. On coarse clocks nearly everything falls into one second with something else, on
# fine ones hardly anything does; on the last one timers are set for months and years.
CLOCKS = {"minutes": (60, 30), "quarters": (900, 12), "seconds": (1, 50), "odd": (7, 3_000), "months": (2_000_003, 60)}


def agree(day: Day, simulate: Callable[..., Log] = engine_compiled.simulate) -> Log:
    """Hold the log of one compiled engine, stretches and types with it, against that of the SimPy engine."""
    simpy, compiled = engine_simpy.simulate(*day, stretches=True), simulate(*day, stretches=True)
    require_equal({"simpy": simpy, "compiled": compiled})
    assert simpy.stretches is not None
    assert compiled.stretches is not None
    types = [[column.dtype for column in (*log[:-1], *log.stretches)] for log in (simpy, compiled)]
    assert types[0] == types[1]
    return compiled


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
@settings(max_examples=150)
@given(data=st.data())
def test_both_engines_give_the_same_log(clock: tuple[int, int], data: st.DataObject) -> None:
    agree(data.draw(days(*clock)))


@settings(max_examples=60)
@given(day=st.sampled_from(sorted(CLOCKS.values())).flatmap(lambda clock: days(*clock)))
def test_without_its_compiler_the_compiled_engine_does_the_same(day: Day) -> None:
    agree(day, PLAIN.simulate)


PLAIN = uncompiled()

OFFICES = {
    "minutes": Office(),
    "quarters": Office(tick=900, ticks=24),
    "seconds": Office(tick=1, ticks=5_000),
    "one priority": Office(priorities=1),
    "ten priorities": Office(priorities=10),
    "nothing asked": Office(asked=frozenset()),
    "nothing interrupts": Office(asked=frozenset(ASKED) - {"interrupts"}),
    "no cover": Office(asked=frozenset(ASKED) - {"cover"}),
    "no escalation": Office(asked=frozenset(ASKED) - {"escalate_after"}),
    "neither": Office(asked=frozenset(ASKED) - {"cover", "escalate_after"}),
    "nobody leaves": STAYING,
    "patience alone": Office(asked=frozenset({"patience"})),
}


@pytest.mark.parametrize("office", OFFICES.values(), ids=OFFICES)
def test_both_engines_give_the_same_log_of_busy_days(office: Office) -> None:
    """What no visit asks for is left out of the compiled engine's work, not only of its effect."""
    for seed in range(BUSY_DAYS):
        agree(busy_day(seed, office))


@pytest.mark.parametrize("units", [2, 40])
def test_both_engines_give_the_same_log_of_long_queues(units: int) -> None:
    day = busy_day(0, Office(ticks=1_440, letters=1_000, units=units, shifts=80))
    log = agree(day)
    assert len(log.queued) == 6_000
    assert (log.interruptions > 0).any()


def test_a_visit_put_down_more_often_than_there_is_room_for_stretches() -> None:
    """Shifts of a second, one after the other: the visit has a stretch in each of them."""
    seconds = 3_000
    each = [(0, second, second + 1, 1) for second in range(seconds)]
    log = agree(Day(letters((0, work(0, seconds))), shifts(*each, units=1), seconds + 1))
    assert told(log) == [(0, 0, seconds, 0, seconds - 1)]
    assert log.stretches is not None
    assert len(log.stretches.visit) == seconds


def test_two_long_queues_become_one() -> None:
    """Every other letter waits at a branch that closes; its cover queues them among its own, by rank."""
    each = [(second, work(second % 2, 1_000, cover=0)) for second in range(800)]
    log = agree(Day(letters(*each), shifts((0, 0, 10**7, 2), (1, 0, 1_000, 1), units=2), 10**7))
    order = np.argsort(log.started, kind="stable")
    assert (np.diff(log.queued[order[2:]]) >= 0).all()
    assert (log.finished >= 0).all()


def test_the_calendar_reaches_as_far_as_it_says() -> None:
    latest = LATEST
    far = [(second, delay(latest - 1 - second)) for second in (0, 1, 1_023, 1_024, 2**20, 2**30 + 5, 2**40, latest - 2)]
    log = agree(Day(letters(*far), shifts(units=0), latest - 1))
    assert (log.finished == -1).all()
    near = [
        (second, delay(latest - 2 - second)) for second in (0, 1, 1_023, 1_024, 2**20, 2**30 + 5, 2**40, latest - 3)
    ]
    log = agree(Day(letters(*near), shifts(units=0), latest - 1))
    assert (log.finished == latest - 2).all()


@pytest.mark.parametrize(
    "day",
    [
        Day(letters(), shifts(units=0), 100),
        Day(letters(), shifts((0, 0, 50, 1)), 100),
        Day(letters((0,), (5,)), shifts(), 100),
        Day(letters((0, work(0, 1))), shifts(), 100),
        Day(letters((0, work(0, 1))), shifts((0, 0, 50, 1)), 0),
        Day(letters((0, work(0, 1))), shifts((0, 0, 50, 0), (0, 10, 10, 1)), 100),
    ],
    ids=["nothing", "no letters", "no visits", "no shifts", "no time", "nobody"],
)
def test_both_engines_agree_on_little(day: Day) -> None:
    agree(day)


def test_the_log_is_the_same_without_stretches() -> None:
    day = busy_day(0)
    log = engine_compiled.simulate(*day)
    assert log.stretches is None
    require_equal({"without": log, "with": engine_compiled.simulate(*day, stretches=True)})


def test_runs_in_threads_do_not_disturb_each_other() -> None:
    each = [busy_day(seed, Office(ticks=1_440, letters=300)) for seed in range(24)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda day: engine_compiled.simulate(*day, stretches=True), each))
    for day, log in zip(each, together, strict=True):
        require_equal({"together": log, "alone": engine_compiled.simulate(*day, stretches=True)})


def test_arrays_of_any_layout_meet_the_same_code() -> None:
    workload, roster, horizon = busy_day(0)
    expected = engine_compiled.simulate(workload, roster, horizon)
    strided = [np.repeat(column, 2)[::2] for column in workload]
    for column in strided:
        column.setflags(write=False)
    log = engine_compiled.simulate(type(workload)(*strided), roster, horizon)
    require_equal({"contiguous": expected, "strided": log})
    assert len(work_through.signatures) <= 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon": 2**59}, f"the horizon and every service must be below {2**59} s, got {2**59} s"),
        ({"service": np.full(1, 2**60)}, f"the horizon and every service must be below {2**59} s, got {2**60} s"),
        ({"service": np.broadcast_to(1, 2**31)}, f"there must be fewer than {2**31} visits, got {2**31}"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    horizon = change.pop("horizon", 100)
    with pytest.raises(SimError, match=f"^{message}$"):
        engine_compiled.simulate(letters((0, work(0, 1)))._replace(**change), shifts((0, 0, 50, 1)), horizon)
