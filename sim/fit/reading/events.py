"""Rows of events -> a log of cases and their activity instances."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Int64s
from sim.fit.finding import Note, first_few
from sim.fit.log import NO_CODE, EventLog, Spells
from sim.fit.reading.codes import coded, renumbered, with_unspecified
from sim.fit.reading.columns import EVENT_INSTANTS, normal, transitions, values
from sim.fit.reading.instances import Instances, of_intervals, of_segments, of_transitions
from sim.fit.reading.instants import Datetimes
from sim.fit.reading.letters import seconds_from
from sim.fit.reading.rows import Complaints, SheetRows

_FAR_AWAY = np.iinfo(np.int64).max


def event_log(
    rows: SheetRows,
    roles: Mapping[str, str],
    instants: Mapping[str, Datetimes],
    complaints: Complaints,
    notes: list[Note],
) -> EventLog:
    """The events that nobody complained of, by case.

    Args:
        instants: of each role that has some.
        notes: gets what one should know.
    """

    def column(role: str) -> Sequence[Any] | None:
        return rows.columns.get(roles.get(role, ""))

    count = len(rows.lines)
    case, ids = coded(column("case"), count)
    activity, activities = coded(column("activity"), count)
    for code, what in ((case, "the name of their case"), (activity, "an activity")):
        for row in np.flatnonzero(code == NO_CODE).tolist():
            complaints.row(row, f"without {what}", "")
    # Programs that pair starts and ends leave every row's transition at `complete`.
    paired = "start" in instants and not np.isnat(instants["start"]).all()
    by_transition = "lifecycle" in roles and "time" in instants and not paired
    times = {"time": instants["time"]} if by_transition else _intervals(instants)
    _complain_of_instants(times, complaints)
    good = np.flatnonzero(complaints.good())
    everything = [*times.values(), *([instants["received"]] if "received" in instants else [])]
    origin = _first_day([each[good] for each in everything])
    seconds = {role: seconds_from(each[good], origin) for role, each in times.items()}
    resource, resources = coded(column("handler"), count)
    unit, units, teams = _units(column("unit"), column("team"), count)
    if by_transition:
        meaning, left_out = _meanings(column("lifecycle"), good)
        if left_out:
            notes.append(Note("transitions", {"n": sum(left_out.values()), "names": first_few(list(left_out))}))
        kept = np.array([bool(each) for each in meaning], dtype=np.bool_)
        which = good[kept]
        instance = column("instance")
        found = of_transitions(
            case[which], activity[which], [None if instance is None else instance[row] for row in which.tolist()],
            [each for each in meaning if each], seconds["time"][kept], resource[which], unit[which],
        )  # fmt: skip
    else:
        queued, started, finished = (seconds.get(role, np.full(len(good), NOT_YET)) for role in EVENT_INSTANTS)
        found = of_intervals(case[good], activity[good], queued, started, finished, resource[good], unit[good])
        if "ended" in roles and "instance" in roles:
            instance_code, _ = coded(column("instance"), count)
            ended, how = coded(column("ended"), count)
            complete = np.array([*(transitions().get(normal(each)) == "complete" for each in how), False], np.bool_)
            found = of_segments(found, instance_code[good], complete[ended[good]])
    said = {
        role: (_of_case(case[good], codes[good], len(ids)), names)
        for role in ("category", "channel", "home")
        for codes, names in [coded(column(role), count)]
    }
    received = np.full(len(ids), _FAR_AWAY)
    if "received" in instants:
        written = seconds_from(instants["received"][good], origin)
        there = written != NOT_YET
        np.minimum.at(received, case[good][there], written[there])
    return _assembled(found, received, said, origin, _Names(ids, activities, resources, units, teams))


def _intervals(instants: Mapping[str, Datetimes]) -> dict[str, Datetimes]:
    """The instants of events; a time of which nothing is said is an end."""
    times = {role: instants[role] for role in EVENT_INSTANTS if role in instants}
    if "time" in instants and "end" not in times:
        times["end"] = instants["time"]
    return times


def _complain_of_instants(times: Mapping[str, Datetimes], complaints: Complaints) -> None:
    """Complain of rows without any instant, and of those that end before they start."""
    nowhere = np.logical_and.reduce([np.isnat(each) for each in times.values()]) & complaints.good()
    for row in np.flatnonzero(nowhere).tolist():
        complaints.row(row, "without any instant", "")
    if "start" in times and "end" in times:
        for row in np.flatnonzero(times["end"] < times["start"]).tolist():
            complaints.row(row, "that end before they start", f"{times['start'][row]} to {times['end'][row]}")


def _first_day(instants: Sequence[Datetimes]) -> np.datetime64:
    """The day of the earliest of all instants; that on which computers begin to count where there is none."""
    first = [each[~np.isnat(each)].min() for each in instants if not np.isnat(each).all()]
    return min(first).astype("datetime64[D]") if first else np.datetime64("1970-01-01")


def _meanings(lifecycle: Sequence[Any] | None, good: Int64s) -> tuple[list[str], dict[str, int]]:
    """What the transition of each row means; an empty text for one that means nothing here, which is counted."""
    assert lifecycle is not None, "there is such a column"
    left_out: dict[str, int] = {}
    known = transitions()
    meaning = []
    for row in good.tolist():
        written = lifecycle[row]
        what = "complete" if written in (None, "") else known.get(normal(str(written)), "")
        if not what:
            left_out[str(written)] = left_out.get(str(written), 0) + 1
        meaning.append(what)
    return meaning, left_out


def _units(
    unit: Sequence[Any] | None, team: Sequence[Any] | None, count: int
) -> tuple[Int64s, tuple[str, ...], tuple[str, ...]]:
    """Unit of each row, names of the units, and the team of each; without units every team is one."""
    if unit is None:
        codes, names = coded(team, count)
        return codes, names, names
    codes, names = coded(unit, count)
    of_team, team_names = coded(team, count)
    teams = [""] * len(names)
    for code, each in set(zip(codes.tolist(), of_team.tolist(), strict=True)):
        if code != NO_CODE and each != NO_CODE:
            teams[code] = team_names[each]
    return codes, names, tuple(teams)


def _of_case(case: Int64s, codes: Int64s, cases: int) -> Int64s:
    """The first code that rows of each case have, or NO_CODE."""
    there = np.flatnonzero(codes != NO_CODE)[::-1]
    found = np.full(cases, NO_CODE)
    found[case[there]] = codes[there]
    return found


class _Names(NamedTuple):
    """What the codes of a log stand for."""

    ids: tuple[str, ...]  # of cases
    activities: tuple[str, ...]
    resources: tuple[str, ...]
    units: tuple[str, ...]
    teams: tuple[str, ...]  # of each unit


def _assembled(
    found: Instances,
    received: Int64s,
    said: Mapping[str, tuple[Int64s, tuple[str, ...]]],
    origin: np.datetime64,
    names: _Names,
) -> EventLog:
    """The log of some instances, with cases in order of receipt and events in order of their start.

    Args:
        received: of each case as far as a column says so; takes what its events say, too.
        said: codes of each case and their names, by role.
    """
    receipt = _receipts(found, names.activities)
    np.minimum.at(received, found.case[receipt], found.finished[receipt])
    has_receipts = bool((received != _FAR_AWAY).any())
    # Where the log does not say when a case was received, it was there when the first thing happened to it.
    first = np.full(len(names.ids), _FAR_AWAY)
    np.minimum.at(first, found.case, np.minimum.reduce(_instants(found)))
    received = np.where(received == _FAR_AWAY, first, np.minimum(received, first))
    there = np.flatnonzero(received != _FAR_AWAY)
    cases = there[np.argsort(received[there], kind="stable")]
    rank = np.full(len(names.ids), NO_CODE)
    rank[cases] = np.arange(len(cases))
    order = _by_case_and_start(found, np.flatnonzero(~receipt), rank)
    activity, activities = renumbered(found.activity[order], names.activities)
    home_codes, home_names = said["home"]
    all_units, team_of, home = _with_homes(names.units, names.teams, home_codes[cases], home_names)
    category, categories = with_unspecified(*renumbered(said["category"][0][cases], said["category"][1]), "letter")
    channel, channels = with_unspecified(*renumbered(said["channel"][0][cases], said["channel"][1]), "mailbox")
    return EventLog(
        origin=origin.astype(object),
        receipts=has_receipts,
        received=received[cases],
        category=category.astype(np.int32),
        channel=channel.astype(np.int32),
        home=home.astype(np.int32),
        ids=tuple(names.ids[each] for each in cases.tolist()),
        case=rank[found.case[order]],
        activity=activity.astype(np.int32),
        queued=found.queued[order],
        started=found.started[order],
        finished=found.finished[order],
        resource=found.resource[order].astype(np.int32),
        unit=found.unit[order].astype(np.int32),
        spells=_spells(found, order),
        activities=activities,
        categories=categories,
        channels=channels,
        resources=names.resources,
        units=all_units,
        teams=team_of,
    )


def _instants(found: Instances) -> list[Int64s]:
    """When events were queued, started and finished; far away where that is not known."""
    return [np.where(each == NOT_YET, _FAR_AWAY, each) for each in (found.queued, found.started, found.finished)]


def _by_case_and_start(found: Instances, events: Int64s, rank: Int64s) -> Int64s:
    """Some events by the rank of their case, then their start, else their end, else when they were queued."""
    queued, started, finished = _instants(found)
    start = np.where(found.started == NOT_YET, finished, started)
    start = np.where(start == _FAR_AWAY, queued, start)
    return events[np.lexsort((events, finished[events], start[events], rank[found.case[events]]))]


def _spells(found: Instances, order: Int64s) -> Spells:
    """The spells of work on some events, which are numbered in a new order."""
    place = np.full(len(found.case), NO_CODE)
    place[order] = np.arange(len(order))
    event = place[found.event]
    somebody = (found.spell_resource != NO_CODE) | (found.spell_unit != NO_CODE)
    # Where a log says who did it, what nobody did is a wait.
    spells = np.flatnonzero((event != NO_CODE) & (somebody | (not somebody.any())))
    spells = spells[np.lexsort((found.spell_started[spells], event[spells]))]
    return Spells(
        event[spells],
        found.spell_started[spells],
        found.spell_finished[spells],
        found.spell_resource[spells].astype(np.int32),
        found.spell_unit[spells].astype(np.int32),
    )


def _receipts(found: Instances, activities: tuple[str, ...]) -> Any:
    """Which events say that a case was received: nobody's work, and of no length."""
    says_so = np.array([normal(name) in values("receipts") for name in activities] or [False], dtype=np.bool_)
    instant = (found.started == NOT_YET) | (found.started == found.finished)
    return says_so[found.activity] & instant & (found.finished != NOT_YET) if len(found.case) else np.zeros(0, np.bool_)


def _with_homes(
    units: tuple[str, ...], teams: tuple[str, ...], home: Int64s, names: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], Int64s]:
    """Units with those to which cases belong and which did nothing, and the home of each case."""
    number = {name: code for code, name in enumerate(units)}
    added = [name for name in names if name not in number]
    number |= {name: len(units) + place for place, name in enumerate(added)}
    codes = np.array([*(number[name] for name in names), NO_CODE], dtype=np.int64)
    return (*units, *added), (*teams, *([""] * len(added))), codes[home]
