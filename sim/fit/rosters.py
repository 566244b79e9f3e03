"""Rosters and headcounts of a team from its known shifts: which pattern they follow."""

from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.tables import Bools, Floats, Int64s
from sim.fit.absence import absence_of
from sim.fit.days import Days
from sim.fit.finding import Finding, Marked, mark, share_interval, share_text
from sim.fit.log import KnownRoster
from sim.fit.places import TeamDraft
from sim.models.staffing import ALWAYS, ROSTERS, WEEKDAYS

_PERIODS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 21, 28)
"""Days after which a roster may repeat."""

_REPEATS: Final = 3
"""Times that a period must be seen."""

_BETTER: Final = 0.04
"""Share of shifts that a longer period must explain over a shorter one."""

_OFFICE: Final = 0.05
"""People at weekends over those on weekdays, up to which a roster is one of working days."""

_ROTA: Final = 0.8
"""The same, from which on it is one of all days."""


class Staffing(NamedTuple):
    """Keys of a team that say who works when, rosters that it needs, and what is known of them."""

    body: dict[str, Any]
    rosters: dict[str, Any]
    findings: list[Finding]


class _Hours(NamedTuple):
    """Spans of a day in which the same people work, and how many there were."""

    spans: tuple[tuple[int, int], ...]  # start and end in seconds of the day on which they begin
    people: Int64s  # (units, days)


class _Part(NamedTuple):
    """People on one roster."""

    roster: str
    heads: Int64s  # (units,)
    rostered: Floats  # people that should have been there, (units, days)
    present: Int64s  # that were there, (units, days)


def known_staffing(team: TeamDraft, roster: KnownRoster, units: tuple[str, ...], days_of_log: Days) -> Staffing | None:
    """Rosters and headcounts of a team whose shifts are known; None if it has none.

    Args:
        units: names of the codes of the log.
        days_of_log: shifts that begin on other days are left out.
    """
    number = {units[code]: position for position, code in enumerate(team.units)}
    code = np.array([number.get(name, -1) for name in roster.units], dtype=np.int64)[roster.unit]
    days = days_of_log.number
    rows = np.flatnonzero(code >= 0)
    if not len(rows):
        return None
    start, end = roster.start[rows], roster.end[rows]
    always = (start <= 0) & (end - start >= (days - 1) * DAY)
    parts = []
    rosters: dict[str, Any] = {}
    if always.any():
        heads = np.bincount(code[rows[always]], roster.people[rows[always]], minlength=len(team.units)).astype(np.int64)
        nobody = np.zeros((len(heads), 0))
        parts.append(_Part(ALWAYS, heads, nobody, nobody.astype(np.int64)))
        rows = rows[~always]
    inside = (roster.start[rows] >= 0) & (roster.start[rows] < days * DAY)
    rows = rows[inside]
    hours = _hours(code[rows], roster.start[rows], roster.end[rows], roster.people[rows], len(team.units), days)
    for each in _families(hours):
        found, needed = _parts(each, days_of_log)
        parts += found
        rosters |= needed
    return _staffing(team, [part for part in parts if part.heads.any()], rosters)


def _hours(unit: Int64s, start: Int64s, end: Int64s, people: Any, units: int, days: int) -> list[_Hours]:
    """People by span of the day, spans with the same people together."""
    spans = np.stack([start % DAY, start % DAY + end - start], axis=1)
    kinds, kind = np.unique(spans, axis=0, return_inverse=True)
    count = np.zeros((len(kinds), units, days), dtype=np.int64)
    np.add.at(count, (kind.ravel(), unit, start // DAY), people)
    hours: list[_Hours] = []
    for span, table in sorted(zip(kinds.tolist(), count, strict=True), key=lambda each: tuple(each[0])):
        same = next((i for i, one in enumerate(hours) if np.array_equal(one.people, table)), None)
        if same is not None and hours[same].spans[-1][1] <= span[0]:
            hours[same] = hours[same]._replace(spans=(*hours[same].spans, (span[0], span[1])))
        else:
            hours.append(_Hours(((span[0], span[1]),), table))
    return hours


def _families(hours: list[_Hours]) -> list[list[_Hours]]:
    """Hours that people take in turns: those that a built-in roster has together, or else each for itself."""
    left = list(hours)
    families = []
    for pattern in sorted(
        ROSTERS.values(), key=lambda each: -len({span for day in each.days_of_shifts for span in day})
    ):
        needed = {span for day in pattern.days_of_shifts for span in day}
        if len(needed) < 2:
            continue
        found = [each for each in left if len(each.spans) == 1 and each.spans[0] in needed]
        if len(found) == len(needed) and _alike_sizes(found):
            families.append(found)
            left = [each for each in left if not any(each is one for one in found)]
    return [*families, *([each] for each in left)]


def _alike_sizes(hours: list[_Hours]) -> bool:
    totals = [float(each.people.sum()) for each in hours]
    return max(totals) <= 1.25 * min(totals)


def _parts(family: list[_Hours], days: Days) -> tuple[list[_Part], dict[str, Any]]:
    if len(family) > 1:
        part, needed = _rota(family)
        return [part], needed
    hours, working = family[0], days.working
    on_working = hours.people[:, working].mean() if working.any() else 0.0
    off = hours.people[:, ~working].mean() if (~working).any() else on_working
    if on_working == 0 or len(np.unique(days.weekday)) < 7 or _same_weekdays(hours, days.weekday) is not None:
        return _weekly(hours, days.weekday)
    if off <= _OFFICE * on_working:
        return _office(hours, working)
    if off >= _ROTA * on_working:
        part, needed = _rota(family)
        return [part], needed
    # On working days others come in addition to those who take turns.
    turns = hours.people.copy()
    level = _level(hours.people[:, ~working])[:, None]
    turns[:, working] = np.minimum(turns[:, working], level)
    part, needed = _rota([hours._replace(people=turns)])
    others, more = _office(hours._replace(people=hours.people - turns), working)
    return [part, *others], needed | more


def _same_weekdays(hours: _Hours, weekday: Int64s) -> list[int] | None:
    """Weekdays on which all of a team works, if these are neither all days nor the working days."""
    level = _by_weekday(hours, weekday)
    on = np.flatnonzero(level > 0.2 * level.max())
    if len(on) == 7 or on.tolist() == [0, 1, 2, 3, 4] or (level[np.setdiff1d(range(7), on)] > 0.02 * level.max()).any():
        return None
    return [int(day) for day in on]


def _by_weekday(hours: _Hours, weekday: Int64s) -> Floats:
    """People on each weekday, mean over units and days, (7,)."""
    return np.array([hours.people[:, weekday == day].mean() if (weekday == day).any() else 0.0 for day in range(7)])


def _weekly(hours: _Hours, weekday: Int64s) -> tuple[list[_Part], dict[str, Any]]:
    level = _by_weekday(hours, weekday)
    on = np.flatnonzero(level > 0.2 * max(level.max(), 1e-9)).tolist()
    spans = [span_text(span) for span in hours.spans]
    days = np.isin(weekday, on)
    heads = _level(hours.people[:, days])
    rostered = np.where(days, heads[:, None], 0.0)
    name = "_".join(["weekly", *(WEEKDAYS[day] for day in on)]) if len(on) < 7 else "daily"
    name = f"{name}_{_hour_name(hours)}"
    pattern = {"daily": spans} if len(on) == 7 else {"weekly": {WEEKDAYS[day]: spans for day in on}}
    return [_Part(name, heads, rostered, hours.people)], {name: pattern}


def _office(hours: _Hours, working: Bools) -> tuple[list[_Part], dict[str, Any]]:
    heads = _level(hours.people[:, working])
    part = _Part("office", heads, np.where(working, heads[:, None], 0.0), hours.people)
    if hours.spans == ROSTERS["office"].days_of_shifts[0]:
        return [part], {}
    name = f"office_{_hour_name(hours)}"
    return [part._replace(roster=name)], {name: {"working_days": [span_text(span) for span in hours.spans]}}


def _rota(family: list[_Hours]) -> tuple[_Part, dict[str, Any]]:
    """People who take turns: a built-in roster with these hours, or a cycle of their own."""
    people = np.concatenate([each.people for each in family])
    period = _period(people)
    spans = tuple(each.spans for each in family)
    rostered = np.concatenate([_rostered(each.people, period) for each in family])
    name, length, days_on, needed = _pattern(family, spans, period)
    heads = rostered.reshape(len(family), -1, rostered.shape[1]).mean(axis=2).sum(axis=0) * length / days_on
    total = round(float(heads.sum()))
    return _Part(name, _whole(heads, total), rostered, people), needed


def _pattern(
    family: list[_Hours], spans: tuple[tuple[tuple[int, int], ...], ...], period: int
) -> tuple[str, int, int, dict[str, Any]]:
    """Name, length in days, shifts of one person in it, and the roster if it is not built in."""
    wanted = {span for each in spans for span in each}
    fits = []
    for name, pattern in ROSTERS.items():
        days = pattern.days_of_shifts
        if pattern.cycle is not None and {span for day in days for span in day} == wanted:
            fits.append((len(days) != period, name, len(days), sum(len(day) for day in days)))
    if fits:
        _, name, length, shifts = min(fits, key=lambda each: (each[0], list(ROSTERS).index(each[1])))
        return name, length, shifts, {}
    if len(family) == 1 and period == 1:
        name = f"daily_{_hour_name(family[0])}"
        return name, 1, 1, {name: {"daily": [span_text(span) for span in family[0].spans]}}
    present = np.mean([(each.people > 0).mean() / max((each.people > 0).any(axis=1).mean(), 1e-9) for each in family])
    on = min(max(round(float(present) * period), 1), period)
    texts = [[span_text(span) for span in each] for each in spans]
    name = f"turns_of_{period}_{_hour_name(family[0])}"
    cycle = [texts[day % len(texts)] for day in range(on)] + [[]] * (period - on)
    return name, period, on, {name: {"cycle": cycle}}


def _period(people: Int64s) -> int:
    """The shortest number of days after which people are there again, as far as absence lets one see."""
    days = people.shape[1]
    missing: dict[int, float] = {}
    for period in _PERIODS:
        if days >= _REPEATS * period:
            rostered = _rostered(people, period)
            missing[period] = float(1 - people.sum() / max(rostered.sum(), 1))
    if not missing:
        return 1
    least = min(missing.values())
    return next(period for period in _PERIODS if missing[period] <= least + _BETTER)


def _rostered(people: Int64s, period: int) -> Floats:
    """People that should be there: the most of all days that are whole periods apart."""
    rostered = np.empty(people.shape)
    for phase in range(period):
        rostered[:, phase::period] = people[:, phase::period].max(axis=1, initial=0)[:, None]
    return rostered


def _level(people: Int64s) -> Int64s:
    """The headcount of a shift that has always the same people, of whom some may be missing, (units,)."""
    levels: Int64s = people.max(axis=1, initial=0)
    return levels


def _whole(heads: Floats, total: int) -> Int64s:
    """Whole heads that add up to a total: those with the largest remainders get one more."""
    whole = np.floor(heads + 1e-9).astype(np.int64)
    rest = np.argsort(-(heads - whole), kind="stable")[: max(total - int(whole.sum()), 0)]
    whole[rest] += 1
    return whole


def _staffing(team: TeamDraft, parts: list[_Part], rosters: dict[str, Any]) -> Staffing:
    merged: dict[str, _Part] = {}
    for part in parts:
        merged[part.roster] = part if part.roster not in merged else _added(merged[part.roster], part)
    key = f"teams.{team.name}"
    rostered = np.concatenate([part.rostered.ravel() for part in merged.values()] or [np.empty(0)])
    present = np.concatenate([part.present.ravel() for part in merged.values()] or [np.empty(0, dtype=np.int64)])
    due = rostered > 0
    absence, at_least = absence_of(np.rint(rostered[due]).astype(np.int64), present[due]) if due.any() else (0.0, 0)
    findings = []
    staff: dict[str, Any] = {}
    staff_by: dict[str, Any] = {}
    for name, part in merged.items():
        heads = int(part.heads.sum())
        shifts = int((part.rostered > 0).sum())
        finding = Finding(f"{key}.staff.{name}", heads, None, shifts, unit="people")
        findings.append(finding)
        staff[name] = Marked(heads, f"M: {shifts:,} shifts" if shifts else "M")
        if len(part.heads) > 1 and np.ptp(part.heads) > 0:
            staff_by[name] = part.heads.tolist()
    body: dict[str, Any] = {"staff": staff}
    if staff_by:
        body["staff_by"] = staff_by
    if absence > 0.001 and ALWAYS not in merged:
        total = float(rostered[due].sum())
        finding = Finding(f"{key}.absence", absence, share_interval(absence * total, total), int(total), unit="share")
        findings.append(finding)
        body["absence"] = Marked(share_text(absence), mark(finding))
    if at_least and "absence" in body:
        body["at_least"] = Marked(at_least, "M: no shift had fewer")
        findings.append(Finding(f"{key}.at_least", at_least, None, int(due.sum()), unit="people"))
    return Staffing(body, {name: rosters[name] for name in merged if name in rosters}, findings)


def _added(one: _Part, other: _Part) -> _Part:
    return _Part(
        one.roster,
        one.heads + other.heads,
        np.concatenate([one.rostered, other.rostered]),
        np.concatenate([one.present, other.present]),
    )


def span_text(span: tuple[int, int]) -> str:
    """A span of the day as it is written: `20:00-08:00`."""
    start, end = span[0], span[1] if span[1] <= DAY else span[1] - DAY
    return "-".join(f"{at // HOUR:02}:{at % HOUR // MINUTE:02}" for at in (start, end))


def span_name(span: tuple[int, int]) -> str:
    """The same as part of a name: `2000_0800`."""
    return span_text(span).replace(":", "").replace("-", "_")


def _hour_name(hours: _Hours) -> str:
    return span_name((hours.spans[0][0], hours.spans[-1][1]))
