"""The ways that cases take through their activities: a linear order of steps, and each case as passes along it.

A pass goes forward only; who goes back begins another one. An activity that comes now before and now after others
stands in the order several times.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Floats, Int32s, Int64s, first_of_group, last_of_group
from sim.fit.as_of import chosen
from sim.fit.log import EventLog

_MOST_CASES: Final = 20_000
"""Cases that decide the order of activities; a sample of more says the same."""

_ENOUGH_CASES: Final = 4_000
"""Cases that tell which activities stand in the order several times."""

_RARE: Final = 0.02
"""Share of the cases with an activity in which it may come out of order without standing in the order again."""

_MOST_PLACES: Final = 4
"""How often one activity can stand in the order."""

_LONG_AGO: Final = 0.99
"""Share of the gaps between events of a case that are shorter than the one after which a case counts as ended."""

ENDED: Final = 0
WENT_BACK: Final = 1
STILL_OPEN: Final = 2


class Passes(NamedTuple):
    """Forward ways of cases, sorted by case and time; of each a row."""

    case: Int64s
    first: Int64s  # place in the order where it begins: 0, or where the case went back to
    last: Int64s  # place of the last event; `first` - 1 of none
    fate: Int64s  # ENDED, WENT_BACK or STILL_OPEN
    back_to: Int64s  # place where the next pass begins, or -1
    took: Bools  # (passes, places)

    def crossing(self, place: int) -> Bools:
        """Which passes came by a place for certain, taking it or not."""
        crossing: Bools = (self.first <= place) & (self.last >= place)
        return crossing

    def decided(self, place: int) -> Bools:
        """Which passes are known to have gone on, ended or gone back behind a place, having come by it."""
        decided: Bools = self.crossing(place) & ((self.last > place) | (self.fate != STILL_OPEN))
        return decided


class Ways(NamedTuple):
    """The order of steps, and how cases went along it."""

    places: tuple[int, ...]  # activity of each place
    passes: Passes
    place: Int64s  # of each event
    pass_: Int64s  # row of the pass of each event


def ways_of(log: EventLog, closed: Bools) -> Ways:
    """Order the activities of a log, and lay the cases along the order.

    Args:
        closed: which cases have come to their end.
    """
    places = _order(log)
    some = np.arange(log.cases) % max(log.cases // _ENOUGH_CASES, 1) == 0
    sample, ended = chosen(log, some), closed[some]
    for _ in range(len(log.activities) * (_MOST_PLACES - 1)):
        more = _out_of_order(sample, _along(sample, places, ended))
        if more is None:
            break
        at, activity = more
        places = [*places[: at + 1], activity, *places[at + 1 :]]
    return _along(log, places, closed)


def _order(log: EventLog) -> list[int]:
    """Activities sorted by which comes first in most of the cases that have both."""
    count = len(log.activities)
    cases = np.arange(log.cases)
    if log.cases > _MOST_CASES:
        cases = np.linspace(0, log.cases - 1, _MOST_CASES).astype(np.int64)
    number = np.full(log.cases, -1)
    number[cases] = np.arange(len(cases))
    rows = np.flatnonzero(number[log.case] >= 0)
    first = np.full((len(cases), count), np.iinfo(np.int64).max)
    np.minimum.at(first, (number[log.case[rows]], log.activity[rows]), rows)
    there = first < np.iinfo(np.int64).max
    earlier = np.zeros((count, count))
    for activity in range(count):
        both = there[:, activity, None] & there
        earlier[activity] = ((first[:, activity, None] < first) & both).sum(axis=0)
    lead = earlier - earlier.T
    starts = log.first_event()[:-1]
    since = np.where(there, first - starts[cases][:, None], 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return _sorted_by_majority(lead, since, there.sum(axis=0) > 0)


def _sorted_by_majority(lead: Floats, mean_position: Floats, there: Bools) -> list[int]:
    """Take the activity to which the fewest cases of the others come first, then the next."""
    left = [int(activity) for activity in np.flatnonzero(there)]
    order: list[int] = []
    while left:
        against = {a: float(np.maximum(lead[left, a], 0).sum()) for a in left}
        following = min(left, key=lambda a: (against[a], mean_position[a]))
        order.append(following)
        left.remove(following)
    return order


def _along(log: EventLog, places: Sequence[int], closed: Bools) -> Ways:
    """Lay each case along the order: each event at the next place of its activity, or else on a new pass."""
    of_activity: dict[int, list[int]] = {}
    for place, activity in enumerate(places):
        of_activity.setdefault(activity, []).append(place)
    following = [
        [
            next((place for place in of_activity.get(activity, []) if place >= begin), -1)
            for begin in range(len(places) + 1)
        ]
        for activity in range(len(log.activities))
    ]
    place_of_event = np.empty(log.events, dtype=np.int64)
    pass_of_event = np.empty(log.events, dtype=np.int64)
    cases, firsts, lasts = [], [], []
    before, at = -1, -1
    for event, (case, activity) in enumerate(zip(log.case.tolist(), log.activity.tolist(), strict=True)):
        if case != before:
            place = following[activity][0]
            cases.append(case)
            firsts.append(0)
            lasts.append(place)
            before = case
        else:
            place = following[activity][at + 1]
            if place < 0:
                place = following[activity][0]
                cases.append(case)
                firsts.append(place)
                lasts.append(place)
            else:
                lasts[-1] = place
        at = place
        place_of_event[event] = place
        pass_of_event[event] = len(cases) - 1
    without = np.setdiff1d(np.arange(log.cases), np.array(cases, dtype=np.int64))
    return _passes(places, closed, place_of_event, pass_of_event, (cases, firsts, lasts), without)


def _passes(
    places: Sequence[int],
    closed: Bools,
    place: Int64s,
    pass_: Int64s,
    columns: tuple[list[int], list[int], list[int]],
    without: Int64s,
) -> Ways:
    """The same as arrays; cases without any event have one pass behind all others."""
    case, first, last = (np.array(column, dtype=np.int64) for column in columns)
    case, first, last = (
        np.concatenate([case, without]),
        np.concatenate([first, np.zeros_like(without)]),
        np.concatenate([last, np.full_like(without, -1)]),
    )
    took = np.zeros((len(case), len(places)), dtype=np.bool_)
    took[pass_, place] = True
    goes_on = ~last_of_group(case)
    fate = np.where(goes_on, WENT_BACK, np.where(closed[case], ENDED, STILL_OPEN))
    back_to = np.where(goes_on, np.append(first[1:], -1)[: len(case)], -1)
    passes = Passes(case, first, last, fate, back_to, took)
    return Ways(tuple(places), passes, place, pass_)


def _out_of_order(log: EventLog, ways: Ways) -> tuple[int, int] | None:
    """The place behind which an activity has to stand again because cases that had not had it come to it from there.

    The most frequent such one, or None if all are rare.
    """
    passes, places = ways.passes, ways.places
    back = np.flatnonzero(passes.fate == WENT_BACK)
    if len(back) == 0:
        return None
    # Of a first pass, what was not taken has not been taken before.
    back = back[passes.first[back] == 0]
    back = back[np.append(-1, passes.case)[back] != passes.case[back]]
    activity = np.array(places)[passes.back_to[back]]
    of_activity = np.array(places)[:, None] == np.arange(len(log.activities))
    had = (passes.took[back] @ of_activity)[np.arange(len(back)), activity]
    new = back[~had]
    if len(new) == 0:
        return None
    pairs = np.unique(log.case * len(log.activities) + log.activity)
    with_activity = np.bincount(pairs % len(log.activities), minlength=len(log.activities))
    key = passes.last[new] * len(log.activities) + np.array(places)[passes.back_to[new]]
    keys, counts = np.unique(key, return_counts=True)
    order = np.argsort(-counts)
    for which in order.tolist():
        at, of = divmod(int(keys[which]), len(log.activities))
        enough = counts[which] >= max(5, _RARE * with_activity[of])
        if enough and places.count(of) < _MOST_PLACES:
            return at, of
    return None


def closed_cases(log: EventLog) -> Bools:
    """Which cases have come to their end: nothing of them waits, and nothing came after them for long."""
    first = log.first_event()
    some = first[1:] > first[:-1]
    last = np.maximum(first[1:] - 1, 0)
    done = np.zeros(log.cases, dtype=np.bool_)
    if not log.events:
        return done
    done[some] = log.finished[last[some]] != NOT_YET
    if (log.queued != NOT_YET).mean() > 0.2:
        return done  # what comes next is queued at once
    same = log.case[1:] == log.case[:-1]
    begun = np.where(log.started != NOT_YET, log.started, log.finished)
    gaps = (begun[1:] - log.finished[:-1])[same & (log.finished[:-1] != NOT_YET) & (begun[1:] != NOT_YET)]
    longest = float(np.quantile(gaps, _LONG_AGO)) if len(gaps) else 0.0
    recent = np.zeros(log.cases, dtype=np.bool_)
    recent[some] = log.finished[last[some]] + longest >= log.until
    # What usually comes last has come last, however short ago.
    final = np.bincount(log.activity[last[some]], minlength=len(log.activities))
    of = np.bincount(log.activity, minlength=len(log.activities))
    ends = final > 0.9 * np.maximum(of, 1)
    recent[some] &= ~ends[log.activity[last[some]]]
    return done & ~recent


def nth_visit(log: EventLog) -> Int32s:
    """How often the case of each event has had its activity before, shape (events,)."""
    key = log.case * max(len(log.activities), 1) + log.activity
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    first = np.maximum.accumulate(np.where(first_of_group(ordered), np.arange(len(order)), 0))
    nth = np.empty(len(order), dtype=np.int32)
    nth[order] = np.arange(len(order)) - first
    return nth
