"""The common model: what every simulator of the benchmark can express, with no more to it than that.

Letters come as a Poisson process of 600 a day. Each is signed at one pool of 6 people (exponential, mean 6 min),
then contacted at one of 11 pools of 3 (25 min), then handled at one of 110 pools of 2 (180 min), first come,
first served. People are there around the clock.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import (
    ALL_TIME,
    ANYHOW,
    HAND_OVER,
    NEVER,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    OTHER_DUTY,
    Log,
    Roster,
    Workload,
)

DAY: Final = 86_400
PER_DAY: Final = 600
POOLS: Final = (1, 11, 110)  # of each step
PEOPLE: Final = (6, 3, 2)  # of each pool
MEANS: Final = (360, 1_500, 10_800)  # seconds of each step


class Model(NamedTuple):
    """The common model over some days."""

    days: int
    workload: Workload
    roster: Roster
    horizon: int

    def letters(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """Second of receipt, then pool and seconds of each step: for simulators that take no arrays."""
        steps = zip(self.workload.unit.tolist(), self.workload.service.tolist(), strict=True)
        return [(received, [next(steps) for _ in POOLS]) for received in self.workload.received.tolist()]

    def pools(self) -> list[int]:
        """People of each pool."""
        return [int(people) for people in self.roster.people]


def draw(days: int, seed: int = 1) -> Model:
    """Draw the letters of some days."""
    chance = np.random.default_rng(seed)
    letters = int(chance.poisson(PER_DAY * days))
    first_pool = np.cumsum((0, *POOLS[:-1]))
    unit = np.column_stack(
        [first + chance.integers(0, pools, letters) for first, pools in zip(first_pool, POOLS, strict=True)]
    )
    service = np.column_stack([chance.exponential(mean, letters) for mean in MEANS])
    visits = 3 * letters
    # Full and not zeros: memory that nobody has written does not count.
    workload = Workload(
        received=np.sort(chance.integers(0, days * DAY, letters)),
        category=np.full(letters, 0, np.int16),
        channel=np.full(letters, 0, np.int16),
        home=np.full(letters, 0, np.int32),
        left=np.full(letters, False),
        about=np.full(letters, NO_VISIT),
        until_start=np.full(letters, False),
        once_over=np.full(letters, False),
        received_if=np.full(letters, ANYHOW, np.int8),
        received_if_back=np.zeros(letters, np.int32),
        received_late_from=np.zeros(letters, np.int64),
        new_priority=np.full(letters, NO_PRIORITY, np.int8),
        move_to=np.full(letters, NO_UNIT, np.int32),
        rule=np.full(letters, OTHER_DUTY, np.int16),
        first_visit=np.arange(0, visits + 1, 3),
        step=np.tile(np.arange(3, dtype=np.int16), letters),
        unit=unit.ravel().astype(np.int32),
        service=np.maximum(np.rint(service), 1).ravel().astype(np.int64),
        priority=np.full(visits, 0, np.int8),
        interrupts=np.full(visits, False),
        interruptible=np.full(visits, False),
        resume_cost=np.full(visits, 0, np.int32),
        at_shift_end=np.full(visits, HAND_OVER, np.int8),
        cover=np.full(visits, NO_UNIT, np.int32),
        escalate_after=np.full(visits, NEVER, np.int32),
        escalate_to=np.full(visits, NO_UNIT, np.int32),
        clock=np.full(visits, ALL_TIME, np.int8),
        patience=np.full(visits, NEVER, np.int32),
        made_if=np.full(visits, ANYHOW, np.int8),
        made_if_back=np.zeros(visits, np.int32),
        made_late_from=np.zeros(visits, np.int64),
    )
    units = sum(POOLS)
    roster = Roster(
        unit=np.arange(units, dtype=np.int32),
        start=np.zeros(units, np.int64),
        end=np.full(units, days * DAY),
        people=np.repeat(np.array(PEOPLE, np.int32), POOLS),
        units=units,
    )
    return Model(days, workload, roster, days * DAY)


def times_in_system(model: Model, log: Log) -> list[float]:
    """Seconds from receipt to the end of the last step, of the letters that came to it."""
    closed = log.finished[2::3]
    return list((closed - model.workload.received)[closed >= 0])
