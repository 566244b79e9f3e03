"""Letters and visits that were drawn, kept for the next staffing that meets them."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final

from sim.core.json_text import to_json
from sim.models.workflow import sla_of_when_late
from sim.sampling.arrivals import Letters
from sim.sampling.drawn_visits import Visits
from sim.sampling.workload import draw_visits
from sim.scenario.setting import Setting

MOST_KEPT_VISITS: Final = 16_000_000
"""Visits that are kept at most; 0.5 to 0.8 gigabytes."""

_OF_STAFFING: Final = ("staff", "staff_by", "absence", "at_least", "counted", "cost")
"""What a team says that no letter depends on."""

_OF_JUDGING: Final = (
    "name",
    "name_zh",
    "about",
    "about_zh",
    "labels",
    "sla",
    "plan",
    "stress",
    "replications",
    "cool_down",
    "rosters",
)
"""What a scenario says besides that no letter depends on; the horizon stands for the cool-down."""


def letters_name(setting: Setting) -> str:
    """A name that settings share whose letters and visits are the same."""
    scenario = setting.scenario
    content: dict[str, Any] = scenario.resolved()
    rules = scenario.supervise, scenario.extension, scenario.repeat_letters, sla_of_when_late(scenario.workflow)
    judging = set(_OF_JUDGING) - ({"sla"} if any(rules) else set())  # what is due, or late, is so by SLAs
    content = {key: value for key, value in content.items() if key not in judging}
    content["teams"] = {
        name: {key: value for key, value in team.items() if key not in _OF_STAFFING}
        for name, team in content["teams"].items()
    }
    text = to_json([scenario.horizon, content], indent=None)
    return hashlib.sha256(text.encode()).hexdigest()


class KeptLetters:
    """The letters of many replications; those that nobody has asked for longest make room. Threads may share it.

    Args:
        most: visits that are kept.
    """

    def __init__(self, most: int = MOST_KEPT_VISITS) -> None:
        self._most, self._visits = most, 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], tuple[Letters, Visits, int]] = OrderedDict()

    def drawn(self, name: str, setting: Setting, number: int) -> tuple[Letters, Visits]:
        """The letters and visits of a replication.

        Args:
            name: `letters_name` of the setting, or anything else that settings with other letters have not.
        """
        with self._lock:
            known = self._kept.get((name, number))
            if known is not None:
                self._kept.move_to_end((name, number))
                return known[:2]
        letters, visits = draw_visits(setting, number)
        made = int(visits.made.sum())
        with self._lock:
            if (name, number) not in self._kept and made <= self._most:
                self._kept[name, number] = letters, visits, made
                self._visits += made
            while self._visits > self._most:
                # The last replications go first: a new change asks for the first ones.
                oldest = next(iter(self._kept))[0]
                gone = max(each for each in self._kept if each[0] == oldest)
                self._visits -= self._kept.pop(gone)[2]
        return letters, visits

    def forget(self, name: str, replications: Iterable[int]) -> None:
        """Let the letters of some replications go."""
        with self._lock:
            for number in replications:
                if (name, number) in self._kept:
                    self._visits -= self._kept.pop((name, number))[2]
