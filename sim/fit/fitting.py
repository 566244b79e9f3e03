"""Fitting: a scenario whose figures are measured on an office's own log."""

from typing import Any, Final

import numpy as np

from sim.core.clock import DAY
from sim.core.errors import Problem, ScenarioError
from sim.core.tables import Bools, Floats, Int64s
from sim.fit.arrivals import fit_arrivals
from sim.fit.at_once import at_once
from sim.fit.days import Days, days_kept, people_by_day
from sim.fit.discipline import discipline_of
from sim.fit.duty import Duty, duty_of, put_downs
from sim.fit.effort import Timed, step_duration, waited, worked
from sim.fit.finding import Finding, Fitted, Marked, rounded
from sim.fit.log import NO_CODE, EventLog, KnownRoster
from sim.fit.other_duty import crew_of, other_duty_of
from sim.fit.places import LogPlaces, TeamDraft, own_units, places_of_log
from sim.fit.rosters import known_staffing
from sim.fit.routing import route
from sim.fit.shares import chance_by_category, shares_of
from sim.fit.staffing import Hours, hours_of_team, inferred_staffing
from sim.fit.waits import free_times, idle_waits, is_wait, ready_times, work_of_events
from sim.fit.ways import closed_cases, nth_visit, ways_of
from sim.fit.workflow import StepDraft, is_work, workflow_of

_WARM_UP_DAYS: Final = 7
_ENOUGH_DAYS: Final = 28
"""Days of a log from which on the first week of a simulation is left uncounted."""

_IDLE: Final = 0.05
"""Share of the visits that wait though somebody is free, and seconds of all on average, below which it is nothing."""

_SHORT: Final = 30.0


def fit(log: EventLog, roster: KnownRoster | None = None) -> Fitted:
    """A scenario from a log.

    Args:
        roster: who was on duty, if the office knows it; else it is inferred from who was active when.

    Raises: ScenarioError if the log has no event.
    """
    if not log.events:
        raise ScenarioError("the log", [Problem("has no event that could become a step")])
    return _Fitting(log, roster).fitted()


class _Fitting:
    def __init__(self, log: EventLog, roster: KnownRoster | None) -> None:
        self.log = log
        self.until = log.until
        self.count = max(-(-self.until // DAY), 1)
        self.whole = max(self.until // DAY, 1)
        self.places: LogPlaces = places_of_log(log)
        self.roster = roster
        self.duty: Duty | None = None if roster is None else duty_of(roster, self.places.unit_names, self.until)
        self.findings: list[Finding] = []
        self.files: dict[str, str] = {}
        self.activities: dict[str, str] = {}
        self.days: Days = self._days()
        self.again: Bools = nth_visit(log) > 0
        self.ready = ready_times(log)
        self.hours: list[Hours] = []
        if roster is None:
            self.hours = [hours_of_team(log, self.places, team, self.days) for team in range(len(self.places.teams))]
        self.seconds: Floats = self._seconds()
        self.own = own_units(log, self.places)

    def fitted(self) -> Fitted:
        """All parts, put together."""
        arrivals = fit_arrivals(self.log.received, self.log.category.astype(np.int64), self.log.categories, self.days)
        self.findings += arrivals.findings
        channels, of_channels = shares_of(self.log.channel, self.log.channels, "channels", {})
        categories, of_categories = shares_of(
            self.log.category, self.log.categories, "categories", arrivals.of_category
        )
        self.findings += of_channels + of_categories
        workflow = self._workflow()
        teams, rosters = self._teams()
        document: dict[str, Any] = {"schema": 1, "name": "Fitted", "start": self.log.origin.isoformat()}
        warm_up = _WARM_UP_DAYS if self.whole >= _ENOUGH_DAYS else 0
        if warm_up:
            document["warm_up"] = f"{warm_up} d"
        document |= {"window": f"{self.whole - warm_up} d", "replications": 20, "seed": 1}
        if self.days.holidays is not None:
            document["holidays"] = self.days.holidays
        document["arrivals"] = arrivals.body
        if channels:
            document["channels"] = channels
        if categories:
            document["categories"] = categories
        document["teams"] = teams
        if rosters:
            document["rosters"] = rosters
        document["workflow"] = workflow
        return Fitted(document, tuple(self.findings), self.files, self.activities, tuple(at_once(self.log)))

    def _seconds(self) -> Floats:
        """Effort of each event; where nobody says when people were on duty, time off duty is none."""
        spells = self.log.spells
        once = len(spells.event) == len(np.unique(spells.event))
        if self.hours and once:
            return work_of_events(self.log, self.places, [hours.intervals(self.days.weekday) for hours in self.hours])
        length = (spells.finished - spells.started).astype(np.float64)
        return np.bincount(spells.event, length, minlength=self.log.events).astype(np.float64)

    def _days(self) -> Days:
        letters = np.bincount(self.log.received // DAY, minlength=self.whole)[: self.whole].astype(np.float64)
        people: Floats = np.zeros((0, self.whole))
        if self.duty is not None:
            team = self.places.team_of[self.duty.unit]
            people = people_by_day(team, self.duty.start, self.duty.people, len(self.places.teams), self.whole)
        days, findings = days_kept(self.log.origin, self.whole, letters, people)
        self.findings += findings
        return days

    def _workflow(self) -> list[dict[str, Any]]:
        log, places = self.log, self.places
        ways = ways_of(log, closed_cases(log))
        flow = workflow_of(log, ways)
        self.findings += flow.findings
        self.work = is_work(log)
        self.discipline = discipline_of(log, places, self.work, self.duty)
        steps = []
        for step in flow.steps:
            rows = np.flatnonzero(ways.place == step.place)
            body = dict(step.body)
            if step.kind in ("work", "wait") or "after" in body:
                self.activities[step.name] = log.activities[ways.places[step.place]]
            if step.kind in ("work", "wait"):
                idle = self._idle(step, rows, body)
                if idle is not None:
                    steps.append({idle[0]: idle[1]})
                    body = idle[2]
            if step.kind == "work":
                body = self._work(step, rows, body)
            elif step.kind == "wait":
                body = self._wait(step.name, "wait", rows, body)
            elif "after" in body:
                body = self._wait(step.name, "after", rows, body)
            steps.append({step.name: body})
        return steps

    def _idle(
        self, step: StepDraft, rows: Int64s, body: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """A wait before a step that nobody's work explains: its name and keys, and those left to the step."""
        free = None
        if step.kind == "work":
            unit = self.places.unit_of_event[rows]
            known = unit[unit != NO_CODE]
            if not self.hours or not len(known):
                return None
            team = int(np.bincount(self.places.team_of[known]).argmax())
            free = free_times(self.log, self.places, team, self.hours[team], self.days.weekday)
        begun, waits = idle_waits(self.log, rows, self.ready, free)
        long = is_wait(waits)
        if not len(begun) or long.mean() < _IDLE or waits.mean() < _SHORT:
            return None
        name = f"before_{step.name}"[:60]
        conditions: dict[str, Any] = {key: body[key] for key in ("only_after", "unless", "chance") if key in body}
        left = {key: value for key, value in body.items() if key not in conditions}
        # Who may pass over the step waits only if he takes it, so that short waits are among the waits.
        keep = np.ones(len(begun), dtype=np.bool_) if conditions else long
        category = self.log.category[self.log.case[begun]].astype(np.int64)
        timed = Timed(
            waits[keep].astype(np.float64), np.zeros(int(keep.sum()), dtype=np.bool_), category[keep], keep[keep]
        )
        found = step_duration(timed, self.log.categories, f"workflow.{name}.wait", f"{name}_wait", repeated=False)
        assert found is not None, "all of it has ended"
        self.findings += found.findings
        self.files |= found.files
        wait: dict[str, Any] = {"wait": found.written, **conditions}
        if conditions:
            return name, wait, {"only_after": [name], **left}
        if not long.all():
            wait["chance"], findings = chance_by_category(
                long, category, self.log.categories, f"workflow.{name}.chance"
            )
            self.findings += findings
        return name, wait, left

    def _work(self, step: StepDraft, rows: Int64s, body: dict[str, Any]) -> dict[str, Any]:
        key, log = f"workflow.{step.name}", self.log
        attendance = None if self.duty is None else self.duty.attendance
        routing = route(log, self.places, self.own, attendance, rows, key)
        first: dict[str, Any] = {"by": self.places.teams[0].name}
        moves: dict[str, Any] = {}
        if routing is not None:
            self.findings += routing.findings
            first = {"by": routing.body["by"]}
            moves = {name: value for name, value in routing.body.items() if name != "by"}
        # An activity that stands in the order several times is the same work each time.
        same = np.flatnonzero(log.activity == log.activity[rows[0]]) if len(rows) else rows
        timed = worked(log, same, self.seconds, self.again)
        found = step_duration(timed, log.categories, f"{key}.effort", f"{step.name}_effort", repeated=True)
        if found is None:
            first["effort"] = Marked("0 s", "A: no visit has both a start and an end")
        else:
            first["effort"] = found.written
            if found.effort_again is not None:
                first["effort_again"] = found.effort_again
            self.findings += found.findings
            self.files |= found.files
        rules = self.discipline.of_activity.get(int(log.activity[rows[0]]), {}) if len(rows) else {}
        return {**first, **body, **rules, **moves}

    def _wait(self, name: str, key: str, rows: Int64s, body: dict[str, Any]) -> dict[str, Any]:
        timed = waited(self.log, rows, self.ready, self.again)
        names = self.log.categories if key == "wait" else ("",)
        if key == "after":
            timed = timed._replace(category=np.zeros(len(timed.category), dtype=np.int64))
        found = step_duration(timed, names, f"workflow.{name}.{key}", f"{name}_{key}", repeated=False)
        if found is None:
            return {key: Marked("0 s", "A: none of it has ended"), **body}
        self.findings += found.findings
        self.files |= found.files
        return {**body, key: found.written} if key == "after" else {key: found.written, **body}

    def _teams(self) -> tuple[dict[str, Any], dict[str, Any]]:
        teams: dict[str, Any] = {}
        rosters: dict[str, Any] = {}
        count = len(self.log.activities)
        interrupting, interruptible = np.zeros(count, dtype=np.bool_), np.ones(count, dtype=np.bool_)
        for activity, body in self.discipline.of_activity.items():
            interrupting[activity] = body.get("interrupts", False)
            interruptible[activity] = body.get("interruptible", True)
        puts = crew = None
        if self.duty is not None:
            puts = put_downs(self.log, self.places.unit_of_spell, self.duty)
            crew = crew_of(self.log, self.places, self.duty, interruptible)
        for index, team in enumerate(self.places.teams):
            body = self._structure(index, team)
            known = None
            if self.roster is not None:
                known = known_staffing(team, self.roster, self.places.unit_names, self.days)
            if known is not None:
                body |= known.body
                rosters |= known.rosters
                self.findings += known.findings
            else:
                inferred = inferred_staffing(self.places, index, self._hours(index))
                body |= inferred.body
                rosters |= inferred.rosters
                self.findings += inferred.findings
            if self.duty is not None and puts is not None and crew is not None:
                other = other_duty_of(self.log, self.places, self.duty, crew, puts, interrupting, index)
                if other is not None:
                    body["other_duty"] = other.body
                    self.findings += other.findings
            teams[team.name] = body
        if not teams:
            nobody: dict[str, Any] = {"always": Marked(1, "A: the log names nobody; all steps are waits")}
            teams["office"] = {"staff": nobody}
        return teams, rosters

    def _hours(self, team: int) -> Hours:
        """When a team works, as far as the log shows it."""
        return self.hours[team] if self.hours else hours_of_team(self.log, self.places, team, self.days)

    def _structure(self, index: int, team: TeamDraft) -> dict[str, Any]:
        """Units of a team: how many, within what, their names, and where letters come from."""
        body: dict[str, Any] = {}
        if len(team.units) == 1:
            return body
        body["units"] = len(team.units)
        if team.within is not None and team.per_parent is not None:
            body |= {"units": list(team.per_parent), "within": team.within}
        body["names"] = list(team.names)
        counts = self._letters_of_units(index, team)
        if counts is not None:
            body["weights"] = Marked([rounded(each) for each in counts.tolist()], f"M: n {round(counts.sum()):,}")
        return body

    def _letters_of_units(self, index: int, team: TeamDraft) -> Floats | None:
        """Letters of each unit, drawn together as far as they do not differ surely within the place above.

        None where the letters' homes or categories decide.
        """
        own = self.own[index]
        if index > 0 and (own != NO_CODE).mean() > 0.5:
            return None
        if index > 0:
            unit = self.places.unit_of_event
            pairs = np.unique(np.stack([self.log.case, unit])[:, np.isin(unit, team.units)], axis=1)
            own = pairs[1]
        position = np.full(len(self.places.unit_names) + 1, -1)
        position[list(team.units)] = np.arange(len(team.units))
        of = position[own]
        counts = np.bincount(of[of >= 0], minlength=len(team.units)).astype(np.float64)
        groups = (
            np.repeat(np.arange(len(team.per_parent)), team.per_parent)
            if team.per_parent
            else np.zeros(len(counts), dtype=np.int64)
        )
        for group in np.unique(groups).tolist():
            rows = groups == group
            counts[rows] = shrunk(counts[rows])
        return counts


def shrunk(counts: Floats) -> Floats:
    """Counts drawn towards their mean by as much of their variance as Poisson noise makes (James and Stein)."""
    mean, units = counts.mean(), len(counts)
    if units < 4 or mean == 0:
        return counts
    variance = float(counts.var(ddof=1))
    noise = min(mean / variance * (units - 3) / (units - 1), 1.0) if variance > 0 else 1.0
    drawn: Floats = mean + (1 - noise) * (counts - mean)
    return drawn
