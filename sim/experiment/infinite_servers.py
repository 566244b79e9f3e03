"""A replication as if there were infinite servers wherever and whenever anybody is on duty: nobody queues."""

from typing import Final

import numpy as np

from sim.core.tables import Roster, Workload
from sim.engine.contract import simulate
from sim.metrics.replication import Replication
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

PLENTY: Final = 1_000_000
"""People of a shift that never runs out of them."""


def simulate_without_queues(
    setting: Setting, replication: int, *, stretches: bool = True, keep: float = 1.0
) -> Replication:
    """Draw a replication, and simulate it with infinite servers in rostered hours.

    Letters wait for an office to open and for nothing else. The roster of the outcome is the true one.

    Args:
        stretches: record who worked or waited where and when.
        keep: share of the letters that come.
    """
    roster = draw_roster(setting, replication)
    workload = draw_workload(setting, roster, replication, keep=keep)
    return without_queues(setting, workload, roster, stretches=stretches)


def without_queues(setting: Setting, workload: Workload, roster: Roster, *, stretches: bool = True) -> Replication:
    """The same of a replication that was drawn."""
    plenty = roster._replace(people=np.where(roster.people > 0, PLENTY, 0).astype(np.int32))
    log = simulate(workload, plenty, setting.scenario.horizon, stretches=stretches)
    return Replication(setting, workload, roster, log)
