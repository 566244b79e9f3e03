"""The capacity of a staffing: the largest rate of letters at which every SLA target is met with 95% confidence.

Few replications at rates far apart find where compliance crosses a target; many replications near there find
where its confidence interval does. The letters of all rates are nested, so the curves are smooth.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from sim.statistics import Estimate
from sim.stress.trials import Trials

PILOT_REPLICATIONS: Final = 4

ABOVE: Final = 1.6
"""The highest rate of the trials near the capacity, as a multiple of where the pilot saw it."""

FAR: Final = 3.0
"""Trials that reach farther than so many times the capacity cost too much."""

WIDE: Final = 0.2
"""An interval of the capacity wider than this share of it is worth more replications."""

MOST_TIMES: Final = 4
"""So many times the replications asked for are spent on that at most."""

LOWEST: Final = 1 / 64
"""The least rate that is tried, as a share of the highest."""

SURE: Final = 1e-6
"""Compliance closer to 0 or 1 than this is as good as sure; it bounds the scale on which it is interpolated."""


class Found(StrEnum):
    """Whether there is a capacity."""

    YES = "found"
    NOT_EVEN_A_FEW = "none"
    """A target is missed at the lowest rate that was tried."""
    BEYOND = "beyond"
    """Every target is met at the highest rate that was tried."""
    NO_TARGET = "no target"


@dataclass(frozen=True)
class Capacity:
    """How many letters a day a staffing carries; None where that was not found.

    Attributes:
        found: whether there is a capacity between the lowest and the highest rate that were tried.
        per_day: the largest rate at which every target is met with 95% confidence.
        estimate: the rate at which compliance itself falls to its target.
        high: the rate above which some target is missed with 95% confidence; the interval is [per_day, high].
        sla: the one whose target is missed first.
        compliance: with that SLA, at the estimate (at the lowest or highest rate tried if none was found).
        at_risk: SLAs that are not shown to be met at the estimate, the tightest first; any may be the one.
        kept: the others, the tightest first.
        lowest, highest: rates that were tried.
        replications: at each rate near the capacity.
    """

    found: Found
    per_day: float | None
    estimate: float | None
    high: float | None
    sla: str | None
    compliance: Estimate | None
    at_risk: tuple[str, ...]
    kept: tuple[str, ...]
    lowest: float
    highest: float
    replications: int


def find_capacity(
    trials: Trials, replications: int, step: float, *, most: int | None = None, interval: bool = True
) -> tuple[Capacity, Trials]:
    """Look for the capacity of a staffing.

    Args:
        trials: of the staffing, up to the highest rate that is tried.
        replications: at each rate near the capacity, to begin with.
        step: by how much the rates that are tried there differ; between them compliance is interpolated.
        most: replications to go up to while the interval stays wide; `MOST_TIMES` as many if not said.
        interval: whether to look for its ends, too; without, all the replications go into the estimate.

    Returns: the capacity, and the trials near it.
    """
    pilot = _Search(trials, min(PILOT_REPLICATIONS, replications), step)
    near = pilot.roughly()
    if isinstance(near, Capacity):
        return near, trials
    most = MOST_TIMES * replications if most is None else most
    closer = trials.near(ABOVE * near)
    while True:
        # An interval that is wide already need not be followed to its ends while more replications can narrow it.
        within = None if not interval else np.inf if replications >= most else WIDE
        capacity = _Search(closer, replications, step).around(near, within)
        if capacity.found is Found.BEYOND and closer.highest < trials.highest:
            # The pilot saw it too low.
            closer = trials.near(ABOVE * closer.highest)
            continue
        if capacity.found is not Found.YES or replications >= most or _is_narrow(capacity):
            return replace(capacity, highest=trials.highest), closer
        near, replications = capacity.estimate or near, min(2 * replications, most)
        if closer.highest > FAR * near:
            # The pilot saw it too high.
            closer = trials.near(ABOVE * near)


def _is_narrow(capacity: Capacity) -> bool:
    if capacity.per_day is None or capacity.high is None or capacity.estimate is None:
        return False
    return capacity.high - capacity.per_day <= WIDE * capacity.estimate


class _Search:
    """Looks for a capacity among rates that each lie one step below the one before: rate 0 is the highest."""

    def __init__(self, trials: Trials, replications: int, step: float) -> None:
        self._trials, self._replications = trials, replications
        self._factor = 1 + step
        self._last = int(np.ceil(np.log(1 / LOWEST) / np.log(self._factor)))
        self._tried: set[int] = set()

    def roughly(self) -> float | Capacity:
        """A rate near the capacity, or what there is instead of one."""
        if not self._trials.targets:
            return self._none(Found.NO_TARGET, 0)
        # With so few replications a rate is taken to hold unless it surely does not.
        if self._margin("high", 0) >= 0:
            return self._none(Found.BEYOND, 0) if self._margin("mean", 0) >= 0 else self._trials.highest
        half = max(1, round(np.log(2) / np.log(self._factor)))
        fails, holds = 0, half
        while self._margin("high", holds) < 0:
            if holds >= self._last:
                return self._none(Found.NOT_EVEN_A_FEW, holds)
            fails, holds = holds, min(holds + half, self._last)
        return self._rate(self._holding("high", fails, holds))

    def around(self, near: float, within: float | None) -> Capacity:
        """The capacity, near a rate; `BEYOND` if some end of its interval lies above the highest rate.

        Args:
            within: ends of its interval that lie farther off, as a share of the estimate, are not looked for; with
                None, neither is.
        """
        start = round(np.log(self._trials.highest / near) / np.log(self._factor))
        estimate = self._crossing("mean", start)
        if estimate is None:
            return self._none(Found.NOT_EVEN_A_FEW, self._last)
        at = round(np.log(self._trials.highest / estimate) / np.log(self._factor))
        low = high = None
        if within is not None:
            high = self._crossing("high", at, up_to=(1 + within) * estimate)
            low = self._crossing("low", at, down_to=(1 - within) * estimate)
        if estimate >= self._trials.highest or (high is not None and high >= self._trials.highest):
            return self._none(Found.BEYOND, 0)
        compliance = self._compliance(at)
        sla, targets = next(iter(compliance)), self._trials.targets
        at_risk = [name for name, each in compliance.items() if name == sla or _above(each, "low", targets[name]) < 0]
        return Capacity(
            found=Found.YES,
            per_day=low,
            estimate=estimate,
            high=high,
            sla=sla,
            compliance=compliance[sla],
            at_risk=tuple(at_risk),
            kept=tuple(name for name in compliance if name not in at_risk),
            lowest=self._rate(max(self._tried)),
            highest=self._trials.highest,
            replications=self._replications,
        )

    def _crossing(self, end: str, start: int, *, down_to: float = 0.0, up_to: float = np.inf) -> float | None:
        """The largest rate at which an end of the intervals, or the mean, holds; None if it holds at none.

        Args:
            down_to, up_to: rates outside which it is not looked for.
        """
        holds, stride = max(0, min(start, self._last)), 1
        while self._margin(end, holds) < 0:
            if holds >= self._last or self._rate(holds) < down_to:
                return None
            holds, stride = min(holds + stride, self._last), 2 * stride
        fails, stride = holds - 1, 1
        while fails >= 0 and self._margin(end, fails) >= 0:
            if self._rate(fails) > up_to:
                return None
            holds, fails, stride = fails, fails - stride, 2 * stride
        if fails < 0:
            if holds == 0 or self._margin(end, 0) >= 0:
                return self._trials.highest
            fails = 0
        holds = self._holding(end, fails, holds)
        return _between(
            self._rate(holds), self._margin(end, holds), self._rate(holds - 1), self._margin(end, holds - 1)
        )

    def _holding(self, end: str, fails: int, holds: int) -> int:
        """The highest of the rates that holds, between one that fails and one that holds."""
        while holds - fails > 1:
            middle = (fails + holds) // 2
            fails, holds = (fails, middle) if self._margin(end, middle) >= 0 else (middle, holds)
        return holds

    def _rate(self, number: int) -> float:
        return float(self._trials.highest * self._factor**-number)

    def _margin(self, end: str, number: int) -> float:
        """How far the tightest compliance is above its target, on the scale of log odds; 0 or more: it holds."""
        self._tried.add(number)
        compliance = self._trials.compliance(self._rate(number), self._replications)
        return min(_above(compliance[name], end, target) for name, target in self._trials.targets.items())

    def _compliance(self, number: int) -> dict[str, Estimate]:
        """Compliance at a rate by SLA, the tightest first."""
        compliance = self._trials.compliance(self._rate(number), self._replications)
        above = {name: _above(compliance[name], "mean", target) for name, target in self._trials.targets.items()}
        return {name: compliance[name] for name in sorted(above, key=lambda name: above[name])}

    def _none(self, found: Found, number: int) -> Capacity:
        compliance = self._compliance(number) if self._trials.targets else {}
        sla, tightest = next(iter(compliance.items()), (None, None))
        lowest, highest = self._rate(max(self._tried, default=0)), self._trials.highest
        return Capacity(found, None, None, None, sla, tightest, (), (), lowest, highest, self._replications)


def _above(compliance: Estimate, end: str, target: float) -> float:
    """Log odds of one end of an interval less those of the target; without an interval nothing is sure."""
    if compliance.mean is None:
        return np.inf
    share: float | None = getattr(compliance, end)
    if share is None:
        return -np.inf if end == "low" else np.inf
    return _log_odds(share) - _log_odds(target)


def _log_odds(share: float) -> float:
    share = min(max(share, SURE), 1 - SURE)
    return float(np.log(share / (1 - share)))


def _between(low: float, at_low: float, high: float, at_high: float) -> float:
    """Where a margin crosses 0 between two rates."""
    if not np.isfinite(at_low) or not np.isfinite(at_high):
        return low
    return low + (high - low) * at_low / (at_low - at_high)
