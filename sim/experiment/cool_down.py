"""How long a simulation must go on after its window, so that what became of its letters can be judged.

A letter is decided once its limit has passed on the SLA's own clock, which may begin late and stand still. How long
that takes is seen on a pilot: some letters with a chance of their own, and infinite servers in rostered hours, since
only how the clocks run matters and not who waits for whom.
"""

from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import NOT_YET, Bools, Int64s
from sim.experiment.replications import simulate_infinite_servers
from sim.metrics.replication import Fate, Replication, SlaClock, elapsed_at
from sim.models.sla import Sla
from sim.sampling.arrivals import letters_expected
from sim.scenario.setting import CoolDown, Setting, setting_of

_FIRST: Final = 2_000_000
"""Number of the pilot's first replication; no clock, search or proof comes that far."""

_MOST_LETTERS: Final = 20_000
_FEWEST_LETTERS: Final = 2_000
"""Counted letters of a pilot; between these a tenth of those of the clock."""

_MOST_REPLICATIONS: Final = 20

_LEAST_RAISE: Final = 60 * DAY
_MOST_WINDOWS: Final = 3
"""A cool-down is raised to three windows or 60 days at most, whichever is longer."""

_USUAL_UNDECIDED: Final = 0.01
_LEAST_UNDECIDED: Final = 0.0001
_TENTH: Final = 0.1
"""Share of letters that may stay undecided: a tenth of the lateness that the target allows, within bounds."""

_KNOWN: Final = 400
"""Days after the pilot that its calendar knows."""

_NEVER: Final = 2**60
"""In place of an instant that the pilot does not see."""


class Undecided(NamedTuple):
    """What a pilot needs for one SLA."""

    sla: str
    needed: int | None  # seconds after the window; None if it is longer than the pilot can tell


def raised(setting: Setting, at_least: int = 0) -> Setting:
    """The same with the cool-down that its SLAs need, if that is longer than its own.

    Args:
        at_least: seconds; a cool-down that others have with whom it is compared.
    """
    scenario = setting.scenario
    most = max(_MOST_WINDOWS * round(scenario.window), _LEAST_RAISE)
    each = _needs(setting, max(most, scenario.cooling, at_least))
    longest = max(each, key=lambda one: _NEVER if one.needed is None else one.needed, default=Undecided("", 0))
    needed = min(_NEVER if longest.needed is None else longest.needed, most)
    seconds = max(scenario.cooling, needed, at_least)
    lacking = None if longest.needed is None else max(longest.needed - seconds, 0)
    found = CoolDown(
        typed=None if scenario.cool_down is None else scenario.cooling,
        seconds=seconds,
        sla=longest.sla,
        lacking=lacking,
    )
    if seconds == scenario.cooling:
        return setting._replace(cool_down=found)
    return setting_of(scenario.changed(cool_down=float(seconds)))._replace(cool_down=found)


def undecided_allowed(target: float | None) -> float:
    """Share of the letters of an SLA that may stay undecided, so that its verdict hardly depends on them."""
    if target is None:
        return _USUAL_UNDECIDED
    return min(_USUAL_UNDECIDED, max(_TENTH * (1 - target), _LEAST_UNDECIDED))


def _needs(setting: Setting, longest: int) -> list[Undecided]:
    """What each SLA needs whose last letters are not surely decided already."""
    slas = {name: sla for name, sla in setting.scenario.sla.items() if not _surely_decided(setting, sla)}
    if not slas:
        return []
    replications = _pilot(setting, longest)
    return [_need(replications, name, sla) for name, sla in slas.items()]


def _surely_decided(setting: Setting, sla: Sla) -> bool:
    """Whether the limit of the last letter passes within the cool-down, since the clock runs from receipt on."""
    scenario = setting.scenario
    if sla.from_ != "received" or sla.paused_during:
        return False
    try:
        return setting.calendar.time_for(sla.within, scenario.window_end, sla.office_hours) <= scenario.cooling
    except ValueError:
        return False


def _pilot(setting: Setting, longest: int) -> list[Replication]:
    """Letters of the window, simulated until so many seconds after it."""
    scenario = setting.scenario.changed(cool_down=float(longest))
    counted = max(letters_expected(setting, scenario.window_start, scenario.window_end), 1.0)
    wanted = min(max(_TENTH * counted * scenario.replications, _FEWEST_LETTERS), _MOST_LETTERS)
    replications = min(ceil(wanted / counted), _MOST_REPLICATIONS)
    keep = min(1.0, wanted / replications / counted)
    if scenario.arrivals.trace is None:
        scenario, keep = scenario.changed(arrivals=scenario.arrivals.scaled(keep)), 1.0
    teams = {name: team.model_copy(update={"other_duty": None}) for name, team in scenario.teams.items()}
    scenario = scenario.changed(teams=teams)
    ready = setting_of(scenario)._replace(calendar=scenario.days(scenario.horizon // DAY + _KNOWN))
    return [
        simulate_infinite_servers(ready, _FIRST + number, stretches=False, keep=keep) for number in range(replications)
    ]


def _need(replications: list[Replication], name: str, sla: Sla) -> Undecided:
    place = list(replications[0].setting.scenario.sla).index(name)
    instants = np.concatenate(
        [_decided_at(replication, sla, replication.clocks[place]) for replication in replications]
    )
    if not len(instants):
        return Undecided(name, 0)
    may_stay = floor(undecided_allowed(sla.target) * len(instants))
    last = int(np.sort(instants)[len(instants) - 1 - may_stay])
    return Undecided(name, None if last >= _NEVER else max(last - replications[0].setting.scenario.window_end, 0))


def _decided_at(replication: Replication, sla: Sla, clock: SlaClock) -> Int64s:
    """When the limit of each letter of the window has passed, or `_NEVER` if the pilot does not see that."""
    applies = replication.counted & (clock.fate != Fate.NOT_APPLICABLE)
    begun = clock.begin != NOT_YET
    begin = np.where(begun, clock.begin, 0)
    low, high = begin, np.full(len(begin), replication.setting.calendar.days * DAY - 1)

    def passed(instants: Int64s) -> Bools:
        late: Bools = elapsed_at(replication, sla, begin, instants) > sla.within.seconds
        return late

    seen = begun & passed(high)
    while (high - low > 1).any():
        middle = (low + high) // 2
        late = passed(middle)
        low, high = np.where(late, low, middle), np.where(late, middle, high)
    # A pause that may go on after the pilot, or be still to come, is not seen.
    unseen = bool(sla.paused_during) & clock.open & (high > replication.setting.scenario.horizon)
    instants: Int64s = np.where(seen & ~unseen, high, _NEVER)[applies]
    return instants
