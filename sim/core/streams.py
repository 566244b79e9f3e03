"""Random streams: one independent stream a replication, purpose and subject.

A stream is named, never shared: `stream(seed, replication, Purpose.SERVICE, subject("sign"))` gives the
same numbers whatever else is drawn before, beside or after it. That is what makes common random numbers
hold by construction (letter 17 is equally hard under every staffing) and what makes results independent
of the number of workers.
"""

from enum import IntEnum
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np

from sim.core.tables import Floats, Int64s

_FAR: Final = 4_096
"""Rows that are rather drawn than jumped over."""


class Purpose(IntEnum):
    """What a stream is drawn for. Members are only ever appended: a changed number changes every result."""

    BUSYNESS = 0
    ARRIVALS = 1
    THINNING = 2
    CATEGORY = 3
    CHANNEL = 4
    PLACE = 5
    ROUTE = 6
    SERVICE = 7
    CHANCE = 8
    RETURN_DELAY = 9
    ABSENCE = 10
    OTHER_DUTY_ARRIVALS = 11
    OTHER_DUTY_SERVICE = 12
    SIZE = 13
    BACKLOG = 14
    PATIENCE = 15
    SUPERVISION = 16
    EXTENSION = 17
    WRITES_AGAIN = 18
    REPEAT_LETTER = 19


def subject(name: str) -> int:
    """Number of a named subject (a step, a team) in a stream's key.

    It depends on the name alone, so that a step added in front of others does not shift their chance.
    """
    return crc32(name.encode())


def stream(seed: int, replication: int, purpose: Purpose, *subjects: int) -> np.random.Generator:
    """Generator of one purpose, independent of all others with another key.

    Args:
        subjects: whom the chance concerns, for example `subject("sign")`, or a second pass through a step.
    """
    key = (replication, int(purpose), *subjects)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def uniforms(count: int, seed: int, replication: int, purpose: Purpose, *subjects: int) -> Floats:
    """`count` uniforms in [0, 1), shape (count,); row i belongs to letter i under every staffing."""
    return stream(seed, replication, purpose, *subjects).random(count)


def uniforms_at(rows: Int64s, seed: int, replication: int, purpose: Purpose, *subjects: int) -> Floats:
    """The uniforms of some letters, the same as `uniforms` has in these rows.

    Args:
        rows: ascending, none twice. The generator jumps to where they lie.
    """
    drawn = np.empty(len(rows))
    ends = np.flatnonzero(np.diff(rows) > _FAR) + 1
    for first, end in pairwise([0, *ends.tolist(), len(rows)] if len(rows) else []):
        generator, begin = stream(seed, replication, purpose, *subjects), int(rows[first])
        generator.bit_generator.advance(begin)  # type: ignore[attr-defined]  # PCG64 has it
        drawn[first:end] = generator.random(int(rows[end - 1]) - begin + 1)[rows[first:end] - begin]
    return drawn
