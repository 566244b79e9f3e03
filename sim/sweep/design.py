"""Designs of experiments: which values of which keys of a scenario are simulated together.

Each `--vary` is a factor, and each of its values a level. A grid takes every combination of levels; Sobol points and
Latin hypercubes spread a given number of points over all ranges at once (Owen 1998; McKay, Beckman and Conover 1979).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, log2, prod
from typing import Final

from sim.core.errors import Problem, ScenarioError
from sim.core.tables import Floats
from sim.scenario.factors import Factor, Range, factor_of

KINDS_OF_DESIGN: Final = ("grid", "sobol", "lhs")

USUAL_POINTS: Final = 64
"""Points of a design that is no grid, if nobody says how many; a power of 2, as Sobol points are best."""

_MOST_POINTS: Final = 10_000


@dataclass(frozen=True)
class Design:
    """The points of an experiment.

    Attributes:
        kind: one of `KINDS_OF_DESIGN`.
        keys: what is varied.
        points: the value of each key; each point once.
    """

    kind: str
    keys: tuple[str, ...]
    points: tuple[tuple[str, ...], ...]

    def settings(self, point: Sequence[str]) -> list[str]:
        """What a point changes in the scenario, as KEY=VALUE."""
        return [f"{key}={value}" for key, value in zip(self.keys, point, strict=True)]


def design_of(varied: Sequence[str], kind: str = "grid", points: int | None = None, seed: int = 0) -> Design:
    """The design that the options of a command describe.

    Args:
        varied: `KEY=lo..hi`, `KEY=lo..hi:n` or `KEY=a,b,c` each.
        kind: one of `KINDS_OF_DESIGN`.
        points: of a design that is no grid; `USUAL_POINTS` if None.
        seed: of the scrambling of Sobol points, and of a Latin hypercube.
    Raises: ScenarioError with everything that is wrong.
    """
    factors, problems = [], []
    for written in varied:
        try:
            factors.append(factor_of(written))
        except ValueError as error:
            problems.append(Problem(str(error)))
    keys = [each.key for each in factors]
    problems += [Problem(f"is varied {keys.count(key)} times", key) for key in {*keys} if keys.count(key) > 1]
    if kind != "grid":
        problems += [
            Problem(f"takes a number of levels with --design grid only; --points says how many of {kind}", each.key)
            for each in factors
            if isinstance(each.values, Range) and each.values.levels is not None
        ]
    elif points is not None:
        problems.append(Problem("a grid has as many points as its levels make; --points goes with sobol or lhs"))
    many = prod(len(each.levels) for each in factors) if kind == "grid" else points or USUAL_POINTS
    if many > _MOST_POINTS:
        problems.append(Problem(f"has {many:,} points, and at most {_MOST_POINTS:,} are simulated; vary less"))
    if not varied:
        problems.append(Problem("nothing is varied; say --vary KEY=lo..hi or KEY=a,b,c"))
    if problems:
        raise ScenarioError("--vary", problems)
    chosen = product(*(each.levels for each in factors)) if kind == "grid" else _spread(factors, kind, many, seed)
    return Design(kind, tuple(keys), tuple(dict.fromkeys(chosen)))


def _spread(factors: Sequence[Factor], kind: str, many: int, seed: int) -> Iterator[tuple[str, ...]]:
    return (
        tuple(factor.drawn(float(uniform)) for factor, uniform in zip(factors, row, strict=True))
        for row in _uniforms(len(factors), kind, many, seed)
    )


def _uniforms(factors: int, kind: str, many: int, seed: int) -> Floats:
    """Points that fill the unit cube, shape (points, factors)."""
    from scipy.stats import qmc  # takes long to be loaded, and a grid needs none

    points: Floats
    if kind == "lhs":
        points = qmc.LatinHypercube(factors, rng=seed).random(many)
    else:
        # Sobol points are balanced in powers of 2; of these the first are taken.
        points = qmc.Sobol(factors, rng=seed).random_base2(ceil(log2(many)))[:many]
    return points
