"""Plan: the fewest people, by team and roster, that meet every target, proved on fresh seeds.

A quick search on a few replications (`sim.planner.search`) finds where few people do; a validation on more of them
makes that good and proves it on fresh seeds (`sim.planner.validation`); backward elimination takes whoever is not
needed (`sim.planner.backward_elimination`); and a lower bound says what could still be saved. All of it is paid from
one budget of simulated letters.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.errors import SimError
from sim.core.options import DEFAULT, Options
from sim.experiment.cost import estimate
from sim.experiment.points import KeptPoints
from sim.experiment.replications import replicate, simulate_infinite_servers
from sim.forecast.cautions import Seen, cautions, unprovable_targets
from sim.forecast.working_hours import WorkingHours, overtime_hours, working_hours
from sim.metrics.figures import Caution
from sim.metrics.roster_groups import roster_groups
from sim.models.studies import Plan
from sim.planner.allocation import Allocated, allocated
from sim.planner.answer import Ending, PlanAnswer, Shortage, failures
from sim.planner.backward_elimination import BackwardElimination
from sim.planner.finished_replications import FinishedPoint, FinishedReplications
from sim.planner.frontier import Point, frontier
from sim.planner.lower_bound import ConfirmedBound, LowerBound, confirmed
from sim.planner.proof import Blocks, Change, Proof, change_between, decided, standard_error
from sim.planner.roster_generation import Generation, generated, letters_to_generate
from sim.planner.sample import SearchSample
from sim.planner.search import Search
from sim.planner.simulator import Meter, PlanTargets, Simulator
from sim.planner.slot_requirement import requirement_by_slot
from sim.planner.stability import Stability
from sim.planner.staffing_cells import People, staffed, staffing_cells, with_heads
from sim.planner.substitution import substituted
from sim.planner.validation import Validation
from sim.scenario.setting import Setting
from sim.statistics import Verdict

VISITS: Final = 7.2e8
"""Visits that a plan may simulate if its budget is not said; less than two minutes of two cores, as measured."""

_VISITS_A_REPLICATION: Final = 6_000
"""What a replication costs besides its visits, in visits."""

_LEAST_REPLICATIONS: Final = 200
"""A budget that is not said is of so many replications at least, and of at most `_MOST_REPLICATIONS` a cell."""

_MOST_REPLICATIONS: Final = 2_500

_TRIALS: Final = 84
"""A budget is enough for so many staffings on the whole sample of the search."""

_MOST_SAMPLED: Final = 48
"""Replications of the search, at most, if not said."""

_TIMES: Final = 8
"""A proof has so many times the replications of the search, if not said."""

_LEAST_TIMES: Final = 4
"""And at least so many times, whatever is said."""

_COARSE: Final = 6
"""The quick search uses this part of the replications of the search."""

_LEAST_COARSE: Final = 8
"""And at least so many replications, as far as there are."""


@dataclass(frozen=True)
class Shares:
    """Parts of the budget after which each stage of a plan ends, counted from its beginning."""

    allocation: float = 0.28
    quick: float = 0.32
    explored: float = 0.90
    validation: float = 0.11  # for each search of the validation, on its own
    substitution: float = 0.80
    removals: float = 0.86
    bound: float = 0.88
    frontier: float = 0.015  # on its own


_STAGES: Final = Shares()

_TIMED: Final = 9
"""Replications, but one, by which the time of a plan is told."""

_ADDED: Final = 16
"""Fresh replications that show what one person more is worth, at most; differences need fewer than verdicts."""

OVERTIME: Final = 4
"""Fresh replications that show overtime."""

_RELAXED: Final = (2, 4, 8)
"""Multiples of the bounds that are tried where nothing within them does."""


def plan(
    setting: Setting,
    options: Options = DEFAULT,
    *,
    scenario: str,
    kept: KeptPoints[FinishedPoint] | None = None,
    progress: Callable[[int], object] | None = None,
    told: Callable[[int, float], object] | None = None,
) -> PlanAnswer:
    """Find the fewest staff of a scenario as its `plan:` section says.

    Args:
        scenario: short name, usually the stem of the file.
        kept: what was simulated before, by the same plan, and where more is kept.
        progress: told how many letters were simulated so far.
        told: told beforehand how many letters will be simulated, about, and how many seconds that will take here.

    Raises: SimError if there is no target to plan for, or nothing that may vary.
    """
    cells, targets = staffing_cells(setting.scenario), PlanTargets(setting)
    if not len(targets.shares):
        raise SimError("no SLA has a target, so any staffing would do; give one a target, or plan.targets")
    if not cells:
        raise SimError("no counted team has people, so there is nothing to vary; name what may vary in plan.vary")
    if (targets.shares >= 1).any():
        raise SimError("a target of 100% can be missed, but never shown as met, whatever the staffing")
    simulator = Simulator(setting, cells, targets, options, meter=Meter(progress))
    copies = _are_copies(simulator)
    if told is not None:
        letters = budget_of(setting, copies=copies)
        letters += letters_to_generate(setting, sizes_of(setting)[0], letters)
        told(letters, letters * seconds_a_letter(simulator))
    if kept is None:
        return _Planner(simulator, scenario, copies=copies).answer()
    # Only now, since what is kept does not show how long a letter takes.
    simulator.finished = FinishedReplications(kept)
    answer = _Planner(simulator, scenario, copies=copies).answer()
    simulator.finished.flush()
    return answer


def seconds_a_letter(simulator: Simulator) -> float:
    """Seconds that a letter takes on this machine, measured with today's staff."""
    today = tuple(cell.today for cell in simulator.cells)
    # The first one also loads or compiles the engine.
    simulator.decided(today, range(1))
    before, clock = simulator.meter.letters, time.perf_counter()
    simulator.decided(today, range(1, _TIMED))
    return (time.perf_counter() - clock) / max(simulator.meter.letters - before, 1)


def budget_of(setting: Setting, *, copies: bool = False) -> int:
    """Budget of a plan: letters that it may simulate.

    Args:
        copies: whether nothing is random, so that one replication says of a staffing all that there is to say.
    """
    asked = setting.scenario.plan or Plan()
    if asked.budget is not None:
        return asked.budget
    cost = estimate(setting)
    cells = sum(cell.least < cell.most for cell in staffing_cells(setting.scenario))
    replications = min(VISITS / (cost.visits + _VISITS_A_REPLICATION), _MOST_REPLICATIONS * max(cells, 1))
    replications = replications / _LEAST_COARSE if copies else replications
    return int(max(replications, _LEAST_REPLICATIONS) * max(cost.letters, 1.0))


def sizes_of(setting: Setting) -> tuple[int, int]:
    """Replications of the search's sample, and of the block that proves a plan."""
    asked = setting.scenario.plan or Plan()
    affordable = budget_of(setting) / max(estimate(setting).letters, 1.0) / _TRIALS
    sampled = asked.replications or int(min(max(affordable, _LEAST_TIMES), _MOST_SAMPLED))
    proved = asked.proof or _TIMES * sampled
    return max(min(sampled, proved // _LEAST_TIMES), 1), proved


def targets_of_all(setting: Setting) -> tuple[Caution, ...]:
    """Targets of 100%, which no plan can be shown to meet, with the highest that its proof can show."""
    scenario, targets = setting.scenario, PlanTargets(setting)
    own = dict(zip(targets.names, targets.shares.tolist(), strict=True))
    if all(target < 1 for target in own.values()):
        return ()
    slas = {name: sla.model_copy(update={"target": own.get(name)}) for name, sla in scenario.sla.items()}
    _, proved = sizes_of(setting)
    judged_by = setting._replace(scenario=scenario.model_copy(update={"sla": slas, "replications": proved}))
    found = unprovable_targets(Seen(judged_by, [simulate_infinite_servers(judged_by, 0)]))
    return tuple(each for each in found if each.kind == "target of all")


def _are_copies(simulator: Simulator) -> bool:
    """Whether nothing is random, so that all replications are one and the same."""
    most = tuple(cell.most for cell in simulator.cells)
    return len({each.fingerprint for each in simulator.observed(most, range(2))}) == 1


class _Planner:
    def __init__(self, simulator: Simulator, scenario: str, *, copies: bool) -> None:
        self._setting, self._scenario = simulator.setting, scenario
        self._asked = self._setting.scenario.plan or Plan()
        self._budget = budget_of(self._setting, copies=copies)
        self._sampled, self._proved = sizes_of(self._setting)
        self._copies = copies
        if self._copies:
            self._sampled, self._proved = 1, 2
        coarse = range(min(max(self._sampled // _COARSE, _LEAST_COARSE), self._sampled))
        self._given = Allocated(simulator)
        self._generation: Generation | None = None
        if self._asked.rosters is not None:
            until, besides = (
                self._until(_STAGES.allocation),
                letters_to_generate(simulator.setting, self._sampled, self._budget),
            )
            self._generation = generated(simulator, self._asked.rosters.generate, self._sampled, until, besides)
            self._given = self._generation.start
            self._setting = self._given.simulator.setting
        elif self._asked.deal == "free":
            self._given = allocated(simulator, self._sampled, self._until(_STAGES.allocation))
        self._simulator = self._given.simulator
        self._cells = self._simulator.cells
        self._stability = Stability(self._simulator)
        self._coarse = SearchSample(self._simulator, coarse, self._stability)
        self._sample = SearchSample(self._simulator, range(self._sampled), self._stability)
        self._search = Search(self._coarse, self._until(_STAGES.quick), self._setting.scenario.seed)
        self._blocks = Blocks(self._simulator, self._proved, chance=not self._copies)

    def answer(self) -> PlanAnswer:
        search, coarse = self._search, self._coarse
        if not search.begin() or search.best is None:
            return self._impossible()
        if search.best == coarse.least:
            proof = self._blocks.prove(coarse.least)
            if proof.shown and not self._stability.unstable(proof.people):
                return self._told(Ending.LEAST, proof, ConfirmedBound(self._search.trials.cost(proof.people), ()), ())
        near = self._given.people or search.best
        flattered = coarse.compliance(near) - self._sample.compliance(near)
        margin = self._blocks.margin(coarse.decided(search.best)) + flattered
        coarse.margin = np.minimum(margin, (1 - coarse.targets) / 2)
        search.trials.judge_again()
        if not search.trials.meets(coarse.most):
            return self._impossible()
        proof = self._validated(self._given.people or self._found())
        if not proof.shown:
            return self._told(Ending.UNPROVEN, proof, self._bound(proof, np.inf, ()), ())
        proof, removals = self._eliminated(proof)
        bound = self._bound(proof, self._search.trials.cost(proof.people), removals)
        return self._told(Ending.PLANNED, proof, bound, removals)

    def _found(self) -> People:
        """A staffing of few people that meets the targets on the quick sample, with the margin."""
        search = self._search
        people = search.near(search.substitute(search.descend(search.raised(self._coarse.least))))
        search.local.improve(people)
        search.restart()
        return search.best or people

    def _validated(self, people: People) -> Proof:
        """The proof of a plan all of whose units are stable."""
        validation = Validation(people, self._sample, self._blocks)
        each = int(_STAGES.validation * self._budget)
        validation.find(self._until(_STAGES.explored), each)
        return validation.proved(each)

    def _eliminated(self, proof: Proof) -> tuple[Proof, tuple[Change, ...]]:
        """The proof of what is left without whoever is not needed, and what one fewer of each cell changes."""
        until = self._until(_STAGES.substitution)
        while True:
            elimination = BackwardElimination(self._blocks, proof, self._fits, self._until(_STAGES.removals))
            found, removals = elimination.run()
            cheaper = substituted(self._blocks, found, self._fits, until)
            if cheaper is None:
                return found, removals
            proof = cheaper

    def _fits(self, people: People) -> bool:
        return self._search.trials.fits(people) and not self._stability.unstable(people)

    def _bound(self, proof: Proof, ceiling: float, removals: tuple[Change, ...]) -> ConfirmedBound:
        known = [removal.proof for removal in removals]
        self._search.trials.limit(self._until(_STAGES.bound))
        LowerBound(self._search.trials).find()
        return confirmed(
            self._search.trials, self._simulator, proof.replications, ceiling, self._until(_STAGES.bound), known
        )

    def _until(self, share: float) -> int:
        besides = 0 if self._generation is None else self._generation.letters
        return besides + int(share * self._budget)

    def _impossible(self) -> PlanAnswer:
        """The answer where even the most people do not do: what lacks, and how many more would."""
        most = self._sample.most
        proof = self._blocks.prove(most)
        missed = [each for each in proof.targets if each.verdict not in (Verdict.MET, Verdict.NOT_JUDGED)]
        shortage = Shortage(
            failures(self._setting, self._cells, most, missed, range(self._sampled)),
            self._stability.unstable(most),
            self._needed(),
        )
        return self._told(Ending.IMPOSSIBLE, proof, ConfirmedBound(np.inf, ()), (), shortage)

    def _needed(self) -> People | None:
        """A staffing beyond the bounds that does on the sample, and is found quickly."""
        for times in _RELAXED:
            cells = tuple(cell._replace(most=max(times * cell.most, cell.least + times)) for cell in self._cells)
            simulator = self._simulator.of(cells)
            sample = SearchSample(simulator, self._coarse.replications, Stability(simulator))
            search = Search(sample, sample.spent + self._budget // 4)
            if search.begin() and search.best is not None:
                return search.local.improve(search.descend(search.best))
        return None

    def _frontier(self, proof: Proof) -> tuple[Point, ...]:
        """The frontier, from the quick sample with the margin by which it flatters the plan's neighbours."""
        sample = self._coarse
        wanted = 2 * standard_error(proof.decided, sample.targets)
        sample.margin = np.minimum(wanted + sample.compliance(proof.people) - proof.shares, (1 - sample.targets) / 2)
        return frontier(sample, proof, int(_STAGES.frontier * self._budget))

    def _told(
        self,
        ending: Ending,
        proof: Proof,
        bound: ConfirmedBound,
        removals: tuple[Change, ...],
        shortage: Shortage | None = None,
    ) -> PlanAnswer:
        scenario, planned = self._setting.scenario, ending is not Ending.IMPOSSIBLE
        simulator, sample = self._simulator, self._sample
        points = self._frontier(proof) if planned else ()
        some = proof.replications[:_ADDED]
        additions = [
            change_between(proof, decided(simulator, with_heads(proof.people, index, heads + 1), some), index, 1)
            for index, heads in enumerate(proof.people)
            if heads < sample.most[index]
        ]
        varied = {(cell.team, cell.roster) for cell in self._cells}
        trials = self._search.trials
        as_planned = staffed(self._setting, self._cells, proof.people)
        hours = range(proof.replications.start, proof.replications.start + OVERTIME)
        return PlanAnswer(
            scenario=self._scenario,
            title=scenario.name,
            seed=scenario.seed,
            ending=ending,
            posts=self._cells,
            generated=None if self._generation is None else self._generation.patterns,
            roster=roster_groups(as_planned) if planned else (),
            people=proof.people if planned else None,
            cost=self._search.trials.cost(proof.people) if planned else None,
            today_cost=sum(cell.cost * cell.today for cell in self._cells),
            fixed=sum(
                heads
                for name, team in scenario.teams.items()
                for roster, heads in team.staff.items()
                if team.counted and (name, roster) not in varied
            ),
            bound=bound.cost,
            relaxations=bound.relaxations,
            steady=trials.steady(),
            fewest=trials.fewest() if planned else None,
            today=self._today(proof.replications),
            proof=proof,
            looks=self._blocks.looks,
            removals=removals,
            additions=tuple(additions) if planned else (),
            held_by_hours=tuple(each.post for each in removals if not self._fits(each.proof.people)),
            unstable=self._stability.excepted(proof.people),
            hours=_hours(as_planned, hours),
            today_hours=_hours(self._setting, hours),
            not_judged=tuple(dict.fromkeys(each.sla for each in proof.targets if each.verdict is Verdict.NOT_JUDGED)),
            copies=proof.copies,
            frontier=points,
            shortage=shortage,
            needs=requirement_by_slot(self._setting, as_planned),
            sampled=self._sampled,
            proved=len(proof.replications),
            simulated=simulator.meter.replications,
            letters=simulator.meter.letters,
            cautions=cautions(as_planned),
        )

    def _today(self, replications: range) -> Proof:
        """Today's staffing, allocated as it is today."""
        cells = staffing_cells(self._setting.scenario)
        simulator = self._simulator if cells == self._cells else self._simulator.of(cells)
        return decided(simulator, tuple(cell.today for cell in cells), replications)


def _hours(setting: Setting, replications: range) -> WorkingHours:
    """Working hours of a scenario as it is staffed, with the overtime of some replications."""
    overtime = float(np.mean(list(replicate(setting, replications, overtime_hours))))
    asked = setting.scenario.plan
    return working_hours(setting, overtime, None if asked is None else asked.pay)
