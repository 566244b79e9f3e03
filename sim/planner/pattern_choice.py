"""Choice of a few shift patterns out of a pool: an integer programme on effects measured at one staffing.

Late letters of each slot of receipt fall exponentially with the people on duty; tangents hold that from below, so that
the programme is linear. First patterns may be many and have parts of people, which shows those that serve at all; among
these the few are chosen, for whole people. Solved by HiGHS.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.core.tables import Bools, Floats, Int64s
from sim.models.studies import Plan
from sim.planner.sample import EPSILON
from sim.planner.simulator import PlanTargets, Simulator
from sim.planner.slot_effects import SlotEffects, people_by_slot
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, StaffingCell, staffing_cells
from sim.scenario.setting import Setting

_KEPT: Final = 0.5
"""Of the people of a given roster so many stay at least, as the surface is measured nearby."""

_TANGENTS: Final = (-3.0, -2.0, -1.3, -0.8, -0.4, -0.15, 0.0, 0.15, 0.4, 0.8, 1.3, 2.0, 3.0)
"""Changes of the logarithm of late letters at which tangents touch the exponential."""

_CANDIDATES: Final = 12
"""Patterns of a team, at most, of which the few are chosen."""

_GAP: Final = 0.002
_NODES: Final = 2_000
"""The choice is proposed to a simulation, and need not be the very best."""


class PatternChoice:
    """Programme of the cheapest people on given rosters and patterns.

    Args:
        pooled: plan that may vary all patterns of the pool.
        given: cells of the given rosters.
        people: a staffing of them that meets the targets, or the best that there is.
        measured: the staffing at which effects were measured.
        teams: to which the effects belong, in their order.
    """

    def __init__(
        self,
        pooled: Setting,
        given: tuple[StaffingCell, ...],
        people: People,
        measured: People,
        teams: tuple[str, ...],
        effects: SlotEffects,
    ) -> None:
        heads = {(cell.team, cell.roster): both for cell, *both in zip(given, people, measured, strict=True)}
        self._cells = staffing_cells(pooled.scenario)
        self._team = np.array([cell.team for cell in self._cells])
        self._new = np.array([(cell.team, cell.roster) not in heads for cell in self._cells])
        none = [0, 0]
        first, here = np.array([heads.get((cell.team, cell.roster), none) for cell in self._cells], dtype=np.float64).T
        self._first, self._here = first, here
        self._least = np.maximum([cell.least for cell in self._cells], np.ceil(_KEPT * here))
        self._most = np.array([cell.most for cell in self._cells], dtype=np.float64)
        self._cost = np.array([cell.cost for cell in self._cells])
        presence = np.array([people_by_slot(pooled.scenario.roster(cell.roster)) for cell in self._cells])
        of_team = {team: effects.fewer[index] for index, team in enumerate(teams)}
        no_effect = np.zeros_like(effects.fewer[0])
        effect = [
            np.tensordot(own, of_team.get(cell.team, no_effect), axes=1)
            for own, cell in zip(presence, self._cells, strict=True)
        ]
        self._effect: Floats = np.array(effect).reshape(len(self._cells), -1)  # (cells, targets * SLOTS)
        self._late = effects.late.ravel()
        slots = effects.late.shape[1]
        by_hour = (pooled.scenario.plan or Plan()).every_hour
        # Each row adds up the late letters that one target counts together.
        together = np.eye(len(self._late)) if by_hour else np.kron(np.eye(len(effects.late)), np.ones(slots))
        self._sums: Floats = np.asarray(together)
        allowed = self._sums @ ((1 - effects.targets)[:, np.newaxis] * effects.letters).ravel()
        self._slopes = [(self._late * np.exp(-at))[:, np.newaxis] * self._effect.T for at in _TANGENTS]
        # late >= here * exp(-at) * (1 + at - change), where change is what people more or fewer bring
        self._levels = [
            self._late * np.exp(-at) * (1 + at) + slope @ here
            for at, slope in zip(_TANGENTS, self._slopes, strict=True)
        ]
        # Where the surface says more of the first staffing, that is allowed too, so that it can stay as it is.
        levels = [level - slope @ first for level, slope in zip(self._levels, self._slopes, strict=True)]
        self._allowed: Floats = np.maximum(allowed, self._sums @ np.maximum(np.max(levels, axis=0), 0.0))
        stability = Stability(Simulator(pooled, self._cells, PlanTargets(pooled)))
        self._hours, self._work = stability.hours, np.minimum(stability.work, stability.hours @ first)

    def staffing(self, patterns: int) -> dict[tuple[str, str], int]:
        """People by team and roster in the cheapest staffing, on at most so many patterns a team."""
        use = self._solved(np.flatnonzero(self._new))
        likely = [self._likely(use, self._new & (self._team == team)) for team in dict.fromkeys(self._team.tolist())]
        use = self._solved(np.sort(np.concatenate(likely)), patterns)
        heads = np.rint(use).astype(int).tolist()
        return {(cell.team, cell.roster): number for cell, number in zip(self._cells, heads, strict=True)}

    @staticmethod
    def _likely(use: Floats, which: Bools) -> Int64s:
        """The patterns of a team that are used most."""
        own = np.flatnonzero(which & (use > EPSILON))
        return own[np.argsort(-use[own], kind="stable")[:_CANDIDATES]]

    def _solved(self, usable: Int64s, patterns: int | None = None) -> Floats:
        """People of each cell in the cheapest staffing; columns are cells, late letters, and whether a pattern is used.

        Args:
            usable: patterns that may have people.
            patterns: so many of them at most, of each team, with whole people; any number, with parts of them if None.
        """
        cells, late = len(self._cells), len(self._late)
        chosen = usable[:0] if patterns is None else usable
        allowed = ~self._new
        allowed[usable] = True
        most = self._most * allowed
        upper = np.concatenate([most, np.full(late, np.inf), np.ones(len(chosen))])
        lower = np.concatenate([np.minimum(self._least, most), np.zeros(late + len(chosen))])
        whole = np.concatenate([np.full(cells, patterns is not None), np.zeros(late), np.ones(len(chosen))])
        found = milp(
            np.concatenate([self._cost, np.zeros(late + len(chosen))]),
            integrality=whole.astype(int),
            bounds=Bounds(lower, upper),
            constraints=list(self._constraints(chosen, patterns)),
            options={"mip_rel_gap": _GAP, "node_limit": _NODES, "presolve": False},
        )
        # Everybody may stay as is; so without a solution in time nobody is on any pattern.
        return self._first if found.x is None else np.asarray(found.x[:cells])

    def _constraints(self, chosen: Int64s, patterns: int | None) -> Iterator[LinearConstraint]:
        cells, late = len(self._cells), len(self._late)
        unused = np.zeros((late, len(chosen)))
        for slope, level in zip(self._slopes, self._levels, strict=True):
            yield LinearConstraint(np.hstack([slope, np.eye(late), unused]), level, np.inf)
        nobody = np.zeros((len(self._sums), cells))
        yield LinearConstraint(
            np.hstack([nobody, self._sums, np.zeros((len(self._sums), len(chosen)))]), -np.inf, self._allowed
        )
        teams = len(self._work)
        yield LinearConstraint(
            np.hstack([self._hours, np.zeros((teams, late + len(chosen)))]), self._work - EPSILON, np.inf
        )
        if patterns is None or not len(chosen):
            return
        people = np.zeros((len(chosen), cells))
        people[np.arange(len(chosen)), chosen] = 1
        switch = np.diag(-self._most[chosen])
        yield LinearConstraint(np.hstack([people, np.zeros((len(chosen), late)), switch]), -np.inf, 0)
        for team in dict.fromkeys(self._team[chosen].tolist()):
            counted = np.concatenate([np.zeros(cells + late), self._team[chosen] == team])
            yield LinearConstraint(counted, -np.inf, patterns)
