"""Distributions of durations: the family of the language that fits best, with open durations as censored ones."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import gammainc, gammaincc, gammaln, log_ndtr, ndtr

from sim.core.tables import Bools, Floats
from sim.fit.finding import duration_text, rounded

_MOST: Final = 2_000
"""Durations beyond this many are fitted by as many quantiles of them."""

_TOLERATED: Final = 0.05
"""Greatest difference between distribution functions that no plan would notice."""

_LEAST: Final = 0.5
"""A duration of 0 whole seconds is some half of one."""

_BOUNDED: Final = ("uniform", "triangular")
"""Families whose bounds are the extremes of the sample, which few durations say little of."""

_ENOUGH_FOR_BOUNDS: Final = 20

_ROWS: Final = 1_000
"""Rows of a file of measured durations."""


class DurationFit(NamedTuple):
    """A distribution as the language writes it, and how well it fits."""

    written: Any
    mean: float  # seconds
    interval: tuple[float, float]  # of the mean
    n: int
    goodness: float  # greatest difference to the (Kaplan-Meier) distribution function
    family: str
    rejected: Mapping[str, float]  # how much larger the information criterion of other families is
    rows: tuple[int, ...] = ()  # of the file of measured durations, in seconds; empty for other families


class _Family(NamedTuple):
    parameters: int
    fit: Callable[[Floats, Floats, Bools], tuple[float, ...]]  # values, weights, censored
    log_density: Callable[..., Floats]
    log_survival: Callable[..., Floats]
    cdf: Callable[..., Floats]
    mean: Callable[..., float]
    written: Callable[..., Any]


def fit_durations(seconds: Floats, censored: Bools, file: str) -> DurationFit:
    """The family with the least Bayesian information criterion; measured durations themselves where none fits.

    Args:
        seconds: how long each lasted, or has lasted so far where it is `censored`; at least one is not.
        file: name of the file that measured durations would be written to.
    """
    n = len(seconds)
    ended = seconds[~censored]
    if len(ended) == 0:
        raise ValueError("no duration has ended")
    if np.ptp(ended) <= max(1.0, 0.001 * float(ended.mean())):
        mean = float(np.median(ended))
        return DurationFit(duration_text(mean), mean, (mean, mean), n, 0.0, "constant", {})
    values, weights, cut = _thinned(np.maximum(seconds, _LEAST), censored)
    fitted: dict[str, tuple[tuple[float, ...], float]] = {}
    for name, family in _FAMILIES.items():
        if name in _BOUNDED and len(ended) < _ENOUGH_FOR_BOUNDS:
            continue
        parameters = family.fit(values, weights, cut)
        likelihood = np.where(cut, family.log_survival(values, *parameters), family.log_density(values, *parameters))
        total = float((weights * likelihood).sum())
        if np.isfinite(total):
            fitted[name] = parameters, family.parameters * np.log(n) - 2 * total
    best = min(fitted, key=lambda name: fitted[name][1])
    at, seen = kaplan_meier(seconds, censored)
    parameters, least = fitted[best]
    family = _FAMILIES[best]
    goodness = _difference(at, seen, lambda x: family.cdf(x, *parameters))
    mean = float(family.mean(*parameters))
    rejected = {name: rounded(criterion - least) for name, (_, criterion) in fitted.items() if name != best}
    if goodness > max(_TOLERATED, 1.63 / np.sqrt(len(ended))) and len(ended) >= 20:
        rejected = {name: rounded(criterion - least) for name, (_, criterion) in fitted.items()}
        return _measured(at, seen, n, len(ended), file, rejected)
    spread = float(ended.std()) / np.sqrt(len(ended)) * mean / max(float(ended.mean()), 1e-9)
    if best == "lognormal":
        variance = np.log1p(parameters[1] ** 2)
        spread = mean * float(np.sqrt((variance + variance**2 / 2) / len(ended)))
    interval = (max(mean - 1.96 * spread, 0.0), mean + 1.96 * spread)
    return DurationFit(family.written(*parameters), mean, interval, n, goodness, best, rejected)


def kaplan_meier(seconds: Floats, censored: Bools) -> tuple[Floats, Floats]:
    """Durations at which some ended, ascending, and the share that has ended by then."""
    order = np.argsort(seconds, kind="stable")
    values, ends = seconds[order], ~censored[order]
    at, first = np.unique(values, return_index=True)
    ended = np.add.reduceat(ends.astype(np.float64), first)
    at_risk = len(values) - first
    seen: Floats = 1 - np.cumprod(1 - ended / at_risk, dtype=np.float64)
    some = ended > 0
    return at[some], seen[some]


def _measured(at: Floats, seen: Floats, n: int, ended: int, file: str, rejected: Mapping[str, float]) -> DurationFit:
    """The measured durations themselves, as quantiles of their Kaplan-Meier distribution."""
    count = min(_ROWS, max(ended, 20))
    top = seen[-1]
    levels = (np.arange(count) + 0.5) / count * top
    rows = np.rint(at[np.searchsorted(seen, levels)]).astype(np.int64)
    mean = float(rows.mean())
    half = 1.96 * float(rows.std()) / np.sqrt(ended)
    written = {"empirical": file, "column": "seconds"}
    return DurationFit(
        written, mean, (max(mean - half, 0.0), mean + half), n, 0.0, "empirical", rejected, tuple(rows.tolist())
    )


def _difference(at: Floats, seen: Floats, cdf: Callable[[Floats], Floats]) -> float:
    """Kolmogorov's distance; durations are whole seconds, so the fitted function is read half a second later."""
    before = np.concatenate([[0.0], seen[:-1]])
    return float(max(np.abs(cdf(at + 0.5) - seen).max(), np.abs(cdf(np.maximum(at - 0.5, 0)) - before).max()))


def _thinned(seconds: Floats, censored: Bools) -> tuple[Floats, Floats, Bools]:
    """Values, weights and which are censored; many of a kind are stood for by their quantiles."""
    parts = []
    for cut in (False, True):
        values = np.sort(seconds[censored == cut])
        if len(values) > _MOST:
            chunks = np.array_split(values, _MOST)
            sizes = np.array([len(chunk) for chunk in chunks], dtype=np.float64)
            # The mean of logarithms keeps the likelihood of most families as it is.
            values = np.exp([np.log(chunk).mean() for chunk in chunks])
        else:
            sizes = np.ones(len(values))
        parts.append((values, sizes, np.full(len(values), cut)))
    values, sizes, cuts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return values, sizes, cuts


def _moments(values: Floats, weights: Floats) -> tuple[float, float]:
    mean = float(np.average(values, weights=weights))
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def _fit_lognormal(values: Floats, weights: Floats, censored: Bools) -> tuple[float, float]:
    logs = np.log(values)
    mu, sigma = _moments(logs, weights)
    if censored.any():
        mu, log_sigma = _maximised(
            lambda p: np.where(
                censored,
                log_ndtr(-(logs - p[0]) / np.exp(p[1])),
                -((logs - p[0]) ** 2) / (2 * np.exp(2 * p[1])) - p[1],
            ),
            (mu, np.log(max(sigma, 1e-3))),
            weights,
        )
        sigma = float(np.exp(log_sigma))
    sigma = min(max(sigma, 1e-3), 2.4)
    return float(np.exp(mu + sigma**2 / 2)), float(np.sqrt(np.expm1(sigma**2)))


def _fit_exponential(values: Floats, weights: Floats, censored: Bools) -> tuple[float]:
    return (float((weights * values).sum() / weights[~censored].sum()),)


def _fit_gamma(values: Floats, weights: Floats, censored: Bools) -> tuple[float, float]:
    mean, deviation = _moments(values, weights)
    start = (np.log(mean), np.log(max(deviation / mean, 1e-3)))
    if censored.any():
        mean_log, cv_log = _maximised(
            lambda p: np.where(
                censored,
                _gamma_log_survival(values, np.exp(p[0]), np.exp(p[1])),
                _gamma_log_density(values, np.exp(p[0]), np.exp(p[1])),
            ),
            start,
            weights,
        )
        return float(np.exp(mean_log)), float(np.exp(cv_log))
    logs = float(np.average(np.log(values), weights=weights))
    found = minimize_scalar(
        lambda cv_log: -_gamma_likelihood(np.exp(-2 * cv_log), mean, logs), bounds=(np.log(1e-2), np.log(15))
    )
    return mean, float(np.exp(found.x))


def _gamma_likelihood(shape: float, mean: float, logs: float) -> float:
    return float(shape * np.log(shape / mean) - gammaln(shape) + (shape - 1) * logs - shape)


def _fit_uniform(values: Floats, _weights: Floats, _censored: Bools) -> tuple[float, float]:
    return float(values.min()), float(values.max()) + 1.0


def _fit_triangular(values: Floats, weights: Floats, _censored: Bools) -> tuple[float, float, float]:
    least, most = float(values.min()) - 0.5, float(values.max()) + 0.5
    mean = float(np.average(values, weights=weights))
    return max(least, 0.0), min(max(3 * mean - least - most, least + 0.01), most - 0.01), most


def _maximised(
    log_likelihood: Callable[[Floats], Floats], start: tuple[float, float], weights: Floats
) -> tuple[float, float]:
    found = minimize(
        lambda p: -float((weights * log_likelihood(p)).sum()), start, method="Nelder-Mead", options={"maxiter": 300}
    )
    return float(found.x[0]), float(found.x[1])


def _normal(x: Floats, mean: float, cv: float) -> tuple[Floats, float]:
    sigma = float(np.sqrt(np.log1p(cv**2)))
    return (np.log(np.maximum(x, 1e-9)) - np.log(mean) + sigma**2 / 2) / sigma, sigma


def _lognormal_log_density(x: Floats, mean: float, cv: float) -> Floats:
    z, sigma = _normal(x, mean, cv)
    density: Floats = -(z**2) / 2 - np.log(x * sigma) - 0.5 * np.log(2 * np.pi)
    return density


def _gamma_log_density(x: Floats, mean: float, cv: float) -> Floats:
    shape = cv**-2
    density: Floats = shape * np.log(shape / mean) - gammaln(shape) + (shape - 1) * np.log(x) - shape * x / mean
    return density


def _gamma_log_survival(x: Floats, mean: float, cv: float) -> Floats:
    survival: Floats = np.log(np.maximum(gammaincc(cv**-2, x * cv**-2 / mean), 1e-300))
    return survival


def _log(x: Floats) -> Floats:
    logs: Floats = np.log(np.maximum(x, 1e-300))
    return logs


def _triangular_cdf(x: Floats, least: float, mode: float, most: float) -> Floats:
    rising = (np.clip(x, least, mode) - least) ** 2 / ((most - least) * max(mode - least, 1e-9))
    falling = 1 - (most - np.clip(x, mode, most)) ** 2 / ((most - least) * max(most - mode, 1e-9))
    return np.where(x <= mode, rising, falling)


def _triangular_density(x: Floats, least: float, mode: float, most: float) -> Floats:
    rising = 2 * (x - least) / ((most - least) * max(mode - least, 1e-9))
    falling = 2 * (most - x) / ((most - least) * max(most - mode, 1e-9))
    return np.where(x <= mode, rising, falling)


_FAMILIES: Final[Mapping[str, _Family]] = {
    "lognormal": _Family(
        2,
        _fit_lognormal,
        _lognormal_log_density,
        lambda x, mean, cv: log_ndtr(-_normal(x, mean, cv)[0]),
        lambda x, mean, cv: ndtr(_normal(x, mean, cv)[0]),
        lambda mean, _cv: mean,
        lambda mean, cv: {"mean": duration_text(mean), "cv": rounded(cv, 3)},
    ),
    "exponential": _Family(
        1,
        _fit_exponential,
        lambda x, mean: -x / mean - np.log(mean),
        lambda x, mean: -x / mean,
        lambda x, mean: -np.expm1(-x / mean),
        lambda mean: mean,
        lambda mean: {"exponential": duration_text(mean)},
    ),
    "gamma": _Family(
        2,
        _fit_gamma,
        _gamma_log_density,
        _gamma_log_survival,
        lambda x, mean, cv: gammainc(cv**-2, x * cv**-2 / mean),
        lambda mean, _cv: mean,
        lambda mean, cv: {"gamma": {"mean": duration_text(mean), "cv": rounded(cv, 3)}},
    ),
    "uniform": _Family(
        2,
        _fit_uniform,
        lambda x, least, most: np.full(len(x), -np.log(most - least)),
        lambda x, least, most: _log((most - x) / (most - least)),
        lambda x, least, most: np.clip((x - least) / (most - least), 0, 1),
        lambda least, most: (least + most) / 2,
        lambda least, most: {"uniform": [duration_text(least), duration_text(most)]},
    ),
    "triangular": _Family(
        3,
        _fit_triangular,
        lambda x, *three: _log(_triangular_density(x, *three)),
        lambda x, *three: _log(1 - _triangular_cdf(x, *three)),
        _triangular_cdf,
        lambda least, mode, most: (least + mode + most) / 3,
        lambda least, mode, most: {"triangular": [duration_text(each) for each in (least, mode, most)]},
    ),
}
"""The families of the language with a density."""
