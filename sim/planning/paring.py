"""Paring: whoever is not needed goes, as fresh seeds say, and what is left says what each removal breaks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from sim.planning.allotment import removed
from sim.planning.posts import People
from sim.planning.proof import Change, Fresh, Proof, change
from sim.planning.trials import with_heads
from sim.statistics import Verdict

MOST_ROUNDS: Final = 24
"""Blocks of fresh seeds that a plan and its paring may use in all."""


def pared(fresh: Fresh, proof: Proof, fits: Callable[[People], bool]) -> tuple[Proof, tuple[Change, ...]]:
    """The plan without those who are not needed: whose removal still meets every target, on fresh seeds twice.

    Args:
        proof: of the plan, which meets every target.
        fits: whether the work of every team fits into its hours.

    Returns: what is left, and what the removal of one more of each post changes; of one that was still met on the
        seeds of the plan, but not on others, what those say.
    """
    removals = _removals(fresh, proof)
    while fresh.rounds < MOST_ROUNDS:
        spare = {post: each for post, each in removals.items() if _is_spare(each, fits)}
        left, asked = _left(fresh, proof, spare, fits)
        if left is proof:
            removals |= {post: replace(removals[post], proof=shown) for post, shown in asked.items()}
            break
        proof, removals = left, _removals(fresh, left)
    return proof, tuple(removals.values())


def _left(
    fresh: Fresh, proof: Proof, spare: dict[int, Change], fits: Callable[[People], bool]
) -> tuple[Proof, dict[int, Proof]]:
    """What is left when those go who were spare one by one: several at once, and where that is too many, one.

    Returns: the proof of what is left, and of each post whose next one has to stay the proof without that one.
    """
    asked: dict[int, Proof] = {}
    spare, several = dict(spare), True
    while spare and fresh.rounds < MOST_ROUNDS:
        # The dearest first, and of these whoever leaves most to spare.
        post = max(spare, key=lambda post: (fresh.posts[post].cost, spare[post].proof.least_slack))
        people = _without(fresh, proof, spare) if several else None
        alone = people is None
        if people is None:
            people = with_heads(proof.people, post, proof.people[post] - 1)
        shown = fresh.prove(people) if fits(people) and proof.people[post] > fresh.posts[post].least else None
        if shown is not None and shown.verdict is Verdict.MET:
            proof, asked = shown, {}
        elif alone:
            asked |= {} if shown is None else {post: shown}
            del spare[post]
        else:
            several = False
    return proof, asked


def _without(fresh: Fresh, proof: Proof, spare: dict[int, Change]) -> People | None:
    """The plan without one of several posts, as many as half of what it has to spare pays for; None if only of one."""
    harm, most = np.zeros((len(fresh.posts), len(proof.kept))), np.zeros(len(fresh.posts), dtype=np.int64)
    for post, removal in spare.items():
        harm[post] = [-(each.paired.mean or 0.0) for each in removal.differences]
        most[post] = proof.people[post] > fresh.posts[post].least
    cost = np.array([post.cost for post in fresh.posts])
    fewer = removed(proof.slack / 2, harm, cost, most)
    return None if fewer.sum() < 2 else tuple(int(heads) for heads in np.array(proof.people) - fewer)


def _removals(fresh: Fresh, proof: Proof) -> dict[int, Change]:
    least = [post.least for post in fresh.posts]
    posts = (post for post, heads in enumerate(proof.people) if heads > least[post])
    return {post: change(fresh.lives, proof, post, -1) for post in posts}


def _is_spare(removal: Change, fits: Callable[[People], bool]) -> bool:
    return removal.proof.verdict is Verdict.MET and fits(removal.proof.people)
