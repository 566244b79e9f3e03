"""Words to tell a story with: letters and their visits, shifts, and what a log says of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.core.tables import (
    ALL_TIME,
    ANYHOW,
    HAND_OVER,
    NEVER,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    NOT_YET,
    OTHER_DUTY,
    WAIT,
    WORK,
    Log,
    Roster,
    Spans,
    Stretches,
    Workload,
    dtypes,
)

DESK, BRANCH, STATION, CITY = UNITS = range(4)

_WORK = {
    "priority": 5,
    "interrupts": False,
    "interruptible": False,
    "resume_cost": 0,
    "at_shift_end": HAND_OVER,
    "cover": NO_UNIT,
    "escalate_after": NEVER,
    "escalate_to": NO_UNIT,
    "clock": ALL_TIME,
    "patience": NEVER,
    "made_if": ANYHOW,
    "made_if_back": 0,
    "made_late_from": 0,
}
_DTYPES = {name: dtype for name, dtype in dtypes(Workload).items() if name in Workload.visit_columns()[1:]}

Visit = dict[str, Any]
Play = Callable[..., Log]
"""The fixture `play`: a workload, a roster, and a horizon if not 1,000; once on each engine."""


def work(unit: int, service: int, **asked: Any) -> Visit:
    """A visit of one person of a unit; plain unless something else is asked, by the names of `Workload`."""
    assert set(asked) <= set(_WORK), asked
    return {"unit": unit, "service": service, **_WORK, **asked}


def delay(service: int, clock: int = ALL_TIME, **asked: Any) -> Visit:
    """A visit during which time passes, all of it or that of one of the roster's clocks."""
    return work(NO_UNIT, service, clock=clock, **asked)


class Prompt(NamedTuple):
    """What a letter about an earlier one asks of it, by the names of `Workload`; `about` counts all visits."""

    about: int = NO_VISIT
    until_start: bool = False
    once_over: bool = False
    received_if: int = ANYHOW
    received_if_back: int = 0
    received_late_from: int = 0
    new_priority: int = NO_PRIORITY
    move_to: int = NO_UNIT


def letters(*each: tuple[Any, ...], prompts: Mapping[int, Prompt] = {}) -> Workload:
    """Letters as `(received, visit, visit, ...)`, in order of receipt; visits are numbered through.

    Args:
        prompts: what those of them ask that are about others, by their number.
    """
    asked = [prompts.get(number, Prompt()) for number in range(len(each))]
    received = [letter[0] for letter in each]
    visits: list[Visit] = [visit for letter in each for visit in letter[1:]]
    step = [number for letter in each for number in range(len(letter) - 1)]
    return Workload(
        received=np.array(received, np.int64),
        # A prompt is work and no letter, as other duty is.
        category=np.array(
            [0 if prompt.about == NO_VISIT or prompt.once_over else OTHER_DUTY for prompt in asked], np.int16
        ),
        channel=np.zeros(len(each), np.int16),
        home=np.zeros(len(each), np.int32),
        left=np.zeros(len(each), np.bool_),
        **{
            name: np.array([getattr(prompt, name) for prompt in asked], dtypes(Workload)[name])
            for name in Prompt._fields
        },
        rule=np.array(
            [OTHER_DUTY if prompt.about == NO_VISIT or prompt.once_over else 0 for prompt in asked], np.int16
        ),
        first_visit=np.cumsum([0, *(len(letter) - 1 for letter in each)], dtype=np.int64),
        step=np.array(step, np.int16),
        **{name: np.array([visit[name] for visit in visits], dtype) for name, dtype in _DTYPES.items()},
    )


def shifts(
    *each: tuple[int, int, int, int], units: int = len(UNITS), clocks: Sequence[Sequence[tuple[int, int]]] = ()
) -> Roster:
    """Shifts as `(unit, start, end, people)`, numbered by start, then unit, then end; and clocks as `(start, end)`."""
    rows = sorted(each, key=lambda shift: (shift[1], shift[0], shift[2]))
    unit, start, end, people = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Roster(
        unit=np.array(unit, np.int32),
        start=np.array(start, np.int64),
        end=np.array(end, np.int64),
        people=np.array(people, np.int32),
        units=units,
        clocks=tuple(Spans(*np.array(spans, np.int64).reshape(-1, 2).T) for spans in clocks),
    )


def told(log: Log) -> list[tuple[int, int, int, int, int]]:
    """The log as `(queued, started, finished, served_by, interruptions)` a visit."""
    return [tuple(row) for row in zip(*(column.tolist() for column in log[:5]), strict=True)]


def history(log: Log) -> list[tuple[int, str, int, int, int, int]]:
    """The stretches as `(visit, "work" or "wait", unit, shift, start, end)`."""
    assert log.stretches is not None
    rows = zip(*(column.tolist() for column in log.stretches), strict=True)
    return [(visit, "work" if kind == WORK else "wait", *rest) for visit, kind, *rest in rows]


NOTHING = (NOT_YET, NOT_YET, NOT_YET, NOT_YET, 0)
"""What the log says of a visit that the letter has not reached."""


def claimed(rows: list[tuple[int, ...]], stretches: list[tuple[int, str, int, int, int, int]]) -> Log:
    """A log written by hand, in the words of `told` and `history`."""
    table = [(visit, WORK if kind == "work" else WAIT, *rest) for visit, kind, *rest in stretches]
    return Log(
        *_columns(rows, dtypes(Log)),
        stretches=Stretches(*_columns(table, dtypes(Stretches))),
    )


def _columns(rows: list[tuple[int, ...]], types: dict[str, np.dtype[Any]]) -> list[Any]:
    table = np.array(rows, np.int64).reshape(-1, len(types))
    return [column.astype(dtype) for column, dtype in zip(table.T, types.values(), strict=True)]
