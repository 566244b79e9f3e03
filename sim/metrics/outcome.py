"""The outcome of one replication: its journeys, judged by the SLAs and counted by team and hour."""

from dataclasses import dataclass
from functools import cached_property

from sim.metrics.letter_view import Journeys
from sim.metrics.occupancy import Occupancy, occupancy
from sim.metrics.slaclock import Run, run_clock


@dataclass(frozen=True, eq=False)
class Outcome(Journeys):
    """What the measures of a replication, its letter table and its hour table share, worked out once."""

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """How the clock of each SLA ran, in the order of the scenario."""
        return tuple(run_clock(self, sla) for sla in self.setting.scenario.sla.values())

    @cached_property
    def occupancy(self) -> Occupancy:
        """People and letters by team and hour; the log must have stretches."""
        return occupancy(self)
