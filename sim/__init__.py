"""lettersim: a load simulator and SLA capacity planner for citizens' letters to a police bureau's mailbox.

    import sim

    loaded = sim.load("scenarios/shenzhen_stress_600.yaml", ["teams.branch.staff.four_teams_two_shifts=100"])
    result = sim.run(loaded)
    print(result.answer("en"))

Every name is read from its module when it is first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import VERSION

if TYPE_CHECKING:
    from sim.audit import require_sound as require_sound
    from sim.engine import require_equal as require_equal
    from sim.engine import simulate as simulate
    from sim.errors import AuditError as AuditError
    from sim.errors import EngineMismatch as EngineMismatch
    from sim.errors import Problem as Problem
    from sim.errors import ScenarioError as ScenarioError
    from sim.errors import SimError as SimError
    from sim.experiment import Replication as Replication
    from sim.experiment import live as live
    from sim.experiment import replicate as replicate
    from sim.forecast import Forecast as Forecast
    from sim.forecast import forecast_of as forecast_of
    from sim.loading import Loaded as Loaded
    from sim.loading import load as load
    from sim.measures import Measures as Measures
    from sim.measures import measure as measure
    from sim.measuring.summaries import summarise as summarise
    from sim.models.scenario import Scenario as Scenario
    from sim.report import Report as Report
    from sim.results import Result as Result
    from sim.results import run as run
    from sim.roster import draw_roster as draw_roster
    from sim.schema import json_schema as json_schema
    from sim.setting import Setting as Setting
    from sim.setting import setting_of as setting_of
    from sim.statistics import Estimate as Estimate
    from sim.statistics import Verdict as Verdict
    from sim.tables import Log as Log
    from sim.tables import Roster as Roster
    from sim.tables import Workload as Workload
    from sim.verify import prove as prove
    from sim.workload import draw_workload as draw_workload

__version__ = VERSION

_NAMES = {
    "audit": "require_sound",
    "engine": "require_equal simulate",
    "errors": "AuditError EngineMismatch Problem ScenarioError SimError",
    "experiment": "Replication live replicate",
    "forecast": "Forecast forecast_of",
    "loading": "Loaded load",
    "measures": "Measures measure",
    "models.scenario": "Scenario",
    "report": "Report",
    "results": "Result run",
    "roster": "draw_roster",
    "schema": "json_schema",
    "setting": "Setting setting_of",
    "statistics": "Estimate Verdict",
    "measuring.summaries": "summarise",
    "tables": "Log Roster Workload",
    "verify": "prove",
    "workload": "draw_workload",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(f"sim.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
