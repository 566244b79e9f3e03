"""How the letters a day develop over a log: constant, growing, or falling from a launch to a floor."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import minimize

from sim.core.clock import DAY
from sim.core.tables import Bools, Floats
from sim.fit.finding import Finding, Marked, duration_text, mark, rounded

LEAST_DAYS: Final = 14
"""Days from which on weekdays, trend and busyness are told apart."""

_YEARLY: Final = (-0.95, 10.0)
"""Growth in a year beyond which a few weeks tell no growth."""

_Deviance = Callable[[Floats], float]
"""Quasi-Poisson deviance of the letters that were seen, of a level on each of those days."""


class Trend(NamedTuple):
    """A trend, and by how much others fit worse."""

    name: str  # `constant`, `growth` or `launch decay`
    level: Floats  # letters a day, before weekdays and holidays, (days,)
    values: tuple[float, ...]  # letters a day at first; growth in a year, or floor and half-life in days
    rejected: Mapping[str, float] = {}  # how much larger the quasi-information criterion of others is


def fit_trend(counts: Floats, factor: Floats, recorded: Bools) -> Trend:
    """The trend with the least quasi-information criterion: constant, growing, or falling from a launch.

    Args:
        counts: letters of each day, (days,).
        factor: what weekday and holiday make of the level of each day; same shape.
        recorded: days that tell.
    """
    seen, weight = counts[recorded], np.maximum(factor[recorded], 1e-9)
    constant = float(seen.sum() / weight.sum())

    def deviance(level: Floats) -> float:
        mean = np.maximum(level * weight, 1e-9)
        return float(2 * (np.where(seen > 0, seen * np.log(np.maximum(seen, 1e-9) / mean), 0) - (seen - mean)).sum())

    flat = Trend("constant", np.full(len(counts), constant), (constant,))
    if recorded.sum() < 2 * LEAST_DAYS or constant == 0:
        return flat
    spread = max(float(((seen - constant * weight) ** 2 / (constant * weight)).sum() / len(seen)), 1.0)
    spread *= clumping(seen / (constant * weight))
    day = np.arange(len(counts), dtype=np.float64) + 0.5
    grown, fell = _growth(deviance, day, recorded, constant), _launch_decay(deviance, day, recorded, seen, weight)
    base, penalty = deviance(flat.level[recorded]), np.log(len(seen))
    criterion = {
        each.name: (deviance(each.level[recorded]) - base) / spread + (len(each.values) - 1) * penalty
        for each in (flat, grown, fell)
        if each is not None
    }
    best = min((each for each in (flat, grown, fell) if each is not None), key=lambda each: criterion[each.name])
    others = {name: rounded(each - criterion[best.name], 3) for name, each in criterion.items() if name != best.name}
    return best._replace(rejected=others)


def _growth(deviance: _Deviance, day: Floats, recorded: Bools, constant: float) -> Trend | None:
    at = day[recorded]
    grown = minimize(
        lambda p: deviance(np.exp(np.clip(p[0] + p[1] * at, -30, 30))), (np.log(constant), 0.0), method="Nelder-Mead"
    )
    yearly = float(np.expm1(np.clip(grown.x[1] * 365.25, -20, 20)))
    if not _YEARLY[0] < yearly < _YEARLY[1]:
        return None
    return Trend("growth", np.exp(grown.x[0] + grown.x[1] * day), (float(np.exp(grown.x[0])), yearly))


def _launch_decay(deviance: _Deviance, day: Floats, recorded: Bools, seen: Floats, weight: Floats) -> Trend | None:
    at = day[recorded]
    thirds = max(len(seen) // 3, 1)
    begin, end = (
        float(part.sum() / max(own.sum(), 1e-9))
        for part, own in ((seen[:thirds], weight[:thirds]), (seen[-thirds:], weight[-thirds:]))
    )
    if not begin > end > 0:
        return None
    span = float(at[-1] - at[0])
    fell = minimize(
        lambda p: deviance(np.exp(p[1]) + (np.exp(p[0]) - np.exp(p[1])) * np.exp2(-at / np.exp(p[2]))),
        (np.log(begin * 1.2), np.log(end * 0.9), np.log(span / 4)),
        method="Nelder-Mead",
        options={"maxiter": 2000},
    )
    start, floor, half = (float(each) for each in np.exp(fell.x))
    if not (start > floor and span / 100 < half < 3 * span):
        return None
    return Trend("launch decay", floor + (start - floor) * np.exp2(-day / half), (start, floor, half))


def rate_of(trend: Trend, counts: Floats, recorded: Bools) -> Finding:
    """Letters a day at first, with the interval that their mean over the recorded days has."""
    days = int(recorded.sum())
    seen = counts[recorded]
    error = 1.96 * float(seen.std()) / np.sqrt(max(days, 1)) if days > 1 else 1.96 * float(np.sqrt(seen.sum()))
    first = trend.values[0]
    scale = first / max(float(trend.level[recorded].mean()), 1e-9)
    return Finding(
        "arrivals.per_day",
        first,
        (max(first - error * scale, 0.0), first + error * scale),
        days,
        unit="per_day",
        chosen=trend.name,
        rejected=trend.rejected,
    )


def written_trend(trend: Trend, rate: Finding) -> dict[str, Any]:
    """Keys of `arrivals` that say a trend."""
    if trend.name == "launch decay":
        start, floor, half = trend.values
        decay = {"start": rounded(start), "floor": rounded(floor), "half_life": duration_text(half * DAY)}
        return {"per_day": Marked(decay, mark(rate))}
    per_day = {"per_day": Marked(rounded(trend.values[0]), mark(rate))}
    if trend.name == "constant":
        return per_day
    return {**per_day, "growth": Marked(f"{rounded(100 * trend.values[1], 3):g}% a year", f"M: n {rate.n:,} days")}


def clumping(ratio: Floats) -> float:
    """By how much days that follow each other being alike widens the error of a mean: (1 + r) / (1 - r)."""
    excess = ratio - ratio.mean()
    if len(ratio) < LEAST_DAYS or not excess.any():
        return 1.0
    alike = float(np.clip((excess[1:] * excess[:-1]).mean() / (excess**2).mean(), 0, 0.8))
    return (1 + alike) / (1 - alike)
