"""Dealing: whether the people of each post are dealt to the units evenly, or by the units' shares of the letters.

From a staffing that just holds on, each post is dealt the other way, and given as few people as still hold then. The
change that saves most is made, as long as one saves anybody.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from sim.planning.posts import People, Post
from sim.planning.sample import Lives, Sample
from sim.planning.search import Search
from sim.planning.trials import Trials, with_heads
from sim.planning.workweek import workweek_of
from sim.setting import Setting

REPLICATIONS: Final = 4
"""Of the sample on which dealings are compared."""


class Dealt(NamedTuple):
    """Posts with the dealing that saves most, and a staffing that just holds, if there is one."""

    posts: tuple[Post, ...]
    people: People | None
    lived: int  # replications simulated


def freely_dealt(
    setting: Setting, posts: tuple[Post, ...], lives_of: Callable[[tuple[Post, ...]], Lives], budget: int
) -> Dealt:
    """The same posts, each dealt the way that takes fewer people.

    Args:
        lives_of: replications for posts.
        budget: replications that the first search may simulate, and each trial of a dealing at most.
    """
    workweek = workweek_of(setting, posts, range(REPLICATIONS))
    samples: list[Sample] = []

    def sample_of(posts: tuple[Post, ...]) -> Sample:
        samples.append(Sample(lives_of(posts), range(REPLICATIONS), workweek))
        return samples[-1]

    search = Search(sample_of(posts), budget)
    if not search.begin() or search.best is None:
        return Dealt(posts, None, search.trials.problem.spent)
    people = search.descend(search.best)
    while True:
        changes = [
            (post.cost * (people[index] - fewest), index, fewest)
            for index, post in enumerate(posts)
            if people[index]
            and _may_differ(setting, post)
            and (fewest := _fewest(Trials(sample_of(_other(posts, index)), budget), people, index)) is not None
        ]
        saving, index, fewest = max(changes, default=(0.0, 0, 0))
        if saving <= 0:
            return Dealt(posts, people, sum(sample.spent for sample in samples))
        posts, people = _other(posts, index), with_heads(people, index, fewest)


def _fewest(trials: Trials, people: People, post: int) -> int | None:
    """The fewest people of a post that hold with all others as they are; None if not even as many as there are do."""
    if not trials.holds(people):
        return None
    low, high = trials.problem.least[post] - 1, people[post]
    while high - low > 1:
        middle = (low + high) // 2
        if trials.holds(with_heads(people, post, middle)):
            high = middle
        else:
            low = middle
    return high


def _may_differ(setting: Setting, post: Post) -> bool:
    units = setting.places.of_team(post.team)
    return len(units) > 1 and float(np.ptp(setting.places.share[units.start : units.stop])) > 0


def _other(posts: tuple[Post, ...], index: int) -> tuple[Post, ...]:
    post = posts[index]
    return (*posts[:index], post._replace(deal="evenly" if post.deal == "weights" else "weights"), *posts[index + 1 :])
