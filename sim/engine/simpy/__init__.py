"""The SimPy engine: the contract of `sim.engine.contract`, written to be read.

SimPy keeps the calendar. Its processes (shifts, receipts, delays, work, patience) only say *when* something
is due; what then happens, and in which order, is phases A, B and C of `bureau`, in the words of the contract.
Read `nouns` first.
"""

from sim.core.tables import Log, Roster, Workload
from sim.engine.simpy.engine import Bureau

__all__ = ["simulate"]


def simulate(workload: Workload, roster: Roster, horizon: int, *, stretches: bool = False) -> Log:
    """Run the letters against the roster; arguments and log are those of `sim.engine.contract.simulate`."""
    return Bureau(workload, roster, horizon, stretches=stretches).run()
