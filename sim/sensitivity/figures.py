"""Figures of a scenario that are not known: which they are, and in which range each may lie.

By default those marked as assumptions, each over so and so much around what is written. A range that is said goes
first: by who asks, in `sensitivity.ranges` of the file, or in the comment behind the mark, as `fit` writes it
(`# A: [6 min, 12 min], squad minutes`).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, NamedTuple

from sim.core.clock import parse_duration
from sim.core.errors import Problem, ScenarioError
from sim.models.wording import named_path, parts_of
from sim.scenario.factors import Range, factor_of, quantity
from sim.scenario.loading import Loaded, ScenarioFile
from sim.scenario.provenance import is_count, marked_values
from sim.sensitivity.shares import shared_out, shares_with

_NOT_UNKNOWN: Final = (
    "schema", "start", "warm_up", "window", "cool_down", "replications", "seed", "sla", "stress", "plan", "sensitivity",
    "system",
)  # fmt: skip
"""Sections that say what is simulated, promised or looked for, and nothing that could be measured."""

_SAID: Final = re.compile(r"\[([^,\]]+?)(?:,|\.\.)\s*([^,\]]+?)\]")
"""A range at the beginning of the comment behind a mark."""

_WHOLE_SHARE: Final = Decimal(100)


@dataclass(frozen=True)
class UncertainFigure:
    """A figure that is not known, and its range.

    Attributes:
        key: its path, as `--set` takes it.
        written: its value in the scenario; empty where a default stands.
        low, high: ends of its range.
        mark, note: what the comment on its line says; empty where there is none.
    """

    key: str
    written: str
    low: str
    high: str
    mark: str
    note: str


@dataclass(frozen=True)
class LeftAlone:
    """A marked figure that is not varied.

    Attributes:
        why: `text` for what is no number, `zero`, `setting`, `remainder` of a share that is varied, or `refused`.
        problem: what the scenario would have said.
    """

    key: str
    written: str
    why: str
    problem: str = ""


class Varied(NamedTuple):
    """A figure that is varied.

    Attributes:
        values: its range.
        shares: of all that sum to 100% with it, by key; empty where it stands alone.
        low, high: the scenario at the ends of the range; None where that is as it is.
    """

    figure: UncertainFigure
    values: Range
    shares: Mapping[str, Decimal]
    low: Loaded | None = None
    high: Loaded | None = None

    @property
    def ends(self) -> tuple[Loaded | None, Loaded | None]:
        """The scenario at both ends."""
        return self.low, self.high


def ranges_said(written: Sequence[str]) -> dict[str, Range]:
    """The ranges that are said as `KEY=lo..hi`, by key.

    Raises: ScenarioError with everything that is wrong.
    """
    ranges, problems = dict[str, Range](), []
    for each in written:
        try:
            factor = factor_of(each)
            if not isinstance(factor.values, Range):
                raise ValueError(f"{factor.key} needs a range, lo..hi (got {each!r})")
            if factor.values.levels is not None:
                raise ValueError(f"{factor.key} takes no number of levels (got {each!r})")
            if factor.key in ranges:
                raise ValueError(f"{factor.key} has two ranges")
            ranges[factor.key] = factor.values
        except ValueError as error:
            problems.append(Problem(str(error)))
    if problems:
        raise ScenarioError("--range", problems)
    return ranges


def ranges_in(base: Loaded) -> dict[str, Range]:
    """The ranges that a scenario file says in `sensitivity.ranges`, by key.

    Raises: ScenarioError with everything that is wrong.
    """
    settings = base.scenario.sensitivity
    try:
        return ranges_said([f"{key}={text}" for key, text in (settings.ranges if settings else {}).items()])
    except ScenarioError as error:
        raise ScenarioError(
            base.source, [replace(each, path="sensitivity.ranges") for each in error.problems]
        ) from None


def uncertain_figures(
    file: ScenarioFile,
    overrides: Sequence[str],
    *,
    marks: Collection[str],
    ranges: Mapping[str, Range],
    spread: float,
) -> tuple[list[Varied], list[LeftAlone]]:
    """The figures that are varied, and those that are marked and left alone.

    Args:
        overrides: changes of the scenario, below those of the figures.
        marks: whose figures are varied.
        ranges: of keys, whether these are marked or not; what lies inside of one is not varied besides.
        spread: by which part of itself a figure is varied if no range is said.
    Raises: ScenarioError if a range that was asked for cannot be.
    """
    base = file.with_changes(overrides)
    found = {each.key if isinstance(each, LeftAlone) else each.figure.key: each for each in (
        *_marked(base, marks, ranges, Decimal(str(spread))), *_asked(file, base, overrides, ranges)
    )}  # fmt: skip
    varied, left = list[Varied](), list[LeftAlone]()
    for key, each in found.items():
        if isinstance(each, Varied):
            if key not in ranges and _is_remainder(each, found):
                each = LeftAlone(key, each.figure.written, "remainder")
            else:
                each = _tried(file, overrides, each, must=key in ranges)
        if isinstance(each, LeftAlone):
            left.append(each)
        else:
            varied.append(each)
    return varied, left


def settings_of(varied: Sequence[Varied], values: Mapping[int, str]) -> list[str]:
    """What is changed in the scenario where some of the figures have values, as KEY=VALUE."""
    settings = [f"{varied[each].figure.key}={value}" for each, value in values.items() if not varied[each].shares]
    together: dict[tuple[str, ...], dict[str, str]] = {}
    for each, value in values.items():
        if varied[each].shares:
            together.setdefault(tuple(varied[each].shares), {})[varied[each].figure.key] = value
    for keys, wanted in together.items():
        shares = next(each.shares for each in varied if tuple(each.shares) == keys)
        settings += [f"{key}={100 * share:.10f}%" for key, share in shared_out(shares, wanted).items()]
    return settings


def _marked(
    base: Loaded, marks: Collection[str], ranges: Mapping[str, Range], spread: Decimal
) -> Iterator[Varied | LeftAlone]:
    """The figures with a mark that lie in none of the ranges that are asked for."""
    taken = set[str]()
    for value in marked_values(base.figures, marks):
        key, number = named_path(value.parts), quantity(value.written)
        if any(key == asked or key.startswith((f"{asked}.", f"{asked}[")) for asked in ranges):
            continue
        if value.parts[0] in _NOT_UNKNOWN:
            yield LeftAlone(key, value.written, "setting")
        elif number is None:
            yield LeftAlone(key, value.written, "text")
        elif number[0] == 0:
            yield LeftAlone(key, value.written, "zero")
        elif (shares := shares_with(base.scenario, value.parts)).get(key) == 1:
            yield LeftAlone(key, value.written, "remainder")
        else:
            # Of several values in a figure a range is that of the first of its kind, as of the mean and not of the cv.
            said = None
            if value.figure.path not in taken:
                said = _said(value.figure.note, number[1], whole=value.is_whole)
            if said is not None:
                taken.add(value.figure.path)
            yield Varied(
                UncertainFigure(key, value.written, "", "", value.figure.mark, value.figure.note),
                said or _around(number, spread, whole=value.is_whole, share=bool(shares)),
                shares,
            )


def _asked(file: ScenarioFile, base: Loaded, overrides: Sequence[str], ranges: Mapping[str, Range]) -> Iterator[Varied]:
    """The figures whose ranges are asked for."""
    marked = {named_path(value.parts): value.figure for value in marked_values(base.figures, "SWMDA")}
    for key, asked in ranges.items():
        written = file.written(key, overrides)
        number, whole = quantity(written), is_count(parts_of(key))
        values = replace(asked, whole=whole) if number is None or not asked.signed else _absolute(asked, number, whole)
        mark, note = (marked[key].mark, marked[key].note) if key in marked else ("", "")
        shares = shares_with(base.scenario, parts_of(key))
        if shares.get(key) == 1:
            raise ScenarioError(file.source, [Problem("is all there is, and no other share takes up the rest", key)])
        yield Varied(UncertainFigure(key, written, "", "", mark, note), values, shares)


def _tried(file: ScenarioFile, overrides: Sequence[str], varied: Varied, *, must: bool) -> Varied | LeftAlone:
    """A figure with the scenario at both ends of its range, which is cut short where the scenario refuses it.

    Args:
        must: whether nothing is cut, since the range was asked for.
    Raises: ScenarioError if it must be and cannot.
    """
    values, here = varied.values, quantity(varied.figure.written)
    bound = _WHOLE_SHARE if values.unit.strip() in ("%", "％") else Decimal(1)
    refused: list[Problem] = []

    def scenario_at(*ends: Decimal) -> tuple[Decimal, Loaded | None]:
        for end in ends:
            text = replace(values, low=end, high=end).at(Decimal(0))
            try:
                return end, file.with_changes([*overrides, *settings_of([varied], {0: text})])
            except ScenarioError as error:
                if must or here is None:
                    raise ScenarioError(error.source, [_of_range(each, varied) for each in error.problems]) from None
                refused.extend(error.problems)
        return (ends[0] if here is None else here[0]), None

    share_like = here is not None and here[0] <= bound < values.high
    lowest, low = scenario_at(values.low)
    highest, high = scenario_at(values.high, *([bound] if share_like else []))
    if low is None and high is None:
        return LeftAlone(varied.figure.key, varied.figure.written, "refused", str(refused[0]))
    values = replace(values, low=lowest, high=highest)
    figure = replace(varied.figure, low=values.at(Decimal(0)), high=values.at(Decimal(1)))
    return Varied(figure, values, varied.shares, low, high)


def _of_range(problem: Problem, varied: Varied) -> Problem:
    """A problem at an end of a range as one of the option by which the range was asked for."""
    key = varied.figure.key
    return replace(problem, origin=f"--range {key}") if problem.origin.startswith(f"--set {key}=") else problem


def _around(number: tuple[Decimal, str], spread: Decimal, *, whole: bool, share: bool) -> Range:
    """A range around a number: of a share among several, neither it nor its rest changes by a larger part."""
    value, unit = number
    low, high = value * (1 - spread), value * (1 + spread)
    if whole:
        low = max(min(value - 1, low.to_integral_value(ROUND_CEILING)), Decimal(0))
        high = max(value + 1, high.to_integral_value(ROUND_FLOOR))
    elif share:
        most = _WHOLE_SHARE if unit else Decimal(1)
        low, high = max(low, most - (most - value) * (1 + spread)), min(high, most - (most - value) * (1 - spread))
    return Range(low, high, unit, whole, signed=False, levels=None)


def _absolute(asked: Range, number: tuple[Decimal, str], whole: bool) -> Range:
    """A range of changes as one of values."""
    low, high = (number[0] * (1 + end / 100) for end in (asked.low, asked.high))
    if whole:
        low, high = low.to_integral_value(ROUND_CEILING), high.to_integral_value(ROUND_FLOOR)
    return Range(low, high, number[1], whole, signed=False, levels=None)


def _said(note: str, unit: str, *, whole: bool) -> Range | None:
    """The range that a note begins with, if it is of the kind of a unit; durations of two units are in seconds."""
    found = _SAID.match(note)
    if found is None:
        return None
    low, high = quantity(found[1]), quantity(found[2])
    if low is None or high is None:
        return None
    if {low[1].strip(), high[1].strip()} == {unit.strip()}:
        return _ordered(low[0], high[0], unit, whole=whole)
    try:
        parse_duration(f"1{unit}")
        return _ordered(
            Decimal(str(parse_duration(found[1]))), Decimal(str(parse_duration(found[2]))), " s", whole=False
        )
    except ValueError:
        return None


def _ordered(low: Decimal, high: Decimal, unit: str, *, whole: bool) -> Range | None:
    return Range(low, high, unit, whole, signed=False, levels=None) if low < high else None


def _is_remainder(varied: Varied, found: Mapping[str, Varied | LeftAlone]) -> bool:
    """Whether a share is what another one leaves: the larger of two, of which one says all."""
    key, shares = varied.figure.key, varied.shares
    others = [other for other, share in shares.items() if share and other != key]
    if len(others) != 1 or not isinstance(found.get(others[0]), Varied):
        return False
    return (shares[key], key) > (shares[others[0]], others[0])
