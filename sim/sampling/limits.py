"""When the limits of SLAs that run from receipt without pauses pass: known when a letter is drawn."""

import numpy as np

from sim.core.tables import Int64s
from sim.models.sla import Sla
from sim.scenario.setting import Setting


def late_from(setting: Setting, sla: Sla, received: Int64s) -> Int64s:
    """The first second at which what an SLA asks for is late, same shape as `received`.

    Negative for letters of the backlog that were late at the start; the horizon where it does not come before.
    """
    return _shown(setting, sla, sla.within.seconds + 1, received)


def due_seconds(setting: Setting, sla: Sla, seconds: float, received: Int64s) -> Int64s:
    """The first second at which the clock of an SLA shows so many seconds, same shape as `received`.

    At least a second after receipt, and second 1 for what was due before; the horizon where it does not come before.
    """
    due: Int64s = np.maximum(_shown(setting, sla, max(round(seconds), 1), received), 1)
    return due


def _shown(setting: Setting, sla: Sla, seconds: int, received: Int64s) -> Int64s:
    calendar, horizon = setting.calendar, setting.scenario.horizon
    early, late = received.copy(), np.full(len(received), horizon)  # not shown yet, and shown or too late
    while (late - early > 1).any():
        middle = (early + late) // 2
        shown = calendar.elapsed(received, middle, sla.within.clock, sla.office_hours) >= seconds
        early, late = np.where(shown, early, middle), np.where(shown, middle, late)
    return late
