"""Dealing: whether the people of each post are dealt to the units evenly, or by the units' shares of the letters.

At a staffing that just holds, each post is dealt the other way; the change that leaves least lateness is made, as long
as one does any good. Then the staffing is pared and all is tried once more.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from sim.planning.posts import People, Post
from sim.planning.sample import Lives, Sample
from sim.planning.search import Search
from sim.planning.workweek import workweek_of
from sim.setting import Setting
from sim.tables import Floats

REPLICATIONS: Final = 4
"""Of the sample on which dealings are compared."""

GOOD: Final = 0.99
"""A change does good if it leaves less lateness than this part."""


class Dealt(NamedTuple):
    """Posts with the dealing that does most good, and a staffing that just holds, if there is one."""

    posts: tuple[Post, ...]
    people: People | None


def freely_dealt(
    setting: Setting, posts: tuple[Post, ...], lives_of: Callable[[tuple[Post, ...]], Lives], budget: int
) -> Dealt:
    """The same posts, each dealt the way that does most good.

    Args:
        lives_of: replications for posts.
        budget: replications that each pass may simulate.
    """
    workweek = workweek_of(setting, posts, range(REPLICATIONS))
    while True:
        search = Search(Sample(lives_of(posts), range(REPLICATIONS), workweek), budget)
        if not search.begin() or search.best is None:
            return Dealt(posts, None)
        people = search.descend(search.best)
        better = _better(setting, posts, people, lives_of)
        if better == posts:
            return Dealt(posts, people)
        posts = better


def _better(
    setting: Setting, posts: tuple[Post, ...], people: People, lives_of: Callable[[tuple[Post, ...]], Lives]
) -> tuple[Post, ...]:
    least = _lateness(lives_of(posts), people)
    open_posts = [index for index, post in enumerate(posts) if people[index] and _may_differ(setting, post)]
    while open_posts:
        found = min((_lateness(lives_of(_other(posts, index)), people), index) for index in open_posts)
        if found[0] > GOOD * least:
            break
        least, posts = found[0], _other(posts, found[1])
        open_posts.remove(found[1])
    return posts


def _lateness(lives: Lives, people: People) -> float:
    """Late letters of those that the targets allow, all promises together."""
    each = list(lives.each(people, range(REPLICATIONS)))
    part, whole = (np.sum(column, axis=0) for column in zip(*each, strict=True))
    late: Floats = 1 - np.divide(part, whole, out=np.ones(len(whole)), where=whole > 0)
    return float((late / (1 - lives.promises.targets)).sum())


def _may_differ(setting: Setting, post: Post) -> bool:
    places = setting.places
    units = places.of_team(post.team)
    return len(units) > 1 and float(np.ptp(places.share[units.start : units.stop])) > 0


def _other(posts: tuple[Post, ...], index: int) -> tuple[Post, ...]:
    post = posts[index]
    return (*posts[:index], post._replace(deal="evenly" if post.deal == "weights" else "weights"), *posts[index + 1 :])
