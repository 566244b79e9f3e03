"""Values that a key of the scenario takes in an experiment: `KEY=lo..hi`, `KEY=lo..hi:n` or `KEY=a,b,c`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

_USUAL_LEVELS: Final = 5
"""Levels of a range in a grid, if nobody says how many."""

_MOST_LEVELS: Final = 10_000

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


def quantity(written: str) -> tuple[Decimal, str] | None:
    """A number and its unit, with the blank between them; None for anything else."""
    found = _QUANTITY.fullmatch(written.strip())
    return None if found is None else (Decimal(found["number"]), found["unit"] or "")


def _range(key: str, text: str, low: str, high: str, levels: str | None) -> Range:
    one, other = quantity(low), quantity(high)
    if one is None or other is None:
        raise ValueError(f"{key} needs a number at both ends of {text}; list other values with commas")
    if one[1] and one[1].strip() != other[1].strip():
        raise ValueError(f"{key} needs one unit at both ends (got {low}..{high})")
    if not one[0] < other[0]:
        raise ValueError(f"{key} needs a low end below its high end (got {low}..{high})")
    count = None if levels is None else int(levels)
    if count is not None and not 2 <= count <= _MOST_LEVELS:
        raise ValueError(f"{key} needs from 2 to {_MOST_LEVELS:,} levels (got {count})")
    whole = not other[1] and "." not in low + high
    signed = other[1].strip() in ("%", "％") and any(end.strip()[0] in "+-" for end in (low, high))
    return Range(one[0], other[0], other[1], whole, signed, count)


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
