"""A scenario with something changed: its rate, a team's staff, a surge more, another length."""

from collections.abc import Mapping
from typing import Any

from sim.core.errors import SimError
from sim.models.arrivals import Surge
from sim.models.scenario import Scenario
from sim.scenario.setting import Setting, setting_of


def own_rate(scenario: Scenario) -> float:
    """Letters a day that a scenario is about; of a launch that decays, those of its first day.

    Raises: SimError for a scenario that is driven by a trace, which has no rate to raise, or that has no letters.
    """
    rate = scenario.arrivals.first_rate
    if rate is None:
        raise SimError("a stress run raises the rate of letters, and a trace has none; give it arrivals.per_day")
    if rate <= 0:
        raise SimError("a stress run needs letters; arrivals.per_day is 0")
    return rate


def at_rate(setting: Setting, per_day: float) -> Setting:
    """The same with a constant level of so many letters a day; weekdays, hours, busyness and surges stay."""
    arrivals = setting.scenario.arrivals.model_copy(update={"per_day": per_day})
    return _changed(setting, {"arrivals": arrivals})


def with_surge(setting: Setting, surge: Surge) -> Setting:
    """The same letters, and those that one surge more adds."""
    arrivals = setting.scenario.arrivals
    return _changed(setting, {"arrivals": arrivals.model_copy(update={"surges": (*arrivals.surges, surge)})})


def with_staff(setting: Setting, team: str, more: int) -> Setting:
    """The same with more people in a team, spread over its rosters in proportion."""
    teams = setting.scenario.teams
    staff = {roster: people + added for (roster, people), added in _spread(teams[team].staff, more)}
    return _changed(setting, {"teams": {**teams, team: teams[team].model_copy(update={"staff": staff})}})


def with_window(setting: Setting, window: float) -> Setting:
    """The same, counted for so many seconds."""
    return _changed(setting, {"window": window})


def lengthened(setting: Setting, times: int) -> Setting:
    """The same with a warm-up and a window so many times as long; the warm-up at least a quarter of the window."""
    if times == 1:
        return setting
    scenario = setting.scenario
    warm_up = max(scenario.warm_up, scenario.window / 4)
    return _changed(setting, {"warm_up": times * warm_up, "window": times * scenario.window})


def _spread(staff: Mapping[str, int], more: int) -> list[tuple[tuple[str, int], int]]:
    """How many people each roster gets, by largest remainders."""
    total = sum(staff.values())
    exact = [more * people / total for people in staff.values()]
    added = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda roster: added[roster] - exact[roster])
    for roster in order[: more - sum(added)]:
        added[roster] += 1
    return list(zip(staff.items(), added, strict=True))


def _changed(setting: Setting, update: dict[str, Any]) -> Setting:
    return setting_of(setting.scenario.changed(**update))._replace(cool_down=setting.cool_down)
