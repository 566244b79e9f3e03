"""What the people of each team did, and the letters that waited for them, over the hours of the window."""

from typing import NamedTuple

import numpy as np

from sim.core.tables import Floats, Int64s
from sim.metrics.replication import Replication
from sim.metrics.week import HOURS_OF_WEEK, hour_of_week


class TeamSeconds(NamedTuple):
    """Person-seconds and letter-seconds by team and hour of the week, shape (teams, 168)."""

    on_duty: Floats
    busy: Floats  # within shifts, other duty included
    other_duty: Floats  # within shifts
    overtime: Floats  # work after the end of a shift
    waiting: Floats  # letters in queues
    queue_max: Int64s  # most letters that waited at once, (teams,)


def team_seconds(outcome: Replication) -> TeamSeconds:
    """Add up the window; the log must have stretches."""
    setting, occupancy = outcome.setting, outcome.occupancy
    window = occupancy.cells.between(setting.scenario.window_start, setting.scenario.window_end)
    hour = hour_of_week(setting, occupancy.cells.edges[:-1][window])
    teams = len(setting.places.teams)
    group = np.arange(teams)[:, np.newaxis] * HOURS_OF_WEEK + hour

    def by_hour(seconds: Floats) -> Floats:
        sums = np.bincount(group.ravel(), seconds[:, window].ravel(), teams * HOURS_OF_WEEK)
        return sums.reshape(teams, -1).astype(np.float64, copy=False)

    return TeamSeconds(
        on_duty=by_hour(occupancy.on_duty.seconds),
        busy=by_hour(occupancy.letter_work.seconds + occupancy.other_duty.seconds),
        other_duty=by_hour(occupancy.other_duty.seconds),
        overtime=by_hour(occupancy.overtime.seconds),
        waiting=by_hour(occupancy.waiting.seconds),
        queue_max=occupancy.queue_max,
    )
