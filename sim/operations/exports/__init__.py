"""Exports of one replication: load to send, event logs for the tools that mine processes, and the roster.

Each export is one function in a file of its own that writes one file. Adding one is that file and its line here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sim.core.options import DEFAULT, Options
from sim.experiment.replications import simulate_replication
from sim.operations.exports.backlog import write_backlog_at
from sim.operations.exports.calls import write_calls
from sim.operations.exports.event_log import write_event_log
from sim.operations.exports.feeder import write_feeder
from sim.operations.exports.k6 import write_k6_script
from sim.operations.exports.locust import write_locust_file
from sim.operations.exports.ocel import write_ocel
from sim.operations.exports.roster import write_roster
from sim.operations.exports.simulated import Simulated
from sim.operations.exports.vegeta import write_vegeta_script, write_vegeta_targets
from sim.operations.exports.xes import write_xes
from sim.operations.trace_files import write_trace
from sim.scenario.setting import Setting

EXPORTS: Final[Mapping[str, Callable[[Simulated, Path], None]]] = {
    "letters.csv": lambda simulated, path: write_trace(simulated.arrivals, path),
    "letters.jsonl": lambda simulated, path: write_trace(simulated.arrivals, path),
    "calls.csv": write_calls,
    "events.csv": write_event_log,
    "events.xes": write_xes,
    "events.ocel.json": write_ocel,
    "roster.csv": write_roster,
    "load.k6.js": lambda simulated, path: write_k6_script(simulated.arrivals, path),
    "locustfile.py": lambda simulated, path: write_locust_file(simulated.arrivals, path),
    "vegeta.sh": lambda simulated, path: write_vegeta_script(simulated.arrivals, path),
    "vegeta.jsonl": lambda simulated, path: write_vegeta_targets(simulated.arrivals, path),
    "feeder.csv": lambda simulated, path: write_feeder(simulated.arrivals, path),
}
"""How each file of an export is written."""

BACKLOG: Final = "backlog.csv"
"""What is exported besides, of the instant that is asked for."""


def write_exports(setting: Setting, folder: Path, options: Options = DEFAULT, *, backlog_at: int | None = None) -> int:
    """Simulate the first replication, and write all `EXPORTS` of it.

    Args:
        folder: exists.
        backlog_at: second of the simulation of which the open letters are listed; None for no such list.

    Returns: number of letters that come.
    """
    simulated = Simulated(simulate_replication(setting, 0, options))
    for name, write in EXPORTS.items():
        write(simulated, folder / name)
    if backlog_at is not None:
        write_backlog_at(simulated, backlog_at, folder / BACKLOG)
    return len(simulated.arrivals)
