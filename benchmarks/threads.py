"""Replications in threads: the compiled engine holds no lock, so two of them take half the time."""

import os
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from common_model import draw
from timing import interleaved, ratio

from sim.engine import compiled as engine_compiled

REPLICATIONS = 100
DAYS = 100
ROUNDS = 5


def table() -> list[str]:
    """Seconds of 100 replications of 100 days of the common model, by the number of threads."""
    models = [draw(DAYS, seed) for seed in range(10)] * (REPLICATIONS // 10)
    one = models[0]
    engine_compiled.simulate(one.workload, one.roster, one.horizon)

    def run(threads: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda model: engine_compiled.simulate(*model[1:]) and None, models))

    counts = sorted({1, 2, os.cpu_count() or 1})
    seconds = interleaved({str(count): lambda count=count: run(count) for count in counts}, ROUNDS)
    return [
        "| threads | seconds | times as fast as one |",
        "| ---: | ---: | ---: |",
        *(f"| {count} | {median(each):.2f} | {ratio(seconds['1'], each):.2f} |" for count, each in seconds.items()),
    ]
