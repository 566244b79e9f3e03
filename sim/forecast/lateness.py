"""How many letters will miss an SLA, before any simulation: behind closed doors, and in queues by closed form."""

from typing import NamedTuple

import numpy as np

from sim.clock import hour_of
from sim.forecast.load import Load, class_of, is_minute_clock, on_duty_at
from sim.measuring.outcome import Outcome
from sim.measuring.slaclock import Fate, Run
from sim.measuring.week import hour_of_week
from sim.models.sla import Sla
from sim.queueing import erlang_c
from sim.tables import NO_UNIT, NOT_YET, Bools, Floats, Int64s


class Lateness(NamedTuple):
    """Letters of the window that an SLA is promised to, and how many of them to expect late; sums."""

    letters: Floats  # by hour of the day of receipt, (24,)
    late_anyway: Floats  # however many people there were: nobody is on duty, or the work itself takes too long, (24,)
    late: Floats  # with the queues that closed forms expect; nan for other than minute clocks, (24,)
    late_at: Floats  # by the team where they wait too long, (teams,)


def lateness(outcome: Outcome, sla: Sla, run: Run, load: Load) -> Lateness:
    """What to expect of one SLA in a replication that was lived without queues.

    Such a letter was in time by some margin. With queues it is late if one of the visits on its way waits longer
    than that margin: P(W > t) = C(c, a) exp(-(c - u) t / r), where Erlang's C is the chance that all c people on
    duty are busy with the work a that the visit does not interrupt, u the work that goes before it, and
    r = s (1 + cv^2) / 2 the mean time until one who works is done, were services exponential with that mean. That
    is exact for M/M/c with one class, and the usual approximation else. Waits of several visits are not added up.
    """
    counted = outcome.counted & ((run.fate == Fate.MET) | (run.fate == Fate.BREACHED))
    hour = hour_of(outcome.received)
    hopeless = counted & (run.fate == Fate.BREACHED)
    late_anyway = np.bincount(hour[hopeless], minlength=24).astype(np.float64)
    letters = np.bincount(hour[counted], minlength=24).astype(np.float64)
    teams = len(outcome.setting.places.teams)
    if not is_minute_clock(sla):
        return Lateness(letters, late_anyway, np.full(24, np.nan), np.zeros(teams))
    margin = np.where(counted & ~hopeless, sla.within.seconds - run.elapsed, -1)
    visit = _on_the_way(outcome, sla, margin >= 0)
    row, unit = outcome.row_of_visit[visit], _unit_of(outcome, visit)
    team = outcome.setting.places.team_of[unit]
    longer = _waits_longer(outcome, load, visit, unit, margin[row])
    in_time = np.bincount(row, np.log1p(-np.minimum(longer, 1 - 1e-12)), len(margin))
    late = np.where(margin >= 0, -np.expm1(in_time), hopeless)
    late_by_hour = np.bincount(hour, late, 24).astype(np.float64)
    return Lateness(letters, late_anyway, late_by_hour, np.bincount(team, longer, teams).astype(np.float64))


def _on_the_way(outcome: Outcome, sla: Sla, letters: Bools) -> Int64s:
    """Visits of some letters that are work and stand between them and the end of an SLA."""
    first, last = (_visit_of(outcome, milestone) for milestone in (sla.from_, sla.until))
    started = (outcome.workload.unit != NO_UNIT) & (outcome.log.started != NOT_YET)
    visits = np.flatnonzero(started & (outcome.row_of_visit >= 0))
    row = outcome.row_of_visit[visits]
    between = (visits >= first[row]) & (visits <= last[row])
    if sla.until.endswith(".queued"):
        between &= visits < last[row]
    return visits[between & letters[row]]


def _visit_of(outcome: Outcome, milestone: str) -> Int64s:
    """The visit that a milestone of each letter belongs to: its first for `received`, its last for `closed`."""
    if milestone == "received":
        return outcome.workload.first_visit[outcome.letters]
    if milestone == "closed":
        return outcome.workload.first_visit[outcome.letters + 1] - 1
    return outcome.first_visits(milestone.rpartition(".")[0])


def _unit_of(outcome: Outcome, visit: Int64s) -> Int64s:
    """The unit that served each visit; its own for one that is not finished."""
    served_by = outcome.log.served_by[visit]
    return np.where(served_by != NO_UNIT, served_by, outcome.workload.unit[visit]).astype(np.int64)


def _waits_longer(outcome: Outcome, load: Load, visit: Int64s, unit: Int64s, than: Int64s) -> Floats:
    """Chance that each visit waits longer than some seconds."""
    setting, started = outcome.setting, outcome.log.started[visit]
    team = setting.places.team_of[unit]
    people = np.maximum(on_duty_at(outcome.roster, unit, started), 1)
    hour = hour_of_week(setting, started)
    # Work per person on duty: of the team in that hour, and of the unit if it has more or less than its team.
    with np.errstate(divide="ignore", invalid="ignore"):
        busy = np.nan_to_num(load.levelled() / load.on_duty[:, np.newaxis], posinf=0.0)
        of_team = np.bincount(setting.places.team_of, load.unit_work) / load.on_duty.sum(axis=1)
        factor = np.nan_to_num(load.unit_work / load.unit_on_duty / of_team[setting.places.team_of], posinf=0.0)
    kind = 2 * class_of(outcome)[visit] + outcome.workload.interrupts[visit]
    classes = np.flatnonzero(load.work.any(axis=(0, 2)))
    priority, stays = classes // 4, classes & 2 == 0
    longer = np.zeros(len(visit))
    for each in np.unique(kind).tolist():
        rows = np.flatnonzero(kind == each)
        before = priority <= each // 8
        held_by = before | stays if each & 1 else np.ones(len(classes), dtype=np.bool_)
        work = busy[team[rows][:, np.newaxis], classes, hour[rows][:, np.newaxis]]
        work *= (people[rows] * factor[unit[rows]])[:, np.newaxis]
        _, total, squares = load.visits[:, team[rows]][:, :, classes] @ held_by
        release = squares / np.maximum(total, 1.0) / 2  # E[S^2] / (2 E[S]) = s (1 + cv^2) / 2
        spare = np.maximum(people[rows] - work @ before, 0.0)
        longer[rows] = _delayed(people[rows], work @ held_by) * np.exp(-spare * than[rows] / np.maximum(release, 1.0))
    return longer


def _delayed(people: Int64s, load: Floats) -> Floats:
    """Erlang C of each, with loads to the nearest hundredth of a person."""
    hundredths = np.rint(np.minimum(load, people) * 100).astype(np.int64)
    pairs, which = np.unique(np.stack([people, hundredths]), axis=1, return_inverse=True)
    delayed = [erlang_c(servers, hundredth / 100) for servers, hundredth in pairs.T.tolist()]
    return np.array(delayed)[which.ravel()]
