"""One replication for the outside: load to replay, and logs of the process for the tools that mine them."""

from pathlib import Path

from sim.experiment import live
from sim.export.events import events_of
from sim.export.letters import letters_of
from sim.export.locust import write_locust_file
from sim.export.ocel import write_ocel
from sim.export.xes import write_xes
from sim.measuring.journeys import Journeys
from sim.setting import Setting
from sim.trace_files import write_csv, write_json_lines

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
