"""The way of a letter, event by event: where it waited, who was busy with what, and how its SLA clocks ran."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from sim.core.clock import MINUTE
from sim.core.tables import NO_UNIT, NOT_YET, WORK, Floats, Int64s
from sim.metrics.causes import Breaches, breaches
from sim.metrics.figures.slas import Why
from sim.metrics.letter_timeline import EventKind, LetterClock, LetterTimeline, LostWhere, TimelineEvent
from sim.metrics.repeat_letters import joins_of
from sim.metrics.replication import Fate, Replication, clock_at
from sim.metrics.supervision import received_prompts
from sim.metrics.unit_history import UnitHistory

_LAST: tuple[EventKind, ...] = (EventKind.REACHED, EventKind.CLOSED, EventKind.LEFT, EventKind.OPEN)
"""What comes after the other events of its second."""


def latest(replication: Replication, late: Sequence[Breaches], many: int) -> tuple[LetterTimeline, ...]:
    """The letters of the window that were latest, at most so many, each until the last clock stops that it overran.

    The SLAs take turns, each with the letter that took longest on its clock and was not named before.

    Args:
        late: the breaches of each SLA, with their causes.
    """
    by_sla = [
        found.row[np.argsort(-clock.elapsed[found.row], kind="stable")].tolist()
        for found, clock in zip(late, replication.clocks, strict=True)
    ]
    in_turn = dict.fromkeys(row for turn in zip_longest(*by_sla) for row in turn if row is not None)
    return timelines(replication, list(in_turn)[:many], only_late=True)


def timelines(replication: Replication, rows: Sequence[int], *, only_late: bool = False) -> tuple[LetterTimeline, ...]:
    """The ways of some letters, by their rows in the replication; its log must have stretches.

    Args:
        only_late: not on from where the last clock stops that a letter overran.
    """
    chosen = np.zeros(len(replication.letters), dtype=np.bool_)
    chosen[list(rows)] = True
    late, units = breaches(replication, chosen), UnitHistory(replication)
    return tuple(_timeline(replication, row, late, units, only_late) for row in rows)


class _Event(NamedTuple):
    """An event before anything is looked up for it."""

    second: int
    kind: EventKind
    visit: int = -1
    unit: int = NO_UNIT
    sla: str | None = None
    by: int | None = None  # a visit
    waits: bool = False


def _timeline(
    replication: Replication, row: int, late: Sequence[Breaches], units: UnitHistory, only_late: bool
) -> LetterTimeline:
    setting, workload = replication.setting, replication.workload
    letter = int(replication.letters[row])
    places, scenario = setting.places, setting.scenario
    steps = units.steps
    events = sorted(_events(replication, row, units), key=lambda event: (event.second, _order(event.kind)))
    if only_late:
        stops = [int(clock.end[row]) for clock in replication.clocks if clock.fate[row] == Fate.BREACHED]
        events = [event for event in events if event.second <= max(stops)]
    seconds = np.array([event.second for event in events])
    clocks = _clock_readings(replication, row, seconds)
    start = datetime.combine(scenario.start, datetime.min.time())
    told, since = [], events[0].second
    for place, event in enumerate(events):
        state = units.state(event.unit, event.second, event.visit, since) if event.waits else None
        since = event.second if event.waits else since
        told.append(
            TimelineEvent(
                at=start + timedelta(seconds=event.second),
                kind=event.kind,
                step=steps[workload.step[event.visit]] if event.visit >= 0 else None,
                unit=places.names[event.unit] if event.unit != NO_UNIT else None,
                sla=event.sla,
                by=None if event.by is None else steps[workload.step[event.by]],
                state=state,
                clocks_min={sla: float(column[place]) for sla, column in clocks.items() if column[place] >= 0},
            )
        )
    return LetterTimeline(
        replication=replication.number,
        letter=letter,
        category=list(scenario.categories)[workload.category[letter]],
        channel=list(scenario.channels)[workload.channel[letter]],
        unit=places.names[workload.home[letter]],
        counted=bool(replication.counted[row]),
        clocks=tuple(_clocks(replication, row, late)),
        events=tuple(told),
    )


def _order(kind: EventKind) -> int:
    return _LAST.index(kind) + 1 if kind in _LAST else 0


def _events(replication: Replication, row: int, units: UnitHistory) -> Iterator[_Event]:
    """Everything that happens to a letter; of one second in this order."""
    log, workload, horizon = replication.log, replication.workload, replication.setting.scenario.horizon
    letter = replication.letters[row]
    yield _Event(int(replication.received[row]), EventKind.RECEIVED)
    yield from _sla_events(replication, row)
    yield from _prompts(replication, row)
    for visit in range(workload.first_visit[letter], workload.first_visit[letter + 1]):
        if log.queued[visit] == NOT_YET:
            break
        if workload.unit[visit] != NO_UNIT:
            yield from _work_events(replication, visit, units)
        elif log.finished[visit] != log.queued[visit]:
            yield _Event(int(log.queued[visit]), EventKind.WAIT_BEGAN, visit)
            if log.finished[visit] != NOT_YET:
                yield _Event(int(log.finished[visit]), EventKind.WAIT_ENDED, visit)
    closed = int(replication.closed[row])
    if replication.abandoned[row] != NOT_YET:
        yield _Event(closed, EventKind.LEFT)
    else:
        yield _Event(horizon, EventKind.OPEN) if closed == NOT_YET else _Event(closed, EventKind.CLOSED)


def _sla_events(replication: Replication, row: int) -> Iterator[_Event]:
    for (name, sla), clock in zip(replication.setting.scenario.sla.items(), replication.clocks, strict=True):
        if clock.fate[row] == Fate.NOT_APPLICABLE or clock.begin[row] == NOT_YET:
            continue
        begin, end = int(clock.begin[row]), int(clock.end[row])
        if sla.from_ != "received":
            yield _Event(begin, EventKind.CLOCK_BEGAN, sla=name)
        if clock.fate[row] == Fate.BREACHED:
            low, high = begin, end  # not yet passed, and passed
            while high - low > 1:
                middle = (low + high) // 2
                passed = clock_at(replication, sla, row, begin, np.array([middle]))[0] > sla.within.seconds
                low, high = (low, middle) if passed else (middle, high)
            yield _Event(high, EventKind.LIMIT_PASSED, sla=name)
        if not (clock.open[row] or clock.left[row]):
            yield _Event(end, EventKind.REACHED, sla=name)


def _prompts(replication: Replication, row: int) -> Iterator[_Event]:
    scenario, workload = replication.setting.scenario, replication.workload
    if scenario.supervise or scenario.extension:
        prompts, rows = received_prompts(replication)
        each = [(EventKind.PROMPTED, rule.sla) for rule in scenario.supervise]
        each += [(EventKind.ASKED_FOR_TIME, rule.sla) for rule in scenario.extension for _ in (True, False)]
        for prompt in prompts[rows == row].tolist():
            kind, sla = each[workload.rule[prompt]]
            yield _Event(int(workload.received[prompt]), kind, sla=sla)
    for letter in np.flatnonzero(joins_of(replication)).tolist():
        if replication.row_of_visit[workload.about[letter]] == row:
            yield _Event(int(workload.received[letter]), EventKind.WRITTEN_AGAIN)


def _work_events(replication: Replication, visit: int, units: UnitHistory) -> Iterator[_Event]:
    """What happens to a visit that is work: a row for each of its stretches, and what comes in between."""
    log, stretches, horizon = replication.log, replication.log.stretches, replication.setting.scenario.horizon
    assert stretches is not None, "simulated with stretches"
    mine = range(replication.first_stretch[visit], replication.first_stretch[visit + 1])
    worked, waited, place = False, False, NO_UNIT
    for stretch in mine:
        unit, shift, start, end = (
            int(column[stretch]) for column in (stretches.unit, stretches.shift, stretches.start, stretches.end)
        )
        if stretches.kind[stretch] != WORK:
            if unit != place:
                kind = EventKind.QUEUED if place == NO_UNIT else EventKind.MOVED
                yield _Event(start, kind, visit, unit, waits=True)
            for second in units.shift_changes(unit, start, end):
                yield _Event(second, EventKind.SHIFT_CHANGE, visit, unit, waits=True)
            waited, place = True, unit
            continue
        yield _Event(start, EventKind.RESUMED if worked else EventKind.STARTED, visit, unit, waits=waited)
        worked, waited, place = True, False, unit
        shift_end = int(replication.roster.end[shift])
        if shift_end < end:
            yield _Event(shift_end, EventKind.OVERTIME, visit, unit)
        if end == log.finished[visit]:
            yield _Event(end, EventKind.FINISHED, visit, unit)
        elif end < horizon:
            # It waits where it is put down, unless another unit takes it at once.
            kind = EventKind.PUT_DOWN if end == shift_end else EventKind.INTERRUPTED
            by = units.started_by(unit, shift, end) if kind is EventKind.INTERRUPTED else None
            yield _Event(end, kind, visit, unit, by=by, waits=True)


def _clock_readings(replication: Replication, row: int, seconds: Int64s) -> dict[str, Floats]:
    """Minutes on the clock of each SLA at some instants, -1 where it does not run."""
    readings = {}
    for (name, sla), clock in zip(replication.setting.scenario.sla.items(), replication.clocks, strict=True):
        if clock.fate[row] == Fate.NOT_APPLICABLE or clock.begin[row] == NOT_YET:
            continue
        running = (seconds >= clock.begin[row]) & (seconds <= clock.end[row])
        instants = np.maximum(seconds, clock.begin[row])
        readings[name] = np.where(
            running, clock_at(replication, sla, row, int(clock.begin[row]), instants) / MINUTE, -1.0
        )
    return readings


def _clocks(replication: Replication, row: int, late: Sequence[Breaches]) -> Iterator[LetterClock]:
    scenario, places = replication.setting.scenario, replication.setting.places
    for (name, sla), clock, found in zip(scenario.sla.items(), replication.clocks, late, strict=True):
        if clock.fate[row] == Fate.NOT_APPLICABLE:
            continue
        lost = None
        for place in np.flatnonzero(found.row == row):
            unit = int(found.unit[place])
            lost = LostWhere(
                step=scenario.workflow[found.step[place]].name,
                unit=None if unit == NO_UNIT else places.names[unit],
                why=list(Why)[found.why[place]],
                minutes=float(found.seconds[place] / MINUTE),
            )
        yield LetterClock(
            sla=name,
            limit=str(sla.within),
            limit_min=sla.within.seconds / MINUTE,
            clock=sla.within.clock,
            elapsed_min=None if clock.elapsed[row] == NOT_YET else float(clock.elapsed[row] / MINUTE),
            open=bool(clock.open[row]),
            fate=Fate(clock.fate[row]).name.lower(),
            lost=lost,
        )
