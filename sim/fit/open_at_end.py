"""The letters that are open at the end of a log, and where each stands in a scenario: the backlog to go on from.

A letter whose last event is not over is at its step. Any other is at the step that letters mostly come to next, or at
the wait before that; where a scenario has steps in between of which the log says nothing, at the first of those.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.safe_text import Cell
from sim.core.tables import NOT_YET, Bools, Int64s, first_of_group, last_of_group
from sim.fit.as_of import as_of
from sim.fit.letters import never_reached
from sim.fit.log import NO_CODE, EventLog, LetterLog
from sim.fit.ways import closed_cases
from sim.models.backlog import OpenState
from sim.models.scenario import Scenario
from sim.models.staffing import home_team, unit_names
from sim.models.workflow import WaitStep, WorkStep, takes_time

_EVENING: Final = 18 * HOUR
"""From this time of day on the last day of a log counts as whole."""


_LONG: Final = 7 * DAY
"""Without a receipt, after which a log has no new letters any more."""


class OpenAtEnd(NamedTuple):
    """The open letters of a log."""

    day: date  # at whose 00:00 they are open
    steps: tuple[str, ...]  # of which each row says when they were finished
    rows: list[list[Cell]]  # as `write_backlog` has them


class _Standing(NamedTuple):
    """Where an open letter is."""

    step: int
    state: OpenState
    since: int
    done: dict[int, int]  # when steps were last finished


def open_at_end(log: EventLog | LetterLog, scenario: Scenario, activities: Mapping[str, str]) -> OpenAtEnd:
    """The letters that are open at the midnight at which a log ends, by the steps of a scenario.

    That is the midnight before its last instant, or the next one if the log goes on until the evening. A log that ends
    long after the last receipt, as one of old letters and what became of them, ends with that.

    Args:
        activities: activity or milestone of the log that each step stands for.
    """
    last = int(log.received[-1]) + 1
    end = log.until if log.until - last <= _LONG else last
    midnight = (end // DAY if end % DAY < _EVENING else -(-end // DAY)) * DAY
    known = as_of(log, midnight) if midnight < log.until else log
    path = _Path(scenario, activities)
    found = _of_events(known, path) if isinstance(known, EventLog) else _of_letters(known, path)
    begin = np.datetime64(log.origin, "s")

    def local(second: int) -> str:
        return str(begin + second)

    homes = home_team(scenario.teams)
    units = unit_names(homes, scenario.teams[homes])
    steps = sorted({step for _, _, standing in found for step in standing.done})
    rows: list[list[Cell]] = [
        [
            name, local(int(known.received[case])), _among(known.channels[known.channel[case]], scenario.channels),
            _among(known.categories[known.category[case]], scenario.categories), _among(_home(known, case), units),
            path.names[at.step], at.state, local(at.since),
            *(local(at.done[step]) if step in at.done else "" for step in steps),
        ]
        for case, name, at in found
    ]  # fmt: skip
    return OpenAtEnd(log.origin + timedelta(days=midnight // DAY), tuple(path.names[step] for step in steps), rows)


class _Path:
    """The steps of a scenario in order, and where what a log names stands among them."""

    def __init__(self, scenario: Scenario, activities: Mapping[str, str]) -> None:
        self.names = [step.name for step in scenario.workflow]
        self._works = [isinstance(step, WorkStep) for step in scenario.workflow]
        self._all_come_by = [isinstance(step, WorkStep | WaitStep) for step in scenario.workflow]
        self._named = [name in activities for name in self.names]
        self._of: dict[str, list[int]] = {}
        for place, step in enumerate(scenario.workflow):
            if takes_time(step) and step.name in activities:
                self._of.setdefault(activities[step.name], []).append(place)

    def at(self, activity: str, last: int) -> int | None:
        """The step of an activity behind the last one, or else its first; None if it has none."""
        places = self._of.get(activity, [])
        return next((place for place in places if place > last), places[0] if places else None)

    def before(self, place: int, last: int) -> int | None:
        """Where a letter is that is on its way from the last step to another place; None if it is at no step then.

        Args:
            place: the number of steps for the end of the workflow.
        """
        first = place
        while first - 1 > last and not self._named[first - 1]:
            first -= 1
        between = [step for step in range(first, place) if self._all_come_by[step]]
        if between:
            return between[0]
        return place if place < len(self.names) else None

    def standing(self, step: int, since: int, done: dict[int, int], *, worked_on: bool = False) -> _Standing:
        """A letter at a step."""
        worked = OpenState.WORKING if worked_on else OpenState.WAITING
        return _Standing(step, worked if self._works[step] else OpenState.DELAY, since, done)


def _of_events(log: EventLog, path: _Path) -> list[tuple[int, Cell, _Standing]]:
    first = log.first_event()
    closed = closed_cases(log)
    following = _following(log, closed)
    last_spell = np.full(log.events, NOT_YET)
    np.maximum.at(last_spell, log.spells.event, log.spells.finished)
    found: list[tuple[int, Cell, _Standing]] = []
    for case in np.flatnonzero(~closed).tolist():
        last, since, done = -1, int(log.received[case]), dict[int, int]()
        activity = NO_CODE
        standing = None
        for event in range(int(first[case]), int(first[case + 1])):
            activity = int(log.activity[event])
            place = path.at(log.activities[activity], last)
            queued, started, finished = (int(each[event]) for each in (log.queued, log.started, log.finished))
            if place is None:
                continue
            if finished == NOT_YET:
                # What was put down waits, as far as is known.
                put_down = int(last_spell[event])
                worked_on = started != NOT_YET and put_down == NOT_YET
                standing = path.standing(place, max(queued, started, put_down), done, worked_on=worked_on)
                continue
            last, since, done[place] = place, max(since, finished), max(finished, done.get(place, finished))
        if standing is None:
            place = _next(log, path, following, activity, last)
            step = None if place is None else path.before(place, last)
            standing = None if step is None else path.standing(step, since, done)
        if standing is not None:
            found.append((case, log.ids[case], standing))
    return found


def _next(log: EventLog, path: _Path, following: Mapping[int, int], activity: int, last: int) -> int | None:
    """The step that letters mostly come to behind an activity, NO_CODE for the beginning."""
    after = following.get(activity, NO_CODE)
    return len(path.names) if after == NO_CODE else path.at(log.activities[after], last)


def _following(log: EventLog, closed: Bools) -> dict[int, int]:
    """The activity that mostly follows each; NO_CODE stands for the receipt, and for the end of the case."""
    kinds, receipt = len(log.activities), len(log.activities)
    activity = log.activity.astype(np.int64)
    last, begins = last_of_group(log.case), first_of_group(log.case)
    counts = np.zeros((kinds + 1, kinds + 1), dtype=np.int64)
    np.add.at(counts, (np.where(begins, receipt, np.roll(activity, 1)), activity), 1)
    ended = activity[last & closed[log.case]]
    np.add.at(counts, (ended, np.full(len(ended), kinds)), 1)
    codes = [*range(kinds), NO_CODE]
    return {code: codes[int(row.argmax())] for code, row in zip(codes, counts, strict=True) if row.any()}


def _of_letters(log: LetterLog, path: _Path) -> list[tuple[int, Cell, _Standing]]:
    names = list(log.milestones)
    reached: list[Int64s] = list(log.milestones.values())
    passed_over = [never_reached(log, at) for at in reached]
    found: list[tuple[int, Cell, _Standing]] = []
    for case in np.flatnonzero(_any_to_come(reached, passed_over)).tolist():
        last, since, done = -1, int(log.received[case]), dict[int, int]()
        latest = max((each for each, at in enumerate(reached) if at[case] != NOT_YET), default=-1)
        for name, at in zip(names[: latest + 1], reached, strict=False):
            place = path.at(name, last)
            if place is not None and at[case] != NOT_YET:
                last, since, done[place] = place, max(since, int(at[case])), int(at[case])
        step = next(_steps_to_come(names, passed_over, path, case, latest, last), None)
        if step is not None:
            found.append((case, case + 1, path.standing(step, since, done)))
    return found


def _steps_to_come(
    names: Sequence[str], passed_over: Sequence[Bools], path: _Path, case: int, latest: int, last: int
) -> Iterator[int]:
    """Where a letter may be that has reached one milestone and not the next."""
    for each in range(latest + 1, len(names)):
        if not passed_over[each][case]:
            place = path.at(names[each], last)
            step = path.before(len(path.names) if place is None else place, last)
            if step is not None:
                yield step


def _any_to_come(reached: Sequence[Int64s], passed_over: Sequence[Bools]) -> Bools:
    """Which letters have not reached the last milestone that they can reach."""
    if not reached:
        return np.zeros(0, dtype=np.bool_)
    to_come = [(at == NOT_YET) & ~never for at, never in zip(reached, passed_over, strict=True)]
    later = np.zeros(len(reached[0]), dtype=np.bool_)
    for at, open_ in zip(reached, to_come, strict=True):
        later = np.where(at != NOT_YET, False, later | open_)
    return later


def _home(log: EventLog | LetterLog, case: int) -> str:
    code = int(log.home[case] if isinstance(log, EventLog) else log.unit[case])
    return "" if code == NO_CODE else log.units[code]


def _among(name: str, names: Sequence[str] | Mapping[str, object]) -> str:
    """A name that a scenario has; else nothing, and it is drawn."""
    return name if name in names else ""
