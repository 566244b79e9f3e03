"""Throughput targets: the rates a real IT system must sustain so that the letters of a scenario pass through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.json_text import jsonable
from sim.core.options import DEFAULT, Options
from sim.core.tables import Floats
from sim.experiment.replications import replicate
from sim.forecast.cautions import cautions
from sim.metrics.figures import Caution
from sim.models.operation_names import RECEIVE
from sim.models.system import System
from sim.operations.arrival_peaks import ArrivalPeaks, arrival_peaks
from sim.operations.headroom import Headroom, headroom_of, least_headroom
from sim.operations.operations import (
    COUNTED,
    OperationCounts,
    OperationSums,
    Peaks,
    count_operations,
    operations_of,
)
from sim.operations.service_level import ServiceLevel
from sim.operations.system_load import LetterLoad, SystemLoad, level_of, system_load
from sim.scenario.setting import Setting
from sim.statistics import (
    Estimate,
    mean_over,
    stacked,
)
from sim.statistics.return_levels import ReturnLevel, at_least, levels_of_days

ALL: Final = "all"
"""Name of all operations, or all channels, together."""

YEAR: Final = 365 * DAY

_HOUR_AND_DAY: Final = tuple(list(COUNTED.values()).index(length) for length in (HOUR, DAY))
"""Where these two are among the lengths that are counted."""


@dataclass(frozen=True)
class Rate:
    """Number of events in a length of time.

    Attributes:
        max: most in the simulation; it grows with the replications, so that it is no target.
        levels: what is exceeded once in a day, week, month and year, by these names, if they are longer than the length
            of time; None where too few days were simulated.
        from_rates: whether the levels follow from the rates of the scenario, and not from simulated days.
    """

    mean: Estimate
    max: int
    levels: Mapping[str, ReturnLevel | None]
    from_rates: bool = False

    @property
    def rarest(self) -> str | None:
        """The rarest recurrence whose level is known."""
        known = [recurrence for recurrence, level in self.levels.items() if level is not None]
        return known[-1] if known else None

    @property
    def peak(self) -> int:
        """The level of the rarest recurrence that there is, or else the most in the simulation."""
        level = self.levels[self.rarest] if self.rarest else None
        return self.max if level is None else level.level


@dataclass(frozen=True)
class Operation:
    """Load and headroom of one operation.

    Attributes:
        peak_factor: calls in the hour that comes once in a year, by those of a mean hour; None if either is not known.
        headroom_s: how long the real system may take for each call before an SLA on whose way the operation lies
            is no longer met, the least of them; None if there is none with a target that is met at all.
        service_level: what callers may expect of it; assumed, until somebody agrees on another.
    """

    per_second: Rate
    per_minute: Rate
    per_hour: Rate
    per_day: Rate
    peak_factor: float | None
    headroom_s: float | None
    service_level: ServiceLevel


@dataclass(frozen=True)
class ChannelLoad:
    """Load of one channel.

    Attributes:
        peak_hour: the hour of the day in which most come on average.
        peak_hour_letters: that average, a day.
    """

    per_hour: Rate
    per_day: Rate
    peak_hour: int
    peak_hour_letters: Estimate


@dataclass(frozen=True)
class Targets:
    """Throughput targets of the real system.

    Attributes:
        days: whole days that were simulated, of all replications.
        operations: by name; `all` is all together.
        open_letters: received and not closed at the same time, over the seconds of the window.
        letter_rows_a_year, event_rows_a_year: rows that a year at the rate of the window adds to a database which
            keeps a row a letter and a row a call.
        system: reads, sessions, messages and bytes, by the assumptions of the scenario.
        headroom: of each SLA that has a target.
        cautions: what to know before believing the rest.
    """

    scenario: str
    engine: str
    replications: int
    seed: int
    window_days: float
    days: int
    operations: Mapping[str, Operation]
    open_letters: Rate
    channels: Mapping[str, ChannelLoad]
    letter_rows_a_year: Estimate
    event_rows_a_year: Estimate
    system: SystemLoad
    headroom: Mapping[str, Headroom]
    cautions: tuple[Caution, ...]

    def summary(self) -> dict[str, Any]:
        """The content of targets.json."""
        content: dict[str, Any] = jsonable(self)
        return content


def targets(
    setting: Setting,
    options: Options = DEFAULT,
    *,
    scenario: str,
    progress: Callable[[int], None] | None = None,
) -> Targets:
    """Simulate a scenario's replications and derive the throughput targets.

    Args:
        scenario: short name, usually the stem of the file.
        progress: told how many replications are done.
    """
    counts: list[OperationCounts] = []
    numbers = range(setting.scenario.replications)
    for each in replicate(setting, numbers, count_operations, options, stretches=False):
        counts.append(each)
        if progress is not None:
            progress(len(counts))
    return _put_together(setting, scenario, options.engine, counts)


def _put_together(setting: Setting, scenario: str, engine: str, counts: Sequence[OperationCounts]) -> Targets:
    model = setting.scenario
    window = model.window_end - model.window_start
    of_slas = dict(zip(model.sla, zip(*(each.slacks for each in counts), strict=True), strict=True))
    headroom = {name: headroom_of(sla, of_slas[name]) for name, sla in model.sla.items() if sla.target is not None}
    on_way = {name: np.any([each.on_way for each in of_slas[name]], axis=0) for name in headroom}
    sums = stacked([each.sums for each in counts])
    calls = np.column_stack([sums.calls, sums.calls.sum(axis=1)])
    shares, exact = model.channel_shares, arrival_peaks(setting)
    system = model.system or System()
    operations = {
        name: _operation(
            calls[:, index] / window,
            [each.calls[index] for each in counts],
            exact if name == RECEIVE else None,
            least_headroom(headroom, on_way, index),
            level_of(system, name),
        )
        for index, name in enumerate((*operations_of(setting), ALL))
    }
    return Targets(
        scenario=scenario,
        engine=engine,
        replications=len(counts),
        seed=model.seed,
        window_days=window / DAY,
        days=sum(len(each.open_letters.daily) for each in counts),
        operations=operations,
        open_letters=_rate(sums.open_seconds / window, [each.open_letters for each in counts], 1),
        channels={
            name: _channel(
                by_hour * DAY / window,
                [each.letters[index] for each in counts],
                None if model.channels_have_times and name in shares else exact,
                shares.get(name, 1.0),
            )
            for index, (name, by_hour) in enumerate(_by_channel(setting, sums.by_hour_of_day))
        },
        letter_rows_a_year=mean_over(calls[:, 0] * YEAR / window).at(),
        event_rows_a_year=mean_over(calls[:, -1] * YEAR / window).at(),
        system=system_load(
            system,
            [each.on_duty for each in counts],
            _letter_load(sums, operations, window),
            (calls[:, 0] * system.rows.letter + calls[:, -1] * system.rows.event) * YEAR / window,
        ),
        headroom=headroom,
        cautions=cautions(setting),
    )


def _letter_load(sums: OperationSums, operations: Mapping[str, Operation], window: int) -> LetterLoad:
    every = operations[ALL].per_hour
    begun = sums.calls[:, 1::2].sum(axis=1)
    share = begun.sum() / max(sums.calls.sum(), 1.0)
    return LetterLoad(
        letters=sums.calls[:, 0] / window,
        by_hour_of_day=sums.by_hour_of_day.sum(axis=1).mean(axis=0) * DAY / window,
        begun=begun / window,
        letters_peak=operations[RECEIVE].per_hour.peak,
        begun_peak=every.peak * float(share),
    )


def _operation(
    a_second: Floats,
    peaks: Sequence[tuple[Peaks, ...]],
    exact: ArrivalPeaks | None,
    headroom: float | None,
    level: ServiceLevel,
) -> Operation:
    rates: list[Rate] = []
    for which, length in enumerate(COUNTED.values()):
        rate = _rate(a_second * length, [each[which] for each in peaks], length, exact)
        rates.append(replace(rate, levels=at_least(rate.levels, rates[-1].levels)) if rates else rate)
    second, minute, hour, day = rates
    return Operation(second, minute, hour, day, _peak_factor(hour), headroom, level)


def _rate(
    mean: Floats, peaks: Sequence[Peaks], length: int, exact: ArrivalPeaks | None = None, share: float = 1.0
) -> Rate:
    levels = levels_of_days([each.daily for each in peaks], length) if exact is None else exact.levels(length, share)
    return Rate(mean_over(mean).at(), max(each.most for each in peaks), levels, exact is not None)


def _peak_factor(hour: Rate) -> float | None:
    level = hour.levels["year"]
    return level.level / hour.mean.mean if level is not None and hour.mean.mean else None


def _by_channel(setting: Setting, by_hour_of_day: Floats) -> list[tuple[str, Floats]]:
    """Letters by hour of the day of each channel, and of all together, shape (replications, 24)."""
    every = np.concatenate([by_hour_of_day, by_hour_of_day.sum(axis=1, keepdims=True)], axis=1)
    return [(name, every[:, index]) for index, name in enumerate((*setting.scenario.channels, ALL))]


def _channel(
    by_hour_a_day: Floats, peaks: Sequence[tuple[Peaks, ...]], exact: ArrivalPeaks | None, share: float
) -> ChannelLoad:
    hour, day = (
        _rate(by_hour_a_day.sum(axis=1) * length / DAY, [each[which] for each in peaks], length, exact, share)
        for which, length in zip(_HOUR_AND_DAY, (HOUR, DAY), strict=True)
    )
    peak = int(by_hour_a_day.mean(axis=0).argmax())
    return ChannelLoad(hour, day, peak, mean_over(by_hour_a_day[:, peak]).at())
