"""Marginal allotment: how many people of each post make good what lacks, or can go, by what one of each changes."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.tables import Floats, Int64s


def added(lacking: Floats, gain: Floats, cost: Floats, most: Int64s) -> Int64s | None:
    """The cheapest addition that makes good what lacks, as far as effects add up; None if none does.

    Args:
        lacking: compliance that each promise lacks, (promises,).
        gain: compliance with each promise that one person of each post adds, (posts, promises).
        cost: of one person of each post, (posts,).
        most: how many of each post may be added, (posts,).
    """
    return _whole(cost, gain, np.maximum(lacking, 0.0), np.inf, most)


def removed(slack: Floats, harm: Floats, cost: Floats, most: Int64s) -> Int64s:
    """The removal that saves most and leaves every promise kept, as far as effects add up.

    Args:
        slack: compliance that each promise has to spare, (promises,).
        harm: compliance with each promise that one person of each post contributes, (posts, promises).
        cost, most: as of an addition.
    """
    found = _whole(-cost, harm, -np.inf, np.maximum(slack, 0.0), most)
    assert found is not None, "nobody need go"
    return found


def _whole(cost: Floats, effect: Floats, low: Floats | float, high: Floats | float, most: Int64s) -> Int64s | None:
    rows = LinearConstraint(np.maximum(effect, 0.0).T, low, high)
    found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(0, most), constraints=rows)
    return None if found.x is None else np.rint(found.x).astype(np.int64)
