"""A mailbox to judge: two stations within a branch, and letters that they sign, enquire about and handle."""

from typing import Any

import numpy as np
import office

from sim.core.clock import DAY, HOUR
from sim.core.tables import OTHER_DUTY, Roster, Workload
from sim.engine.contract import simulate
from sim.metrics.outcomes import replication_of
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting

BRANCH, NORTH, SOUTH = UNITS = range(3)
SIGN, ENQUIRE, HANDLE, AGAIN = range(4)

KEYS: dict[str, Any] = {
    "window": "1 d",
    "channels": {"web": {"share": "50%"}, "paper": {"share": "50%"}},
    "categories": {"noise": {"share": "50%"}, "traffic": {"share": "50%"}},
    "teams": {
        "branch": {"tier": "branch", "staff": {"always": 1}},
        "station": {"tier": "station", "units": 2, "names": ["north", "south"], "within": "branch"},
    },
    "workflow": [
        {"sign": {"by": "station", "effort": "1 min"}},
        {"enquire": {"wait": "1 h"}},
        {"handle": {"by": "station", "effort": "1 h"}},
        {"again": {"back_to": "enquire", "chance": "50%", "at_most": 1, "after": "1 h"}},
    ],
}


def mailbox(**keys: Any) -> Setting:
    """A day, a Monday, without warm-up or cool-down; `keys` replace its keys."""
    return office.setting(**KEYS | keys)


def simulated(setting: Setting, workload: Workload, roster: Roster) -> Replication:
    """What becomes of the letters."""
    log = simulate(workload, roster, setting.scenario.horizon, engine="simpy", stretches=True)
    return replication_of(setting, workload, roster, log)


def marked(workload: Workload, **columns: list[Any]) -> Workload:
    """The workload with some columns changed, one value a letter or a visit as the column has."""
    return workload._replace(
        **{name: np.array(values, getattr(workload, name).dtype) for name, values in columns.items()}
    )


def with_other_duty(workload: Workload, *letters: int) -> Workload:
    """The workload in which these are no letters, but other duty."""
    which = np.isin(np.arange(workload.letters), letters)
    visits = np.repeat(which, np.diff(workload.first_visit))
    return workload._replace(
        category=np.where(which, OTHER_DUTY, workload.category).astype(np.int16),
        channel=np.where(which, OTHER_DUTY, workload.channel).astype(np.int16),
        step=np.where(visits, OTHER_DUTY, workload.step).astype(np.int16),
    )


def at(hour: int, minute: int = 0, second: int = 0, day: int = 0) -> int:
    """Seconds since the start."""
    return day * DAY + hour * HOUR + minute * 60 + second
