"""Quantile functions: one uniform in, one duration (or one choice) out, so that more chance never means more draws.

Each family of durations is one small unit below and one row of `FAMILIES`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.program import numpy_as_loaded
from sim.core.tables import Floats, Int64s, Ints
from sim.models.distributions import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Triangular,
    Uniform,
    Wait,
    WorkingTime,
)

with numpy_as_loaded():
    from scipy.special import gammaincinv, ndtri
    from scipy.special import ndtr as ndtr

_CELLS: Final = 1024


def quantile(distribution: Wait, uniforms: Floats) -> Floats:
    """Durations in seconds, ascending with the uniforms in [0, 1), same shape."""
    return FAMILIES[type(distribution)].quantile(distribution, uniforms)


def quantile_of_each(distributions: Sequence[Wait], which: Ints, uniforms: Floats) -> Floats:
    """Durations in seconds, each of the one of several distributions that its row of `which` says, same shape."""
    parameters = [_parameters(each) for each in distributions if isinstance(each, Lognormal) and each.cv]
    if len(parameters) == len(distributions):  # the usual family takes them as columns, without any sorting
        return _of_normal(uniforms, *(np.array(column)[which] for column in zip(*parameters, strict=True)))
    seconds = np.empty(len(uniforms))
    for distribution, rows in zip(distributions, rows_of_each(len(distributions), which), strict=True):
        seconds[rows] = quantile(distribution, uniforms[rows])
    return seconds


def rows_of_each(many: int, which: Ints) -> list[Int64s]:
    """The rows that say each of so many numbers, from 0 on, ascending."""
    ends = np.cumsum(np.bincount(which, minlength=many))
    return np.split(np.argsort(which, kind="stable"), ends[:-1])


def mean(distribution: Wait) -> float:
    """Mean of a distribution in seconds, before durations are rounded to whole seconds."""
    return FAMILIES[type(distribution)].mean(distribution)


def choice(shares: Sequence[float] | Floats, uniforms: Floats) -> Int64s:
    """Which of several, with shares that sum to 1, falls to each uniform; indices, same shape."""
    until = np.cumsum(shares)
    until[until >= until[-1]] = 1.0  # the last that has a share ends there, however the sum was rounded
    if len(uniforms) < 8 * _CELLS:
        return np.searchsorted(until, uniforms, side="right")
    # A search for each of many uniforms is slow. Most cells of a fine grid lie within one share: look those up.
    grid = np.searchsorted(until, np.arange(_CELLS + 1) / _CELLS, side="right")
    cell = (uniforms * _CELLS).astype(np.intp)
    chosen: Int64s = grid[cell]
    cut = np.flatnonzero((grid[1:] != grid[:-1])[cell])
    chosen[cut] = np.searchsorted(until, uniforms[cut], side="right")
    return chosen


def gamma_quantile(mean: float, cv: float, uniforms: Floats) -> Floats:
    """Gamma with shape 1 / cv^2; constant where cv is 0."""
    if cv == 0:
        return np.full_like(uniforms, mean)
    scaled: Floats = gammaincinv(cv**-2, uniforms)
    return scaled * (mean * cv**2)


def _constant(constant: Constant, uniforms: Floats) -> Floats:
    return np.full_like(uniforms, constant.constant)


def _lognormal(lognormal: Lognormal, uniforms: Floats) -> Floats:
    if lognormal.cv == 0:
        return np.full_like(uniforms, lognormal.mean)
    return _of_normal(uniforms, *_parameters(lognormal))


def _parameters(lognormal: Lognormal) -> tuple[float, float, float]:
    """Mean, sigma and sigma^2 / 2, where sigma^2 = ln(1 + cv^2) and mu = ln(mean) - sigma^2 / 2."""
    variance = np.log1p(lognormal.cv**2)
    return lognormal.mean, np.sqrt(variance), variance / 2


def _of_normal(uniforms: Floats, mean: float | Floats, deviation: float | Floats, shift: float | Floats) -> Floats:
    """Lognormal durations, of one distribution or of one each."""
    normal: Floats = ndtri(uniforms)
    normal *= deviation
    normal -= shift
    np.exp(normal, out=normal)
    normal *= mean
    return normal


def _exponential(exponential: Exponential, uniforms: Floats) -> Floats:
    scaled: Floats = np.log1p(-uniforms)
    scaled *= -exponential.exponential
    return scaled


def _gamma(gamma: Gamma, uniforms: Floats) -> Floats:
    return gamma_quantile(gamma.gamma.mean, gamma.gamma.cv, uniforms)


def _uniform(uniform: Uniform, uniforms: Floats) -> Floats:
    least, greatest = uniform.uniform
    return least + (greatest - least) * uniforms


def _triangular(triangular: Triangular, uniforms: Floats) -> Floats:
    least, mode, greatest = triangular.triangular
    width = greatest - least
    if width == 0:
        return np.full_like(uniforms, mode)
    rising = least + np.sqrt(uniforms * width * (mode - least))
    falling = greatest - np.sqrt((1 - uniforms) * width * (greatest - mode))
    return np.where(uniforms < (mode - least) / width, rising, falling)


def _empirical(empirical: Empirical, uniforms: Floats) -> Floats:
    seconds = np.array(empirical.seconds)
    measured: Floats = seconds[(uniforms * len(seconds)).astype(np.intp)]
    return measured


def share_below(distribution: Wait, seconds: Floats | Int64s) -> Floats:
    """Share of a distribution that is at most some durations, shape as they have it: the quantile function inverted."""
    low, high = np.zeros(len(seconds)), np.ones(len(seconds))
    for _ in range(52):  # as many bits as a fraction has
        middle = (low + high) / 2
        below = quantile(distribution, middle) <= seconds
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


class Family(NamedTuple):
    """What a family of distributions must say of itself."""

    quantile: Callable[[Any, Floats], Floats]
    mean: Callable[[Any], float]


FAMILIES: dict[type, Family] = {
    Constant: Family(_constant, lambda constant: constant.constant),
    Lognormal: Family(_lognormal, lambda lognormal: lognormal.mean),
    Exponential: Family(_exponential, lambda exponential: exponential.exponential),
    Gamma: Family(_gamma, lambda gamma: gamma.gamma.mean),
    Uniform: Family(_uniform, lambda uniform: sum(uniform.uniform) / 2),
    Triangular: Family(_triangular, lambda triangular: sum(triangular.triangular) / 3),
    WorkingTime: Family(lambda of, uniforms: quantile(of.distribution, uniforms), lambda of: mean(of.distribution)),
    Empirical: Family(_empirical, lambda empirical: sum(empirical.seconds) / len(empirical.seconds)),
}
"""Quantile function and mean of every family."""
