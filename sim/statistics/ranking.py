"""Multiple comparisons with the best: which of several systems may be the best, with simultaneous intervals."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from sim.core.tables import Floats
from sim.statistics.estimates import Estimate, jackknife_variance, student_t


def gaps_to_best(losses: Floats, without: Floats | None) -> list[Estimate]:
    """How much larger the loss of each system is than the least loss of the others; negative for the best one.

    All intervals hold together with 95% confidence. A system whose interval lies above zero is surely not the best.

    Args:
        losses: of each system, shape (systems,), at least two.
        without: the same without each replication in turn, shape (replications, systems), the replications of all
            systems with the same chance; None where nothing is known of chance, and then there are no intervals.

    Source: the interval of the distance to the best from all pairs is that of Hsu 1984, Annals of Statistics 12,
        1136-1144; pairs of replications with common random numbers as in Nelson and Matejcik 1995, Management Science
        41, 1935-1945, with Bonferroni's inequality in the place of their assumption of equal variances.
    """
    systems = len(losses)
    gap = losses[:, np.newaxis] - losses
    if without is None or len(without) < 2:
        return [Estimate(float(np.delete(gap[each], each).max()), None, None) for each in range(systems)]
    t = float(student_t(len(without) - 1, systems * (systems - 1) // 2))
    half = np.zeros_like(gap)
    for one, other in permutations(range(systems), 2):
        half[one, other] = t * np.sqrt(jackknife_variance(without[:, one] - without[:, other]))

    def of_others(figures: Floats, each: int) -> float:
        return float(np.delete(figures[each], each).max())

    return [
        Estimate(of_others(gap, each), of_others(gap - half, each), of_others(gap + half, each))
        for each in range(systems)
    ]


def shortfalls(targets: Sequence[float], shares: Sequence[Floats]) -> Floats:
    """How far shares are below their targets, summed over the targets; all of one shape."""
    short = [np.maximum(target - share, 0.0) for target, share in zip(targets, shares, strict=True)]
    return np.asarray(np.sum(short, axis=0), dtype=np.float64)
