"""The sample of a search: some replications that every staffing it tries has to live through.

The letters and their visits are drawn once a replication and kept; a trial draws the roster of its staffing and the
other duty that this brings, simulates, and counts the letters that were late.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

import numpy as np

from sim.clock import hour_of
from sim.drawing.arrivals import Letters
from sim.drawing.visits import Visits
from sim.engine import simulate
from sim.experiment import cores
from sim.measuring.outcome import Outcome
from sim.measuring.slaclock import Fate
from sim.memory import keep_memory
from sim.planning.posts import People, Post, staffed
from sim.planning.problem import Trial
from sim.planning.workweek import Workweek
from sim.roster import draw_roster
from sim.setting import Setting
from sim.statistics import Ratio
from sim.tables import Floats
from sim.workload import draw_visits, with_other_duty

DAY_HOURS: Final = 24

CLEARLY: Final = 1.05
A_FEW: Final = 2
"""Late letters beyond 1.05 times the allowed ones, and two more, are clearly too many."""

BY_FAR: Final = 1.1
"""Lateness of more than 1.1 times what the target allows, and the margin, misses it by far."""

LEAST_LOOKS: Final = 3
"""So many replications are lived before a staffing is given up: one bad one says little."""

MOST_VISITS: Final = 16_000_000
"""Visits that are kept; about 0.8 gigabytes."""


class Promises:
    """Which promises a plan has to keep: those with a target, of all letters or of the letters of each hour.

    Attributes:
        names: SLA of each promise.
        hours: hour of receipt of each promise, or None for all.
        targets: shape (promises,).
    """

    def __init__(self, setting: Setting) -> None:
        scenario = setting.scenario
        asked = scenario.plan
        own = {name: sla.target for name, sla in scenario.sla.items()} | dict(asked.targets if asked else {})
        hours: Sequence[int | None] = range(DAY_HOURS) if asked is not None and asked.every_hour else [None]
        each = [(name, hour, target) for name, target in own.items() if target is not None for hour in hours]
        self.names = tuple(name for name, _, _ in each)
        self.hours = tuple(hour for _, hour, _ in each)
        self.targets: Floats = np.array([target for _, _, target in each])
        self._slas = [list(scenario.sla).index(name) for name in self.names]

    def kept(self, outcome: Outcome) -> Ratio:
        """Letters of the window that kept each promise, of those for which that is decided, shape (promises,)."""
        hour = hour_of(outcome.received)
        met, decided = [], []
        for sla, only in zip(self._slas, self.hours, strict=True):
            counts = outcome.counted if only is None else outcome.counted & (hour == only)
            fate = outcome.runs[sla].fate[counts]
            met.append(np.count_nonzero(fate == Fate.MET))
            decided.append(np.count_nonzero(fate >= Fate.MET))
        return Ratio(np.array(met, dtype=np.float64), np.array(decided, dtype=np.float64))


class Lives:
    """Replications of a scenario, lived under one staffing after another, and remembered.

    Attributes:
        lived: replications simulated so far.
    """

    def __init__(
        self,
        setting: Setting,
        posts: tuple[Post, ...],
        promises: Promises,
        *,
        engine: str = "compiled",
        workers: int | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        keep_memory()
        self.setting, self.posts, self.promises = setting, posts, promises
        self.lived = 0
        self._engine, self._workers, self._progress = engine, workers or cores(), progress
        self._visits = 0
        self._drawn: dict[int, tuple[Letters, Visits]] = {}
        self._seen: dict[tuple[People, int], Ratio] = {}

    def dealt(self, posts: tuple[Post, ...]) -> "Lives":
        """The same replications for posts that are dealt otherwise."""
        return Lives(self.setting, posts, self.promises, engine=self._engine, workers=self._workers)

    def forget(self, replications: Iterable[int]) -> None:
        """Let the letters go that were kept for the next staffing that meets them."""
        for number in replications:
            if number in self._drawn:
                self._visits -= int(self._drawn.pop(number)[1].made.sum())

    def each(self, people: People, replications: Sequence[int]) -> Iterator[Ratio]:
        """What each replication says of a staffing, in their order; who stops asking stops the simulation."""
        setting = staffed(self.setting, self.posts, people)
        missing = [number for number in replications if (people, number) not in self._seen]
        with ThreadPoolExecutor(self._workers) as pool:
            ahead = iter(missing)
            running = {number: pool.submit(self._live, setting, number) for number in islice(ahead, self._workers)}
            try:
                for number in replications:
                    if number in running:
                        ratio = running.pop(number).result()
                        following = next(ahead, None)
                        if following is not None:
                            running[following] = pool.submit(self._live, setting, following)
                        self._seen[people, number] = ratio
                        self.lived += 1
                        if self._progress is not None:
                            self._progress(self.lived)
                    yield self._seen[people, number]
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _live(self, setting: Setting, number: int) -> Ratio:
        drawn = self._drawn.get(number) or draw_visits(setting, number)
        if number not in self._drawn and self._visits < MOST_VISITS:
            self._drawn[number] = drawn
            self._visits += int(drawn[1].made.sum())
        roster = draw_roster(setting, number)
        workload = with_other_duty(setting, roster, number, *drawn)
        log = simulate(workload, roster, setting.scenario.horizon, engine=self._engine)
        return self.promises.kept(Outcome(setting, workload, roster, log))


class Sample:
    """The problem of a search on some replications.

    Attributes:
        targets: of each promise, shape (promises,).
        margin: by how much compliance on the sample has to exceed each target, shape (promises,).
    """

    def __init__(self, lives: Lives, replications: Sequence[int], workweek: Workweek) -> None:
        self.lives, self.replications = lives, replications
        self.least: People = tuple(post.least for post in lives.posts)
        self.most: People = tuple(post.most for post in lives.posts)
        teams = tuple(dict.fromkeys(post.team for post in lives.posts))
        self.team = tuple(teams.index(post.team) for post in lives.posts)
        self.cost: Floats = np.array([post.cost for post in lives.posts])
        self.workweek = workweek
        self.hours, self.work = workweek.hours, workweek.work
        self.targets: Floats = lives.promises.targets
        self.margin: Floats = np.zeros(len(self.targets))
        self._letters: Floats | None = None

    @property
    def spent(self) -> int:
        """Replications simulated so far."""
        return self.lives.lived

    def kept(self, people: People) -> Ratio:
        """Letters that kept each promise, of all, shape (replications, promises)."""
        each = list(self.lives.each(people, self.replications))
        return Ratio(np.array([ratio.part for ratio in each]), np.array([ratio.whole for ratio in each]))

    def trial(self, people: People) -> Trial:
        """Try a staffing; one that clearly does not hold is not tried to the end."""
        if self._letters is None:
            # Which letters an SLA is promised to does not depend on the staffing; how many of them are decided hardly.
            self._letters = self.kept(self.most).whole.sum(axis=0)
        lateness = 1 - self.targets
        allowed, by_far = np.maximum(lateness - self.margin, 0.0), BY_FAR * lateness + np.abs(self.margin)
        parts: list[Ratio] = []
        late, letters = np.zeros(len(allowed)), np.zeros(len(allowed))
        for ratio in self.lives.each(people, self.replications):
            parts.append(ratio)
            late, letters = late + ratio.whole - ratio.part, letters + ratio.whole
            surely = CLEARLY * by_far * np.maximum(self._letters, letters) + A_FEW
            if len(parts) >= LEAST_LOOKS and (late > surely).any():
                break
        used = _used(late, allowed * letters)
        clearly = bool((late > CLEARLY * allowed * letters + A_FEW).any())
        return Trial(people, bool((used <= 1).all()), clearly, used, _excess(parts, by_far))

    def compliance(self, people: People) -> Floats:
        """Compliance with each promise on the whole sample, shape (promises,); 1 where there are no letters."""
        kept = self.kept(people)
        part, whole = kept.part.sum(axis=0), kept.whole.sum(axis=0)
        shares: Floats = np.divide(part, whole, out=np.ones(len(whole)), where=whole > 0)
        return shares


def _excess(parts: Sequence[Ratio], by_far: Floats) -> float:
    """Lateness of all replications but the worst, of the lateness that is too much by far, by the worst promise."""
    late, letters = np.array([each.whole - each.part for each in parts]), np.array([each.whole for each in parts])
    if len(parts) > 1:
        rows = np.arange(len(by_far))
        worst = np.divide(late, letters, out=np.zeros_like(late), where=letters > 0).argmax(axis=0)
        late[worst, rows] = letters[worst, rows] = 0.0
    return float(_used(late.sum(axis=0), by_far * letters.sum(axis=0)).max(initial=0.0))


def _used(late: Floats, allowed: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        used: Floats = np.where(late > 0, late / allowed, 0.0)
    return used
