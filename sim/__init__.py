"""lettersim: a load simulator and SLA capacity planner for citizens' letters to a police bureau's mailbox.

    import sim

    loaded = sim.load("scenarios/shenzhen_stress_600.yaml", ["teams.branch.staff.four_teams_two_shifts=100"])
    result = sim.run(loaded, sim.Options(workers=4))
    print(result.answer("en"), result.report.headcount, result.folder)

`run`, `compare`, `plan`, `stress`, `targets` and `check` all take scenarios and options, and give a result with its
figures in `report`; so do `fit_log`, which makes a scenario of an office's log, and `sweep`, which varies keys of one.

Every name is read from its module when it is first used, so that importing the package costs nothing.
"""

import ast
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.program import VERSION

if TYPE_CHECKING:
    from sim.core.errors import AuditError as AuditError
    from sim.core.errors import EngineMismatch as EngineMismatch
    from sim.core.errors import Problem as Problem
    from sim.core.errors import ScenarioError as ScenarioError
    from sim.core.errors import SimError as SimError
    from sim.core.options import Options as Options
    from sim.core.tables import Log as Log
    from sim.core.tables import Roster as Roster
    from sim.core.tables import Workload as Workload
    from sim.engine.audit import require_sound as require_sound
    from sim.engine.contract import require_equal as require_equal
    from sim.engine.contract import simulate as simulate
    from sim.engine.verify import prove as prove
    from sim.experiment.replications import replicate as replicate
    from sim.experiment.replications import simulate_replication as simulate_replication
    from sim.forecast import Forecast as Forecast
    from sim.metrics.measures import Measures as Measures
    from sim.metrics.measures import measure as measure
    from sim.metrics.replication import Replication as Replication
    from sim.metrics.report import Report as Report
    from sim.metrics.summary import summarise as summarise
    from sim.models.scenario import Scenario as Scenario
    from sim.output.results.comparison import compare as compare
    from sim.output.results.fit import FitRequest as FitRequest
    from sim.output.results.fit import fit_log as fit_log
    from sim.output.results.load import stress as stress
    from sim.output.results.load import targets as targets
    from sim.output.results.plan import plan as plan
    from sim.output.results.result import Result as Result
    from sim.output.results.run import CheckResult as CheckResult
    from sim.output.results.run import check as check
    from sim.output.results.run import run as run
    from sim.output.results.sensitivity import sensitivity as sensitivity
    from sim.output.results.sweep import sweep as sweep
    from sim.output.results.why import why as why
    from sim.sampling.roster import draw_roster as draw_roster
    from sim.sampling.workload import draw_workload as draw_workload
    from sim.scenario.loading import Loaded as Loaded
    from sim.scenario.loading import load as load
    from sim.scenario.schema import json_schema as json_schema
    from sim.scenario.setting import Setting as Setting
    from sim.scenario.setting import setting_of as setting_of
    from sim.statistics import Estimate as Estimate
    from sim.statistics import Verdict as Verdict

__version__ = VERSION

# The imports above are the only list of the public names: they are for type checkers, and read here as text.
_MODULE_OF = {
    alias.name: str(statement.module)
    for statement in ast.walk(ast.parse(Path(__file__).read_text("utf-8")))
    if isinstance(statement, ast.ImportFrom)
    for alias in statement.names
    if alias.asname == alias.name
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
