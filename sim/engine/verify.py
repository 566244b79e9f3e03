"""Proof on any scenario that both engines give the same log, and that the log obeys the engine contract."""

from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.errors import EngineMismatch, Problem, ScenarioError
from sim.core.tables import NO_VISIT, NOT_YET, OTHER_DUTY, Roster, Workload, dtypes
from sim.engine.audit import require_sound
from sim.engine.contract import ENGINES, require_equal, simulate
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

_SLICE: Final = 3_000
"""Visits on which every run is checked: the SimPy engine and the audit need a fraction of a second for them."""


class Checked(NamedTuple):
    """What was simulated by both engines and passed the audit: the start of replication 0."""

    days: float
    letters: int
    prompts: int  # of supervision and extensions, each of which comes if what it waits for has still to come
    visits: int


def prove(setting: Setting, days: float | None = None) -> Checked:
    """Simulate replication 0 by both engines, compare the logs and audit them.

    Args:
        days: how many of its first days; the whole horizon if None.
    Raises: EngineMismatch with the first differing visit, AuditError with the broken rules,
        ScenarioError for days that are not above 0 or more than there are.
    """
    horizon = setting.scenario.horizon
    if days is not None:
        if not 0 < days * DAY <= horizon:
            rule = f"days must be above 0 and at most {horizon / DAY:g}, the scenario's own, got {days:g}"
            raise ScenarioError("--days", [Problem(rule)])
        horizon = round(days * DAY)
    roster = draw_roster(setting, 0)
    return _check(setting, draw_workload(setting, roster, 0), roster, horizon)


def cross_check(setting: Setting, workload: Workload, roster: Roster) -> Checked:
    """Check the engines on a slice of a replication: its first days, or less where a day has too many visits.

    Raises: as `prove`.
    """
    horizon = setting.scenario.horizon
    # The letters that were open before are all there at once.
    first = workload.first_visit[np.searchsorted(workload.received, 0)]
    letters = int(np.searchsorted(workload.first_visit, first + _SLICE, side="right")) - 1
    if letters < workload.letters:
        reached = int(workload.received[letters])
        horizon = min(horizon, reached // DAY * DAY or max(reached, 1))
    return _check(setting, workload, roster, horizon)


def _check(setting: Setting, workload: Workload, roster: Roster, horizon: int) -> Checked:
    workload, roster = _until(workload, horizon), _begun(roster, horizon)
    logs = {engine: simulate(workload, roster, horizon, engine=engine, stretches=True) for engine in reversed(ENGINES)}
    try:
        require_equal(logs)
    except EngineMismatch as mismatch:
        mismatch.add_note(_where(setting, workload, mismatch.visit))
        raise
    log = logs["simpy"]
    require_sound(workload, roster, horizon, log)
    reached = int((log.queued != NOT_YET).sum())
    is_letter = workload.category != OTHER_DUTY
    prompts = int((~is_letter & (workload.about != NO_VISIT)).sum())
    return Checked(horizon / DAY, int(is_letter.sum()), prompts, reached)


def _until(workload: Workload, horizon: int) -> Workload:
    """The letters received before the horizon."""
    letters = int(np.searchsorted(workload.received, horizon))
    lengths = workload.lengths(letters, int(workload.first_visit[letters]))
    return Workload._make(getattr(workload, name)[:rows] for name, rows in lengths.items())


def _begun(roster: Roster, horizon: int) -> Roster:
    """The shifts that begin before the horizon."""
    shifts = int(np.searchsorted(roster.start, horizon))
    return roster._replace(**{name: getattr(roster, name)[:shifts] for name in dtypes(Roster)})


def _where(setting: Setting, workload: Workload, visit: int) -> str:
    """Which letter a visit belongs to, in the words of the scenario."""
    letter = int(np.searchsorted(workload.first_visit, visit, side="right")) - 1
    step = int(workload.step[visit])
    name = "other duty" if step == OTHER_DUTY else setting.scenario.workflow[step].name
    unit = int(workload.unit[visit])
    at = f" at {setting.places.names[unit]}" if unit >= 0 else ""
    received = setting.calendar.date_of(int(workload.received[letter]))
    return f"visit {visit} is {name}{at}, of letter {letter} received {received:%Y-%m-%d %H:%M:%S}"
