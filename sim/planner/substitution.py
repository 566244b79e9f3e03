"""Substitution: people of one roster give way to fewer of another of the same team, where fresh seeds show that.

Two rosters may replace each other only by several people at once, far from where effects were measured, so neither a
removal nor an exchange near the plan finds that. Each such staffing is looked at on the replications that proved the
plan, as a difference to it (common random numbers), until it is plain what they say; one that would surely do has to
show it on a block of its own.
"""

from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

from sim.planner.proof import Blocks, Proof, decided, surely_met
from sim.planner.staffing_cells import People, StaffingCell, with_heads
from sim.statistics import Verdict


def substituted(blocks: Blocks, proof: Proof, fits: Callable[[People], bool], budget: int) -> Proof | None:
    """The proof of a cheaper staffing in which one roster gives way to another; None if none was found.

    Args:
        proof: of the plan, which meets every target.
        fits: whether the work of every unit fits into its hours.
        budget: letters after which none is looked at, counted from the first of the plan.
    """
    simulator = blocks.simulator
    for people in _cheaper(simulator.cells, proof.people):
        if simulator.meter.letters >= budget:
            break
        if fits(people) and _does(decided(simulator, people, proof.replications, proof), proof):
            shown = blocks.prove(people)
            if shown.shown:
                return shown
    return None


def _does(found: Proof, proof: Proof) -> bool:
    whole = len(found.decided.letters) == len(proof.replications)
    return found.verdict is Verdict.MET and (whole or surely_met(found, proof))


def _cheaper(cells: tuple[StaffingCell, ...], people: People) -> Iterator[People]:
    """Two or more people of a roster replaced by as many of another of their team as cost less, few people first."""
    pairs = [
        (gone, come)
        for gone, come in permutations(range(len(cells)), 2)
        if cells[gone].team == cells[come].team and cells[come].most > people[come]
    ]
    for fewer in range(2, max(people) + 1):
        for gone, come in pairs:
            more = int(np.ceil(fewer * cells[gone].cost / cells[come].cost)) - 1
            if fewer <= people[gone] - cells[gone].least and 1 <= more <= cells[come].most - people[come]:
                without = with_heads(people, gone, people[gone] - fewer)
                yield with_heads(without, come, people[come] + more)
