"""The master programme: the cheapest staffing that nothing known so far rules out.

Every staffing that was tried and did not hold rules out all staffings with nobody more anywhere: some post must have
more people than there. These cuts, the bounds, and hours enough for the work stay in one mixed-integer programme, so
that its optimum is a lower bound of the cost of every staffing that holds, as far as more people never hurt (Atlason,
Epelman and Henderson, Management Science 54, 2008; Cezik and L'Ecuyer, Management Science 54, 2008).
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from sim.planner.problem import Problem
from sim.planner.staffing_cells import People

NODES: Final = 20_000
"""Nodes of the search tree after which the best bound so far has to do."""

SLACK: Final = 1e-6
NOTHING_LEFT: Final = 2
"""Status of a programme that no staffing satisfies."""


class Answer(NamedTuple):
    """What the master programme says.

    `people` is None, and `bound` infinite, if nothing within the bounds is left.
    """

    people: People | None
    bound: float


def master(problem: Problem, cuts: Iterable[People], only: Sequence[People] = ()) -> Answer:
    """The cheapest staffing that is not ruled out.

    Args:
        cuts: staffings that did not hold, and rule out all below them.
        only: staffings that did not hold, and rule out only themselves.
    """
    rows = _Rows(problem, [*maximal(cuts), *only])
    for cut in maximal(cuts):
        rows.exceed(cut)
    for people in only:
        rows.differ(people)
    return rows.solve()


def maximal(staffings: Iterable[People]) -> list[People]:
    """Those that no other one has at least as many people as, everywhere."""
    kept: list[People] = []
    for each in sorted(set(staffings), key=sum, reverse=True):
        if not any(all(a <= b for a, b in zip(each, other, strict=True)) for other in kept):
            kept.append(each)
    return kept


class _Rows:
    """The programme: headcounts x, and for each number of people that a cut names, whether a post reaches it."""

    def __init__(self, problem: Problem, cuts: Sequence[People]) -> None:
        self._problem = problem
        posts = range(len(problem.least))
        self._level: dict[tuple[int, int], int] = {}
        for post in posts:
            named = {cut[post] + 1 for cut in cuts} | {cut[post] for cut in cuts}
            for number in sorted(named):
                if problem.least[post] < number <= problem.most[post]:
                    self._level[post, number] = len(posts) + len(self._level)
        self._entries: list[tuple[int, int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []
        for (post, number), column in self._level.items():
            below = number - problem.least[post]
            above = problem.most[post] - number + 1
            self._add([(post, 1.0), (column, -float(below))], low=problem.least[post])  # reached: x >= number
            self._add([(post, 1.0), (column, -float(above))], high=number - 1)  # not reached: x < number
        for hours, work in zip(problem.hours, problem.work, strict=True):
            self._add([(post, float(hours[post])) for post in posts], low=float(work) - SLACK)

    def exceed(self, cut: People) -> None:
        """Some post has more people than in the cut."""
        self._add([(self._level[at], 1.0) for at in self._above(cut)], low=1.0)

    def differ(self, people: People) -> None:
        """Some post has more people than there, or fewer."""
        fewer = [(post, heads) for post, heads in enumerate(people) if (post, heads) in self._level]
        entries = [(self._level[at], 1.0) for at in self._above(people)]
        self._add([*entries, *((self._level[at], -1.0) for at in fewer)], low=1.0 - len(fewer))

    def solve(self) -> Answer:
        problem, levels = self._problem, len(self._level)
        columns = len(problem.least) + levels
        row, at, value = (np.array([entry[field] for entry in self._entries]) for field in range(3))
        matrix = coo_array(
            (value, (row.astype(np.int32), at.astype(np.int32))), shape=(len(self._low), columns)
        ).tocsc()
        found = milp(
            np.concatenate([problem.cost, np.zeros(levels)]),
            integrality=np.ones(columns),
            bounds=Bounds([*problem.least, *[0] * levels], [*problem.most, *[1] * levels]),
            constraints=LinearConstraint(matrix, self._low, self._high) if self._low else (),
            options={"mip_rel_gap": 0.0, "node_limit": NODES},
        )
        bound = np.inf if found.status == NOTHING_LEFT else found.mip_dual_bound
        if found.x is None:
            return Answer(None, bound)
        return Answer(tuple(int(heads) for heads in np.rint(found.x[: len(problem.least)])), float(bound))

    def _above(self, people: People) -> list[tuple[int, int]]:
        return [(post, heads + 1) for post, heads in enumerate(people) if (post, heads + 1) in self._level]

    def _add(self, entries: list[tuple[int, float]], low: float = -np.inf, high: float = np.inf) -> None:
        self._entries += [(len(self._low), column, value) for column, value in entries]
        self._low.append(low)
        self._high.append(high)
