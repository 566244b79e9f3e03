"""Arrivals of one replication: each letter's receipt, category, channel and home, and how many a time expects.

Row i is letter i under every staffing: letters stand in the order in which they were drawn, and those that
are thinned out keep their rows.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple

import numpy as np

from sim.core.clock import HOUR
from sim.core.errors import SimError
from sim.core.streams import Purpose, stream, subject, uniforms
from sim.core.tables import Bools, Floats, Int16s, Int32s, Int64s, Roster
from sim.models.traces import Trace
from sim.models.weights import Hours
from sim.sampling.arrival_rate import busyness_of_days, expected_between, expected_by_channel
from sim.sampling.attendance import Attendance
from sim.sampling.jurisdiction import area_of, area_share, homes_of
from sim.sampling.quantiles import choice
from sim.sampling.roster import shifts_of
from sim.scenario.setting import Setting


class Letters(NamedTuple):
    """All letters drawn, in the order of drawing; one row a letter."""

    received: Int64s
    category: Int16s
    channel: Int16s
    home: Int32s
    kept: Bools  # takes part in this replication


class _Burst(NamedTuple):
    """Letters whose rate is multiplied: those of a surge, or with `times` below 1 of a lull."""

    start: int
    end: int
    times: float
    category: Bools  # (categories,)
    area: Bools  # (units of the home team,)
    by_hour: tuple[float, ...] | None = None  # hours at which the letters that it adds come, if not as the others


class _Source(NamedTuple):
    """Letters as they were sent; `share_kept` is the chance that each one is not drawn in excess."""

    sent: Int64s
    category: Int16s
    channel: Int16s
    home: Int32s
    share_kept: Floats


def draw_letters(setting: Setting, replication: int, keep: float) -> Letters:
    """The letters of one replication.

    Args:
        keep: share of the letters that take part; those of a smaller share are a subset of those of a larger.

    Raises:
        SimError: `keep` is not a share.
    """
    if not 0 <= keep <= 1:
        raise SimError(f"keep must be in [0, 1], got {keep:g}")
    scenario = setting.scenario
    trace = scenario.arrivals.trace
    source = _drawn(setting, replication) if trace is None else _recorded(trace, setting, replication)
    share_kept = keep * source.share_kept
    kept = (source.sent >= 0) & (source.sent < scenario.horizon)
    if (share_kept < 1).any():
        kept &= uniforms(len(kept), scenario.seed, replication, Purpose.THINNING) < share_kept
    received = _registered(setting, source.sent, source.channel)
    return Letters(received, source.category, source.channel, source.home, kept & (received < scenario.horizon))


def letters_expected(setting: Setting, start: int, end: int) -> float:
    """Letters expected from one second to a later one, surges included; of a trace those that were recorded."""
    trace = setting.scenario.arrivals.trace
    if trace is not None:
        sent = trace.letters.seconds_from(setting.scenario.start)
        return float(np.count_nonzero((sent >= start) & (sent < end)))
    bursts = _bursts(setting)
    edges = {start, end, *(edge for burst in bursts for edge in (burst.start, burst.end) if start < edge < end)}
    expected = 0.0
    share = setting.places.share[setting.places.of_team(setting.places.home_team)]
    for begin, until in pairwise(sorted(edges)):
        usual = expected_between(setting, begin, until)
        letters = usual[:, None] * np.ones(len(share))
        now = [burst for burst in bursts if burst.start <= begin < burst.end]
        for burst in sorted(now, key=lambda each: each.times < 1):  # what comes less is thinned out in the end
            where = burst.category[:, None] & burst.area
            hours: Floats | float = 1.0
            if burst.by_hour is not None:
                at_hours = expected_between(setting, begin, until, burst.by_hour)[:, None]
                hours = np.divide(at_hours, usual[:, None], out=np.zeros_like(at_hours), where=usual[:, None] > 0)
            letters *= np.where(where, 1 + (burst.times - 1) * hours, 1.0)
        expected += float((letters @ share).sum())
    return expected


def rate_edges(setting: Setting, start: int, end: int) -> Int64s:
    """Seconds between which the expected rate is constant: full hours, edges of surges, and both ends."""
    edges = {edge for burst in _bursts(setting) for edge in (burst.start, burst.end)}
    edges |= {start, end, *range(-(-start // HOUR) * HOUR, end, HOUR)}
    return np.array(sorted(edge for edge in edges if start <= edge <= end))


def _drawn(setting: Setting, replication: int) -> _Source:
    """Letters of the arrival process: the ordinary ones, then those that each surge adds to all before it."""
    scenario = setting.scenario
    by_channel = expected_by_channel(setting)
    expected = by_channel.sum(axis=1)
    if scenario.arrivals.busyness is not None:
        factor = busyness_of_days(scenario.arrivals.busyness, -(-len(expected) // 24), scenario.seed, replication)
        expected *= np.repeat(factor, 24)[: len(expected), None]
    everybody = np.ones(len(scenario.categories), dtype=np.bool_)
    ordinary = _Burst(0, scenario.horizon, 1.0, everybody, area_of(setting.places, None))
    sources = [_source(setting, replication, 0, expected, ordinary)]
    bursts = _bursts(setting)
    surges = [burst for burst in bursts if burst.times > 1]
    for number, surge in enumerate(surges):
        # Where surges meet, their factors multiply; of letters drawn for a part of the surge only, some are in excess.
        earlier = [other for other in surges[:number] if _meet(surge, other)]
        usual = expected if surge.by_hour is None else _at_hours(expected, surge.by_hour)
        added = usual * (surge.times - 1) * prod(other.times for other in earlier)
        source = _source(setting, replication, number + 1, added, surge)
        for other in earlier:
            source.share_kept[~_inside(source, other, setting)] /= other.times
        sources.append(source)
    letters = _Source(*(np.concatenate(column) for column in zip(*sources, strict=True)))
    for burst in bursts:
        if burst.times < 1:
            letters.share_kept[_inside(letters, burst, setting)] *= burst.times
    return letters._replace(channel=_channels(setting, replication, letters, by_channel))


def _source(setting: Setting, replication: int, number: int, expected: Floats, burst: _Burst) -> _Source:
    """Poisson letters of the hours, categories and homes of a burst, hour by hour; their channels are not drawn yet.

    Args:
        number: 0 for the ordinary letters; each source has its own streams.
        expected: letters expected, shape (hours, categories), if the burst were everywhere and at all times.
    """
    scenario = setting.scenario
    hours = np.arange(burst.start // HOUR, -(-burst.end // HOUR))
    ends = np.minimum((hours + 1) * HOUR, scenario.horizon)
    lower, upper = np.maximum(hours * HOUR, burst.start), np.minimum(ends, burst.end)
    part = (upper - lower) / (ends - hours * HOUR) * area_share(setting.places, burst.area)
    key = (scenario.seed, replication)
    counts = stream(*key, Purpose.ARRIVALS, number, 0).poisson(expected[hours] * part[:, None] * burst.category)
    of_hour, letters = counts.sum(axis=1), int(counts.sum())
    moment = uniforms(letters, *key, Purpose.ARRIVALS, number, 1) * np.repeat(upper - lower, of_hour)
    sent = np.repeat(lower, of_hour) + moment.astype(np.int64)
    each = np.arange(len(scenario.categories), dtype=np.int16)
    category = np.repeat(np.tile(each, len(hours)), counts.ravel())
    team = setting.places.home_team
    home = homes_of(setting, category, uniforms(letters, *key, Purpose.PLACE, subject(team), number), burst.area)
    return _Source(sent, category, np.zeros_like(category), home, np.ones(letters))


def _at_hours(expected: Floats, by_hour: Hours) -> Floats:
    """The letters of each day at other hours, shape (hours, categories)."""
    days = -(-len(expected) // 24)
    of_days = np.zeros((days * 24, expected.shape[1]))
    of_days[: len(expected)] = expected
    weights = np.array(by_hour) / sum(by_hour)
    spread = of_days.reshape(days, 24, -1).sum(axis=1)[:, None] * weights[:, None]
    at_hours: Floats = spread.reshape(days * 24, -1)[: len(expected)]
    return at_hours


def _bursts(setting: Setting) -> list[_Burst]:
    """The surges and lulls of a scenario that reach into [0, horizon)."""
    scenario = setting.scenario
    bursts = []
    for surge in scenario.arrivals.surges:
        start, end = surge.seconds(setting.calendar, scenario.horizon)
        category = np.array([surge.category in (None, name) for name in scenario.categories])
        bursts.append(
            _Burst(max(start, 0), end, surge.times, category, area_of(setting.places, surge.unit), surge.by_hour)
        )
    return [burst for burst in bursts if burst.start < burst.end and burst.area.any()]


def _meet(one: _Burst, other: _Burst) -> bool:
    in_time = one.start < other.end and other.start < one.end
    return in_time and bool((one.category & other.category).any() and (one.area & other.area).any())


def _inside(letters: _Source, burst: _Burst, setting: Setting) -> Bools:
    first = setting.places.of_team(setting.places.home_team).start
    in_time = (letters.sent >= burst.start) & (letters.sent < burst.end)
    return in_time & burst.category[letters.category] & burst.area[letters.home - first]


def _recorded(trace: Trace, setting: Setting, replication: int) -> _Source:
    """Letters of a trace; what it does not say is drawn."""
    scenario, rows = setting.scenario, trace.letters
    sent = rows.seconds_from(scenario.start)
    key = (scenario.seed, replication)
    category = said_or_drawn(rows.category, scenario.category_shares, uniforms(len(sent), *key, Purpose.CATEGORY))
    channel = said_or_drawn(rows.channel, scenario.channel_shares, uniforms(len(sent), *key, Purpose.CHANNEL))
    team = setting.places.home_team
    units = setting.places.of_team(team)
    drawn = uniforms(len(sent), *key, Purpose.PLACE, subject(team), 0)
    home = homes_of(setting, category, drawn, area_of(setting.places, None))
    said = numbers_of(rows.unit, setting.places.names[units.start : units.stop])
    home = np.where(said >= 0, said + units.start, home).astype(np.int32)
    return _Source(sent, category, channel, home, np.ones(len(sent)))


def said_or_drawn(names: Sequence[str], shares: dict[str, float], drawn: Floats) -> Int16s:
    """Number of each name among those that have shares; of an empty one, as a uniform draws it."""
    said = numbers_of(names, list(shares))
    return np.where(said >= 0, said, choice(list(shares.values()), drawn)).astype(np.int16)


def numbers_of(names: Sequence[str], known: Sequence[str]) -> Int32s:
    """Number of each name among the known ones; -1 where the trace says nothing."""
    number = {name: index for index, name in enumerate(known)} | {"": -1}
    return np.array([number[name] for name in names], dtype=np.int32)


def _channels(setting: Setting, replication: int, letters: _Source, expected: Floats) -> Int16s:
    """The channel of each letter: by share, or by what each channel brings of its category at that hour.

    Where a surge brings letters at an hour at which none come otherwise, it is by share there.

    Args:
        expected: letters expected, shape (hours, channels, categories).
    """
    scenario, count = setting.scenario, len(letters.sent)
    shares = list(scenario.channel_shares.values())
    if len(shares) == 1:
        return np.zeros(count, dtype=np.int16)
    drawn = uniforms(count, scenario.seed, replication, Purpose.CHANNEL)
    if not scenario.channels_have_times:
        return choice(shares, drawn).astype(np.int16)
    none_come = expected.sum(axis=1, keepdims=True) == 0
    until = np.cumsum(np.where(none_come, np.array(shares)[:, None], expected), axis=1)
    until /= until[:, -1:].copy()
    hour, channel = letters.sent // HOUR, np.zeros(count, dtype=np.int16)
    for passed in range(len(shares) - 1):
        channel += drawn >= until[hour, passed, letters.category]
    return channel


def _registered(setting: Setting, sent: Int64s, channel: Int16s) -> Int64s:
    """When each letter is received: when it is sent, or when its channel's roster is on duty next."""
    received = sent.copy()
    for number, each in enumerate(setting.scenario.channels.values()):
        pattern = setting.scenario.roster(each.registered) if each.registered is not None else None
        if pattern is not None:
            rows, horizon = np.flatnonzero(channel == number), setting.scenario.horizon
            shifts = shifts_of(pattern, setting)
            one, anybody = np.zeros(len(shifts.group), np.int32), np.ones(len(shifts.group), np.int32)
            office = Attendance(Roster(one, shifts.start, shifts.end, anybody, units=1), horizon)
            received[rows] = np.minimum(office.first(np.zeros(len(rows), np.int32), sent[rows]), horizon)
    return received
