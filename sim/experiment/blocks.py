"""One replication simulated in blocks of days, where all of its visits at once would not fit into memory."""

from collections.abc import Iterator
from itertools import pairwise

from sim.core.tables import Workload
from sim.engine.by_blocks import EngineByBlocks
from sim.engine.compiled.state import Uses
from sim.experiment.pool import map_in_order, threads
from sim.metrics.outcomes import replication_of
from sim.metrics.replication import Replication
from sim.models.workflow import WorkStep
from sim.sampling.blocks import BlockDraw
from sim.sampling.roster import draw_roster
from sim.scenario.setting import Setting


class BlockSimulation:
    """A replication, simulated block by block by the compiled engine.

    Args:
        block: its length in seconds.
    """

    def __init__(self, setting: Setting, number: int, block: int) -> None:
        horizon = setting.scenario.horizon
        self._setting, self._number = setting, number
        self.roster = draw_roster(setting, number)
        self._draw = BlockDraw(setting, self.roster, number)
        self._edges = [*range(0, horizon, block), horizon]

    def first_letters(self) -> Workload:
        """The letters of the first block."""
        return self._draw.between(*self._edges[:2])

    def blocks(self) -> Iterator[Replication]:
        """The letters that were over in each block, and in the last one all others."""
        setting, roster = self._setting, self.roster
        engine = EngineByBlocks(roster, setting.scenario.horizon, _uses(setting, self._draw.letters))
        # While one block is measured the next one is simulated, and letters are drawn of the one after that.
        draws = map_in_order(lambda edges: self._draw.between(*edges), list(pairwise(self._edges)), threads(1), ahead=2)
        ends = self._edges[1:]

        def simulated(end: int) -> Replication:
            block = engine.advance(next(draws), end)
            return replication_of(setting, block.over.workload, roster, block.over.log, self._number, block)

        yield from map_in_order(simulated, ends, threads(1), ahead=2)


def _uses(setting: Setting, letters: int) -> Uses:
    """What the letters of a scenario may make use of."""
    scenario = setting.scenario
    work = [step for step in scenario.workflow if isinstance(step, WorkStep)]
    jobs = [team.other_duty for team in scenario.teams.values() if team.other_duty is not None]
    leaves = any(step.patience is not None for step in work)
    escalates = any(step.escalate is not None for step in work)
    priorities = [*(priority for step in work for priority in step.priority.values), *(job.priority for job in jobs)]
    return Uses(
        folders=2 * letters if leaves else letters,
        departures=letters,
        priorities=1 + max(priorities, default=0),
        interrupts=any(step.interrupts for step in work) or any(job.interrupts for job in jobs),
        moves=escalates or any(step.cover is not None for step in work),
        escalates=escalates,
        clocks=True,
        leaves=leaves,
        prompts=False,
        outcomes=True,
        stretches=True,
    )
