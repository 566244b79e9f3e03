"""Response surface: what people more or fewer of each cell change, as it was measured and as exchanges correct it.

The late letters of each target are taken to change by a factor for each person, so the surface is linear in their
logarithms. It bends where it was measured, for people more help less than people fewer harm, and only there: whoever
was added beyond is worth what he brought, and may go again for that.

Each effect has a variance, by the sample and by what a linear surface leaves out, and every exchange that is simulated
corrects all effects that are part of it by how doubtful they were (recursive least squares: Young, Recursive Estimation
and Time-Series Analysis, 2011).
"""

from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import Floats
from sim.planner.staffing_cells import People

_DOUBTED: Final = 0.3
"""Part of an effect by which it changes near where it was measured, about (standard deviation)."""

_LEAST_EFFECT: Final = 0.05
"""Of the largest effect on a target; every other one is doubted as if it were as large as that at least."""

_NOISE: Final = 0.01
"""Of a logarithm; so much of what an exchange changes says nothing of the effects (standard deviation)."""


class Surface(NamedTuple):
    """A response surface.

    Attributes:
        people: where it was measured.
        effects: change of the logarithm of late letters with one more of each cell, which is 0 or less, and then with
            one fewer, which is 0 or more; shape (2 * cells, targets).
        covariance: of the effects on each target, shape (targets, 2 * cells, 2 * cells).
        steps: people by which it was measured, shape (cells,).
    """

    people: People
    effects: Floats
    covariance: Floats
    steps: Floats

    @classmethod
    def measured(cls, people: People, effects: Floats, errors: Floats, steps: Floats) -> "Surface":
        """A surface by effects and their standard errors, each shape (2 * cells, targets)."""
        sizes = np.abs(effects)
        doubts = _DOUBTED * np.maximum(sizes, _LEAST_EFFECT * sizes.max(axis=0, initial=0.0))
        variances = errors**2 + doubts**2
        return cls(people, effects, np.array([np.diag(each) for each in variances.T]), steps)

    @property
    def more(self) -> Floats:
        """Effects of one more of each cell, 0 or less, shape (cells, targets)."""
        return self.effects[: len(self.people)]

    @property
    def fewer(self) -> Floats:
        """Effects of one fewer of each cell, 0 or more, shape (cells, targets)."""
        return self.effects[len(self.people) :]

    @property
    def errors(self) -> Floats:
        """Standard errors of the effects, shape (2 * cells, targets)."""
        errors: Floats = np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)).T
        return errors

    def moved(self, people: People) -> Floats:
        """People of each cell who came, and then of each who went, from where it was measured, shape (2 * cells,)."""
        difference = np.array(people, dtype=np.float64) - np.array(self.people)
        return np.concatenate([np.maximum(difference, 0), np.maximum(-difference, 0)])

    def change(self, people: People, there: People) -> Floats:
        """Change of the logarithm of late letters from one staffing to another, shape (targets,)."""
        change: Floats = (self.moved(there) - self.moved(people)) @ self.effects
        return change

    def corrected(self, people: People, there: People, change: Floats) -> "Surface":
        """The surface by what an exchange was seen to change, shape (targets,)."""
        moved = self.moved(there) - self.moved(people)
        gains = self.covariance @ moved / (moved @ self.covariance @ moved + _NOISE**2)[:, np.newaxis]
        effects = self.effects + (gains * (change - self.change(people, there))[:, np.newaxis]).T
        covariance = self.covariance - gains[:, :, np.newaxis] * (moved @ self.covariance)[:, np.newaxis, :]
        cells = len(self.people)
        effects = np.vstack([np.minimum(effects[:cells], 0.0), np.maximum(effects[cells:], 0.0)])
        return self._replace(effects=effects, covariance=covariance)

    def pooled(self, other: "Surface") -> "Surface":
        """The mean of this surface and another, which was measured with other letters."""
        there = other._at(self.people)
        return self._replace(
            effects=(self.effects + there.effects) / 2, covariance=(self.covariance + there.covariance) / 4
        )

    def _at(self, people: People) -> "Surface":
        """The same surface near another staffing, without the bend where it was measured."""
        cells = len(people)
        added = np.array(people) - np.array(self.people)
        same = np.eye(2 * cells)
        # Beyond the bend one fewer takes back what one more brought, and the other way round.
        as_other = np.eye(2 * cells, k=cells) + np.eye(2 * cells, k=-cells)
        which = np.concatenate([added < 0, added > 0])[:, np.newaxis]
        to_there = np.where(which, -as_other, same)
        return self._replace(
            people=people, effects=to_there @ self.effects, covariance=to_there @ self.covariance @ to_there.T
        )
