"""What `check` says of a scenario before it is simulated: letters, staff, load, who will be short, and the cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.core.clock import DAY, HOUR
from sim.core.json_text import jsonable
from sim.core.options import DEFAULT, Options
from sim.core.tables import Floats, Int64s
from sim.experiment.cost import Cost, prepare
from sim.forecast.cautions import cautions
from sim.forecast.load import Load, load_of, on_duty_of_teams, short_of_staff
from sim.forecast.short_simulation import Extent, ShortSimulation, decided_by_hour, late_by_team, simulate_briefly
from sim.metrics.figures import Caution
from sim.metrics.hours import spans_of_hours, window_by_slot
from sim.metrics.replication import Replication
from sim.sampling.arrivals import letters_expected
from sim.sampling.roster import draw_roster
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting
from sim.statistics import Decided, judge, too_few

Groups = tuple[tuple[int, ...], ...]

_LEAST_DIFFERENCE: Final = 0.5, 0.1
"""Weekdays differ where more people than this are on duty, and than this share of the most."""


_SURELY: Final = 1.0
"""Standard errors by which the load of an hour must exceed the people on duty, so that these are called short."""


@dataclass(frozen=True)
class TeamForecast:
    """People of a team and the work that they are asked to do, over the window.

    Attributes:
        staff: headcount by roster.
        least, mean, most: people on duty over all units, by hour of the week.
        on_duty: people on duty by group of weekdays and hour of the day, shape (groups, 24).
        load: offered load in erlangs, other duty included, same shape. Work that a minute clock waits for counts
            when it comes; the rest is spread over the time on duty.
        utilisation: load of people on duty, over the whole week; None where nobody ever is.
        short: spans of hours of the day, [start, end), in which the load surely reaches the people on duty, by group of
            weekdays.
        units_short: units whose load reaches their own people at some hour of the day.
    """

    name: str
    tier: str
    units: int
    headcount: int
    counted: bool
    staff: Mapping[str, int]
    least: float
    mean: float
    most: float
    on_duty: Floats
    load: Floats
    utilisation: float | None
    short: tuple[tuple[tuple[int, int], ...], ...]
    units_short: int


@dataclass(frozen=True)
class SlaForecast:
    """What to expect of an SLA.

    Attributes:
        at_best: compliance with infinite servers wherever and whenever anybody is on duty.
        expected: compliance in the short simulation; None where it cannot say, because letters are still undecided
            as it ends, or there are none, or it has no queues.
        between: the least and the most that it can be, where letters are undecided.
        late_by_hour: share of letters late, by group of weekdays and hour of receipt, shape (groups, 24); nan in an
            hour without letters.
        worst: the group and hour with the largest of these shares, and where most of its time went for most late
            letters; None where none is late or there are too few letters.
        team: where most of their time went for most of the late letters; None where none is late.
    """

    name: str
    limit: str
    target: float | None
    at_best: float | None
    expected: float | None
    between: tuple[float, float] | None
    late_by_hour: Floats
    worst: tuple[int, int] | None
    team: str | None


@dataclass(frozen=True)
class Forecast:
    """What a scenario will simulate, and what to expect.

    Attributes:
        letters_a_day: on average from the first second to the last.
        letters, counted: letters to expect in a replication, and those of the window among them.
        weekdays: groups of weekdays (0 is Monday) on which as many people are on duty at every hour; those that the
            window has.
        changes: what `extends` and `--set` changed.
        simulated: of how much of the scenario the load and the expectations are.
    """

    scenario: str
    title: str
    replications: int
    days: float
    window_days: float
    letters_a_day: float
    letters: float
    counted: float
    headcount: int
    weekdays: tuple[tuple[int, ...], ...]
    teams: Mapping[str, TeamForecast]
    slas: Mapping[str, SlaForecast]
    cautions: tuple[Caution, ...]
    changes: tuple[str, ...]
    cost: Cost
    simulated: Extent

    def summary(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        content: dict[str, Any] = jsonable(self, digits=4)
        return content


def forecast_of(loaded: Loaded, options: Options = DEFAULT) -> Forecast:
    """What to expect of a scenario, from a short simulation of it.

    Args:
        options: its engine is the one whose cost is estimated.
    Raises: ScenarioError as `sim.experiment.cost.prepare`.
    """
    scenario = loaded.scenario
    setting, cost, _ = prepare(loaded, options)
    days = setting.scenario.horizon / DAY
    sample = simulate_briefly(setting, cost)
    load = load_of(sample.unhindered)
    # Thinned out letters stand for more of them.
    load = load._replace(**{key: getattr(load, key) / sample.kept for key in ("work", "unit_work", "visits")})
    weekdays = _like_weekdays(sample.unhindered)
    return Forecast(
        scenario=loaded.stem,
        title=scenario.name,
        replications=scenario.replications,
        days=days,
        window_days=scenario.window / DAY,
        letters_a_day=cost.letters / days,
        letters=cost.letters,
        counted=letters_expected(setting, scenario.window_start, scenario.window_end),
        headcount=scenario.headcount,
        weekdays=weekdays,
        teams={name: _team(setting, index, load, weekdays) for index, name in enumerate(scenario.teams)},
        slas=_slas(setting, sample, weekdays),
        cautions=cautions(setting, sample.unhindered),
        changes=loaded.changes,
        cost=cost,
        simulated=sample.extent,
    )


def _like_weekdays(replications: Sequence[Replication]) -> Groups:
    """Weekdays of the window in groups, each with as many people on duty as its first; absences do not count."""
    settings = {replication.setting.scenario.start: replication.setting for replication in replications}.values()
    on_duty = np.sum([on_duty_of_teams(each, draw_roster(_without_absence(each), 0)) for each in settings], axis=0)
    seconds = np.sum([window_by_slot(each) for each in settings], axis=0)
    people = _people(on_duty, seconds).reshape(-1, 7, 24)
    few, share = _LEAST_DIFFERENCE
    enough = np.maximum(few, share * np.nanmax(people, axis=(1, 2)))[:, np.newaxis]
    groups: list[list[int]] = []
    for day in np.flatnonzero((~np.isnan(people)).any(axis=(0, 2))).tolist():
        for group in groups:
            if not (np.abs(people[:, day] - people[:, group[0]]) > enough).any():
                group.append(day)
                break
        else:
            groups.append([day])
    return tuple(tuple(group) for group in groups)


def _without_absence(setting: Setting) -> Setting:
    teams = {name: team.model_copy(update={"absence": 0.0}) for name, team in setting.scenario.teams.items()}
    return setting._replace(scenario=setting.scenario.changed(teams=teams))


def _team(setting: Setting, index: int, load: Load, weekdays: Groups) -> TeamForecast:
    name, places = setting.places.teams[index], setting.places
    team = setting.scenario.teams[name]
    week, levelled = load.on_duty[index], load.levelled()[index].sum(axis=0)
    seconds = _by_group(load.seconds, weekdays)
    on_duty, offered = (_people(_by_group(each, weekdays), seconds) for each in (week, levelled))
    utilisation = float(load.work[index].sum() / week.sum()) if week.any() else None
    units = slice(places.first[index], places.first[index + 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        unit_busy = load.unit_work[units] / load.unit_on_duty[units]
        # Letters come by chance: what a few days show may be more than is usual at that hour.
        surely = offered - _SURELY * np.sqrt(offered * HOUR / seconds)
        peak = np.nanmax(np.where(on_duty > 0, np.maximum(surely, 0.0) / on_duty, 0.0))
    short = short_of_staff(surely, on_duty)
    swing = peak / utilisation if utilisation else 0.0
    people = _people(week, load.seconds)
    return TeamForecast(
        name=name,
        tier=team.tier or "",
        units=team.unit_count,
        headcount=team.headcount,
        counted=team.counted,
        staff=dict(team.staff),
        least=float(np.nanmin(people)),
        mean=float(week.sum() / load.seconds.sum()),
        most=float(np.nanmax(people)),
        on_duty=on_duty,
        load=offered,
        utilisation=utilisation,
        short=tuple(spans_of_hours(hours) for hours in short),
        units_short=int(short_of_staff(unit_busy * swing, 1.0).sum()),
    )


def _by_group(week: Floats | Int64s, weekdays: Groups) -> Floats:
    """What is said by hour of the week, added up over each group of weekdays, (groups, 24)."""
    days = week.reshape(7, 24)
    return np.array([days[list(group)].sum(axis=0) for group in weekdays], dtype=np.float64)


def _people(person_seconds: Floats, seconds: Floats | Int64s) -> Floats:
    """Person-seconds as people; nan in an hour that the window lacks."""
    people: Floats = np.divide(
        person_seconds, seconds, out=np.full(person_seconds.shape, np.nan), where=np.asarray(seconds) > 0
    )
    return people


def _slas(setting: Setting, sample: ShortSimulation, weekdays: Groups) -> dict[str, SlaForecast]:
    names = tuple(setting.scenario.sla)
    queued, unhindered = (decided_by_hour(each, len(names)) for each in (sample.queued, sample.unhindered))
    late = late_by_team(sample.queued[: sample.detailed])
    found = {}
    for index, name in enumerate(names):
        of_sla, at_best = (Decided(*(column[:, index] for column in each)) for each in (queued, unhindered))
        by_team = late[index] if late else np.zeros(0)
        team = setting.places.teams[int(by_team.argmax())] if by_team.any() else None
        found[name] = _sla(setting, name, of_sla, at_best, weekdays, team)
    return found


def _sla(
    setting: Setting, name: str, decided: Decided, unhindered: Decided, weekdays: Groups, team: str | None
) -> SlaForecast:
    sla = setting.scenario.sla[name]
    late, met = (_by_group(column.sum(axis=0), weekdays) for column in (decided.late, decided.met))
    share = np.divide(late, late + met, out=np.full(late.shape, np.nan), where=late + met > 0)
    headline = np.where(too_few(late + met), 0.0, share)
    group, hour = divmod(int(headline.argmax()), 24)
    expected, at_best = (judge(Decided(*(column.sum(axis=1) for column in each))) for each in (decided, unhindered))
    # Of other letters than what is expected, but never less than that.
    known = [each for each in (at_best.mean, expected.mean) if each is not None]
    return SlaForecast(
        name=name,
        limit=str(sla.within),
        target=sla.target,
        at_best=max(known) if at_best.mean is not None else None,
        expected=expected.mean,
        between=expected.between,
        late_by_hour=share,
        worst=(group, hour) if headline.any() else None,
        team=team,
    )
