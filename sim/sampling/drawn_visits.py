"""What is drawn of the letters of a replication, and how it becomes their workload under one roster after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.core.tables import (
    ALL_TIME,
    ANYHOW,
    HAND_OVER,
    NEVER,
    NO_UNIT,
    OTHER_DUTY,
    Bools,
    Floats,
    Int8s,
    Int16s,
    Int32s,
    Int64s,
    Workload,
)


class Block(NamedTuple):
    """A step of many letters; a single value is the same for all of them. Columns as in `sim.core.tables.Workload`."""

    letter: Int64s  # row in the order of drawing
    nth: Int64s  # how many visits the letter has made before
    step: int
    unit: Int32s | int
    service: Int64s | int
    priority: Int8s | int = 5
    resume_cost: int = 0
    at_shift_end: int = HAND_OVER
    cover: Int32s | int = NO_UNIT
    escalate_after: Int32s | int = NEVER
    escalate_to: Int32s | int = NO_UNIT
    clock: Int8s | int = ALL_TIME
    patience: Int32s | int = NEVER
    made_if: Int8s | int = ANYHOW
    made_if_back: Int32s | int = 0
    made_late_from: Int64s | int = 0
    flags: Mapping[str, bool] = {}  # truth values, by the name of their column; usual ones may be left out


def further_down(rows: int, blocks: Sequence[Block]) -> list[Block]:
    """Blocks whose letters stand so many rows further down, behind others."""
    return [block._replace(letter=block.letter + rows) for block in blocks]


class Prompts(NamedTuple):
    """Letters that are about a visit of another one; one row each. Columns as in `sim.core.tables.Workload`."""

    letter: Int64s  # that it is about: row in the order of drawing
    nth: Int64s  # the visit that it is about: how many that letter has made before
    received: Int64s
    until_start: Bools
    once_over: Bools
    received_if: Int8s
    received_if_back: Int32s
    received_late_from: Int64s
    new_priority: Int8s
    move_to: Int32s
    rule: Int16s
    made: Int64s  # number of visits
    tasks: list[Block]  # `letter` is the prompt's row


class Repeats(NamedTuple):
    """Letters about earlier ones, once those are over; one row each. Columns as in `sim.core.tables.Workload`."""

    letter: Int64s  # row in the order of drawing
    earlier: Int64s  # likewise of the letter that it is about
    nth: Int64s  # the last visit of that one: how many it has made before
    received_if: Int8s
    received_if_back: Int32s
    received_late_from: Int64s


class Jobs(NamedTuple):
    """Other duty of all teams; one row a job."""

    received: Int64s
    unit: Int32s
    chance: Floats  # the uniform of its effort


class Visits(NamedTuple):
    """All visits of all letters, and the other duty that there may be besides."""

    blocks: list[Block]  # empty once they are put together
    made: Int64s  # number of visits of each letter
    left: Bools  # letters that left by a leave step
    repeats: Repeats | None = None  # which of the letters these are
    prompts: Prompts | None = None  # about them
    jobs: Jobs | None = None  # round the clock, as if somebody were always on duty
    together: Workload | None = None  # all of these, where no roster has a say in what comes and when


def of_other_duty(
    letter: Int64s, unit: Int32s, service: Int64s, priority: int, flags: Mapping[str, bool] = {}
) -> Block:
    """The first visits of work that is no letter's."""
    return Block(letter, np.zeros_like(letter), OTHER_DUTY, unit, service, priority=priority, flags=flags)
