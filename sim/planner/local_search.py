"""Local search: exchanges of several people at once, proposed by an integer programme and tried on the sample.

One cell at a time it is measured, with the same letters (common random numbers), by what factor some people more or
fewer change the late letters of each target. On this response surface a small integer programme finds the cheapest
exchange over all cells at once. What it proposes is simulated, the surface is corrected by what was seen, and the
programme is asked again.

Source: response surfaces with cuts from simulation, as Atlason, Epelman and Henderson, Annals of Operations Research
127 (2004), 333-358; trusted as far as the last exchange showed, as Conn, Gould and Toint, Trust-Region Methods (2000);
the integer programme is solved by HiGHS.
"""

from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.core.tables import Bools, Floats
from sim.planner.response_surface import Surface
from sim.planner.sample import EPSILON, SearchTrials
from sim.planner.staffing_cells import People, with_heads

_PROPOSALS: Final = 8
"""Staffings that may fail one after the other on one surface, before the search from it ends."""

ASKED: Final = 100
"""How often the programme is asked on one surface; what leaves too few hours is not simulated, and costs no letters."""

_PART: Final = 12
"""Effects are measured by a change of this part of a team's largest cell, so that they are more than chance.

Its smaller cells, which may take its place, change by as many: one person at a time saves nobody.
"""

_REACH: Final = 1.0
"""An exchange at first changes a cell by so many times what its effect was measured by, at most.

That is twice as much for those that an exchange changed which saved something, and half as much for those that had a
part in it where one failed (trust region).
"""

_FARTHEST: Final = 16
"""Of a repair that nothing nearer makes good, the reach beyond which it may go anywhere."""

_HOPE: Final = 0.5
"""Standard errors by which a removal may do less harm than was measured, and somebody who comes does less good.

Where nothing saves then, a removal may do less harm by twice as many.
"""

_MOST_HOPE: Final = 2.0
"""And so many at most."""

_PART_IN_IT: Final = 0.05
"""Of the largest effect on a target; a cell with less has no part in what it uses of the allowed lateness."""

_LEAST_USED: Final = 1e-3
"""Of the allowed lateness; less than that is as good as none, and has no logarithm."""

_MOST_USED: Final = 1e6
"""And where none is allowed, any lateness counts as so many times the allowed one."""

_GENEROUS: Final = 0.01
"""By so much of a logarithm more is made good than lacks, and again by so much where what failed is proposed again."""

_BARELY: Final = 5e-3
"""The same of an exchange that has to save something."""

_HAIR: Final = 1e-4
"""Cost of an hour on the roster in a programme, of the cheapest person: of equal costs fewer hours are better."""


class LocalSearch:
    """Local search from one staffing to cheaper ones near it, on the problem of some trials.

    Attributes:
        learned: the last surface, as exchanges corrected it.
    """

    def __init__(self, trials: SearchTrials) -> None:
        self._trials, self._problem = trials, trials.problem
        self.learned: Surface | None = None
        scale = _HAIR * float(self._problem.cost.min(initial=1.0)) / 168
        self._weights: Floats = self._problem.cost + scale * self._problem.rostered

    def improve(self, people: People, surface: Surface | None = None) -> People:
        """Exchange people as long as it saves any, from a staffing that meets the targets.

        Args:
            surface: measured somewhere near; if not said, it is measured here and again wherever exchanges have led.
        """
        if surface is not None:
            return self._exchanged(people, surface)
        while not self._trials.exhausted:
            found = self._exchanged(people, self.surface(people))
            if found == people:
                break
            people = found
        return people

    def repaired(self, people: People, surface: Surface | None = None, fixed: tuple[int, ...] = ()) -> People | None:
        """Add people until a staffing meets the targets; None if that was not found.

        Args:
            surface: measured somewhere near; at the staffing itself if not said.
            fixed: cells that keep their people.
        """
        people = self._fitting(people)
        if self._trials.meets(people):
            return people
        if self._trials.exhausted:
            return None
        surface = self.surface(people) if surface is None else surface
        found = self._proposed(people, surface, saving=False, fixed=fixed)
        return None if found is None else found[0]

    def forced(self, people: People, surface: Surface, cell: int, heads: int) -> People | None:
        """A staffing with other people of one cell that the others make good; None if none was found.

        Args:
            people: a staffing that meets the targets, with its surface.
        """
        there = with_heads(people, cell, heads)
        used = _log(self._trials.of(there).used)
        instead = self._programme(there, surface, used, saving=False, fixed=(cell,)) or there
        return self.repaired(instead, surface, (cell,))

    def surface(self, people: People) -> Surface:
        """Measure the response surface: some people more and fewer of each cell, with the same letters."""
        problem = self._problem
        here = np.atleast_2d(problem.surface(people))
        cells, steps = len(people), self._steps(people)
        effects, errors = np.zeros((2, 2 * cells, here.shape[1]))

        def changed(cell: int, by: int) -> tuple[Floats, Floats]:
            there = np.atleast_2d(problem.surface(with_heads(people, cell, people[cell] + by)))
            used = there.mean(axis=0)
            change = (_log(used) - _log(here.mean(axis=0))) / abs(by)
            error = (there - here).std(axis=0) / np.sqrt(max(len(there) - 1, 1)) / np.maximum(used, _LEAST_USED)
            return change, error / abs(by)

        for cell, (heads, step) in enumerate(zip(people, steps, strict=True)):
            up, down = min(step, problem.most[cell] - heads), min(step, heads - problem.least[cell])
            if up:
                change, errors[cell] = changed(cell, up)
                effects[cell] = np.minimum(change, 0.0)
            # Whom the work needs for its hours cannot go, whatever that would change.
            if down and self._trials.fits(with_heads(people, cell, heads - 1)):
                change, errors[cells + cell] = changed(cell, -down)
                effects[cells + cell] = np.maximum(change, 0.0)
        return Surface.measured(people, effects, errors, np.array(steps, dtype=np.float64))

    def _steps(self, people: People) -> list[int]:
        """By how many people each cell changes to measure its effect: as many in all cells of a team, (cells,)."""
        problem = self._problem
        largest = dict.fromkeys(problem.team, 0)
        for team, heads, low, high in zip(problem.team, people, problem.least, problem.most, strict=True):
            largest[team] = max(largest[team], heads if low < high else 0)
        return [max(largest[team] // _PART, 1) for team in problem.team]

    def _fitting(self, people: People) -> People:
        """Add the fewest people of a cell with whom every unit has hours enough; of all where one is not enough."""
        most = self._problem.most
        while not self._trials.fits(people) and people != most:
            enough = [
                (more * self._problem.cost[cell], cell, more)
                for cell, heads in enumerate(people)
                for more in range(1, most[cell] - heads + 1)
                if self._trials.fits(with_heads(people, cell, heads + more))
            ]
            if not enough:
                people = tuple(min(heads + 1, high) for heads, high in zip(people, most, strict=True))
                continue
            _, cell, more = min(enough)
            people = with_heads(people, cell, people[cell] + more)
        return people

    def _exchanged(self, people: People, surface: Surface) -> People:
        """The cheapest staffing that exchanges on one surface lead to, which each of them corrects."""
        reach = np.full(len(people), _REACH)
        while (found := self._proposed(people, surface, reach, saving=True)) is not None:
            people, surface, reach = found
        return people

    def _proposed(
        self,
        people: People,
        surface: Surface,
        reach: Floats | None = None,
        *,
        saving: bool,
        fixed: tuple[int, ...] = (),
    ) -> tuple[People, Surface, Floats] | None:
        """The first of the proposed staffings that meets the targets, the surface as they corrected it, and the reach.

        Args:
            reach: of an exchange, in what the effect of each cell was measured by, shape (cells,).
            saving: whether it has to save something; else nobody goes. What seems to do no harm by chance would go
                first, and exchanges look closer at that.
            fixed: cells that do not change.
        """
        trials, cells = self._trials, len(people)
        now = _log(trials.of(people).used)
        more = _BARELY if saving else _GENEROUS
        guard, limits = np.where(now > 0, more, 0.0), np.full(cells, np.inf if saving else 0.0)
        reach = np.full(cells, _REACH) if reach is None else reach
        hope, failed = _HOPE, set[People]()
        for _ in range(ASKED):
            if trials.exhausted or len(failed) == _PROPOSALS:
                break
            believed = _hopeful(surface, hope) if saving else _sure(surface)
            there = self._programme(people, believed, now + guard, reach, saving=saving, limits=limits, fixed=fixed)
            if there is None and saving and hope < _MOST_HOPE:
                hope = 2 * hope
                continue
            if not saving and there is None and np.isfinite(reach).all():
                reach = np.where(reach < _FARTHEST, 2 * reach, np.inf)
                continue
            if there is None or there == people:
                break
            if there in failed:
                guard = np.where(_log(trials.of(there).used) > 0, guard + more, guard)
                continue
            if not trials.fits(there):
                limits = self._stricter(people, there, limits)
                continue
            trial = trials.of(there)
            used, moved = _log(trial.used), np.array(there) != np.array(people)
            self.learned = surface = surface.corrected(people, there, used - now)
            if trial.met:
                return there, surface, np.where(moved, 2 * reach, reach)
            failed.add(there)
            if saving:
                reach = np.where(moved & _matters(surface, trial.used > 1), reach / 2, reach)
        return None

    def _stricter(self, people: People, there: People, limits: Floats) -> Floats:
        """How many of each cell may go, after an exchange that left too few hours somewhere."""
        alone = [
            heads > low and not self._trials.fits(with_heads(people, cell, low))
            for cell, (heads, low) in enumerate(zip(people, there, strict=True))
        ]
        gone = np.array(people) - np.array(there)
        # Where no cell is the reason on its own, each may lose one fewer.
        reason = np.array(alone) if any(alone) else gone > 0
        return np.where(reason, np.minimum(limits, np.maximum(gone - 1, 0)), limits)

    def _programme(
        self,
        people: People,
        surface: Surface,
        used: Floats,
        reach: Floats | float = _REACH,
        *,
        saving: bool,
        limits: Floats | None = None,
        fixed: tuple[int, ...] = (),
    ) -> People | None:
        """The cheapest exchange that the surface allows; None if it allows none.

        Args:
            used: logarithm of the lateness, of that allowed, that counts as that of `people`, shape (targets,).
            reach: of the exchange, in what the effect of each cell was measured by; at least a person of each.
            saving: whether the exchange has to save something.
            limits: how many of each cell may go, at most.
            fixed: cells that do not change.
        """
        problem, cells = self._problem, len(people)
        heads = np.array(people, dtype=np.float64)
        farthest = np.maximum(np.floor(reach * surface.steps), 1.0)
        # The surface is measured nearby. Whom it adds too many is taken away again, so only removals are held to it.
        up = np.minimum(farthest, np.array(problem.most) - heads)
        down = np.minimum(farthest, heads - np.array(problem.least))
        down = down if limits is None else np.minimum(down, limits)
        for cell in fixed:
            up[cell] = down[cell] = 0
        measured = np.array(surface.people, dtype=np.float64)
        low, high = heads - down - measured, heads + up - measured
        bounds = Bounds(np.maximum([low, -high], 0).ravel(), np.maximum([high, -low], 0).ravel())
        # Who goes does at least the harm that somebody who comes does good; else both would be worth their while.
        effects = np.vstack([surface.more, np.maximum(surface.fewer, -surface.more)]).T
        here = surface.moved(people)
        rows = [LinearConstraint(effects, -np.inf, effects @ here - used)]
        if len(problem.work):
            lacking = problem.work - problem.hours @ measured
            rows.append(LinearConstraint(np.hstack([problem.hours, -problem.hours]), lacking - 1e-6, np.inf))
        price = np.concatenate([self._weights, -self._weights])
        if saving:
            least = 0.5 * float(self._weights.min()) * _HAIR
            rows.append(LinearConstraint(price[np.newaxis, :], -np.inf, price @ here - least))
        # A hair more for each change, so that nobody comes where another goes for nothing.
        found = milp(
            price + EPSILON,
            integrality=np.ones(2 * cells),
            bounds=bounds,
            constraints=rows,
            # With presolve HiGHS now and then writes a line of its own to standard output, where figures go.
            options={"mip_rel_gap": 0.0, "node_limit": 2_000, "presolve": False},
        )
        if found.x is None:
            return None
        change = np.rint(found.x).astype(np.int64)
        there = tuple(int(each) for each in np.array(surface.people) + change[:cells] - change[cells:])
        return None if saving and there == people else there


def _hopeful(surface: Surface, hope: float) -> Surface:
    """Removals with the benefit of the doubt: what seems to do more harm than it does would never be tried."""
    more, fewer, doubts = surface.more, surface.fewer, surface.errors[len(surface.people) :]
    return surface._replace(effects=np.vstack([more, np.maximum(fewer - hope * doubts, 0.0)]))


def _sure(surface: Surface) -> Surface:
    """Additions for no better than they surely are: of many cells the one with the most luck seems to help most."""
    more, fewer, doubts = surface.more, surface.fewer, surface.errors[: len(surface.people)]
    return surface._replace(effects=np.vstack([np.minimum(more + _HOPE * doubts, 0.0), fewer]))


def _matters(surface: Surface, targets: Bools) -> Bools:
    """Which cells have a part in late letters of some of the targets, shape (cells,)."""
    sizes = np.maximum(-surface.more, surface.fewer)
    matters: Bools = (sizes >= _PART_IN_IT * sizes.max(axis=0))[:, targets].any(axis=1)
    return matters


def _log(used: Floats) -> Floats:
    logarithm: Floats = np.log(np.clip(used, _LEAST_USED, _MOST_USED))
    return logarithm
