"""When somebody is on duty next."""

import numpy as np
from builder import shifts
from hypothesis import given
from hypothesis import strategies as st
from strategies import days

from sim.sampling.attendance import Attendance


def test_who_is_on_duty_next() -> None:
    """A shift without length and one without people are none; a shift may begin before the first second."""
    roster = shifts((0, 100, 100, 1), (0, 200, 300, 0), (0, 400, 500, 1), (0, 500, 600, 1), (1, -9, 50, 2), units=3)
    attendance = Attendance(roster, 1000)
    instants = np.array([0, 399, 400, 599, 600, 1000])
    assert attendance.first(np.zeros(6, np.int64), instants)[:4].tolist() == [400, 400, 400, 599]
    assert (attendance.first(np.zeros(6, np.int64), instants)[4:] > 1000).all(), "unit 1 is another one"
    assert attendance.first(np.ones(2, np.int64), np.array([0, 49])).tolist() == [0, 49]
    assert (attendance.first(np.full(3, 2), np.array([0, 500, 1000])) > 1000).all(), "no shift at all"

    assert attendance.at(np.zeros(6, np.int64), instants).tolist() == [False, False, True, True, False, False]
    assert attendance.ever().tolist() == [True, True, False]
    assert [each.tolist() for each in attendance.periods(40, 450)] == [[0, 1], [400, 40], [450, 50]]


@given(days(tick=1), st.data())
def test_it_is_the_first_such_second(day, data) -> None:
    unit = data.draw(st.integers(0, day.roster.units - 1))
    instant = data.draw(st.integers(0, day.horizon))
    found = int(Attendance(day.roster, day.horizon).first(np.array([unit]), np.array([instant]))[0])
    roster = day.roster
    seconds = np.arange(instant, day.horizon)[:, np.newaxis]
    here = (roster.unit == unit) & (roster.people > 0)
    attended = ((roster.start <= seconds) & (seconds < roster.end) & here).any(axis=1)
    assert found == instant + int(attended.argmax()) if attended.any() else found >= day.horizon
