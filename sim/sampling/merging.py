"""Letters, other duty and prompts merged in the order in which they are received."""

from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.radix_sort import ascending
from sim.core.tables import (
    ANYHOW,
    NO_PRIORITY,
    NO_UNIT,
    NO_VISIT,
    OTHER_DUTY,
    Int64s,
    VisitRow,
    Workload,
    dtypes,
)
from sim.sampling.arrivals import Letters
from sim.sampling.drawn_visits import Block, Jobs, Prompts, Repeats, Visits, further_down

_USUAL: Final = {each.name: 0 if each.default is MISSING else each.default for each in fields(VisitRow)}
"""What most visits have in each column; where it is not said, each has a value of its own."""


def put_together(
    letters: Letters, visits: Visits, jobs: Jobs, of_jobs: Sequence[Block], prompts: Prompts | None = None
) -> Workload:
    """Letters, jobs and prompts sorted by the time they are received, and their visits in that order.

    Args:
        of_jobs: the visits of the jobs, one each; `letter` is the job's row.
    """
    prompts, repeats = prompts or _no_prompts(), visits.repeats or _no_repeats()
    kept, drawn, other = np.flatnonzero(letters.kept), len(letters.kept), len(jobs.received)
    received = np.concatenate([letters.received[kept], jobs.received, prompts.received])
    order = _order(received)
    made = np.concatenate([visits.made[kept], np.ones(other, dtype=np.int64), prompts.made])
    first_visit = np.append(0, np.cumsum(made[order]))
    # Rows of all that was drawn: letters, then jobs, then prompts.
    first = np.zeros(drawn + other + len(prompts.received), dtype=np.int64)
    first[np.concatenate([kept, np.arange(drawn, len(first))])[order]] = first_visit[:-1]
    blocks = [*visits.blocks, *further_down(drawn, of_jobs), *further_down(drawn + other, prompts.tasks)]
    places = [first.take(block.letter) + block.nth for block in blocks]
    duty = np.full(len(received) - len(kept), OTHER_DUTY, dtype=np.int16)
    of_repeats = (np.cumsum(letters.kept) - 1)[repeats.letter]

    def of_prompts(column: npt.NDArray[Any], usual: int, again: npt.NDArray[Any] | int | None = None) -> Any:
        asked = np.full(len(order), usual, column.dtype)
        asked[len(order) - len(column) :] = column
        asked[of_repeats] = usual if again is None else again
        return asked[order] if len(column) + len(of_repeats) else asked

    about, again = first[prompts.letter] + prompts.nth, first[repeats.earlier] + repeats.nth
    return Workload(
        received=received[order],
        category=np.concatenate([letters.category[kept], duty])[order],
        channel=np.concatenate([letters.channel[kept], duty])[order],
        home=np.concatenate([letters.home[kept], jobs.unit, letters.home[prompts.letter]])[order],
        left=np.concatenate([visits.left[kept], duty == 0])[order],
        about=of_prompts(about, NO_VISIT, again),
        until_start=of_prompts(prompts.until_start, False),
        once_over=of_prompts(prompts.once_over, False, True),
        received_if=of_prompts(prompts.received_if, ANYHOW, repeats.received_if),
        received_if_back=of_prompts(prompts.received_if_back, 0, repeats.received_if_back),
        received_late_from=of_prompts(prompts.received_late_from, 0, repeats.received_late_from),
        new_priority=of_prompts(prompts.new_priority, NO_PRIORITY),
        move_to=of_prompts(prompts.move_to, NO_UNIT),
        rule=of_prompts(prompts.rule, OTHER_DUTY),
        first_visit=first_visit,
        **{name: _column(name, blocks, places, int(first_visit[-1])) for name in Workload.visit_columns()},
    )


def _column(name: str, blocks: Sequence[Block], places: Sequence[Int64s], rows: int) -> npt.NDArray[Any]:
    """A column of the visits; most of them have its usual value."""
    dtype, usual = dtypes(Workload)[name], _USUAL[name]
    column = np.full(rows, usual, dtype)
    for block, at in zip(blocks, places, strict=True):
        value = block.flags.get(name, usual) if dtype == np.bool_ else getattr(block, name)
        if isinstance(value, np.ndarray) or value != usual:
            column[at] = value
    return column


def _order(received: Int64s) -> Int64s:
    """A stable argsort, faster because instant and row are sorted as one number."""
    bits, since = len(received).bit_length(), received - received.min(initial=0)
    both = ascending((since << bits) | np.arange(len(received)), (int(since.max(initial=0)) + 1) << bits)
    return both.astype(np.int64, copy=False) & ((1 << bits) - 1)


def _no_repeats() -> Repeats:
    none = np.zeros(0, np.int64)
    return Repeats(none, none, none, none.astype(np.int8), none.astype(np.int32), none)


def _no_prompts() -> Prompts:
    none = np.zeros(0, np.int64)
    return Prompts(
        letter=none,
        nth=none,
        received=none,
        until_start=none.astype(np.bool_),
        once_over=none.astype(np.bool_),
        received_if=none.astype(np.int8),
        received_if_back=none.astype(np.int32),
        received_late_from=none,
        new_priority=none.astype(np.int8),
        move_to=none.astype(np.int32),
        rule=none.astype(np.int16),
        made=none,
        tasks=[],
    )
