"""The workload of one replication: every letter and every visit that it will make, with all chance spent."""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.streams import uniforms
from sim.core.tables import HAND_OVER, NEVER, NO_UNIT, OTHER_DUTY, Int64s, Roster, Workload
from sim.sampling.arrivals import Letters, draw_letters
from sim.sampling.jurisdiction import Jurisdiction
from sim.sampling.other_duty import Jobs, draw_other_duty
from sim.sampling.visits import Block, Visits, unroll
from sim.scenario.setting import Setting

# Columns of a visit: type, and the value that most visits have.
_COLUMNS: dict[str, tuple[type[np.generic], int]] = {
    "step": (np.int16, OTHER_DUTY),
    "unit": (np.int32, NO_UNIT),
    "service": (np.int64, 0),
    "priority": (np.int8, 5),
    "interrupts": (np.bool_, False),
    "interruptible": (np.bool_, True),
    "resume_cost": (np.int32, 0),
    "at_shift_end": (np.int8, HAND_OVER),
    "cover": (np.int32, NO_UNIT),
    "escalate_after": (np.int32, NEVER),
    "escalate_to": (np.int32, NO_UNIT),
}


def draw_workload(setting: Setting, roster: Roster, replication: int, *, keep: float = 1.0) -> Workload:
    """The letters of one replication and their visits, with other duty among them.

    Args:
        roster: decides only which other duty there is; letters are the same under every roster.
        keep: share of the letters that take part, the others are thinned out: the letters of a smaller share
            are a subset of those of a larger one, each as hard as there. Other duty is not thinned.

    Raises:
        SimError: `keep` is not in [0, 1], or a loop does not end.
    """
    return with_other_duty(setting, roster, replication, *draw_visits(setting, replication, keep=keep))


def draw_visits(setting: Setting, replication: int, *, keep: float = 1.0) -> tuple[Letters, Visits]:
    """The letters of one replication and their visits, which no roster changes; as `draw_workload`."""
    scenario = setting.scenario
    letters = draw_letters(setting, replication, keep)
    one_a_letter = partial(uniforms, len(letters.received), scenario.seed, replication)
    own = Jurisdiction(setting, letters.category, letters.home, one_a_letter)
    return letters, unroll(scenario, letters, own, one_a_letter)


def with_other_duty(setting: Setting, roster: Roster, replication: int, letters: Letters, visits: Visits) -> Workload:
    """Letters that are drawn already, with the other duty that there is under a roster among them."""
    return _put_together(letters, visits, draw_other_duty(setting, roster, replication))


def _put_together(letters: Letters, visits: Visits, jobs: Jobs) -> Workload:
    """Letters and jobs sorted by the time they are received, and their visits in that order."""
    kept = np.flatnonzero(letters.kept)
    received = np.concatenate([letters.received[kept], jobs.received])
    order = _order(received)
    made = np.concatenate([visits.made[kept], np.ones(len(jobs.received), dtype=np.int64)])
    first_visit = np.concatenate([[0], np.cumsum(made[order])])
    first = np.empty_like(order)
    first[order] = first_visit[:-1]
    first_of_letter = np.zeros(len(letters.kept), dtype=np.int64)
    first_of_letter[kept] = first[: len(kept)]
    first_of_job = first[len(kept) :]
    places = [(block, first_of_letter[block.letter] + block.nth) for block in visits.blocks]
    places += [(block, first_of_job[block.letter] + block.nth) for block in jobs.visits]
    duty = np.full(len(jobs.received), OTHER_DUTY, dtype=np.int16)
    return Workload(
        received=received[order],
        category=np.concatenate([letters.category[kept], duty])[order],
        channel=np.concatenate([letters.channel[kept], duty])[order],
        home=np.concatenate([letters.home[kept], jobs.unit])[order],
        left=np.concatenate([visits.left[kept], duty == 0])[order],
        first_visit=first_visit,
        **{name: _column(name, places, int(first_visit[-1])) for name in _COLUMNS},
    )


def _order(received: Int64s) -> Int64s:
    """A stable argsort, faster because instant and row are sorted as one number."""
    bits = len(received).bit_length()
    return np.sort((received << bits) | np.arange(len(received))) & ((1 << bits) - 1)


def _column(name: str, places: list[tuple[Block, Int64s]], rows: int) -> npt.NDArray[Any]:
    dtype, usual = _COLUMNS[name]
    column = np.full(rows, usual, dtype=dtype)
    for block, at in places:
        value = getattr(block, name)
        if isinstance(value, np.ndarray) or value != usual:
            column[at] = value
    return column
