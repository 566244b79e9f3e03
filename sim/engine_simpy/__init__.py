"""The SimPy engine: the contract of `sim.engine`, written to be read.

SimPy keeps the calendar. Its processes (shifts, receipts, delays, work, patience) only say *when* something
is due; what then happens, and in which order, is phases A, B and C of `bureau`, in the words of the contract.
Read `nouns` first.
"""

from sim.engine_simpy.bureau import Bureau
from sim.tables import Log, Roster, Workload

__all__ = ["simulate"]


def simulate(workload: Workload, roster: Roster, horizon: int, *, stretches: bool = False) -> Log:
    """Run the letters against the roster; arguments and log are those of `sim.engine.simulate`."""
    return Bureau(workload, roster, horizon, stretches=stretches).run()
