"""Problem of a search on a sample: least cost, so that every target is met on a sample and every unit is stable.

A staffing that is surely too small is not simulated to the end: after each replication its late letters are compared
with those that the whole sample allows, and after some with those of a staffing that was (racing).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.core.tables import Floats
from sim.planner.simulator import Simulator, late_at_worst, worst_case_compliance
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People
from sim.planner.trials import Trial
from sim.statistics import Decided, stacked

_CLEARLY: Final = 1.05
_A_FEW: Final = 2
"""Late letters beyond 1.05 times the allowed ones, and two more, are clearly too many."""

_BY_FAR: Final = 1.1
"""Lateness of more than 1.1 times what the target allows, and the margin, misses it by far."""

_LEAST_LOOKS: Final = 3
"""So many replications are simulated before a staffing is given up: one bad one says little."""

_RACED: Final = (12, 24)
"""Replications after which a staffing is given up whose late letters, compared with another's, will be too many."""

_SURE: Final = 2
"""Standard errors of that comparison that it must be too many by."""

_MEASURED: Final = 12
"""Replications on which it is measured what people more or fewer change; differences need fewer than levels."""

_LEAST_ALLOWED: Final = 1e-6
"""Lateness of a target that allows none."""


class SearchSample:
    """The problem of a search on some replications.

    Attributes:
        targets: shape (targets,).
        margin: by how much compliance on the sample has to exceed each target, shape (targets,).
    """

    def __init__(self, simulator: Simulator, replications: Sequence[int], stability: Stability) -> None:
        self.simulator, self.replications, self.stability = simulator, replications, stability
        cells = simulator.cells
        self.least: People = tuple(cell.least for cell in cells)
        self.most: People = tuple(cell.most for cell in cells)
        teams = tuple(dict.fromkeys(cell.team for cell in cells))
        self.team = tuple(teams.index(cell.team) for cell in cells)
        self.cost: Floats = np.array([cell.cost for cell in cells])
        self.rostered: Floats = np.array([cell.hours for cell in cells])
        self.targets: Floats = simulator.targets.shares
        self.margin: Floats = np.zeros(len(self.targets))
        self._letters: Floats | None = None
        self._whole: Decided | None = None  # of the last staffing that was tried to the end

    @property
    def hours(self) -> Floats:
        """Weekly hours that a person of each cell brings each team, shape (teams, cells)."""
        return self.stability.hours

    @property
    def work(self) -> Floats:
        """Weekly hours of work that each team must at least be staffed for, shape (teams,)."""
        return self.stability.work

    @property
    def spent(self) -> int:
        """Letters simulated so far."""
        return self.simulator.meter.letters

    def fits(self, people: People) -> bool:
        """Whether the work of every unit fits into its hours."""
        return self.stability.fits(people)

    def trial(self, people: People) -> Trial:
        """Try a staffing; one that clearly misses a target is not tried to the end."""
        if self._letters is None:
            # To which letters an SLA applies does not depend on the staffing.
            self._letters = self.decided(self.most).letters.sum(axis=0)
        lateness = 1 - self.targets
        allowed, by_far = np.maximum(lateness - self.margin, 0.0), _BY_FAR * lateness + np.abs(self.margin)
        parts: list[Decided] = []
        late, letters = np.zeros(len(allowed)), np.zeros(len(allowed))
        for decided in self.simulator.each(people, self.replications):
            parts.append(decided)
            late, letters = late + late_at_worst(decided), letters + decided.letters
            surely = _CLEARLY * by_far * np.maximum(self._letters, letters) + _A_FEW
            if len(parts) >= _LEAST_LOOKS and (late > surely).any():
                break
            if len(parts) in _RACED and self._whole is not None:
                expected, error = _expected(stacked(parts), self._whole)
                if (expected - _SURE * error > allowed * self._letters + _A_FEW).any():
                    late, letters = expected, self._letters
                    break
        else:
            self._whole = stacked(parts)
        used = _used(late, allowed * letters)
        return Trial(people, bool((used <= 1).all()), used, _excess(stacked(parts), by_far))

    def surface(self, people: People) -> Floats:
        """Of the allowed lateness, how much each of the first replications uses, shape (replications, targets)."""
        decided = self.simulator.decided(people, self.replications[:_MEASURED])
        allowed = np.maximum(1 - self.targets - self.margin, _LEAST_ALLOWED)
        return _used(late_at_worst(decided), allowed * decided.letters.mean(axis=0))

    def decided(self, people: People) -> Decided:
        """What became of the letters of the whole sample, shape (replications, targets)."""
        return self.simulator.decided(people, self.replications)

    def compliance(self, people: People) -> Floats:
        """Compliance with each target on the whole sample, at worst, shape (targets,); 1 where there are no letters."""
        return worst_case_compliance(self.decided(people))


def _expected(part: Decided, whole: Decided) -> tuple[Floats, Floats]:
    """Late letters of a whole sample by those of its first replications, and the standard error, each (targets,).

    Args:
        whole: of another staffing, with whose letters they are compared (control variate).
    """
    other = late_at_worst(whole)
    difference = late_at_worst(part) - other[: len(part.letters)]
    scale = len(other) / np.sqrt(len(difference))
    expected: Floats = np.maximum(other.sum(axis=0) + len(other) * difference.mean(axis=0), 0.0)
    return expected, np.asarray(scale * difference.std(axis=0, ddof=1))


def _excess(decided: Decided, by_far: Floats) -> float:
    """Lateness of all replications but the worst, of the lateness that is too much by far, by the worst target."""
    late, letters = late_at_worst(decided), decided.letters.copy()
    if len(late) > 1:
        rows = np.arange(len(by_far))
        worst = np.divide(late, letters, out=np.zeros_like(late), where=letters > 0).argmax(axis=0)
        late[worst, rows] = letters[worst, rows] = 0.0
    return float(_used(late.sum(axis=0), by_far * letters.sum(axis=0)).max(initial=0.0))


def _used(late: Floats, allowed: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        used: Floats = np.where(late > 0, late / allowed, 0.0)
    return used
