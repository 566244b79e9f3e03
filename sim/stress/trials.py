"""Trials: the same replications at one rate of letters after another, each lived once."""

from typing import Final

import numpy as np

from sim.clock import DAY
from sim.experiment import Replication
from sim.measuring.outcome import Outcome
from sim.measuring.slaclock import Fate
from sim.setting import Setting
from sim.statistics import Estimate, Ratio, ratio_over, stacked
from sim.stress.letters import Letters, drawn_at
from sim.stress.runner import Runner, outcome_of
from sim.tables import OTHER_DUTY, WAIT, Floats, Int64s

SAMPLES: Final = 168
"""Instants at which queues are looked at to average them."""


class Trials:
    """Replications of one staffing at any rate.

    Args:
        highest: letters a day; no rate can be higher.
    """

    def __init__(self, setting: Setting, highest: float, runner: Runner) -> None:
        self.highest = highest
        self._letters, self._runner = Letters(setting, highest), runner
        self._lived: dict[float, list[Ratio]] = {}
        self._slas = tuple(setting.scenario.sla)
        self.targets = {name: sla.target for name, sla in setting.scenario.sla.items() if sla.target is not None}
        """The target of each SLA that has one."""

    def near(self, highest: float) -> "Trials":
        """Trials of the same staffing that reach a lower rate, and cost less; their letters are other ones.

        Where the rate is no lower, they are these, with all that was lived already.
        """
        highest = drawn_at(highest)
        return self if highest >= self.highest else Trials(self._letters.setting, highest, self._runner)

    def with_staffing(self, setting: Setting, times: float = 1.0) -> "Trials":
        """Trials of another staffing; by the same letters, unless their highest rate is so many times as high."""
        return Trials(setting, times * self.highest, self._runner)

    def kept(self, per_day: float, replications: int) -> dict[str, Ratio]:
        """Letters that kept each SLA with a target, by replications 0 to `replications` - 1, shape (replications,)."""
        lived = self._lived.setdefault(per_day, [])
        missing = range(len(lived), replications)
        lived += self._runner.at_rate(self._letters, per_day, missing, look, stretches=False)
        together = stacked(lived[:replications])
        columns = {name: (together.part[:, index], together.whole[:, index]) for index, name in enumerate(self._slas)}
        return {name: Ratio(*columns[name]) for name in self.targets}

    def compliance(self, per_day: float, replications: int) -> dict[str, Estimate]:
        """Compliance with each SLA that has a target, by replications 0 to `replications` - 1 at that rate."""
        kept = self.kept(per_day, replications)
        return {name: ratio_over(ratio, share=True).at() for name, ratio in kept.items()}


def look(replication: Replication) -> Ratio:
    """Letters of the window that kept each SLA, and those that it is decided for, shape (slas,)."""
    return kept(outcome_of(replication))


def kept(outcome: Outcome) -> Ratio:
    """Letters of the window that kept each SLA, and those that it is decided for, shape (slas,)."""
    together = kept_by(outcome, np.where(outcome.counted, 0, -1), 1)
    return Ratio(together.part[:, 0], together.whole[:, 0])


def kept_by(outcome: Outcome, group: Int64s, groups: int) -> Ratio:
    """Letters that kept each SLA, and those that it is decided for, by group, shape (slas, groups).

    Args:
        group: of each letter, or -1 for one that does not count.
    """
    fates = np.array([run.fate for run in outcome.runs]).reshape(-1, len(group))
    shape = (len(fates), groups)
    counts = (
        [np.bincount(group[row], minlength=groups) for row in (group >= 0) & (fates >= least)]
        for least in (Fate.MET, Fate.BREACHED)
    )
    decided, late = (np.array(each, np.float64).reshape(shape) for each in counts)
    return Ratio(decided - late, decided)


def letters_waiting(outcome: Outcome) -> Int64s:
    """Stretches in which letters, and not other duty, wait in queues; the log must have stretches."""
    stretches = outcome.log.stretches
    assert stretches is not None, "asked for when simulated"
    waits = np.flatnonzero(stretches.kind == WAIT)
    letters: Int64s = waits[outcome.workload.step[stretches.visit[waits]] != OTHER_DUTY]
    return letters


def waiting_at(outcome: Outcome, instants: Int64s) -> Floats:
    """Letters in queues just before each instant, same shape; the log must have stretches."""
    stretches, waits = outcome.log.stretches, letters_waiting(outcome)
    assert stretches is not None, "asked for when simulated"
    began, ended = (np.sort(each[waits]) for each in (stretches.start, stretches.end))
    came, went = (np.searchsorted(each, instants) for each in (began, ended))
    return (came - went).astype(np.float64)


def growth_per_day(outcome: Outcome, part: int) -> Floats:
    """By how many letters a day the queues outgrow themselves, from the first part of the window to the last, ().

    Averages over parts of whole weeks leave out the ups and downs of nights and weekends.

    Args:
        part: seconds; no more than half of the window is taken.
    """
    scenario = outcome.setting.scenario
    start, end = scenario.window_start, scenario.window_end
    part = min(part, (end - start) // 2)
    instants = np.linspace(0, part, SAMPLES, endpoint=False).astype(np.int64)
    waiting = waiting_at(outcome, np.concatenate([start + instants, end - part + instants]))
    first, last = waiting.reshape(2, SAMPLES).mean(axis=1)
    return np.asarray((last - first) * DAY / (end - start - part))
