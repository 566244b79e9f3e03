"""What the contract says of prompts: which are received, whose rank they change, and whom they ask away."""

from bisect import bisect_right
from collections.abc import Sequence

from sim.core.tables import NO_PRIORITY, NO_UNIT, NO_VISIT, NOT_YET, Workload
from sim.engine.audit.records import VisitRecord


def heed_prompts(workload: Workload, visits: Sequence[VisitRecord], horizon: int) -> set[int]:
    """Note in the visits what the prompts ask of them that are received; returns the numbers of the others."""
    never_received = set()
    columns = (workload.received, workload.about, workload.until_start, workload.new_priority, workload.move_to)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (second, about, until_start, priority, unit) in enumerate(rows):
        if about == NO_VISIT:
            continue
        earlier = bisect_right(workload.first_visit, about) - 1
        first = int(workload.first_visit[earlier])
        reached = visits[about].finished
        if until_start:
            # Work is started after all receipts of a second.
            reached = visits[about].started + (visits[about].unit != NO_UNIT)
        began = (visits[about].started if until_start else visits[about].finished) != NOT_YET
        whole = visits[first : int(workload.first_visit[earlier + 1])]
        left = any(not visit.works and visit.queued != NOT_YET and visit.leaves < second for visit in whole)
        if second >= horizon or left or (began and reached <= second):
            never_received.add(number)
            continue
        for visit in visits[first : about + 1]:
            if visit.finished == NOT_YET or visit.finished > second:
                if priority != NO_PRIORITY:
                    visit.priorities.append((second, priority))
                if unit != NO_UNIT:
                    visit.asked_away.append((second, unit))
    return never_received
