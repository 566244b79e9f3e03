"""A what-if: some staffings, the changes that viewers make to them, and what is simulated of each."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sim.comparison import require_comparable
from sim.core.errors import Problem, ScenarioError, SimError
from sim.core.json_text import to_json
from sim.core.options import DEFAULT, Options
from sim.experiment.cool_down import raised
from sim.experiment.cost import Cost, affordable, estimate
from sim.experiment.pool import cores
from sim.sampling.kept_letters import KeptLetters, letters_name
from sim.scenario.loading import Loaded, ScenarioFile
from sim.scenario.setting import Setting, setting_of
from sim.whatif.live_run import MOST_OF_BASE, LiveRun
from sim.whatif.outlook import Pairing
from sim.whatif.scheduler import Scheduler

_MOST_REPLICATIONS: Final = 1_500
"""Replications that are remembered of staffings that nobody looks at; some hundred kilobytes each."""

_A_RUN: Final = 20
"""What else is remembered of a staffing, in replications."""

_NOBODY: Final = ""
"""The viewer who wants the base filled while nobody else wants anything."""

_NOT_SIMULATED: Final = (
    "name",
    "name_zh",
    "about",
    "about_zh",
    "labels",
    "replications",
    "plan",
    "stress",
    "cool_down",
)
"""What a scenario says that no log depends on."""


class Asked(NamedTuple):
    """A staffing that somebody wants to see: a scenario, by its number, and `KEY=VALUE` changes."""

    scenario: int = 0
    changes: tuple[str, ...] = ()


class WhatIf:
    """Staffings side by side, under changes that come at any time from any number of viewers. Threads may share it.

    Args:
        files: the first is what all are compared with.
        options: their changes, seed and workers.
        changed: called from a thread when there is more to see of a run.
    Raises: ScenarioError for scenarios that are wrong or cannot be compared, or of
        which there is not the memory for a replication.
    """

    def __init__(
        self,
        files: Sequence[ScenarioFile],
        options: Options = DEFAULT,
        *,
        changed: Callable[[LiveRun], None] = lambda _: None,
    ) -> None:
        self.files, self.options = tuple(files), options
        self.loaded = tuple(file.with_changes(options.layers()) for file in files)
        if len(files) > 1:
            require_comparable(self.loaded)
        self._kept = KeptLetters()
        self._lock = threading.RLock()
        self._runs: OrderedDict[str, LiveRun] = OrderedDict()
        self._costs: dict[str, Cost] = {}
        self._pairings: OrderedDict[Asked, Pairing] = OrderedDict()
        self.base = self.pairing(Asked()).base
        # Compiles the engine where it is not, and reads what all replications share.
        first = self.base.next_task()
        assert first is not None, "nothing was done yet"
        self.base.begin(first)
        self.base.work(first, lambda: True)
        self._scheduler = Scheduler(options.workers or cores(), changed)
        self._scheduler.want(_NOBODY, [self.base])

    def scenario(self, asked: Asked) -> Loaded:
        """A staffing as it was asked for.

        Raises: ScenarioError with everything that is wrong with the changes.
        """
        return self.files[asked.scenario].with_changes([*self.options.layers(), *asked.changes])

    def pairing(self, asked: Asked) -> Pairing:
        """A staffing and the base, ready to be simulated; the same for all who ask for the same.

        Raises: ScenarioError for wrong changes, or if there is no memory for a replication.
        """
        with self._lock:
            known = self._pairings.get(asked)
            if known is not None:
                self._pairings.move_to_end(asked)
                for run in known:
                    self._runs[_key(run.setting)] = run
                return known
            loaded = self.scenario(asked)
            run = self._run(loaded)
            base = run
            if asked != Asked():
                cooling = self.base.setting.scenario.cooling
                run = self._run(loaded, cooling)
                # The same time after the window for both, whatever each needs by itself.
                base = self._run(self.loaded[0], run.setting.scenario.cooling)
            base.most = MOST_OF_BASE
            found = self._pairings[asked] = Pairing(base, run)
            return found

    def watch(self, viewer: str, asked: Sequence[Asked]) -> list[Pairing | ScenarioError]:
        """From now on a viewer sees these staffings; what is wrong with one of them stands in its place."""
        found: list[Pairing | ScenarioError] = []
        for each in asked:
            try:
                found.append(self.pairing(each))
            except ScenarioError as error:
                found.append(error)
        pairings = [each for each in found if isinstance(each, Pairing)]
        self._scheduler.want(viewer, [run for pairing in pairings for run in pairing])
        self._forget()
        return found

    def leave(self, viewer: str) -> None:
        """A viewer has gone."""
        self._scheduler.leave(viewer)

    def close(self) -> None:
        """Stop simulating."""
        self._scheduler.close()

    def _run(self, loaded: Loaded, cool_down: int = 0) -> LiveRun:
        try:
            setting = raised(setting_of(loaded.scenario), cool_down)
            key, letters = _key(setting), letters_name(setting)
            if key not in self._runs:
                # Where the same letters come, it costs as much, about.
                if letters not in self._costs:
                    self._costs[letters] = estimate(setting)
                cost = self._costs[letters]
                at_once = affordable(cost, self.options.workers or cores())
                self._runs[key] = LiveRun(loaded, setting, cost, at_once=at_once, kept=self._kept)
            return self._runs[key]
        except SimError as error:
            raise ScenarioError(loaded.source, [Problem(str(error))]) from error

    def _forget(self) -> None:
        """Let go what nobody looks at, the longest unseen first."""
        with self._lock:
            kept = sum(run.done + _A_RUN for run in self._runs.values())
            for key, run in list(self._runs.items()):
                if kept <= _MOST_REPLICATIONS:
                    return
                if run is not self.base and not self._scheduler.wanted(run):
                    kept -= run.done + _A_RUN
                    del self._runs[key]
                    for asked in [asked for asked, pairing in self._pairings.items() if run in pairing]:
                        del self._pairings[asked]


def _key(setting: Setting) -> str:
    """A name that settings share whose logs, and what is told of them, are the same."""
    content = {key: value for key, value in setting.scenario.resolved().items() if key not in _NOT_SIMULATED}
    text = to_json([setting.scenario.horizon, content], indent=None)
    return hashlib.sha256(text.encode()).hexdigest()
