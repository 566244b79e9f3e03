"""One replication for the outside: load to replay, and logs of the process for the tools that mine them."""

from pathlib import Path

from sim.experiment.replications import live
from sim.metrics.letter_view import Journeys
from sim.operations.export.events import events_of
from sim.operations.export.letters import letters_of
from sim.operations.export.locust import write_locust_file
from sim.operations.export.ocel import write_ocel
from sim.operations.export.xes import write_xes
from sim.operations.trace_files import write_csv, write_json_lines
from sim.scenario.setting import Setting

__all__ = ["export"]


def export(setting: Setting, folder: Path, *, replication: int = 0, engine: str = "compiled") -> int:
    """Write all letters of one replication, from the first second to the horizon, and what became of them.

    The folder gets letters.csv and letters.jsonl (a trace, for `replay` and `arrivals.trace`), events.xes and
    events.ocel.json (for process mining), and locustfile.py.

    Args:
        folder: exists.

    Returns: number of letters.
    """
    lived = live(setting, replication, engine=engine)
    journeys = Journeys(setting, lived.workload, lived.roster, lived.log)
    letters = letters_of(journeys, replication)
    write_csv(letters, folder / "letters.csv")
    write_json_lines(letters, folder / "letters.jsonl")
    write_xes(letters, events_of(journeys), setting.places.names, folder / "events.xes", title=setting.scenario.name)
    write_ocel(letters, events_of(journeys), setting, folder / "events.ocel.json")
    write_locust_file(letters, folder / "locustfile.py")
    return len(letters)
