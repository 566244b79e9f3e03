"""How well a fitted scenario tells the truth: an office's log beside simulated ones, and where they differ most."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.options import DEFAULT, Options
from sim.core.tables import Floats, Roster
from sim.experiment.replications import map_replications, simulate_drawn
from sim.fit.as_of import as_of, chosen, in_order_of_receipt, received_from
from sim.fit.distances import MEASURES, field_distances, halves, measures_there
from sim.fit.judgement import FieldDistance, Judgement, range_of
from sim.fit.log import EventLog, KnownRoster, LetterLog
from sim.fit.looks import (
    CLOSED,
    Frame,
    Look,
    SlaToJudge,
    Target,
    look_at,
    milestone_names,
    says_who_worked,
    since,
    without_receipts,
)
from sim.fit.side_by_side import judgement_of
from sim.fit.simulated_log import simulated_log
from sim.metrics.replication import Replication
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.loading import ScenarioFile
from sim.scenario.setting import Setting, setting_of

REPLICATIONS: Final = 10
"""Simulated logs that a log is compared with, if not said."""

FEWEST_TO_HOLD_OUT: Final = 60
"""Letters below which no part of a log is held out."""

_MOST_MILESTONES: Final = 15
"""Milestones that have a curve."""


def judge_fit(
    file: ScenarioFile,
    activities: Mapping[str, str],
    target: Target,
    *,
    roster: KnownRoster | None = None,
    replications: int = REPLICATIONS,
    options: Options = DEFAULT,
) -> Judgement:
    """Simulate the period of a log with a fitted scenario, and compare.

    Args:
        file: the scenario.
        activities: activity or milestone of the log that each step stands for.
        roster: the real shifts; where they name units of the scenario they take the place of its rosters.

    Raises: ScenarioError where the scenario cannot be run over the period.
    """
    setting, offset = _setting(file, target)
    frame = _frame(setting, offset, activities, target)
    shifts = None if roster is None else _shifts(roster, setting, offset, target)
    seen = partial(_simulated, setting, shifts, activities, frame, target)
    pairs = list(map_replications(seen, range(replications), options))
    looks = [look for look, _ in pairs]
    real = look_at(target.log, frame)
    ours = _judged_events(target)
    apart = [each for _, each in pairs if each is not None]
    floor = None if ours is None or not apart else field_distances(*halves(ours))
    distances: tuple[FieldDistance, ...] = ()
    if floor is not None:
        distances = tuple(
            FieldDistance(name, unit, range_of([each[name] for each in apart]), floor[name])
            for name, unit in MEASURES.items()
        )
    on_duty = None if shifts is None or frame.busy_by != "unit" else _on_duty(shifts, frame)
    return judgement_of(real, looks, frame, target, distances, on_duty, known_staffing=shifts is not None)


def _setting(file: ScenarioFile, target: Target) -> tuple[Setting, int]:
    """The scenario over the period, and the seconds from its first day to the log's."""
    log = target.log
    start = file.with_changes().scenario.start
    changes = []
    if target.held_out:
        offset = (log.origin - start).days * DAY
    else:
        offset = 0
        changes = [f"start={log.origin.isoformat()}"]
    begins = max(target.begins + offset, 0) // DAY * DAY
    length = target.ends + offset - begins
    rest = log.until - target.ends + 1
    # Of another log, which need not end with the observation, all letters come to their end.
    rest = rest if target.held_out else 2 * (rest + 28 * DAY)
    changes += [f"warm_up={begins} s", f"window={length} s", f"cool_down={rest} s"]
    return setting_of(file.with_changes(changes).scenario), offset


def _frame(setting: Setting, offset: int, activities: Mapping[str, str], target: Target) -> Frame:
    log, scenario = target.log, setting.scenario
    modelled = set(activities.values())
    names = [name for name in milestone_names(log) if name in modelled or name == CLOSED][-_MOST_MILESTONES:]
    slas = []
    for name, sla in scenario.sla.items():
        ends = [_milestone(each, activities) for each in (sla.from_, sla.until)]
        known = not (sla.paused_during or sla.only_after or sla.unless)  # a log does not tell the ways of open letters
        if ends[0] is not None and ends[1] is not None and known:
            slas.append(SlaToJudge(name, sla, ends[0], ends[1]))
    busy_by, busy = "activity", ()
    if isinstance(log, EventLog) and says_who_worked(log):
        units = {log.units[code] for code in np.unique(log.spells.unit).tolist() if code >= 0}
        if units and units <= set(setting.places.names):
            busy_by, busy = "unit", tuple(sorted(units))
        else:
            worked = np.unique(log.activity[log.spells.event]).tolist()
            busy = tuple(log.activities[code] for code in worked if log.activities[code] in modelled)
    return Frame(target.begins, target.ends, tuple(names), tuple(slas), setting, offset, busy_by, busy)


def _milestone(written: str, activities: Mapping[str, str]) -> str | None:
    """The milestone of a log that one of an SLA is; None if the log does not have it."""
    if written in ("received", "closed"):
        return written
    return activities.get(written.rpartition(".")[0])


def _simulated(
    setting: Setting,
    shifts: Roster | None,
    activities: Mapping[str, str],
    frame: Frame,
    target: Target,
    number: int,
) -> tuple[Look, dict[str, float] | None]:
    """One simulated log, seen in the frame, and its distances from the office's."""
    drawn = draw_roster(setting, number)
    roster = drawn if shifts is None else _with_shifts(drawn, shifts, frame.begins + frame.offset)
    workload = draw_workload(setting, drawn, number)
    replication = simulate_drawn(setting, workload, roster, number, DEFAULT, stretches=True)
    log = since(_as_recorded(replication, activities, target), target.log)
    log = chosen(log, log.received < target.ends)
    if target.held_out:
        log = as_of(log, target.log.until)
    ours = _judged_events(target)
    if ours is None or not measures_there():
        return look_at(log, frame), None
    return look_at(log, frame), field_distances(ours, received_from(log, target.begins))


def _as_recorded(replication: Replication, activities: Mapping[str, str], target: Target) -> EventLog:
    log = simulated_log(replication, activities)
    if isinstance(target.log, LetterLog) or target.log.receipts:
        return log
    return in_order_of_receipt(without_receipts(log))


def _judged_events(target: Target) -> EventLog | None:
    return received_from(target.log, target.begins) if isinstance(target.log, EventLog) else None


def _shifts(roster: KnownRoster, setting: Setting, offset: int, target: Target) -> Roster | None:
    """The real shifts from the beginning of the period on, by the scenario's units; None if they are not its."""
    names = {name: number for number, name in enumerate(setting.places.names)}
    if not set(roster.units) <= names.keys() or not (roster.end > target.begins).any():
        return None
    number = np.array([names[name] for name in roster.units], dtype=np.int32)
    kept = roster.end > target.begins
    start = np.maximum(roster.start[kept], target.begins) + offset
    end = roster.end[kept] + offset
    return _in_order(Roster(number[roster.unit[kept]], start, end, roster.people[kept], setting.places.units))


def _on_duty(shifts: Roster, frame: Frame) -> Floats:
    """Hours on duty a day of each unit of the frame in the period."""
    begins, ends = frame.begins + frame.offset, frame.ends + frame.offset
    seconds = np.maximum(np.minimum(shifts.end, ends) - np.maximum(shifts.start, begins), 0) * shifts.people
    by_unit = np.bincount(shifts.unit, weights=seconds, minlength=shifts.units)
    units = [frame.setting.places.names.index(name) for name in frame.busy]
    return by_unit[units] / HOUR / max((ends - begins) / DAY, 1.0)


def _with_shifts(drawn: Roster, shifts: Roster, begins: int) -> Roster:
    """Drawn shifts up to an instant, and real ones from then on."""
    before = drawn.start < begins
    columns = [
        np.concatenate([ours, theirs])
        for ours, theirs in (
            (drawn.unit[before], shifts.unit),
            (drawn.start[before], shifts.start),
            (np.minimum(drawn.end[before], begins), shifts.end),
            (drawn.people[before], shifts.people),
        )
    ]
    unit, start, end, people = columns
    return _in_order(Roster(unit, start, end, people, drawn.units, drawn.clocks))


def _in_order(roster: Roster) -> Roster:
    order = np.lexsort((roster.end, roster.unit, roster.start))
    return roster._replace(
        unit=roster.unit[order], start=roster.start[order], end=roster.end[order], people=roster.people[order]
    )
