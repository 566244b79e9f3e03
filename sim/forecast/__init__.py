"""What `check` says of a scenario before it is simulated: letters, staff, load, who will be short, and the cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from sim.clock import DAY
from sim.cost import Cost, prepare
from sim.forecast.cautions import cautions
from sim.forecast.lateness import Lateness, lateness
from sim.forecast.load import Load, load_of
from sim.infinite_servers import simulate_without_queues
from sim.loading import Loaded
from sim.measuring.figures import Caution
from sim.measuring.outcome import Outcome
from sim.setting import Setting
from sim.tables import Floats

VISITS: Final = 600_000
"""Visits from which the load is estimated, in as many replications as it takes, but no more than `REPLICATIONS`."""

REPLICATIONS: Final = 100


@dataclass(frozen=True)
class TeamForecast:
    """People of a team and the work that they are asked to do, over the window.

    Attributes:
        staff: headcount by roster.
        least, mean, most: people on duty over all units, by hour of the week.
        on_duty: people on duty by hour of the day, shape (24,).
        load: offered load by hour of the day in erlangs, other duty included. Work that a minute clock waits for
            counts when it comes; the rest is spread over the time on duty. Shape (24,).
        utilisation: load of people on duty, over the whole week; None where nobody ever is.
        short: spans of hours of the day, [start, end), in which the load reaches the people on duty.
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
    short: tuple[tuple[int, int], ...]
    units_short: int


@dataclass(frozen=True)
class SlaForecast:
    """What to expect of a promise.

    Attributes:
        at_best: compliance with people without end wherever and whenever anybody is on duty.
        expected: compliance with the queues that closed forms expect; None for limits of more than two hours, which
            depend on the backlog of days. An hour that is short of staff counts as lost.
        late_by_hour: share of letters late, by hour of receipt, shape (24,); of the expected where there is one,
            else of `at_best`. nan in an hour without letters.
        team: where most of the expected late letters wait too long; None where that is not known.
    """

    name: str
    limit: str
    target: float | None
    at_best: float | None
    expected: float | None
    late_by_hour: Floats
    team: str | None


@dataclass(frozen=True)
class Forecast:
    """What a scenario will simulate, and what to expect.

    Attributes:
        letters_a_day: on average from the first second to the last.
        letters, counted: letters of a replication, and those of the window.
        changes: what `extends` and `--set` changed.
        sampled: replications from which the load was estimated.
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
    teams: Mapping[str, TeamForecast]
    slas: Mapping[str, SlaForecast]
    cautions: tuple[Caution, ...]
    changes: tuple[str, ...]
    cost: Cost
    sampled: int

    def plain(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def forecast_of(loaded: Loaded, engine: str = "compiled") -> Forecast:
    """What to expect of a scenario, from a few replications that are lived without queues.

    Args:
        engine: whose cost is estimated.
    Raises: ScenarioError as `sim.cost.prepare`.
    """
    scenario = loaded.scenario
    setting, cost, _ = prepare(loaded, engine)
    enough = int(np.ceil(VISITS / max(cost.visits, 1.0)))
    outcomes = [simulate_without_queues(setting, number) for number in range(min(enough, REPLICATIONS))]
    load = load_of(outcomes)
    return Forecast(
        scenario=loaded.stem,
        title=scenario.name,
        replications=scenario.replications,
        days=scenario.horizon / DAY,
        window_days=scenario.window / DAY,
        letters_a_day=cost.letters / (scenario.horizon / DAY),
        letters=cost.letters,
        counted=float(np.mean([outcome.counted.sum() for outcome in outcomes])),
        headcount=sum(team.headcount for team in scenario.teams.values() if team.counted),
        teams={name: _team(setting, index, name, load) for index, name in enumerate(scenario.teams)},
        slas={name: _sla(setting, index, name, outcomes, load) for index, name in enumerate(scenario.sla)},
        cautions=cautions(setting, outcomes),
        changes=loaded.changes,
        cost=cost,
        sampled=len(outcomes),
    )


def _team(setting: Setting, index: int, name: str, load: Load) -> TeamForecast:
    team, places = setting.scenario.teams[name], setting.places
    with np.errstate(divide="ignore", invalid="ignore"):
        week = load.on_duty[index] / load.seconds
        unit_busy = load.unit_work / load.unit_on_duty
    by_day = load.seconds.reshape(7, 24).sum(axis=0)
    on_duty = _mean_by_hour(load.on_duty[index], by_day)
    offered = _mean_by_hour(load.levelled()[index].sum(axis=0), by_day)
    total = load.on_duty[index].sum()
    utilisation = float(load.work[index].sum() / total) if total > 0 else None
    units = slice(places.first[index], places.first[index + 1])
    peak = max((each / people for each, people in zip(offered, on_duty, strict=True) if people > 0), default=0.0)
    swing = peak / utilisation if utilisation else 0.0
    return TeamForecast(
        name=name,
        tier=team.tier or "",
        units=team.unit_count,
        headcount=team.headcount,
        counted=team.counted,
        staff=dict(team.staff),
        least=float(np.nanmin(week)),
        mean=float(np.nansum(load.on_duty[index]) / load.seconds.sum()),
        most=float(np.nanmax(week)),
        on_duty=on_duty,
        load=offered,
        utilisation=utilisation,
        short=_spans((offered >= on_duty) & (offered > 0)),
        units_short=int((unit_busy[units] * swing >= 1).sum()),
    )


def _mean_by_hour(week: Floats, seconds: Floats) -> Floats:
    """Person-seconds by hour of the week as people by hour of the day; nan in an hour that the window lacks."""
    day = week.reshape(7, 24).sum(axis=0)
    people: Floats = np.divide(day, seconds, out=np.full(24, np.nan), where=seconds > 0)
    return people


def _spans(hours: Any) -> tuple[tuple[int, int], ...]:
    """The runs of hours that are true; a run across midnight ends after 24."""
    if hours.all():
        return ((0, 24),)
    begins = np.flatnonzero(hours & ~np.roll(hours, 1))
    lasts = [int(np.argmin(np.roll(hours, -begin))) for begin in begins]
    return tuple((int(begin), int(begin) + last) for begin, last in zip(begins, lasts, strict=True))


def _sla(setting: Setting, index: int, name: str, outcomes: list[Outcome], load: Load) -> SlaForecast:
    sla = setting.scenario.sla[name]
    each = [lateness(outcome, sla, outcome.runs[index], load) for outcome in outcomes]
    total = Lateness(*(np.sum(columns, axis=0) for columns in zip(*each, strict=True)))
    letters = total.letters.sum()
    expects = not np.isnan(total.late).all()
    late = total.late if expects else total.late_anyway
    return SlaForecast(
        name=name,
        limit=str(sla.within),
        target=sla.target,
        at_best=float(1 - total.late_anyway.sum() / letters) if letters else None,
        expected=float(1 - total.late.sum() / letters) if letters and expects else None,
        late_by_hour=np.divide(late, total.letters, out=np.full(24, np.nan), where=total.letters > 0),
        team=setting.places.teams[int(total.late_at.argmax())] if total.late_at.any() else None,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return [None if np.isnan(each) else round(float(each), 4) for each in value]
    return value
