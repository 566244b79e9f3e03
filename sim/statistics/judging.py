"""How SLAs are judged: compliance with its interval, the verdict, tables of cells, and paired differences.

Letters come late in bursts, as queues make them, so an interval that takes letters for independent is too sure, and
so is Student's t on a share near 100%. The interval here is that of Korn and Graubard (1998, Survey Methodology 24,
193-201): Clopper and Pearson's, for as many independent letters as the observed ones are worth, with the design
effect borrowed from the body of the distribution where there are too few late letters to tell it.

A letter whose outcome the simulation does not show stands at its worst in both ends of the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import Bools, Floats, Int64s
from sim.statistics.estimates import (
    LEVEL,
    Band,
    Estimate,
    Ratio,
    jackknife,
    jackknife_variance,
    student_t,
)

_NORMAL: Final = 1.959964
"""Quantile of the standard normal distribution that leaves half of 1 - LEVEL above it."""

_MOST_UNDECIDED: Final = 0.01
"""Share of undecided letters up to which compliance is told as one number."""

_RARE: Final = 20
"""Late letters, in independent ones, below which their own design effect cannot be told."""

_FEWEST_LETTERS: Final = 30
"""Letters, in all replications together, below which a cell of a table is grey and never a headline."""


def too_few(letters: Floats | float) -> Bools | bool:
    """Whether there are too few letters, in all replications together, to say anything of them."""
    return letters < _FEWEST_LETTERS


class Verdict(StrEnum):
    """Whether a target is met, judged by the interval and not by the point."""

    MET = "met"
    MISSED = "missed"
    UNCLEAR = "unclear"
    NOT_JUDGED = "not judged"
    """There is a target and no letter to which the SLA applies."""


class Decided(NamedTuple):
    """Letters to which an SLA applies, by what the simulation shows of them; the rest is undecided.

    All of one shape: that of the figure in one replication; stacked over replications, those first.
    """

    met: Floats
    late: Floats  # too late, or still not there although the limit has passed
    letters: Floats  # all, also those that are still open within the limit or whose clock has not begun

    @property
    def undecided(self) -> Floats:
        """Letters within their limit at the end of the simulation, or whose clock has not begun."""
        return self.letters - self.met - self.late

    def cell(self, index: int) -> "Decided":
        """One cell of a row of several, over all replications."""
        return Decided(self.met[:, index], self.late[:, index], self.letters[:, index])


@dataclass(frozen=True)
class Compliance(Estimate):
    """Share of the letters that met an SLA, with its interval.

    Attributes:
        between: least and largest share that is possible where more than 1% of the letters are undecided; `mean` is
            None there.
    """

    between: tuple[float, float] | None = None

    @property
    def worst(self) -> float | None:
        """The point, or the least share that is possible; None without letters."""
        return self.mean if self.between is None else self.between[0]


@dataclass(frozen=True)
class ComplianceTable:
    """Compliance of many cells at once, nan where there is none; shapes are those of the cells.

    Attributes:
        share: the point and its interval.
        between_low, between_high: as `Compliance.between`.
        letters: in all replications together.
    """

    share: Band
    between_low: Floats
    between_high: Floats
    letters: Floats

    @property
    def too_few(self) -> Bools:
        """Cells with too few letters to say anything of them."""
        return np.asarray(too_few(self.letters))

    def at(self, *index: int) -> Compliance:
        """One of the cells."""
        bounds = (float(self.between_low[index]), float(self.between_high[index]))
        found = self.share.at(*index)
        between = bounds if found.mean is None and np.isfinite(bounds).all() else None
        return Compliance(found.mean, found.low, found.high, between)

    def reshaped(self, *shape: int) -> "ComplianceTable":
        """The same cells in another shape."""
        share = Band(*(each.reshape(shape) for each in (self.share.mean, self.share.low, self.share.high)))
        low, high, letters = (each.reshape(shape) for each in (self.between_low, self.between_high, self.letters))
        return ComplianceTable(share, low, high, letters)


@dataclass(frozen=True)
class Difference:
    """How compliance differs between two systems that met the same chance, replication by replication.

    Attributes:
        paired: the second minus the first, with the interval that the common chance allows.
        independent: the same, with the interval it would have had if each had met its own chance.
        seen: whether any replication differs at all.
    """

    paired: Estimate
    independent: Estimate
    seen: bool = True

    @property
    def narrowing(self) -> float | None:
        """Factor by which common random numbers narrowed the interval; None where there is no width to compare."""
        narrow, wide = self.paired.width, self.independent.width
        return wide / narrow if narrow and wide is not None else None


def judge(decided: Decided, body_effect: float = 1.0, *, copies: bool = False) -> Compliance:
    """Compliance with an SLA over replications.

    Args:
        decided: shape (replications,).
        body_effect: design effect of the body of its elapsed times, `sim.statistics.percentiles.body_effect`.
        copies: whether the replications are the same, so that they say nothing about chance.

    Returns: no interval for copies, or with letters in fewer than two replications; all None without letters.
    """
    return _judged(decided, np.float64(body_effect), copies).at()


def judge_cells(decided: Decided, *, copies: bool = False) -> ComplianceTable:
    """Compliance in the cells of one table, whose bursts are told from all of them together.

    Args:
        decided: shape (replications, ...cells).
    """
    return _judged(decided, None, copies)


def verdict(compliance: Compliance, target: float | None) -> Verdict | None:
    """Whether a share of letters reaches its target; None without a target.

    A compliance without interval is never more than unclear, and one of no letters is not judged.
    """
    if target is None:
        return None
    if compliance.worst is None:
        return Verdict.NOT_JUDGED
    if compliance.low is not None and compliance.low >= target:
        return Verdict.MET
    if compliance.high is not None and compliance.high < target:
        return Verdict.MISSED
    return Verdict.UNCLEAR


def together(verdicts: Sequence[Verdict | None]) -> Verdict | None:
    """The verdict on several targets: the worst of them; those not judged count only where nothing else is."""
    order = (Verdict.MISSED, Verdict.UNCLEAR, Verdict.MET, Verdict.NOT_JUDGED)
    return next((each for each in order if each in verdicts), None)


def all_decided(ratio: Ratio) -> Decided:
    """Letters of which every outcome is known, from those that met an SLA and all."""
    return Decided(np.asarray(ratio.part), np.asarray(ratio.whole - ratio.part), np.asarray(ratio.whole))


def paired_difference(first: Decided, second: Decided, *, copies: bool = False, several: int = 1) -> Difference:
    """Compliance in the second system minus that in the first, over the same replications of both.

    Undecided letters stand at their worst at either end. The paired interval deletes a replication from both systems
    at once (jackknife, Student's t). The independent one adds the two variances, with the degrees of freedom of Welch
    and Satterthwaite.

    Args:
        first, second: shape (replications,).
        several: number of differences whose intervals hold together (Bonferroni).
    """
    if len(first.letters) != len(second.letters):
        raise ValueError(f"must be the same replications (got {len(first.letters)} and {len(second.letters)})")
    points = [_judged(each, np.float64(1.0), copies=True).at().mean for each in (first, second)]
    point = None if points[0] is None or points[1] is None else points[1] - points[0]
    count = len(first.letters)
    with_letters = min(int(np.count_nonzero(each.letters)) for each in (first, second))
    changes = (first.met != second.met) | (first.late != second.late) | (first.letters != second.letters)
    seen = bool(changes.any())
    unknown = Estimate(point, None, None)
    if copies or not seen or min(count, with_letters) < 2:
        return Difference(unknown, unknown, seen)
    low, low_wide = _end(_at_best(first), _at_worst(second), -1.0, several)
    high, high_wide = _end(_at_worst(first), _at_best(second), 1.0, several)
    # No share changes by more than all of it.
    low, low_wide, high, high_wide = np.clip([low, low_wide, high, high_wide], -1.0, 1.0).tolist()
    return Difference(Estimate(point, low, high), Estimate(point, low_wide, high_wide), seen)


def korn_graubard(
    share: Floats, letters: Floats, effect: Floats, replications: Floats | Int64s, alpha: float = (1 - LEVEL) / 2
) -> tuple[Floats, Floats]:
    """Interval of a share from letters that are not independent; all arguments broadcast.

    Args:
        share: in [0, 1].
        letters: at least 1.
        effect: design effect, at least 1.
        replications: with letters, at least 2.
        alpha: chance to err at either end.

    Source: Korn and Graubard 1998.
    """
    from scipy.special import betaincinv  # takes long to be loaded, and who only shows figures needs none

    worth = effective_letters(letters, effect, replications)
    below, above = worth * share, worth * (1 - share)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(share <= 0, 0.0, betaincinv(below, above + 1, alpha))
        high = np.where(share >= 1, 1.0, betaincinv(below + 1, above, 1 - alpha))
    return low, high


def effective_letters(letters: Floats, effect: Floats, replications: Floats | Int64s) -> Floats:
    """How many independent letters the observed ones are worth, with the uncertainty of the design effect."""
    freedom = np.asarray(replications, dtype=np.float64) - 1
    worth: Floats = letters / effect * (_NORMAL / student_t(freedom)) ** 2
    return worth


def own_effect(share: Floats, variance: Floats, letters: Floats) -> Floats:
    """Design effect of a share: its variance over that of as many independent letters; at least 1."""
    binomial = share * (1 - share)
    with np.errstate(invalid="ignore", divide="ignore"):
        effect: Floats = np.where(binomial > 0, np.maximum(variance * letters / binomial, 1.0), 1.0)
    return effect


def chosen_effect(share: Floats, letters: Floats, own: Floats, body: Floats) -> Floats:
    """The larger of the own and the borrowed design effect where late letters, or those in time, are rare."""
    largest = np.maximum(own, body)
    rare = np.minimum(share, 1 - share) * letters / largest < _RARE
    effect: Floats = np.where(rare, largest, own)
    return effect


def share_variance(part: Floats, letters: Floats) -> tuple[Floats, Floats, Int64s]:
    """A ratio of sums over the replications that have letters, shape (replications, ...).

    Returns: the share, its delete-one jackknife variance (nan with fewer than two), and how many have letters.
    """
    some = letters > 0
    many = np.count_nonzero(some, axis=0)
    share, without = jackknife(Ratio(part, letters))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(some, without, 0.0).sum(axis=0) / many
        squares = np.where(some, (without - mean) ** 2, 0.0).sum(axis=0)
        variance = np.where(many > 1, (many - 1) / many * squares, np.nan)
    return share, variance, many


def highest_target(letters: float) -> float:
    """The highest target that so many letters can show as met, if all are in time and independent; below 1."""
    return float(((1 - LEVEL) / 2) ** (1 / max(letters, 1.0)))


def _judged(decided: Decided, body: Floats | np.float64 | None, copies: bool) -> ComplianceTable:
    """Interval and point of each cell; without a body effect it is that of the whole table."""
    letters = decided.letters.sum(axis=0)
    worst, best = decided.met, decided.letters - decided.late
    low = _ends(worst, decided.letters, body, copies)[0]
    high = _ends(best, decided.letters, body, copies)[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        known = decided.met.sum(axis=0) + decided.late.sum(axis=0)
        few = decided.undecided.sum(axis=0) <= _MOST_UNDECIDED * letters
        point = np.where(few, decided.met.sum(axis=0) / known, np.nan)
        between = worst.sum(axis=0) / letters, best.sum(axis=0) / letters
    return ComplianceTable(Band(point, low, high), *between, letters)


def _ends(part: Floats, letters: Floats, body: Floats | np.float64 | None, copies: bool) -> tuple[Floats, Floats]:
    share, variance, many = share_variance(part, letters)
    all_letters = letters.sum(axis=0)
    if copies:
        many = np.zeros_like(many)
    told = many > 1
    own = own_effect(share, variance, all_letters)
    if body is None:
        body = _table_effect(share[told], variance[told], all_letters[told])
        effect = np.maximum(own, body)
    else:
        effect = chosen_effect(share, all_letters, own, np.asarray(body))
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = korn_graubard(share, all_letters, effect, np.maximum(many, 2))
    return np.where(told, low, np.nan), np.where(told, high, np.nan)


def _table_effect(share: Floats, variance: Floats, letters: Floats) -> Floats:
    """Design effect of a whole table of cells, at least 1."""
    binomial = (share * (1 - share) / letters).sum()
    return np.asarray(max(float(variance.sum() / binomial), 1.0) if binomial > 0 else 1.0)


def _at_worst(decided: Decided) -> Ratio:
    return Ratio(decided.met, decided.letters)


def _at_best(decided: Decided) -> Ratio:
    return Ratio(decided.letters - decided.late, decided.letters)


def _end(first: Ratio, second: Ratio, sign: float, several: int) -> tuple[float, float]:
    """One end of the interval of second minus first, for pairs and for systems with chance of their own."""
    (mean, without), (other_mean, other_without) = jackknife(first), jackknife(second)
    count, difference = len(without), float(other_mean - mean)
    half = student_t(count - 1, several) * np.sqrt(jackknife_variance(other_without - without))
    one, other = jackknife_variance(without), jackknife_variance(other_without)
    freedom = (count - 1) * (one + other) ** 2 / (one**2 + other**2) if one + other > 0 else count - 1
    wide = student_t(freedom, several) * np.sqrt(one + other)
    return difference + sign * float(half), difference + sign * float(wide)
