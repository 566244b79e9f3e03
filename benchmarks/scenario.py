"""The full workflow of a shipped scenario: what a replication costs, and how much of that is the engine."""

from collections.abc import Callable
from statistics import median
from typing import Any

from run import ROOT
from timing import interleaved, ratio, timed

from sim.core.program import keep_memory
from sim.engine import compiled as engine_compiled
from sim.engine import simpy as engine_simpy
from sim.engine.contract import simulate
from sim.metrics.measures import measure
from sim.metrics.replication import Replication
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

SCENARIO = ROOT / "scenarios" / "shenzhen_stress_600.yaml"

# What is simulated, the overrides that say so, the rounds, and whether the SimPy engine is waited for.
SIMULATED = (
    ("`shenzhen_stress_600`", (), 15, True),
    ("a year of it", ("window=365 d",), 3, False),
)


COLUMNS = (
    "one replication of",
    "letters",
    "visits",
    "kernel ms",
    "with stretches",
    "drawing ms",
    "simulating ms",
    "measuring ms",
    "all over kernel",
    "with stretches",
    "SimPy engine over kernel",
)
PARTS = ("kernel", "recording", "drawing", "simulating", "measuring")

NOTE = """\
The kernel is the compiled engine from arrays to log; with stretches, it also records who worked or waited where and
when, as in a run. Simulating is that and a check of the arrays; all is drawing, simulating and measuring."""


def table() -> list[str]:
    """Milliseconds of the parts of a replication, and of all together over the kernel."""
    rows = [row(*each) for each in SIMULATED]
    return [f"| {' | '.join(COLUMNS)} |", f"| --- |{' ---: |' * (len(COLUMNS) - 1)}", *rows, "", NOTE]


def row(name: str, overrides: tuple[str, ...], rounds: int, waits_for_simpy: bool) -> str:
    keep_memory()
    setting = setting_of(load(SCENARIO, overrides).scenario)
    horizon = setting.scenario.horizon
    roster = draw_roster(setting, 0)
    workload = draw_workload(setting, roster, 0)
    log = simulate(workload, roster, horizon, stretches=True)
    parts: dict[str, Callable[[], Any]] = {
        "kernel": lambda: engine_compiled.simulate(workload, roster, horizon),
        "recording": lambda: engine_compiled.simulate(workload, roster, horizon, stretches=True),
        "drawing": lambda: draw_workload(setting, draw_roster(setting, 0), 0),
        "simulating": lambda: simulate(workload, roster, horizon, stretches=True),
        "measuring": lambda: measure(Replication(setting, workload, roster, log)),
    }
    seconds = interleaved(parts, rounds)
    # By itself, since so long a run leaves nothing of the others in the processor's caches.
    simpy = timed(lambda: engine_simpy.simulate(workload, roster, horizon)) if waits_for_simpy else None
    together = [sum(each) for each in zip(*(seconds[part] for part in PARTS[2:]), strict=True)]
    cells = [
        name,
        f"{workload.letters:,}",
        f"{workload.visits:,}",
        *(f"{median(seconds[part]) * 1e3:,.1f}" for part in PARTS),
        f"{ratio(together, seconds['kernel']):.1f}",
        f"{ratio(together, seconds['recording']):.1f}",
        "" if simpy is None else f"{simpy / median(seconds['kernel']):,.0f}",
    ]
    return f"| {' | '.join(cells)} |"
