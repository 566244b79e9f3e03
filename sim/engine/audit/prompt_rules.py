"""What the contract says of letters about others: which are received, whose rank they change, whom they ask away."""

from bisect import bisect_right
from collections.abc import Sequence
from math import inf

from sim.core.tables import ANYHOW, NO_PRIORITY, NO_UNIT, NO_VISIT, NOT_YET, Workload
from sim.engine.audit.records import VisitRecord


def not_received(workload: Workload, visits: Sequence[VisitRecord], horizon: int) -> set[int]:
    """Numbers of the letters about others that do not come; what those ask that do is noted in the visits."""
    never_received: set[int] = set()
    columns = (workload.received, workload.about, workload.until_start, workload.once_over)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (second, about, until_start, once_over) in enumerate(rows):
        if about == NO_VISIT:
            continue
        earlier = bisect_right(workload.first_visit, about) - 1
        first, end = workload.first_visit[[earlier, earlier + 1]].tolist()
        left = any(not visit.works and visit.queued != NOT_YET and visit.leaves < second for visit in visits[first:end])
        is_over = left or _over(visits[first : about + 1], until_start=until_start) <= second
        comes = second < horizon and earlier not in never_received and is_over == once_over
        outcome = int(workload.received_if[number])
        if comes and outcome != ANYHOW:
            hangs_on = visits[about - int(workload.received_if_back[number])]
            comes = hangs_on.is_so(outcome, int(workload.received_late_from[number]))
        if not comes:
            never_received.add(number)
        if not comes or once_over:
            continue
        priority, unit = int(workload.new_priority[number]), int(workload.move_to[number])
        for visit in visits[first : about + 1]:
            if visit.finished == NOT_YET or visit.finished > second:
                if priority != NO_PRIORITY:
                    visit.priorities.append((second, priority))
                if unit != NO_UNIT:
                    visit.asked_away.append((second, unit))
    return never_received


def _over(visits: Sequence[VisitRecord], *, until_start: bool) -> float:
    """When the last of a letter's visits is over: finished, started, or passed over as the one before is finished.

    What a unit starts in a second is started after all receipts of it, and so is over in the next one.
    """
    visit = visits[-1]
    if visit.is_passed_over:
        return _over(visits[:-1], until_start=False)
    if until_start:
        return visit.started + (visit.unit != NO_UNIT) if visit.started != NOT_YET else inf
    return visit.finished if visit.finished != NOT_YET else inf
