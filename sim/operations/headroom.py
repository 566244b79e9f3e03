"""Headroom of SLAs: how long the real system may take for each call before the staff no longer meet them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.clock import MINUTE
from sim.core.tables import Bools
from sim.models.sla import Sla
from sim.operations.operations import TENTHS, Slack
from sim.statistics import Compliance, Estimate, Ratio, all_decided, body_effect, judge, ratio_over, stacked


@dataclass(frozen=True)
class Headroom:
    """Headroom of one SLA: how long each call on its way may take.

    Attributes:
        limit: as the scenario writes it.
        calls: that a letter makes while the clock runs, on average.
        seconds: each may take, as long as its target is met with 95% confidence; None if it is not shown as met anyway.
        unclear: whether the target lies within the interval even if calls take no time, so that more replications or
            a longer window may decide; else it is missed by the staffing.
    """

    limit: str
    limit_min: float
    target: float
    calls: Estimate
    seconds: float | None
    unclear: bool


def headroom_of(sla: Sla, slacks: Sequence[Slack]) -> Headroom:
    """Headroom of an SLA with a target, by the slack of the letters of each replication."""
    assert sla.target is not None, "asked for where there is one"
    calls = stacked([each.calls for each in slacks])
    seconds, unclear = _seconds(slacks, sla)
    return Headroom(
        limit=str(sla.within),
        limit_min=sla.within.seconds / MINUTE,
        target=sla.target,
        calls=ratio_over(calls).at(),
        seconds=seconds,
        unclear=unclear,
    )


def _seconds(slacks: Sequence[Slack], sla: Sla) -> tuple[float | None, bool]:
    """The longest time a call that the target can bear, by bisection: compliance falls as calls take longer.

    It is judged as the SLA itself, so that there is headroom where the target is met, and nowhere else.

    Returns: the time, None if there is none; and whether that is so since the verdict is unclear.
    """
    tallies = [each.tenths for each in slacks]
    letters = np.array([float(each.total) for each in tallies])
    copies = all(len(each) == len(tallies[0]) and all(map(np.array_equal, each, tallies[0])) for each in tallies)
    body = body_effect([each.elapsed for each in slacks])

    def compliance(tenths: int) -> Compliance:
        in_time = np.array([float(each.times[each.values >= tenths].sum()) for each in tallies])
        return judge(all_decided(Ratio(in_time, letters)), body, copies=copies)

    def met(tenths: int) -> bool:
        found = compliance(tenths)
        # Without an interval the point decides: this is a figure, and no verdict.
        least = found.worst if found.low is None else found.low
        return least is not None and sla.target is not None and least >= sla.target

    if not met(0):
        high = compliance(0).high
        return None, high is not None and sla.target is not None and high >= sla.target
    low, high = 0, sla.within.seconds * TENTHS + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if met(middle) else (low, middle)
    return low / TENTHS, False


def least_headroom(headroom: Mapping[str, Headroom], on_way: Mapping[str, Bools], index: int) -> float | None:
    """The least headroom of the SLAs on whose way an operation lies; one that is missed anyway asks for nothing.

    Args:
        on_way: operations on the way of each SLA, (operations,).
        index: of the operation; of all together the number of operations.
    Returns: seconds; None where nothing is asked.
    """
    slas = [each for name, each in headroom.items() if index < len(on_way[name]) and on_way[name][index]]
    return min((each.seconds for each in slas if each.seconds is not None), default=None)
