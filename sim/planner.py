"""Plan: the fewest people, by team and roster, that keep every promise, proven on fresh seeds.

A search (`sim.planning.search`) finds the cheapest staffing that holds on a sample of replications. Fresh seeds then
judge it: while some target is not met with 95% confidence the sample is judged more strictly and searched on, and when
one person fewer still meets every target he is taken away and fresh seeds judge again.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.cost import estimate
from sim.errors import SimError
from sim.forecast.cautions import cautions
from sim.models.plan import Plan
from sim.models.scenario import Scenario
from sim.planning.answer import Answer
from sim.planning.confirmed import Confirmed, confirmed
from sim.planning.dealing import Dealt, freely_dealt
from sim.planning.diagnosis import Shortage, failures
from sim.planning.duty import needs
from sim.planning.ending import Ending
from sim.planning.frontier import frontier
from sim.planning.paring import pared
from sim.planning.posts import People, Post, posts_of, staffed
from sim.planning.proof import Change, Fresh, Proof, change, prove
from sim.planning.refine import Refinement
from sim.planning.sample import Lives, Promises, Sample
from sim.planning.search import Search
from sim.planning.workweek import workweek_of
from sim.setting import Setting, setting_of
from sim.statistics import Verdict

VISITS: Final = 180_000_000
"""Visits that a search may simulate; about half a minute of two cores."""

LEAST_BUDGET: Final = 200

DEALING: Final = 3
"""This part of the budget is for each pass over how people are dealt."""

POINTS: Final = 12
"""This part of the budget is for the search of each staffing on the frontier."""

ADDED: Final = 20
"""Fresh replications that show what one person more is worth, at most; differences need fewer than verdicts."""

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

    def lives_of(posts: tuple[Post, ...]) -> Lives:
        return Lives(setting, posts, promises, engine=engine, workers=workers, progress=progress)

    dealt = Dealt(posts, None, 0)
    if setting.scenario.plan is not None and setting.scenario.plan.deal == "free":
        dealt = freely_dealt(setting, posts, lives_of, budget_of(setting) // DEALING)
    lives = lives_of(dealt.posts)
    lives.lived = dealt.lived
    return _Planner(setting, lives, scenario, dealt.people).answer()


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
    def __init__(self, setting: Setting, lives: Lives, scenario: str, hint: People | None) -> None:
        self._setting, self._lives, self._scenario, self._hint = setting, lives, scenario, hint
        self._asked = setting.scenario.plan or Plan()
        self._posts = lives.posts
        self._sample = Sample(
            lives,
            range(self._asked.replications),
            workweek_of(setting, lives.posts, range(min(self._asked.replications, 4))),
        )
        self._budget = budget_of(setting)
        self._search = Search(self._sample, lives.lived + self._budget)
        self._fresh = Fresh(lives, self._asked.proof)

    def answer(self) -> Answer:
        search, sample = self._search, self._sample
        if not search.begin():
            return self._impossible()
        assert search.best is not None, "found at the beginning"
        if search.best == sample.least:
            proof = self._fresh.prove(sample.least)
            if proof.verdict is Verdict.MET:
                return self._told(Ending.LEAST, proof, Confirmed(self._cost(proof.people), ()), True, ())
        sample.margin = self._fresh.margin(sample.kept(search.best))
        search.trials.judge_again()
        found = search.finish(self._hint)
        if found.best is None:
            return self._impossible()
        proof = Refinement(found.best, sample, self._fresh, self._budget // 2).proved()
        removals: tuple[Change, ...] = ()
        if proof.verdict is Verdict.MET:
            proof, removals = pared(self._fresh, proof, search.trials.fits)
        ending = Ending.PLANNED if proof.verdict is Verdict.MET else Ending.UNPROVEN
        ceiling = self._cost(proof.people) if ending is Ending.PLANNED else np.inf
        known = [removal.proof for removal in removals]
        bound = confirmed(search.trials, self._lives, self._fresh.block, ceiling, known)
        return self._told(ending, proof, bound, found.steady, removals)

    def _impossible(self) -> Answer:
        """What lacks even with the most people, and how many more would do."""
        proof = self._fresh.prove(self._sample.most)
        missed = [each for each in proof.kept if each.verdict is not Verdict.MET]
        replications = range(self._asked.replications)
        workweek = self._sample.hours @ np.array(self._sample.most) < self._sample.work
        teams = tuple(dict.fromkeys(post.team for post in self._posts))
        shortage = Shortage(
            failures(self._setting, self._posts, proof.people, missed, replications),
            tuple(team for team, over in zip(teams, workweek.tolist(), strict=True) if over),
            self._needed(),
        )
        return self._told(Ending.IMPOSSIBLE, proof, Confirmed(np.inf, ()), True, (), shortage)

    def _needed(self) -> People | None:
        """A staffing beyond the bounds that holds on the sample, and is found quickly."""
        for times in RELAXED:
            posts = tuple(post._replace(most=max(times * post.most, post.least + times)) for post in self._posts)
            lives = Lives(self._setting, posts, self._lives.promises)
            sample = Sample(lives, self._sample.replications, workweek_of(self._setting, posts, range(2)))
            search = Search(sample, self._budget // 4)
            found = search.finish()
            self._lives.lived += lives.lived
            if found.best is not None:
                return found.best
        return None

    def _cost(self, people: People) -> float:
        return self._search.trials.cost(people)

    def _told(
        self,
        ending: Ending,
        proof: Proof,
        bound: Confirmed,
        steady: bool,
        removals: tuple[Change, ...],
        shortage: Shortage | None = None,
    ) -> Answer:
        scenario, planned = self._setting.scenario, ending is not Ending.IMPOSSIBLE
        lives, search, sample, posts = self._lives, self._search, self._sample, range(len(self._posts))
        some = prove(lives, proof.people, proof.replications[:ADDED])
        additions = [change(lives, some, post, 1) for post in posts if proof.people[post] < sample.most[post]]
        points = frontier(lives, sample, search, proof, self._budget // POINTS) if planned else ()
        varied = {(post.team, post.roster) for post in self._posts}
        return Answer(
            scenario=self._scenario,
            title=scenario.name,
            seed=scenario.seed,
            ending=ending,
            posts=self._posts,
            people=proof.people if planned else None,
            cost=self._cost(proof.people) if planned else None,
            today_cost=sum(post.cost * post.today for post in self._posts),
            fixed=sum(
                heads
                for name, team in scenario.teams.items()
                for roster, heads in team.staff.items()
                if team.counted and (name, roster) not in varied
            ),
            bound=bound.cost,
            relaxations=bound.relaxations,
            steady=steady,
            fewest=search.trials.fewest() if planned else None,
            today=self._today(proof.replications),
            proof=proof,
            removals=removals,
            additions=tuple(additions) if planned else (),
            held_by_hours=tuple(each.post for each in removals if not search.trials.fits(each.proof.people)),
            frontier=points,
            shortage=shortage,
            needs=needs(self._setting, staffed(self._setting, self._posts, proof.people)),
            sampled=self._asked.replications,
            proved=self._asked.proof,
            lived=self._lives.lived,
            cautions=cautions(staffed(self._setting, self._posts, proof.people)),
        )

    def _today(self, replications: range) -> Proof:
        """Today's staffing, dealt as it is today."""
        posts = posts_of(self._setting.scenario)
        lives = self._lives if posts == self._posts else self._lives.dealt(posts)
        return prove(lives, tuple(post.today for post in posts), replications)
