"""Trials: the same replications at one rate of letters after another, and how they are judged."""

from typing import Final, NamedTuple

import numpy as np

from sim.capacity.counts import ComplianceCounts, compliance_by_sla, count_compliance, decided_over, growth_per_day
from sim.capacity.limits import StabilityLimit
from sim.capacity.runner import NestedLetters, Runner, drawn_at
from sim.capacity.variants import lengthened, own_rate
from sim.core.clock import DAY, WEEK
from sim.core.tables import Floats
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting
from sim.statistics import Compliance, Decided, Estimate, Verdict, highest_target, mean_over, paired_difference, verdict

HIGHEST_SHARE: Final = 0.97
"""The highest rate that is tried, as a share of the stability limit. Nearer to it queues take years to settle."""

_ABOVE: Final = 1.5
"""The highest rate that is tried, as a multiple of the scenario's own, where no work fills anybody's hours."""

_NEAR: Final = 0.7
"""From this share of the stability limit on a rate is judged on a window that is long enough for it."""

_GROWS: Final = 0.01
"""Queues are steady that grow by no more than this share of the letters that come, ..."""

_SPARE: Final = 0.1
"""... and of the letters that could come in addition. From empty, heavily loaded queues grow like a reflected Brownian
motion: by a tenth of the spare rate only once they are within a fifth of where they will settle."""

_LONGEST: Final = 1_500 * DAY
"""Windows are not made longer than this."""


class Judged(NamedTuple):
    """Compliance at one rate."""

    compliance: dict[str, Compliance]
    """With each SLA that has a target."""
    steady: bool
    """Whether the queues surely do not grow any more; not asked where a target is surely missed anyhow."""


class Trials:
    """Replications of one staffing at any rate, each simulated once.

    Near the stability limit the warm-up and the window are doubled until the queues surely do not grow any more: a
    short window flatters a rate at which letters pile up. Elsewhere the scenario's own window is what is asked about.

    Args:
        stability: its stability limit, if there is one.
        highest: letters a day, which no rate is above; just below the stability limit if not said.
    """

    def __init__(
        self, setting: Setting, stability: StabilityLimit | None, runner: Runner, highest: float | None = None
    ) -> None:
        if highest is None:
            highest = _ABOVE * own_rate(setting.scenario) if stability is None else HIGHEST_SHARE * stability.per_day
        self.highest, self.stability = highest, stability
        self.targets = {name: sla.target for name, sla in setting.scenario.sla.items() if sla.target is not None}
        """The target of each SLA that has one."""
        self.runner, self._setting = runner, setting
        self._slas = tuple(setting.scenario.sla)
        self._letters: dict[int, NestedLetters] = {}
        self._seen: dict[tuple[float, int], list[_TrialCounts]] = {}
        self._longer: dict[float, int] = {}

    def near(self, highest: float) -> "Trials":
        """Trials of the same staffing that reach a lower rate, and cost less; their letters are other ones.

        Where the rate is no lower, they are these, with all that was simulated already.
        """
        if drawn_at(highest) >= drawn_at(self.highest):
            return self
        return Trials(self._setting, self.stability, self.runner, highest)

    def with_staffing(self, setting: Setting) -> "Trials":
        """Trials of another staffing, by the same letters and over the same time at each rate."""
        other = Trials(setting, self.stability, self.runner, self.highest)
        other._longer = dict(self._longer)
        return other

    def decided(self, per_day: float, replications: int) -> dict[str, Decided]:
        """Letters by each SLA with a target, of replications 0 to `replications` - 1, shape (replications,)."""
        seen = [each.counts for each in self._at(per_day, replications, self._longer.get(per_day, 0))]
        return {name: decided_over(seen, row) for row, name in enumerate(self._slas) if name in self.targets}

    def judged(
        self, per_day: float, replications: int, *, at_length: bool = True, although_missed: bool = False
    ) -> Judged:
        """Compliance with each SLA that has a target, by replications 0 to `replications` - 1 at that rate.

        Args:
            at_length: whether the window is made longer where it must be; else the rate is taken to be steady.
            although_missed: make it longer even where a target is surely missed, for the sake of the others.
        """
        while True:
            longer = self._longer.get(per_day, 0)
            seen = self._at(per_day, replications, longer)
            all_slas = compliance_by_sla(self._slas, [each.counts for each in seen])
            compliance = {name: all_slas[name] for name in self.targets}
            if not at_length or self.stability is None or per_day < _NEAR * self.stability.unmoved:
                return Judged(compliance, steady=True)
            missed = any(verdict(compliance[name], target) is Verdict.MISSED for name, target in self.targets.items())
            if missed and not although_missed:
                return Judged(compliance, steady=False)
            growth = mean_over(np.array([each.growth for each in seen])).at()
            most = min(_GROWS * per_day, _SPARE * (self.stability.per_day - per_day))
            steady = growth.high is not None and growth.high <= most
            if steady or not self._affordable(per_day, replications, longer + 1):
                return Judged(compliance, steady)
            self._longer[per_day] = longer + 1

    def _at(self, per_day: float, replications: int, longer: int) -> list["_TrialCounts"]:
        seen = self._seen.setdefault((per_day, longer), [])
        if longer not in self._letters:
            self._letters[longer] = NestedLetters(lengthened(self._setting, 2**longer), drawn_at(self.highest))
        missing = range(len(seen), replications)
        seen += self.runner.at_rate(self._letters[longer], per_day, missing, _measure)
        return seen[:replications]

    def _affordable(self, per_day: float, replications: int, longer: int) -> bool:
        """Whether a longer window is within bounds, and within a quarter of what may still be simulated."""
        scenario = lengthened(self._setting, 2**longer).scenario
        letters = replications * per_day * scenario.horizon / DAY
        return scenario.window <= _LONGEST and letters <= self.runner.letters_left / 4


class _TrialCounts(NamedTuple):
    """One replication."""

    counts: ComplianceCounts
    growth: Floats  # ()


def _measure(replication: Replication) -> _TrialCounts:
    return _TrialCounts(count_compliance(replication), growth_per_day(replication, WEEK))


def gain(before: Decided, after: Decided) -> Estimate:
    """By how much one staffing meets an SLA more often than another, over the same replications.

    Where no replication differs, no more than the largest share that so many letters can hide is possible.
    """
    difference = paired_difference(before, after)
    if difference.seen:
        return difference.paired
    return Estimate(0.0, 0.0, 1.0 - highest_target(float(before.letters.sum())))
