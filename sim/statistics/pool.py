"""Durations of a replication that is measured in parts, put together as the parts come."""

from typing import Final, Generic, TypeVar, cast

from sim.statistics.estimates import combined
from sim.statistics.percentiles import Durations, merged

T = TypeVar("T")

SMALL: Final = 1_000_000
"""Different durations that are not worth merging yet."""


class Pool(Generic[T]):
    """Durations of many parts, merged whenever those not yet merged have outgrown the others.

    So memory stays within a small multiple of what the merged ones need, and each is sorted a few times at most.
    """

    def __init__(self) -> None:
        self._parts: list[T] = []
        self._merged_size = SMALL
        self._size = 0

    def add(self, part: T) -> None:
        """Add those of one part: `Durations`, or a tuple of them, nested or not."""
        self._parts.append(part)
        self._size += _size(part)
        if self._size > 2 * self._merged_size:
            self._parts = [self.merged()]
            self._size = _size(self._parts[0])
            self._merged_size = max(self._size, SMALL)

    def merged(self) -> T:
        """All parts as one; at least one was added."""
        return combined(self._parts, merged, Durations)


def _size(part: object) -> int:
    if isinstance(part, Durations):
        return len(part.seconds)
    return sum(_size(each) for each in cast(tuple[object, ...], part))
