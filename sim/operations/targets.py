"""Throughput targets: the rates a real IT system must sustain so that the letters of a scenario pass through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.json_text import jsonable
from sim.core.options import DEFAULT, Options
from sim.core.tables import Bools, Floats
from sim.experiment.replications import replicate
from sim.forecast.cautions import cautions
from sim.metrics.figures import Caution
from sim.models.sla import Sla
from sim.operations.operations import (
    TENTHS,
    OperationSums,
    OperationTallies,
    Slack,
    count_operations,
    operations_of,
)
from sim.operations.service_level import ASSUMED, PERIODS, ServiceLevel
from sim.scenario.setting import Setting
from sim.statistics import (
    Estimate,
    Ratio,
    all_decided,
    body_effect,
    judge,
    mean_over,
    ratio_over,
    stacked,
)
from sim.statistics.tally import Pool, Tally

ALL: Final = "all"
"""Name of all operations, or all channels, together."""

YEAR: Final = 365 * DAY


@dataclass(frozen=True)
class Rate:
    """Number of events in a length of time, over all such stretches of the window, empty ones among them.

    A percentile is the least number that this share of the stretches of all replications did not exceed.
    """

    mean: Estimate
    p50: int
    p99: int
    max: int


@dataclass(frozen=True)
class Operation:
    """Load and headroom of one operation.

    Attributes:
        headroom_s: how long the real system may take for each call before an SLA on whose way the operation lies
            is no longer met, the least of them; None if there is none with a target that is met at all.
        service_level: what callers may expect of it; assumed, until somebody agrees on another.
    """

    per_second: Rate
    per_minute: Rate
    per_hour: Rate
    headroom_s: float | None
    service_level: ServiceLevel = ASSUMED


@dataclass(frozen=True)
class ChannelLoad:
    """Load of one channel.

    Attributes:
        peak_hour: the hour of the day in which most come on average.
        peak_hour_letters: that average, a day.
    """

    per_day: Rate
    per_hour: Rate
    peak_hour: int
    peak_hour_letters: Estimate


@dataclass(frozen=True)
class Headroom:
    """Headroom of one SLA: how long each call on its way may take.

    Attributes:
        limit: as the scenario writes it.
        calls: that a letter makes while the clock runs, on average.
        seconds: each may take, as long as its target is met with 95% confidence; None if it is not met anyway.
    """

    limit: str
    limit_min: float
    target: float
    calls: Estimate
    seconds: float | None


@dataclass(frozen=True)
class Targets:
    """Throughput targets of the real system.

    Attributes:
        operations: by name; `all` is all together.
        open_letters: received and not closed at the same time, over the seconds of the window.
        letter_rows_a_year, event_rows_a_year: rows that a year at the rate of the window adds to a database which
            keeps a row a letter and a row a call.
        headroom: of each SLA that has a target.
        cautions: what to know before believing the rest.
    """

    scenario: str
    engine: str
    replications: int
    seed: int
    window_days: float
    operations: Mapping[str, Operation]
    open_letters: Rate
    channels: Mapping[str, ChannelLoad]
    letter_rows_a_year: Estimate
    event_rows_a_year: Estimate
    headroom: Mapping[str, Headroom]
    cautions: tuple[Caution, ...]

    def plain(self) -> dict[str, Any]:
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
    sums: list[OperationSums] = []
    pool: Pool[OperationTallies] = Pool()
    slacks: list[tuple[Slack, ...]] = []
    numbers = range(setting.scenario.replications)
    for counts in replicate(setting, numbers, count_operations, options, stretches=False):
        sums.append(counts.sums)
        pool.add(counts.tallies)
        slacks.append(counts.slacks)
        if progress is not None:
            progress(len(sums))
    return _put_together(setting, scenario, options.engine, stacked(sums), pool.merged(), slacks)


def _put_together(
    setting: Setting,
    scenario: str,
    engine: str,
    sums: OperationSums,
    tallies: OperationTallies,
    slacks: Sequence[tuple[Slack, ...]],
) -> Targets:
    model = setting.scenario
    window = model.window_end - model.window_start
    of_slas = dict(zip(model.sla, zip(*slacks, strict=True), strict=True))
    headroom = {name: _headroom(sla, of_slas[name]) for name, sla in model.sla.items() if sla.target is not None}
    on_way = {name: np.any([each.on_way for each in of_slas[name]], axis=0) for name in headroom}
    names = operations_of(setting)
    calls = np.column_stack([sums.calls, sums.calls.sum(axis=1)])
    letters = sums.by_hour_of_day.sum(axis=2)
    channels = np.column_stack([letters, letters.sum(axis=1)])
    by_hour = np.concatenate([sums.by_hour_of_day, sums.by_hour_of_day.sum(axis=1, keepdims=True)], axis=1)
    return Targets(
        scenario=scenario,
        engine=engine,
        replications=len(slacks),
        seed=model.seed,
        window_days=window / DAY,
        operations={
            name: Operation(
                *_rates(calls[:, index] / window, tallies.rates[index]),
                headroom_s=_least(headroom, on_way, index),
            )
            for index, name in enumerate((*names, ALL))
        },
        open_letters=_rate(sums.open_seconds / window, tallies.open_letters),
        channels={
            name: _channel(channels[:, index] / window, by_hour[:, index] * DAY / window, *tallies.channels[index])
            for index, name in enumerate((*model.channels, ALL))
        },
        letter_rows_a_year=mean_over(calls[:, 0] * YEAR / window).at(),
        event_rows_a_year=mean_over(calls[:, -1] * YEAR / window).at(),
        headroom=headroom,
        cautions=cautions(setting),
    )


def _rate(mean: Floats, tally: Tally) -> Rate:
    # A window has at least one second, so there is a percentile.
    return Rate(mean_over(mean).at(), tally.percentile(0.5) or 0, tally.percentile(0.99) or 0, int(tally.values[-1]))


def _rates(a_second: Floats, tallies: Sequence[Tally]) -> tuple[Rate, Rate, Rate]:
    """Calls a second, minute and hour."""
    second, minute, hour = (
        _rate(a_second * length, tally) for tally, length in zip(tallies, PERIODS.values(), strict=True)
    )
    return second, minute, hour


def _channel(a_second: Floats, by_hour_a_day: Floats, days: Tally, hours: Tally) -> ChannelLoad:
    peak = int(by_hour_a_day.mean(axis=0).argmax())
    return ChannelLoad(
        per_day=_rate(a_second * DAY, days),
        per_hour=_rate(a_second * HOUR, hours),
        peak_hour=peak,
        peak_hour_letters=mean_over(by_hour_a_day[:, peak]).at(),
    )


def _headroom(sla: Sla, slacks: Sequence[Slack]) -> Headroom:
    assert sla.target is not None, "asked for where there is one"
    calls = stacked([each.calls for each in slacks])
    return Headroom(
        limit=str(sla.within),
        limit_min=sla.within.seconds / MINUTE,
        target=sla.target,
        calls=ratio_over(calls).at(),
        seconds=_seconds(slacks, sla),
    )


def _seconds(slacks: Sequence[Slack], sla: Sla) -> float | None:
    """The longest time a call that the target can bear, by bisection: compliance falls as calls take longer.

    It is judged as the SLA itself, so that there is headroom where the target is met, and nowhere else.
    """
    tallies = [each.tenths for each in slacks]
    letters = np.array([float(each.total) for each in tallies])
    copies = all(len(each) == len(tallies[0]) and all(map(np.array_equal, each, tallies[0])) for each in tallies)
    body = body_effect([each.elapsed for each in slacks])

    def met(tenths: int) -> bool:
        in_time = np.array([float(each.times[each.values >= tenths].sum()) for each in tallies])
        compliance = judge(all_decided(Ratio(in_time, letters)), body, copies=copies)
        # Without an interval the point decides: this is a figure, and no verdict.
        least = compliance.worst if compliance.low is None else compliance.low
        return least is not None and sla.target is not None and least >= sla.target

    if not met(0):
        return None
    low, high = 0, sla.within.seconds * TENTHS + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if met(middle) else (low, middle)
    return low / TENTHS


def _least(headroom: Mapping[str, Headroom], on_way: Mapping[str, Bools], index: int) -> float | None:
    """The least headroom of the SLAs on whose way an operation lies; one that is missed anyway asks for nothing."""
    slas = [each for name, each in headroom.items() if index < len(on_way[name]) and on_way[name][index]]
    return min((each.seconds for each in slas if each.seconds is not None), default=None)
