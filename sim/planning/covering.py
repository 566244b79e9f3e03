"""Covering: the cheapest headcounts whose people on duty cover a requirement at every hour.

Dantzig's set covering of shifts (Operations Research 2, 1954), with headcounts by roster as its variables.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.planning.posts import People
from sim.tables import Floats


def cover(need: Floats, duty: Floats, cost: Floats, least: People, most: People) -> People | None:
    """The cheapest headcounts within bounds that cover a requirement; None if none do.

    Args:
        need: people needed by team and hour, (teams, hours).
        duty: people on duty that one person of each post gives each team at each hour, (posts, teams, hours).
        cost: of one person of each post, (posts,).
    """
    rows = duty.reshape(len(cost), -1).T
    found = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(least, most),
        constraints=LinearConstraint(rows, need.ravel() - 1e-9, np.inf),
    )
    return None if found.x is None else tuple(int(heads) for heads in np.rint(found.x))
