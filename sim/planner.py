"""Plan: the fewest people, by team and roster, that keep every promise, proven on fresh seeds.

A search (`sim.planning.search`) finds the cheapest staffing that holds on a sample of replications. Fresh seeds then
judge it: while some target is not met with 95% confidence the sample is judged more strictly and searched on, and when
one person fewer still meets every target he is taken away and fresh seeds judge again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from sim.cost import estimate
from sim.errors import SimError
from sim.models.plan import Plan
from sim.models.scenario import Scenario
from sim.planning.answer import Answer, Ending
from sim.planning.diagnosis import Shortage, failures
from sim.planning.frontier import Point, frontier
from sim.planning.posts import People, posts_of
from sim.planning.proof import Change, Proof, change, prove
from sim.planning.sample import Lives, Promises, Sample
from sim.planning.search import Search
from sim.planning.workweek import workweek_of
from sim.setting import Setting, setting_of
from sim.statistics import Verdict, ratio_over
from sim.tables import Floats

FRESH: Final = 1_000_000
"""Number of the first replication of a proof; no search and no run comes that far."""

VISITS: Final = 150_000_000
"""Visits that a search may simulate; about a minute of two cores."""

LEAST_BUDGET: Final = 200

ROUNDS: Final = 5
"""How often a plan is proved and corrected upward, at most."""

MOST_ROUNDS: Final = 14
"""The same, with those who were pared away."""

POINTS: Final = 5
"""Staffings on the frontier besides the plan."""

RELAXED: Final = (2, 4, 8)
"""Multiples of the bounds that are tried where nothing within them holds."""


def plan(
    setting: Setting,
    *,
    scenario: str,
    engine: str = "compiled",
    workers: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Answer:
    """Plan the staff of a scenario as its `plan:` section says.

    Args:
        scenario: short name, usually the stem of the file.
        progress: told how many replications were lived so far.

    Raises: SimError if there is no target to plan for, or nothing that may vary.
    """
    posts, promises = posts_of(setting.scenario), Promises(setting)
    if not len(promises.targets):
        raise SimError("no SLA has a target, so any staffing would do; give one a target, or plan.targets")
    if not posts:
        raise SimError("no counted team has people, so there is nothing to vary; name what may vary in plan.vary")
    lives = Lives(setting, posts, promises, engine=engine, workers=workers, progress=progress)
    return _Planner(setting, lives, scenario).answer()


def expected(scenario: Scenario) -> int:
    """About how many replications a plan will simulate, for a progress bar."""
    setting, asked = setting_of(scenario), scenario.plan or Plan()
    return budget_of(setting) + asked.proof * (2 * len(posts_of(scenario)) + 3)


def budget_of(setting: Setting) -> int:
    """How many replications a search may simulate."""
    asked = setting.scenario.plan or Plan()
    visits = estimate(setting).visits
    return asked.budget or max(int(VISITS / max(visits, 1.0)), LEAST_BUDGET)


class _Planner:
    def __init__(self, setting: Setting, lives: Lives, scenario: str) -> None:
        self._setting, self._lives, self._scenario = setting, lives, scenario
        self._asked = setting.scenario.plan or Plan()
        self._posts = lives.posts
        self._sample = Sample(
            lives,
            range(self._asked.replications),
            workweek_of(setting, lives.posts, range(min(self._asked.replications, 4))),
        )
        self._budget = budget_of(setting)
        self._search = Search(self._sample, self._budget)
        self._round = 0

    def answer(self) -> Answer:
        search, sample = self._search, self._sample
        if not search.begin():
            return self._impossible()
        assert search.best is not None, "found at the beginning"
        if search.best != sample.least:
            sample.margin = self._margin(search.best)
            if not search.judge_again(search.best):
                return self._impossible()
        found = search.finish()
        proof, removals = self._pared(self._proved())
        ending = Ending.UNPROVEN
        if proof.verdict is Verdict.MET:
            ending = Ending.LEAST if proof.people == sample.least else Ending.PLANNED
        additions = [
            change(self._lives, proof, post, 1) for post, heads in enumerate(proof.people) if heads < sample.most[post]
        ]
        return self._told(ending, proof, found.bound, found.optimal, found.steady, removals, tuple(additions))

    def _margin(self, people: People) -> Floats:
        """By how much compliance must exceed its target, so that so many fresh replications show that it is met."""
        kept = self._sample.kept(people)
        band = ratio_over(kept)
        half = np.nan_to_num(band.high - band.mean)
        margin: Floats = half * np.sqrt(len(kept.part) / self._asked.proof) * WIDTH
        return np.minimum(margin, (1 - self._lives.promises.targets) / 2)

    @property
    def _fresh(self) -> range:
        first = FRESH + self._round * self._asked.proof
        return range(first, first + self._asked.proof)

    def _prove(self, people: People) -> Proof:
        """Judge a staffing on seeds that nothing was judged on before."""
        self._round += 1
        self._lives.forget()
        self._last = prove(self._lives, people, self._fresh)
        return self._last

    def _proved(self) -> Proof:
        """The plan of the search, corrected upward until fresh seeds show that it holds."""
        sample, search = self._sample, self._search
        while True:
            assert search.best is not None, "something holds"
            proof = self._prove(search.best)
            if proof.verdict is Verdict.MET or self._round >= ROUNDS:
                return proof
            kept = sample.kept(proof.people)
            slack = np.nan_to_num(kept.part.sum(axis=0) / kept.whole.sum(axis=0) - sample.lives.promises.targets)
            sample.margin = np.where(proof.lacking > 0, np.maximum(slack, sample.margin) + proof.lacking, sample.margin)
            search.allow(self._budget)
            if not search.judge_again(proof.people):
                return proof

    def _pared(self, proof: Proof) -> tuple[Proof, tuple[Change, ...]]:
        """The plan without those who are not needed: whose removal still meets every target, on fresh seeds twice."""
        if proof.verdict is not Verdict.MET:
            return proof, ()
        removals = self._removals(proof)
        while True:
            spare = [post for post, each in removals.items() if self._is_spare(each)]
            if not spare or self._round >= MOST_ROUNDS:
                return proof, tuple(removals.values())
            fewer = self._without(proof, spare)
            if fewer is proof and len(spare) > 1:
                spare = [max(spare, key=lambda post: (self._posts[post].cost, -_tightness(removals[post].proof)))]
                fewer = self._without(proof, spare)
            if fewer is proof and self._last.people != removals[spare[0]].proof.people:
                return proof, tuple(removals.values())  # there was no round left to look again
            if fewer is proof:
                removals[spare[0]] = replace(removals[spare[0]], proof=self._last)
            else:
                proof, removals = fewer, self._removals(fewer)

    def _without(self, proof: Proof, posts: list[int]) -> Proof:
        """Take one person of each of some posts away, then two, four, ... as long as fresh seeds show that it holds."""
        step = 1
        while self._round < MOST_ROUNDS:
            people = tuple(
                max(heads - step * (post in posts), least)
                for post, (heads, least) in enumerate(zip(proof.people, self._sample.least, strict=True))
            )
            if people == proof.people or not self._search.fits(people):
                break
            shown = self._prove(people)
            if shown.verdict is not Verdict.MET:
                break
            proof, step = shown, 2 * step
        return proof

    def _removals(self, proof: Proof) -> dict[int, Change]:
        least = self._sample.least
        posts = (post for post, heads in enumerate(proof.people) if heads > least[post])
        return {post: change(self._lives, proof, post, -1) for post in posts}

    def _is_spare(self, removal: Change) -> bool:
        return removal.proof.verdict is Verdict.MET and self._search.fits(removal.proof.people)

    def _impossible(self) -> Answer:
        """What lacks even with the most people, and how many more would do."""
        proof = self._prove(self._sample.most)
        missed = [each for each in proof.kept if each.verdict is not Verdict.MET]
        replications = range(self._asked.replications)
        workweek = self._sample.hours @ np.array(self._sample.most) < self._sample.work
        teams = tuple(dict.fromkeys(post.team for post in self._posts))
        shortage = Shortage(
            failures(self._setting, self._posts, proof.people, missed, replications),
            tuple(team for team, over in zip(teams, workweek.tolist(), strict=True) if over),
            self._needed(),
        )
        return self._told(Ending.IMPOSSIBLE, proof, np.inf, False, True, (), (), shortage)

    def _needed(self) -> People | None:
        """A staffing beyond the bounds that holds on the sample, and is found quickly."""
        for times in RELAXED:
            posts = tuple(post._replace(most=max(times * post.most, post.least + times)) for post in self._posts)
            lives = Lives(self._setting, posts, self._lives.promises)
            sample = Sample(lives, self._sample.replications, workweek_of(self._setting, posts, range(2)))
            search = Search(sample, self._budget // 4)
            found = search.begin()
            self._lives.lived += lives.lived
            if found:
                return search.best
        return None

    def _frontier(self, proof: Proof) -> tuple[Point, ...]:
        search = self._search
        staffings = {*frontier(search.tried, search.cost, POINTS), proof.people}
        proofs = [prove(self._lives, people, proof.replications) for people in sorted(staffings, key=search.cost)]
        return tuple(Point(each.people, search.cost(each.people), each.kept) for each in proofs)

    def _told(
        self,
        ending: Ending,
        proof: Proof,
        bound: float,
        optimal: bool,
        steady: bool,
        removals: tuple[Change, ...],
        additions: tuple[Change, ...],
        shortage: Shortage | None = None,
    ) -> Answer:
        scenario, planned = self._setting.scenario, ending is not Ending.IMPOSSIBLE
        varied = {(post.team, post.roster) for post in self._posts}
        return Answer(
            scenario=self._scenario,
            title=scenario.name,
            seed=scenario.seed,
            ending=ending,
            posts=self._posts,
            people=proof.people if planned else None,
            cost=self._search.cost(proof.people) if planned else None,
            today_cost=sum(post.cost * post.today for post in self._posts),
            fixed=sum(
                heads
                for name, team in scenario.teams.items()
                for roster, heads in team.staff.items()
                if team.counted and (name, roster) not in varied
            ),
            bound=min(bound, self._search.cost(proof.people)) if planned else bound,
            optimal=optimal,
            steady=steady,
            fewest=self._search.fewest_of_each if planned else None,
            today=prove(self._lives, tuple(post.today for post in self._posts), self._fresh),
            proof=proof,
            removals=removals,
            additions=additions,
            frontier=self._frontier(proof) if planned else (),
            shortage=shortage,
            sampled=self._asked.replications,
            proved=self._asked.proof,
            lived=self._lives.lived,
        )


WIDTH: Final = 0.8
"""A half-width from few replications is wider than the one from many, for the same spread: by Student's t."""


def _tightness(proof: Proof) -> float:
    tightest = proof.tightest
    return (1 - (tightest.compliance.low or 0.0)) / (1 - tightest.target)
