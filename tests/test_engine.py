"""The choice of engine, what it refuses, and how two logs are held against each other."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from builder import BRANCH, DESK, claimed, delay, letters, shifts, work
from hypothesis import given
from strategies import Day, days

import sim
import sim.engine
from sim.core.errors import EngineMismatch, SimError
from sim.core.tables import Log, Roster, ShiftRow, VisitRow, Workload, dtypes
from sim.engine.contract import ENGINES, check_arrays, first_difference, require_equal, simulate

WORKLOAD = letters((0, work(DESK, 10), delay(0)), (5, work(BRANCH, 20, cover=DESK)))
ROSTER = shifts((DESK, 0, 100, 1), (BRANCH, 50, 100, 1))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_fills_the_same_table(engine: str) -> None:
    log = simulate(WORKLOAD, ROSTER, 100, engine=engine, stretches=True)
    assert log.stretches is not None
    assert [column.dtype for column in log[:5]] == [np.int64, np.int64, np.int64, np.int32, np.int32]
    assert [column.dtype for column in log.stretches] == [np.int64, np.int8, np.int32, np.int64, np.int64, np.int64]
    assert all(column.shape == (WORKLOAD.visits,) for column in log[:5])


def test_one_list_of_columns_serves_engines_audit_and_checks() -> None:
    assert sim.engine.simulate is sim.simulate is simulate
    of_a_visit = [each.name for each in fields(VisitRow)]
    assert of_a_visit == ["number", *Workload.visit_columns(), *dtypes(Log)]
    assert [each.name for each in fields(ShiftRow)] == ["number", *dtypes(Roster)]
    assert list(Workload.lengths(2, 5).values()) == [2] * 14 + [3] + [5] * 16


def test_the_compiled_engine_is_the_default() -> None:
    assert ENGINES[0] == "compiled"
    assert first_difference(simulate(WORKLOAD, ROSTER, 100), simulate(WORKLOAD, ROSTER, 100, engine="simpy")) is None


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(SimError, match=r"^engine must be one of compiled, simpy, got 'fast'$"):
        simulate(WORKLOAD, ROSTER, 100, engine="fast")


@given(day=days())
def test_what_can_happen_is_not_refused(day: Day) -> None:
    check_arrays(*day)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("received", [-1, -5], "workload.received[1] must be ascending, got -5"),
        ("received", [5, 0], "workload.received[1] must be ascending, got 0"),
        ("received", [0], "workload.category must be int16 of shape (1,), got int16 of shape (2,)"),
        ("first_visit", [0, 3, 2], "workload.first_visit[2] must be ascending, got 2"),
        ("first_visit", [0, 2, 2], "workload.first_visit must run from 0 to 3, got 0 to 2"),
        ("first_visit", [1, 2, 3], "workload.first_visit must run from 0 to 3, got 1 to 3"),
        ("unit", [0, -1, 4], "workload.unit[2] must be a unit from 0 to 3, or -1, got 4"),
        ("unit", [0, -2, 1], "workload.unit[1] must be a unit from 0 to 3, or -1, got -2"),
        ("cover", [-1, -1, 7], "workload.cover[2] must be a unit from 0 to 3, or -1, got 7"),
        ("service", [0, 0, 20], "workload.service[0] must be 1 or more (a delay's 0 or more), got 0"),
        ("service", [10, -5, 20], "workload.service[1] must be 1 or more (a delay's 0 or more), got -5"),
        ("service", [[10], [0], [20]], "workload.service must be int64 of shape (3,), got int64 of shape (3, 1)"),
        ("priority", [5, 5, 10], "workload.priority[2] must be from 0 to 9, got 10"),
        ("resume_cost", [-1, 0, 0], "workload.resume_cost[0] must be 0 or more, got -1"),
        ("at_shift_end", [0, 0, 2], "workload.at_shift_end[2] must be 0 or 1, got 2"),
        ("escalate_after", [0, -1, -1], "workload.escalate_after[0] must be 1 or more, or -1, got 0"),
        ("escalate_after", [60, -1, -1], "workload.escalate_to[0] must be a unit from 0 to 3, got -1"),
        ("patience", [0, -1, -1], "workload.patience[0] must be 1 or more, or -1, got 0"),
        ("about", [-1, 2], "workload.about[1] must be a visit of an earlier letter, or -1, got 2"),
        ("about", [0, -1], "workload.about[0] must be a visit of an earlier letter, or -1, got 0"),
        ("about", [-1, 3], "workload.about[1] must be a visit of an earlier letter, or -1, got 3"),
        ("made_if", [0, 5, 0], "workload.made_if[1] must be from 0 to 4, got 5"),
        ("made_if", [0, 1, 0], "workload.made_if_back[1] must lead to a visit of its letter, got 0"),
        ("made_if", [1, 0, 0], "workload.made_if_back[0] must lead to a visit of its letter, got 0"),
        ("step", [0, 1], "workload.step must be int16 of shape (3,), got int16 of shape (2,)"),
    ],
)
def test_a_workload_that_an_engine_would_misread_is_refused(field: str, value: Any, message: str) -> None:
    workload = WORKLOAD._replace(**{field: np.array(value, getattr(WORKLOAD, field).dtype)})
    if field == "escalate_after" and "escalate_after" in message:
        workload = workload._replace(escalate_to=np.zeros(3, np.int32))
    with pytest.raises(SimError) as refused:
        simulate(workload, ROSTER, 100)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("unit", [0, 4], "roster.unit[1] must be a unit from 0 to 3, got 4"),
        ("end", [100, 49], "roster.end[1] must not be before its start, got 49"),
        ("people", [1, -1], "roster.people[1] must be 0 or more, got -1"),
        ("start", [60, 50], "roster must be sorted by start, then unit, then end"),
        ("people", [1], "roster.people must be int32 of shape (2,), got int32 of shape (1,)"),
    ],
)
def test_a_roster_that_an_engine_would_misread_is_refused(field: str, value: list[int], message: str) -> None:
    roster = ROSTER._replace(**{field: np.array(value, getattr(ROSTER, field).dtype)})
    with pytest.raises(SimError) as refused:
        simulate(WORKLOAD, roster, 100)
    assert str(refused.value) == message


def test_numbers_of_another_type_are_refused() -> None:
    """An engine would read them otherwise, or be compiled anew."""
    with pytest.raises(SimError, match=r"^workload.unit must be int32 of shape \(3,\), got float64 of shape \(3,\)$"):
        simulate(WORKLOAD._replace(unit=WORKLOAD.unit.astype(float)), ROSTER, 100)


def test_a_negative_horizon_is_refused() -> None:
    with pytest.raises(SimError, match=r"^horizon must be 0 or more, got -1$"):
        simulate(WORKLOAD, ROSTER, -1)


ROWS = [(0, 0, 10, DESK, 0), (10, 10, 10, -1, 0), (5, 10, 30, DESK, 0)]
STRETCHES = [(0, "work", DESK, 0, 0, 10), (2, "wait", DESK, -1, 5, 10), (2, "work", DESK, 0, 10, 30)]


def test_equal_logs_do_not_differ() -> None:
    log = claimed(ROWS, STRETCHES)
    assert first_difference(log, claimed(ROWS, STRETCHES)) is None
    assert first_difference(log, log._replace(stretches=None)) is None
    require_equal({"compiled": log, "simpy": log})


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (claimed([ROWS[0], (10, 10, 11, -1, 0), (5, 9, 30, DESK, 0)], STRETCHES), (1, "finished", 10, 11)),
        (claimed(ROWS[:2], STRETCHES), (2, "queued", 5, -1)),
        (claimed(ROWS, [*STRETCHES[:2], (2, "work", DESK, 1, 10, 30)]), (2, "stretches.shift", 0, 1)),
        (claimed(ROWS, STRETCHES[:2]), (2, "stretches.visit", 2, -1)),
        (claimed(ROWS, STRETCHES[1:]), (0, "stretches.visit", 0, 2)),
    ],
    ids=["a row", "a missing row", "a stretch", "a missing stretch at the end", "a missing stretch before"],
)
def test_the_first_visit_that_differs_is_named(other: Log, difference: tuple[int, str, int, int]) -> None:
    assert first_difference(claimed(ROWS, STRETCHES), other) == difference


def test_engines_that_differ_say_so() -> None:
    other = claimed([ROWS[0], (10, 10, 11, -1, 0), ROWS[2]], STRETCHES)
    with pytest.raises(EngineMismatch) as mismatch:
        require_equal({"compiled": claimed(ROWS, STRETCHES), "simpy": other})
    assert str(mismatch.value) == "visit 1: the engines differ in finished: compiled says 10, simpy says 11"
