"""Transitions of a lifecycle -> activity instances: what was queued, started, put down, resumed and completed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Int64s
from sim.fit.log import NO_CODE


class Instances(NamedTuple):
    """Activity instances, in any order, and their spells of work."""

    case: Int64s
    activity: Int64s
    queued: Int64s
    started: Int64s
    finished: Int64s
    resource: Int64s
    unit: Int64s

    # one row a spell
    event: Int64s  # row above
    spell_started: Int64s
    spell_finished: Int64s
    spell_resource: Int64s
    spell_unit: Int64s


class _Instance:
    """One activity instance while its transitions are read."""

    __slots__ = ("case_activity", "queued", "resource", "resumed", "started", "unit")

    def __init__(self, case_activity: tuple[int, int]) -> None:
        self.case_activity = case_activity
        self.queued = self.started = self.resumed = NOT_YET
        self.resource = self.unit = NO_CODE


def of_intervals(
    case: Int64s, activity: Int64s, queued: Int64s, started: Int64s, finished: Int64s, resource: Int64s, unit: Int64s
) -> Instances:
    """Rows that are instances already; each that has a start and an end is one spell of work."""
    whole = np.flatnonzero((started != NOT_YET) & (finished != NOT_YET))
    return Instances(
        case, activity, queued, started, finished, resource, unit,
        whole, started[whole], finished[whole], resource[whole], unit[whole],
    )  # fmt: skip


def of_segments(segments: Instances, instance: Int64s, complete: Bools) -> Instances:
    """Instances of which each is one or several rows, of which all but the last were put down.

    Args:
        segments: the rows, as if each were an instance.
        instance: tells apart the instances of one case and activity.
        complete: whether a row ended with its instance.
    """
    begun = np.where(segments.started == NOT_YET, segments.queued, segments.started)
    order = np.lexsort((begun, instance, segments.activity, segments.case))
    key = np.stack([segments.case, segments.activity, instance])[:, order]
    new = np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))[: len(order)]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    first = order[new]
    last = order[np.append(new[1:], True)[: len(order)]]
    return segments._replace(
        case=segments.case[first],
        activity=segments.activity[first],
        queued=segments.queued[first],
        started=segments.started[first],
        finished=np.where(complete[last], segments.finished[last], NOT_YET),
        resource=segments.resource[last],
        unit=segments.unit[last],
        event=number[segments.event],
    )


def of_transitions(
    case: Int64s,
    activity: Int64s,
    instance: Sequence[object],
    meaning: Sequence[str],
    instant: Int64s,
    resource: Int64s,
    unit: Int64s,
) -> Instances:
    """Instances from their transitions, taken in the order of their instants, and of their rows within a second.

    A transition belongs to the instance of its case and activity (and name of an instance, if it has one) that is open
    and expects it, and of several to the one that began first. What was dropped before anybody began it has not
    happened; what was dropped later has had its work.

    Args:
        meaning: as `columns.transitions` has them; `moved` changes nothing here.
    """
    done: list[tuple[int, ...]] = []
    spells: list[tuple[int, ...]] = []
    under_way: dict[tuple[object, ...], list[_Instance]] = {}

    def close(key: tuple[object, ...], each: _Instance, finished: int) -> None:
        done.append((*each.case_activity, each.queued, each.started, finished, each.resource, each.unit))
        under_way[key].remove(each)

    order = np.lexsort((np.arange(len(case)), instant)).tolist()
    columns = (case.tolist(), activity.tolist(), instant.tolist(), resource.tolist(), unit.tolist())
    cases, activities, instants, resources, units = columns
    rows_of: dict[int, list[tuple[int, ...]]] = {}
    for row in order:
        what, now = meaning[row], instants[row]
        case_activity = (cases[row], activities[row])
        key: tuple[object, ...] = (*case_activity, instance[row])
        waiting = under_way.setdefault(key, [])
        each = next((other for other in waiting if _expects(other, what)), None)
        if each is None:
            if what not in ("queued", "assigned", "start", "complete"):
                continue
            each = _Instance(case_activity)
            waiting.append(each)
        if resources[row] != NO_CODE:
            each.resource = resources[row]
        if units[row] != NO_CODE:
            each.unit = units[row]
        if what in ("queued", "assigned"):
            each.queued = now if each.queued == NOT_YET else each.queued
        elif what in ("start", "resume"):
            if each.started == NOT_YET:
                each.started = now
            each.resumed = now
        elif what == "dropped" and each.started == NOT_YET:
            waiting.remove(each)
        elif what in ("suspend", "complete", "dropped"):
            if each.resumed != NOT_YET:
                rows_of.setdefault(id(each), []).append((each.resumed, now, each.resource, each.unit))
                each.resumed = NOT_YET
            if what != "suspend":
                spells += [(len(done), *spell) for spell in rows_of.pop(id(each), ())]
                close(key, each, now)
    for key, waiting in under_way.items():
        for each in list(waiting):
            spells += [(len(done), *spell) for spell in rows_of.pop(id(each), ())]
            close(key, each, NOT_YET)
    return Instances(*_columns(done, 7), *_columns(spells, 5))


def _expects(each: _Instance, what: str) -> bool:
    """Whether an instance that is open can have a transition next."""
    if what == "queued":
        return False
    if what in ("start", "assigned"):
        return each.started == NOT_YET
    if what == "suspend":
        return each.resumed != NOT_YET
    if what == "resume":
        return each.started != NOT_YET and each.resumed == NOT_YET
    return what in ("complete", "dropped", "moved")


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list[Int64s]:
    table = np.array(rows, dtype=np.int64).reshape(-1, width)
    return [np.ascontiguousarray(column) for column in table.T]
