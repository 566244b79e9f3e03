"""Measures of a replication that was simulated in blocks, added up: the same figures as of all its letters at once."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.metrics.measures import Counts, Measures, Times, measure_part, narrowed
from sim.metrics.replication import Replication
from sim.statistics import combined
from sim.statistics.pool import Pool


def measure_blocks(blocks: Iterable[Replication]) -> Measures:
    """Measure one replication.

    Args:
        blocks: the letters that were over in each block, at least one; a generator will do.
    """
    counts: Counts | None = None
    times: Pool[Times] = Pool()
    for block in blocks:
        part = measure_part(block)
        counts = part.counts if counts is None else _together(counts, part.counts)
        times.add(part.times)
        del block  # which is large, and need not stay until the next one is there
    assert counts is not None, "at least one block"
    return Measures(narrowed(counts), times.merged())


def _together(first: Counts, second: Counts) -> Counts:
    """Counts of two parts as one; all are whole numbers, so the order of adding up does not matter."""
    both = combined([first, second], _sum, (np.ndarray, np.generic))
    # Shifts are those of the whole replication, in each part; of two queues at two times the longer one counts.
    longest = np.maximum(first.teams.queue_max, second.teams.queue_max)
    return both._replace(
        teams=both.teams._replace(on_duty=first.teams.on_duty, queue_max=longest),
        staffed=both.staffed._replace(on_duty=first.staffed.on_duty),
    )


def _sum(two: Any) -> Any:
    return np.asarray(two[0] + two[1])
