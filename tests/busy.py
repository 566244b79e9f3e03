"""Days on which there is more to do than the staff can, and everything of the engine contract happens at once.

They are drawn by number, so that test after test can look at the same ones.
"""

from typing import Any, NamedTuple

import numpy as np
from builder import letters, shifts, work
from strategies import Day

from sim.core.tables import FINISH, HAND_OVER, NEVER, NO_PRIORITY, NO_UNIT, NO_VISIT, Int64s, Workload

BUSY_DAYS = 100

# What half of the visits ask, and the others do not. Times are in ticks.
ASKED: dict[str, tuple[Any, Any]] = {
    "interrupts": (False, True),
    "interruptible": (False, True),
    "resume_cost": (0, 2),
    "at_shift_end": (HAND_OVER, FINISH),
    "cover": (NO_UNIT, 0),
    "escalate_after": (NEVER, 7),
    "escalate_to": (1, 0),
    "patience": (NEVER, 8),
}
TIMES = {"resume_cost", "escalate_after", "patience"}


class Office(NamedTuple):
    """How much is drawn."""

    tick: int = 60
    ticks: int = 120
    letters: int = 30
    visits: int = 6  # of each letter
    units: int = 4
    shifts: int = 24
    priorities: int = 3
    asked: frozenset[str] = frozenset(ASKED)
    prompts: float = 0.5  # share of the later letters that are about others
    outcomes: float = 0.15  # share of the visits that hang on an earlier one


STAYING = Office(asked=frozenset(ASKED) - {"patience"}, prompts=0, outcomes=0)
"""Where nobody leaves and nothing hangs on anything, so that there is always more to do."""


def busy_day(seed: int, office: Office = Office()) -> Day:  # noqa: B008 - it never changes
    """A day of an office; the same number gives the same day."""
    chance = np.random.default_rng(seed)
    tick, ticks, units = office.tick, office.ticks, office.units
    rows = office.letters * office.visits

    def chosen(name: str) -> Any:
        no, yes = ASKED[name]
        yes = yes * tick if name in TIMES and yes != NEVER else yes
        return np.where(chance.random(rows) < 0.5, no, yes)

    received = np.sort(chance.integers(-ticks // 8, ticks // 2, office.letters)) * tick
    workload = letters(*((second, *[work(0, 1)] * office.visits) for second in received.tolist()))
    is_delay = chance.random(rows) < 0.2
    ticks_of_work = chance.geometric(8 / ticks, rows)
    columns: dict[str, Any] = {
        "unit": np.where(is_delay, NO_UNIT, chance.integers(0, units, rows)),
        "service": (ticks_of_work - is_delay) * tick,
        "priority": chance.integers(0, office.priorities, rows),
        **{name: chosen(name) for name in sorted(office.asked)},
    }
    columns = {name: column.astype(getattr(workload, name).dtype) for name, column in columns.items()}

    unit, people = chance.integers(0, units, office.shifts), chance.integers(0, 4, office.shifts)
    start = chance.integers(-ticks // 8, ticks, office.shifts)
    end = start + chance.integers(0, ticks // 3, office.shifts)
    each = zip(*(row.tolist() for row in (unit, start * tick, end * tick, people)), strict=True)
    horizon = int(chance.integers(ticks // 2, 2 * ticks)) * tick + int(chance.integers(0, 2))
    columns["clock"] = (is_delay * chance.integers(0, 3, rows)).astype(np.int8)
    clocks = [_spans(np.sort(chance.choice(2 * ticks, 20, replace=False)) * tick) for _ in range(2)]
    columns |= _prompts(chance, office, workload) | _outcomes(chance, office)
    return Day(workload._replace(**columns), shifts(*each, units=units, clocks=clocks), horizon)


def _spans(edges: Int64s) -> list[tuple[int, int]]:
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _prompts(chance: np.random.Generator, office: Office, workload: Workload) -> dict[str, Any]:
    """What letters of the second half ask that are about others, of the first half or before them."""
    half = office.letters // 2
    late = np.arange(office.letters) >= half
    prompts = (chance.random(office.letters) < office.prompts) & late & (workload.received >= 0)
    about_others = (chance.random(office.letters) < 0.3) & (np.arange(office.letters) > half)
    first = np.where(about_others, half, 0)
    until = np.where(about_others, np.arange(office.letters), half)
    about = (first + chance.random(office.letters) * (until - first)) * office.visits
    about = np.where(prompts, about.astype(np.int64), NO_VISIT)
    return {
        "about": about,
        "until_start": chance.random(office.letters) < 0.5,
        "once_over": chance.random(office.letters) < 0.3,
        "received_if": ((chance.random(office.letters) < 0.25) * chance.integers(1, 5, office.letters)).astype(np.int8),
        "received_if_back": (chance.random(office.letters) * (about % office.visits + 1)).astype(np.int32),
        "received_late_from": np.maximum(workload.received - chance.integers(0, 30, office.letters) * office.tick, 0),
        "new_priority": chance.integers(NO_PRIORITY, office.priorities, office.letters).astype(np.int8),
        "move_to": chance.integers(NO_UNIT, office.units, office.letters).astype(np.int32),
    }


def _outcomes(chance: np.random.Generator, office: Office) -> dict[str, Any]:
    """Which visits hang on earlier ones of their letter, but never the first."""
    rows = office.letters * office.visits
    nth = np.arange(rows) % office.visits
    hangs = (chance.random(rows) < office.outcomes) & (nth > 0)
    return {
        "made_if": (hangs * chance.integers(1, 5, rows)).astype(np.int8),
        "made_if_back": (1 + chance.random(rows) * np.minimum(nth, 3)).astype(np.int32),
        "made_late_from": chance.integers(0, office.ticks, rows) * office.tick,
    }
