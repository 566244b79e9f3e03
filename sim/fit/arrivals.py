"""The arrival process: shape in the week, holidays, busyness of days, surges, and gaps in the recording."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.special import chdtrc, pdtrc

from sim.core.clock import DAY, HOUR
from sim.core.tables import Bools, Floats, Int64s, true_runs
from sim.fit.days import Days
from sim.fit.finding import Finding, Marked, duration_text, mark, rounded, share_text
from sim.fit.trend import LEAST_DAYS, clumping, fit_trend, rate_of, written_trend

_GAP: Final = 1e-5
"""Chance of so long a run of days without a letter, below which nothing was recorded."""

_BURST: Final = 1e-4
"""Chance, over all days and categories together, of so many letters on one day, below which it is a surge."""

_ENOUGH: Final = 500
"""Letters of a category that tell a daily profile of its own, and of all that need no smoothing."""


class ArrivalFit(NamedTuple):
    """Keys of `arrivals`, of each category, and what they rest on."""

    body: dict[str, Any]
    of_category: dict[str, dict[str, Any]]
    findings: list[Finding]


def fit_arrivals(received: Int64s, category: Int64s, names: Sequence[str], days: Days) -> ArrivalFit:
    """The arrival process of some letters.

    Args:
        received: seconds since day 0, of letters of the days that are told; `category` has the code of each.
    """
    inside = (received >= 0) & (received < days.number * DAY)
    received, category = received[inside], category[inside]
    counts = np.bincount(received // DAY, minlength=days.number).astype(np.float64)
    recorded, gaps = _recorded(counts, days)
    surges, ordinary, findings = _surges(received, category, names, recorded, days)
    findings = gaps + findings
    plain = np.bincount(received[ordinary] // DAY, minlength=days.number).astype(np.float64)
    by_weekday, clumped = _shape_of_week(plain, recorded, days)
    ordinary_days = recorded & ~days.holiday if (recorded & ~days.holiday).any() else recorded
    trend = fit_trend(plain, by_weekday[days.weekday], ordinary_days)
    on_holidays = _on_holidays(plain, trend.level * by_weekday[days.weekday], recorded & days.holiday, clumped)
    factor = by_weekday[days.weekday] * np.where(days.holiday, on_holidays, 1.0)
    rate = rate_of(trend, plain, recorded)
    findings.append(rate)
    body: dict[str, Any] = written_trend(trend, rate)
    expected = trend.level * factor
    hours, goodness = _by_hour(received[ordinary])
    body["by_hour"] = Marked(hours, f"M: n {int(ordinary.sum()):,}")
    findings.append(Finding("arrivals.by_hour", float("nan"), None, int(ordinary.sum()), goodness=goodness))
    if not np.allclose(by_weekday, 1):
        body["by_weekday"] = Marked([rounded(each, 3) for each in by_weekday.tolist()], f"M: n {int(plain.sum()):,}")
        findings.append(Finding("arrivals.by_weekday", float("nan"), None, int(recorded.sum())))
    if on_holidays != 1.0:
        holiday = _ratio_finding(plain, expected / np.where(days.holiday, on_holidays, 1.0), recorded & days.holiday)
        body["on_holidays"] = Marked(share_text(on_holidays), mark(holiday))
        findings.append(holiday)
    busyness = _busyness(plain, expected, recorded, findings)
    if busyness:
        body["busyness"] = busyness
    if surges:
        body["surges"] = surges
    of_category = _of_categories(received[ordinary], category[ordinary], names, hours, days, recorded, findings)
    return ArrivalFit(body, of_category, findings)


def _recorded(counts: Floats, days: Days) -> tuple[Bools, list[Finding]]:
    """Days on which letters were recorded: all but runs of empty days that chance does not make."""
    recorded = np.ones(days.number, dtype=np.bool_)
    of_weekday = np.bincount(days.weekday, counts, minlength=7) / np.maximum(np.bincount(days.weekday, minlength=7), 1)
    expected = of_weekday[days.weekday]
    findings = []
    for start, end in true_runs(counts == 0):
        # Days vary more than Poisson ones, so a gap must be twice as unlikely on the scale of its logarithm.
        if expected[start:end].sum() > -2 * np.log(_GAP):
            recorded[start:end] = False
            findings.append(
                Finding(
                    "arrivals",
                    float("nan"),
                    None,
                    end - start,
                    note="gap",
                    figures={"from_day": start, "until_day": end},
                )
            )
    return recorded, findings


def _surges(
    received: Int64s, category: Int64s, names: Sequence[str], recorded: Bools, days: Days
) -> tuple[list[Any], Bools, list[Finding]]:
    """Days on which one category has many times its letters; which letters are ordinary ones."""
    ordinary = np.ones(len(received), dtype=np.bool_)
    surges: list[Any] = []
    findings: list[Finding] = []
    if recorded.sum() < LEAST_DAYS:
        return surges, ordinary, findings
    day = received // DAY
    total = np.bincount(day, minlength=days.number).astype(np.float64)
    level = np.maximum(_smoothed(total, recorded), 1e-9)
    for code, name in enumerate(names):
        counts = np.bincount(day[category == code], minlength=days.number).astype(np.float64)
        usual = np.median(counts[recorded]) if np.median(counts[recorded]) > 5 else counts[recorded].mean()
        expected = counts[recorded].sum() / level[recorded].sum() * level if usual else counts
        typical = counts[recorded][counts[recorded] <= np.quantile(counts[recorded], 0.98)]
        scale = max(typical.sum() / max(expected[recorded].sum() * 0.98, 1e-9), 1e-9)
        expected = np.maximum(expected * scale, 0.02)
        spread = max(_dispersion(typical, typical.mean()), 1.0)
        # Overdispersion as so many times fewer, larger clumps.
        chance = pdtrc((counts - 1) / spread, expected / spread)
        burst = recorded & (chance < _BURST / (days.number * len(names))) & (counts >= 4) & (counts > 2.5 * expected)
        for start, end in true_runs(burst):
            those = np.flatnonzero((category == code) & (day >= start) & (day < end))
            begins = int(received[those].min()) // HOUR * HOUR
            lasts = max((int(received[those].max()) // HOUR + 1) * HOUR - begins, HOUR)
            usual_then = float(expected[start:end].sum()) * lasts / ((end - start) * DAY)
            times = len(those) / max(usual_then, 1e-9)
            written: dict[str, Any] = {
                "from": f"day {begins // DAY} {begins // HOUR % 24:02}:00",
                "lasts": duration_text(lasts),
            }
            written |= {"times": rounded(min(times, 999), 3)}
            if len(names) > 1:
                written["category"] = name
            surges.append(Marked(written, f"M: {len(those):,} letters"))
            findings.append(
                Finding("arrivals.surges", times, None, len(those), chosen=name, note="surge", figures={"day": start})
            )
            # As many as usual stay among the ordinary ones.
            keep = max(round(float(expected[start:end].sum())), 0)
            ordinary[those[np.linspace(0, len(those) - 1, max(len(those) - keep, 0)).astype(np.int64)]] = False
    return surges, ordinary, findings


def _smoothed(counts: Floats, recorded: Bools) -> Floats:
    """Means of the recorded days of three weeks around each day; 0 where there are none."""
    window = 10
    around = slice(window, window + len(counts))
    kernel = np.ones(2 * window + 1)
    total, days = (np.convolve(each, kernel)[around] for each in (np.where(recorded, counts, 0.0), recorded * 1.0))
    smoothed: Floats = total / np.maximum(days, 1.0)
    return smoothed


def _dispersion(counts: Floats, mean: float) -> float:
    return float(counts.var() / mean) if len(counts) > 1 and mean > 0 else 1.0


def _shape_of_week(counts: Floats, recorded: Bools, days: Days) -> tuple[Floats, float]:
    """Factor of each weekday, 1 on average, or 1 where too few days tell; and by how much days vary beyond Poisson."""
    flat: Floats = np.ones(7)
    ordinary = recorded & ~days.holiday
    seen = [int((ordinary & (days.weekday == day)).sum()) for day in range(7)]
    if ordinary.sum() < LEAST_DAYS or min(seen) < 2 or counts[ordinary].sum() == 0:
        return flat, 1.0
    mean = np.array([counts[ordinary & (days.weekday == day)].mean() for day in range(7)])
    overall = mean.mean()
    spread = max(_dispersion(counts[ordinary] - mean[days.weekday[ordinary]] + overall, overall), 1.0)
    clumped = spread * clumping(counts[ordinary] / np.maximum(mean[days.weekday[ordinary]], 1e-9))
    statistic = float((np.array(seen) * (mean - overall) ** 2 / (overall * spread)).sum())
    return (mean / overall if chdtrc(6, statistic) < 0.05 else flat), clumped


def _on_holidays(counts: Floats, expected: Floats, holidays: Bools, clumped: float) -> float:
    """Factor of public holidays, 1 if it is not surely another."""
    if holidays.sum() < 2 or expected[holidays].sum() <= 0:
        return 1.0
    ratio = float(counts[holidays].sum() / expected[holidays].sum())
    error = np.sqrt(clumped / float(expected[holidays].sum()))
    return rounded(ratio, 3) if abs(ratio - 1) > 2.6 * error else 1.0


def _by_hour(received: Int64s) -> tuple[list[float], float]:
    """Weight of each hour of the day, smoothed where letters are few; and how far that is from what was seen."""
    counts = np.bincount(received % DAY // HOUR, minlength=24).astype(np.float64)
    if counts.sum() == 0:
        return [1.0] * 24, float("nan")
    shape = counts
    if counts.sum() < _ENOUGH:
        around = (np.roll(counts, 1) + np.roll(counts, -1)) / 4 + counts / 2
        part = counts.sum() / _ENOUGH
        shape = part * counts + (1 - part) * around
    share = shape / shape.sum()
    goodness = float(np.abs(np.cumsum(share) - np.cumsum(counts / counts.sum())).max())
    return [rounded(100 * each, 3) for each in share.tolist()], goodness


def _ratio_finding(counts: Floats, expected: Floats, rows: Bools) -> Finding:
    ratio = float(counts[rows].sum() / max(expected[rows].sum(), 1e-9))
    error = 1.96 * np.sqrt(max(_dispersion(counts[rows], counts[rows].mean()), 1.0) / max(expected[rows].sum(), 1e-9))
    interval = (max(ratio - float(error), 0.0), ratio + float(error))
    return Finding("arrivals.on_holidays", ratio, interval, int(rows.sum()), unit="share")


def _busyness(counts: Floats, expected: Floats, recorded: Bools, findings: list[Finding]) -> Any:
    """Variation of days beyond Poisson, by the index of dispersion, and its correlation from day to day."""
    rows = recorded & (expected > 0)
    days = int(rows.sum())
    if days < LEAST_DAYS:
        return None
    seen, mean = counts[rows], expected[rows]
    freedom = max(days - 8, 1)
    index = float(((seen - mean) ** 2 / mean).sum() / freedom)
    if chdtrc(freedom, index * freedom) > 0.01:
        findings.append(Finding("arrivals.busyness.cv", 0.0, None, days, goodness=index, note="poisson"))
        return None
    # Var N = m + m^2 cv^2; fitted means take up part of the variance.
    part = days / freedom
    variance = float((part * (seen - mean) ** 2 - mean).sum() / (mean**2).sum())
    cv = float(np.sqrt(max(variance, 1e-6)))
    error = np.sqrt(2 / days) * float((1 / mean).mean() + variance)
    interval = (float(np.sqrt(max(variance - 1.96 * error, 0))), float(np.sqrt(variance + 1.96 * error)))
    finding = Finding("arrivals.busyness.cv", cv, interval, days, goodness=index)
    findings.append(finding)
    excess = seen / mean - 1
    follow = np.flatnonzero(np.diff(np.flatnonzero(rows)) == 1)
    ar1 = float(np.clip((excess[follow] * excess[follow + 1]).mean() / max(variance, 1e-9), 0, 0.95))
    # Fitted weekdays and a fitted level make days look less alike than they are, by about one part in their number.
    ar1 = min(ar1 + (1 + 3 * ar1) / days, 0.95)
    sure = ar1 * variance / max(variance + float((1 / mean).mean()), 1e-9) > 1.5 / np.sqrt(days)
    body: dict[str, Any] = {"cv": rounded(cv, 3)}
    if sure:
        body["ar1"] = rounded(ar1, 2)
        findings.append(Finding("arrivals.busyness.ar1", ar1, None, days))
    return Marked(body, mark(finding))


def _of_categories(
    received: Int64s,
    category: Int64s,
    names: Sequence[str],
    hours: list[float],
    days: Days,
    recorded: Bools,
    findings: list[Finding],
) -> dict[str, dict[str, Any]]:
    """Profiles of categories that differ surely from that of all letters."""
    found: dict[str, dict[str, Any]] = {}
    share = np.array(hours) / sum(hours)
    all_days = np.bincount(days.weekday[received // DAY], minlength=7).astype(np.float64)
    for code, name in enumerate(names):
        own = received[category == code]
        if len(names) < 2 or len(own) < _ENOUGH // 2:
            continue
        body: dict[str, Any] = {}
        counts = np.bincount(own % DAY // HOUR, minlength=24)
        if _differs(counts, share):
            body["by_hour"] = Marked(_by_hour(own)[0], f"M: n {len(own):,}")
            findings.append(Finding(f"categories.{name}.by_hour", float("nan"), None, len(own)))
        week = np.bincount(days.weekday[own // DAY], minlength=7)
        if recorded.sum() >= LEAST_DAYS and _differs(week, all_days / all_days.sum()):
            seen = np.bincount(days.weekday[recorded], minlength=7)
            weights = week / np.maximum(seen, 1)
            body["by_weekday"] = Marked(
                [rounded(each, 3) for each in (weights / weights.mean()).tolist()], f"M: n {len(own):,}"
            )
            findings.append(Finding(f"categories.{name}.by_weekday", float("nan"), None, len(own)))
        if body:
            found[name] = body
    return found


def _differs(counts: Int64s, share: Floats) -> bool:
    there = share > 0
    expected = share[there] * counts.sum()
    statistic = float(((counts[there] - expected) ** 2 / expected).sum())
    return bool(chdtrc(there.sum() - 1, statistic) < 1e-4)
