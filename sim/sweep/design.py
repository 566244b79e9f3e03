"""Designs of experiments: which values of which keys of a scenario are simulated together.

Each `--vary` is a factor, and each of its values a level. A grid takes every combination of levels; Sobol points and
Latin hypercubes spread a given number of points over all ranges at once (Owen 1998; McKay, Beckman and Conover 1979).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import product
from math import ceil, log2, prod
from typing import Final

from sim.core.errors import Problem, ScenarioError
from sim.core.tables import Floats

KINDS_OF_DESIGN: Final = ("grid", "sobol", "lhs")

USUAL_POINTS: Final = 64
"""Points of a design that is no grid, if nobody says how many; a power of 2, as Sobol points are best."""

_USUAL_LEVELS: Final = 5
"""Levels of a range in a grid, if nobody says how many."""

_MOST_POINTS: Final = 10_000

_DIGITS: Final = Context(prec=8)
"""Digits of a level between the ends of a range."""

_RANGE: Final = re.compile(r"(?P<low>.+?)\.\.(?P<high>[^:]+?)(?::(?P<levels>\d+))?")
_QUANTITY: Final = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?)(?P<unit>\s*[^\d\s.:+-].*)?")

_NOT_VARIED: Final = ("seed", "replications", "schema", "extends", "name")
"""Keys by which points would no longer be the same letters, or would differ in nothing that counts."""


@dataclass(frozen=True)
class Range:
    """All values between two numbers of one unit.

    Attributes:
        whole: whether its values are whole, as both ends are written without decimals and unit.
        signed: whether they are changes of what stands there, such as `+20%`.
        levels: how many a grid takes; None if nobody said.
    """

    low: Decimal
    high: Decimal
    unit: str
    whole: bool
    signed: bool
    levels: int | None

    def at(self, share: Decimal) -> str:
        """The value at a share of the way from the low end to the high one."""
        value = self.low + (self.high - self.low) * share
        return self._written(Decimal(round(value)) if self.whole else _DIGITS.plus(value))

    def drawn(self, uniform: float) -> str:
        """The value of a uniform number in [0, 1); whole ones are equally likely, the ends included."""
        if not self.whole:
            return self.at(Decimal(uniform))
        return self._written(self.low + int(uniform * int(self.high - self.low + 1)))

    def _written(self, value: Decimal) -> str:
        text = f"{value.normalize():f}"
        return f"{'+' if self.signed and value >= 0 else ''}{text}{self.unit}"


@dataclass(frozen=True)
class Factor:
    """A key of the scenario and the values that it takes.

    Attributes:
        values: a range, or levels one by one.
    """

    key: str
    values: Range | tuple[str, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of a grid, each once."""
        if not isinstance(self.values, Range):
            return self.values
        count = self.values.levels or _USUAL_LEVELS
        return tuple(dict.fromkeys(self.values.at(Decimal(each) / (count - 1)) for each in range(count)))

    def drawn(self, uniform: float) -> str:
        """The value of a uniform number in [0, 1)."""
        if isinstance(self.values, Range):
            return self.values.drawn(uniform)
        return self.values[int(uniform * len(self.values))]


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


def factor_of(written: str) -> Factor:
    """A factor from `KEY=lo..hi`, `KEY=lo..hi:n` or `KEY=a,b,c`.

    Raises: ValueError telling what is wrong.
    """
    key, equals, text = (each.strip() for each in written.partition("="))
    if not equals or not key or not text:
        raise ValueError(f"must be KEY=lo..hi, KEY=lo..hi:n or KEY=a,b,c (got {written!r})")
    if key in _NOT_VARIED:
        raise ValueError(f"{key} cannot be varied, since all points are to meet the same letters")
    typed = _RANGE.fullmatch(text)
    if typed is not None:
        return Factor(key, _range(key, text, *typed.groups()))
    levels = tuple(_parts(text))
    if "" in levels:
        raise ValueError(f"{key} has an empty value between commas (got {text!r})")
    return Factor(key, tuple(dict.fromkeys(levels)))


def _range(key: str, text: str, low: str, high: str, levels: str | None) -> Range:
    ends = [_QUANTITY.fullmatch(end.strip()) for end in (low, high)]
    if ends[0] is None or ends[1] is None:
        raise ValueError(f"{key} needs a number at both ends of {text}; list other values with commas")
    one, other = ((each["number"], each["unit"] or "") for each in ends if each is not None)
    if one[1] and one[1].strip() != other[1].strip():
        raise ValueError(f"{key} needs one unit at both ends (got {low}..{high})")
    if not Decimal(one[0]) < Decimal(other[0]):
        raise ValueError(f"{key} needs a low end below its high end (got {low}..{high})")
    count = None if levels is None else int(levels)
    if count is not None and not 2 <= count <= _MOST_POINTS:
        raise ValueError(f"{key} needs from 2 to {_MOST_POINTS:,} levels (got {count})")
    whole = not other[1] and "." not in one[0] + other[0]
    signed = other[1].strip() in ("%", "％") and any(number[0] in "+-" for number, _ in (one, other))
    return Range(Decimal(one[0]), Decimal(other[0]), other[1], whole, signed, count)


def _parts(text: str) -> Iterator[str]:
    """The parts of a text between commas that stand in no brackets and no quotes."""
    depth, quote, begin = 0, "", 0
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "[{(":
            depth += 1
        elif letter in "]})":
            depth -= 1
        elif letter == "," and depth == 0:
            yield text[begin:place].strip()
            begin = place + 1
    yield text[begin:].strip()


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
