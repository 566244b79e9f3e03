"""A desk whose staff changes over the day: its scenario, and its queue by numerical solution."""

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

Floats = npt.NDArray[np.float64]

BY_HOUR = [2, 1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 8, 6, 8, 10, 9, 8, 6, 5, 4, 4, 3, 3, 2]
PER_DAY, SERVICE_MIN, NIGHT, MORE_BY_DAY = 84.0, 40.0, 2, 4
DAY_SHIFT = range(8, 16)
MOST = 70  # letters at the desk; more than that never are
CHANGING = f"""
arrivals: {{per_day: {PER_DAY}, by_hour: {BY_HOUR}}}
rosters: {{day: {{daily: ["08:00-16:00"]}}}}
teams: {{desk: {{tier: city, staff: {{always: {NIGHT}, day: {MORE_BY_DAY}}}}}}}
workflow:
  - serve: {{by: desk, effort: {{exponential: {SERVICE_MIN} min}}, at_shift_end: AT_SHIFT_END}}
"""


def changing_desk(finish: bool) -> tuple[Floats, float]:
    """Letters waiting in each hour of the day, and hours of overtime a day, from the Kolmogorov equations.

    The state is (letters at the desk, letters held by the day shift or, after its end, in overtime). Free people
    of the night shift, which ends last, are given work first. After 16:00 those in overtime finish one letter each
    and go; with `hand over` nobody stays.
    """
    states = [(n, held) for n in range(MOST + 1) for held in range(min(n, MORE_BY_DAY) + 1)]
    index = {state: number for number, state in enumerate(states)}
    rate, steps = 1 / SERVICE_MIN, 12

    def generator(hour: int) -> Floats:
        day = hour in DAY_SHIFT
        arrivals = PER_DAY * BY_HOUR[hour] / sum(BY_HOUR) / 60
        moves = np.zeros((len(states), len(states)))
        for (n, held), here in index.items():
            others = min(n - held, NIGHT)
            queue = n - held - others
            to_day = day and others == NIGHT and held < MORE_BY_DAY
            if n < MOST:
                moves[here, index[n + 1, held + 1 if to_day else held]] += arrivals
            if others:
                moves[here, index[n - 1, held]] += others * rate
            if held:
                moves[here, index[n - 1, held if day and queue else held - 1]] += held * rate
        return moves - np.diag(moves.sum(axis=1))

    by_step = {hour: expm(generator(hour) * 60 / steps) for hour in range(24)}
    waiting = np.array([n - held - min(n - held, NIGHT) for n, held in states], dtype=float)
    held_now = np.array([held for _, held in states], dtype=float)
    now = np.zeros(len(states))
    now[0] = 1.0
    for _ in range(6):  # days, until one is like the one before
        queues, overtime = np.zeros(24), 0.0
        for hour in range(24):
            if hour == DAY_SHIFT.start:  # those who come take what waits
                now = _held_by_day(now, index, MORE_BY_DAY)
            if hour == DAY_SHIFT.stop and not finish:
                now = _held_by_day(now, index, 0)
            course = [now]
            for _ in range(steps):
                course.append(course[-1] @ by_step[hour])
            now = course[-1]
            weights = np.array([1, *[4, 2] * (steps // 2 - 1), 4, 1]) / (3 * steps)  # Simpson's rule
            queues[hour] = weights @ [state @ waiting for state in course]
            if hour not in DAY_SHIFT:
                overtime += weights @ [state @ held_now for state in course]
    assert now @ np.array([n > MOST - 10 for n, _ in states]) < 1e-6
    return queues, overtime


def _held_by_day(now: Floats, index: dict[tuple[int, int], int], most: int) -> Floats:
    """The same letters when the day shift begins or hands over: their number says how many it holds."""
    after = np.zeros_like(now)
    for (n, _), here in index.items():
        after[index[n, min(max(n - NIGHT, 0), most)]] += now[here]
    return after
