"""Capacity of a staffing: the largest rate of letters at which every SLA meets its target, for as long as it comes.

It is a root: the rate at which compliance falls to a target. At each rate tried the same replications are
simulated, with nested letters, so that compliance falls smoothly. The interval of the root is what a test at each rate
does not reject: from the largest rate at which every target is shown to be met to the least at which one is shown to
be missed. It never reaches beyond the stability limit, where the backlog grows for ever.

Replications are doubled until that interval is narrow in relation to the root, or the letters to spend are spent. Such
a rule is valid as the width asked for becomes small (Chow and Robbins 1965; for ratios of simulated queues Lavenberg
and Sauer 1977; Glynn and Whitt 1992). What it costs before is that a sample which looks too sure stops too early; so
the first look already has as many replications as asked for, looks are few, since each doubles them, and only the width
decides. Which SLA fails first may ask for one last look with four times the replications, and no more: to stop as soon
as one is sure would favour the samples that err.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from sim.capacity.trials import HIGHEST_SHARE, Judged, Trials
from sim.statistics import Compliance

_PILOT_REPLICATIONS: Final = 4

_MARGIN: Final = 1.6
"""The highest rate of the trials near the capacity, as a multiple of where the pilot saw it."""

_FAR: Final = 3.0
"""Trials that reach farther than so many times the capacity cost too much."""

_WIDE: Final = 0.1
"""An interval of the capacity wider than this share of it is worth more replications."""

_LAST_LOOK: Final = 4
"""So many times the replications are worth knowing which SLA fails first, once the interval is narrow."""

_LOWEST: Final = 1 / 64
"""The least rate that is tried, as a share of the highest."""

_STEEP: Final = 1.0
"""Between rates whose log odds differ by no more than this compliance is interpolated."""

_FINEST: Final = 1 / 16
"""The rates that are tried between two neighbouring ones lie so far apart, as a share of a step."""

_SURE: Final = 1e-6
"""Compliance closer to 0 or 1 than this is as good as sure; it bounds the scale on which it is interpolated."""


class CapacityStatus(StrEnum):
    """Whether there is a capacity."""

    YES = "found"
    NOT_EVEN_A_FEW = "none"
    """A target is missed at the lowest rate that was tried."""
    BEYOND = "beyond"
    """Every target is met at the highest rate that was tried, and nothing bounds the rate."""
    NO_TARGET = "no target"


class CapacityBound(StrEnum):
    """What bounds the capacity."""

    SLA = "sla"
    """A target is missed at a rate whose work could still be done."""
    STABILITY = "stability"
    """Every target is met up to the rate whose work fills all hours."""
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Capacity:
    """Capacity of a staffing in letters a day; None where it was not found.

    Attributes:
        found: whether there is a capacity between the lowest and the highest rate that were tried.
        per_day: the largest rate at which every target is met with 95% confidence.
        estimate: the rate at which compliance itself falls to its target, or just below the stability limit.
        high: the rate above which some target is missed with 95% confidence, or the stability limit; the interval is
            [per_day, high].
        bound: what bounds it there; None without a capacity.
        sla: the one that surely fails first; None where that is not sure.
        compliance: with the tightest SLA, at the estimate, or where it shows why there is none.
        at_risk: SLAs of which any may be the first to fail, the tightest first.
        kept: the others, the tightest first.
        lowest, highest: rates that were tried; where there is none, the lowest is the one that `compliance` is of.
        replications: at each rate near the capacity.
    """

    found: CapacityStatus
    per_day: float | None
    estimate: float | None
    high: float | None
    bound: CapacityBound | None
    sla: str | None
    compliance: Compliance | None
    at_risk: tuple[str, ...]
    kept: tuple[str, ...]
    lowest: float
    highest: float
    replications: int


def find_capacity(
    trials: Trials, replications: int, step: float, *, letters: float = np.inf, sequential: bool = True
) -> tuple[Capacity, Trials]:
    """Find the capacity of a staffing.

    Args:
        trials: of the staffing, up to the highest rate that is tried.
        replications: at each rate near the capacity, to begin with.
        step: by how much the rates that are tried there differ; between them compliance is interpolated.
        letters: that may be simulated for it, about.
        sequential: whether to go on until the interval is narrow and the SLA that fails first is sure.

    Returns: the capacity, and the trials near it.
    """
    trials.runner.letters_left = letters
    pilot = _CapacitySearch(trials, min(_PILOT_REPLICATIONS, replications), step, at_length=False)
    near = pilot.roughly()
    if isinstance(near, Capacity):
        return near, trials
    closer = trials.near(min(_MARGIN * near, trials.highest))
    last = not sequential
    while True:
        before = trials.runner.letters_left
        capacity = _CapacitySearch(closer, replications, step).around(near)
        if capacity.found is CapacityStatus.BEYOND and closer.highest < trials.highest:
            # The pilot saw it too low.
            closer = trials.near(min(_MARGIN * closer.highest, trials.highest))
            continue
        narrow = _is_narrow(capacity)
        times = _LAST_LOOK if narrow else 2
        affordable = (times - 1) * (before - trials.runner.letters_left) <= trials.runner.letters_left
        if last or capacity.found is not CapacityStatus.YES or (narrow and _is_sure(capacity)) or not affordable:
            return replace(capacity, highest=trials.highest), closer
        last, near, replications = narrow, capacity.estimate or near, times * replications
        if closer.highest > _FAR * near:
            # The pilot saw it too high.
            closer = trials.near(min(_MARGIN * near, trials.highest))


def _is_narrow(capacity: Capacity) -> bool:
    if capacity.per_day is None or capacity.high is None or capacity.estimate is None:
        return False
    return capacity.high - capacity.per_day <= _WIDE * capacity.estimate


def _is_sure(capacity: Capacity) -> bool:
    return capacity.bound is not CapacityBound.UNDECIDED and len(capacity.at_risk) <= 1


class _CapacitySearch:
    """Search for a capacity among rates that each lie one step below the one before: rate 0 is the highest.

    Between two of them rates are tried where compliance is expected to cross its target; those have broken numbers.
    """

    def __init__(self, trials: Trials, replications: int, step: float, *, at_length: bool = True) -> None:
        self._trials, self._replications, self._at_length = trials, replications, at_length
        self._factor = 1 + step
        self._last = int(np.ceil(np.log(1 / _LOWEST) / np.log(self._factor)))
        self._tried: dict[float, Judged] = {}

    def roughly(self) -> float | Capacity:
        """A rate near the capacity, or what there is instead of one."""
        if not self._trials.targets:
            return self._none(CapacityStatus.NO_TARGET, 0)
        # With so few replications a target is taken to be met unless it is surely missed.
        if self._margin("high", 0) >= 0:
            return self._trials.highest
        half = max(1, round(np.log(2) / np.log(self._factor)))
        fails, meets = 0, half
        while self._margin("high", meets) < 0:
            if meets >= self._last:
                return self._none(CapacityStatus.NOT_EVEN_A_FEW, meets)
            fails, meets = meets, min(meets + half, self._last)
        while meets - fails > 1:
            middle = (fails + meets) // 2
            fails, meets = (fails, middle) if self._margin("high", middle) >= 0 else (middle, meets)
        return self._rate(meets)

    def around(self, near: float) -> Capacity:
        """The capacity, near a rate; `BEYOND` if some end of its interval may lie above the highest rate."""
        estimate = self._crossing("mean", self._step(near))
        if estimate is None:
            # Few letters say little: the least rate at which a target is surely missed says most.
            missed = [number for number in self._tried if self._margin("high", number) < 0]
            return self._none(CapacityStatus.NOT_EVEN_A_FEW, max(missed, default=self._last))
        low, high = (self._crossing(end, self._step(estimate)) for end in ("low", "high"))
        top = self._trials.highest
        if high is not None and high < top:
            return self._found(low, estimate, high, CapacityBound.SLA)
        limit = self._trials.stability
        if limit is None or top < HIGHEST_SHARE * limit.per_day:
            return self._none(CapacityStatus.BEYOND, 0)
        return self._found(
            low, estimate, limit.per_day, CapacityBound.STABILITY if low == top else CapacityBound.UNDECIDED
        )

    def _found(self, low: float | None, estimate: float, high: float, bound: CapacityBound) -> Capacity:
        number = min(self._step(estimate), self._last)
        compliance = self._tightest_first(number)
        at_risk = self._at_risk(list(compliance), high) if bound is not CapacityBound.STABILITY else ()
        return Capacity(
            found=CapacityStatus.YES,
            per_day=low,
            estimate=estimate,
            high=high,
            bound=bound,
            sla=at_risk[0] if bound is CapacityBound.SLA and len(at_risk) == 1 else None,
            compliance=next(iter(compliance.values())),
            at_risk=at_risk,
            kept=tuple(name for name in compliance if name not in at_risk),
            lowest=self._rate(max(self._tried)),
            highest=self._trials.highest,
            replications=self._replications,
        )

    def _at_risk(self, names: Sequence[str], high: float) -> tuple[str, ...]:
        """SLAs that may be the first to fail: not shown to be met at the least rate at which one is shown to fail.

        Compliance falls with the rate, so one that is met there fails later.
        """
        failing = max(np.floor(self._number(high) / _FINEST) * _FINEST, 0.0)
        while failing > 0 and self._margin("high", failing) >= 0:
            failing -= _FINEST
        judged = self._trials.judged(self._rate(failing), self._replications, although_missed=True)
        return tuple(
            name
            for name in names
            if not judged.steady or _above(judged.compliance[name], "low", self._trials.targets[name]) < 0
        )

    def _crossing(self, end: str, start: int) -> float | None:
        """The largest rate at which an end of the intervals, or the mean, is on target; None if it is at none."""
        meets, stride = float(start), 1
        while self._margin(end, meets) < 0:
            if meets >= self._last:
                return None
            meets, stride = min(meets + stride, self._last), 2 * stride
        fails, stride = meets - 1, 1
        while fails >= 0 and self._margin(end, fails) >= 0:
            meets, fails, stride = fails, fails - stride, 2 * stride
        if fails < 0:
            if meets == 0 or self._margin(end, 0) >= 0:
                return self._trials.highest
            fails = 0
        meets = self._highest_met(end, int(fails), int(meets))
        return self._refined(end, meets - 1, meets)

    def _highest_met(self, end: str, fails: int, meets: int) -> int:
        """The highest of the rates that is on target, between one that is not and one that is."""
        while meets - fails > 1:
            middle = (fails + meets) // 2
            fails, meets = (fails, middle) if self._margin(end, middle) >= 0 else (middle, meets)
        return meets

    def _refined(self, end: str, fails: float, meets: float) -> float:
        """Where a curve crosses its target between two neighbouring rates.

        The line between them tells, where the curve is not steep; else the rate at which the line crosses is tried.
        """
        while meets - fails > _FINEST and not abs(self._margin(end, fails) - self._margin(end, meets)) <= _STEEP:
            crosses = self._number(self._between(end, fails, meets))
            number = np.clip(round(crosses / _FINEST) * _FINEST, fails + _FINEST, meets - _FINEST)
            fails, meets = (fails, number) if self._margin(end, number) >= 0 else (number, meets)
        return self._between(end, fails, meets)

    def _between(self, end: str, fails: float, meets: float) -> float:
        """Where the line between two rates crosses the target; the middle where one of them says only that it fails."""
        low, at_low = self._rate(meets), self._margin(end, meets)
        high, at_high = self._rate(fails), self._margin(end, fails)
        share = at_low / (at_low - at_high) if np.isfinite(at_low) and np.isfinite(at_high) else 0.5
        return low + (high - low) * share

    def _rate(self, number: float) -> float:
        return float(self._trials.highest * self._factor**-number)

    def _number(self, rate: float) -> float:
        return float(np.log(self._trials.highest / rate) / np.log(self._factor))

    def _step(self, rate: float) -> int:
        """The whole number of the rate nearest to one."""
        return int(np.clip(round(self._number(rate)), 0, self._last))

    def _margin(self, end: str, number: float) -> float:
        """How far the tightest compliance is above its target, on the scale of log odds; 0 or more: on target.

        At a rate at which queues may grow for ever nothing is.
        """
        if number not in self._tried:
            self._tried[number] = self._trials.judged(self._rate(number), self._replications, at_length=self._at_length)
        judged = self._tried[number]
        margin = min(_above(judged.compliance[name], end, target) for name, target in self._trials.targets.items())
        return -np.inf if margin >= 0 and end != "high" and not judged.steady else margin

    def _tightest_first(self, number: float) -> dict[str, Compliance]:
        """Compliance at a rate by SLA, the tightest first."""
        self._margin("mean", number)
        compliance = self._tried[number].compliance
        above = {name: _above(compliance[name], "mean", target) for name, target in self._trials.targets.items()}
        return {name: compliance[name] for name in sorted(above, key=lambda name: above[name])}

    def _none(self, found: CapacityStatus, number: float) -> Capacity:
        compliance = self._tightest_first(number) if self._trials.targets else {}
        sla, tightest = next(iter(compliance.items()), (None, None))
        return Capacity(
            found=found,
            per_day=None,
            estimate=None,
            high=None,
            bound=None,
            sla=sla,
            compliance=tightest,
            at_risk=(),
            kept=(),
            lowest=self._rate(number),
            highest=self._trials.highest,
            replications=self._replications,
        )


def _above(compliance: Compliance, end: str, target: float) -> float:
    """Log odds of one end of an interval less those of the target; without an interval nothing is sure."""
    if compliance.worst is None:
        return np.inf
    share: float | None = getattr(compliance, end)
    if share is None and end == "mean" and compliance.between is not None:
        share = sum(compliance.between) / 2
    if share is None:
        return -np.inf if end == "low" else np.inf
    return _log_odds(share) - _log_odds(target)


def _log_odds(share: float) -> float:
    share = min(max(share, _SURE), 1 - _SURE)
    return float(np.log(share / (1 - share)))
