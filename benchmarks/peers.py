"""Our two engines and other simulators on the common model, side by side."""

from collections.abc import Callable
from importlib.metadata import version
from statistics import fmean, median
from typing import Any, NamedTuple

import peer_ciw
import peer_salabim
import peer_simpy
from common_model import Model, draw, times_in_system
from timing import interleaved, ratio

from sim.engine import compiled as engine_compiled
from sim.engine import simpy as engine_simpy

ROUNDS = {10: 5, 100: 5, 1_000: 5}
"""Days of the model, and how often each simulator runs them."""


class Contestant(NamedTuple):
    """A simulator, and how long a run of it can be waited for."""

    name: str
    simulate: Callable[[Model], list[float]]
    most_days: int


def ours(engine: Any) -> Callable[[Model], Any]:
    """An engine of ours, from arrays to log."""
    return lambda model: engine.simulate(model.workload, model.roster, model.horizon)


CONTESTANTS = (
    Contestant(f"SimPy {version('simpy')}, a `Resource` a pool, a generator a letter", peer_simpy.simulate, 1_000),
    Contestant("our SimPy engine", ours(engine_simpy), 100),
    Contestant(f"salabim {version('salabim')}", peer_salabim.simulate, 100),
    Contestant(f"Ciw {version('ciw')}", peer_ciw.simulate, 10),
)
OURS = "our compiled engine"


def table() -> list[str]:
    """Letters a second of each, how many times faster the compiled engine is, and the mean time in system."""
    lines = [
        "| days | simulator | letters a second | the compiled engine is faster by | mean time in system |",
        "| ---: | --- | ---: | ---: | ---: |",
    ]
    for days, rounds in ROUNDS.items():
        lines += rows(draw(days), rounds)
    late = ", ".join(
        f"{c.name.split(',')[0]} more than {c.most_days:,}" for c in CONTESTANTS if c.most_days < max(ROUNDS)
    )
    return [*lines, "", f"Not waited for: {late} days."]


def rows(model: Model, rounds: int) -> list[str]:
    compiled = ours(engine_compiled)
    log = compiled(model)  # compiles, or loads from the cache
    answers: dict[str, Any] = {}

    def remembered(contestant: Contestant) -> Callable[[], None]:
        def run() -> None:
            answers[contestant.name] = contestant.simulate(model)

        return run

    entered = [contestant for contestant in CONTESTANTS if model.days <= contestant.most_days]
    seconds = interleaved({OURS: lambda: compiled(model), **{c.name: remembered(c) for c in entered}}, rounds)
    letters = model.workload.letters
    lines = []
    for name, each in seconds.items():
        answer = answers.get(name, log)
        times = answer if isinstance(answer, list) else times_in_system(model, answer)
        faster = "" if name == OURS else f"{ratio(each, seconds[OURS]):,.0f}"
        lines.append(
            f"| {model.days:,} | {name} | {letters / median(each):,.0f} | {faster} | {fmean(times) / 60:.1f} min |"
        )
    return lines
