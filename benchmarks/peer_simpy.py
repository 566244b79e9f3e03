"""The common model in SimPy as its manual would write it: a `Resource` a pool, a generator a letter."""

from collections.abc import Generator

import simpy
from common_model import Model

Process = Generator[simpy.Event, None, None]


def simulate(model: Model) -> list[float]:
    """Seconds that each closed letter was in the system."""
    env = simpy.Environment()
    pools = [simpy.Resource(env, capacity=people) for people in model.pools()]
    times = []

    def letter(steps: list[tuple[int, int]]) -> Process:
        received = env.now
        for pool, service in steps:
            with pools[pool].request() as person:
                yield person
                yield env.timeout(service)
        times.append(env.now - received)

    def arrivals() -> Process:
        for received, steps in model.letters():
            yield env.timeout(received - env.now)
            env.process(letter(steps))

    env.process(arrivals())
    env.run(until=model.horizon)
    return times
