"""The common model in salabim as its manual would write it: a `Resource` a pool, a component a letter."""

from collections.abc import Generator
from typing import Any

import salabim
from common_model import Model


class Letter(salabim.Component):
    """A letter goes through its steps."""

    def setup(self, steps: list[tuple[int, int]], pools: list[salabim.Resource], times: list[float]) -> None:
        self.steps, self.pools, self.times = steps, pools, times

    def process(self) -> Generator[Any, None, None]:
        for pool, service in self.steps:
            yield self.request(self.pools[pool])
            yield self.hold(service)
            self.release(self.pools[pool])
        self.times.append(self.env.now() - self.creation_time())


class Arrivals(salabim.Component):
    """Letters come."""

    def setup(self, model: Model, pools: list[salabim.Resource], times: list[float]) -> None:
        self.model, self.pools, self.times = model, pools, times

    def process(self) -> Generator[Any, None, None]:
        for received, steps in self.model.letters():
            yield self.hold(till=received)
            Letter(steps=steps, pools=self.pools, times=self.times)


def simulate(model: Model) -> list[float]:
    """Seconds that each closed letter was in the system."""
    salabim.yieldless(False)
    env = salabim.Environment(trace=False)
    times: list[float] = []
    pools = [salabim.Resource(capacity=people) for people in model.pools()]
    Arrivals(model=model, pools=pools, times=times)
    env.run(till=model.horizon)
    return times
