"""Small scenarios to draw from: one desk and one step, or a city with its branches and stations."""

from itertools import pairwise
from typing import Any

from sim.core.tables import Workload
from sim.models.scenario import Scenario
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting, setting_of

MONDAY = "2021-05-10"
"""An ordinary Monday; no public holiday is near."""

CHINA = {"start": "2021-05-03", "holidays": "china", "window": "14 d"}
"""A Monday. It and the next two days are public holidays, Saturday 8 May is a make-up working day."""

GUANGDONG = {"per_day": {"start": 500, "floor": 300, "half_life": "51.6 d"}}
"""The published launch: 500 letters a day that fall to 300."""


def setting(context: Any = None, **keys: Any) -> Setting:
    """A week of a desk that never sleeps, with one letter an hour that takes ten minutes; `keys` replace its keys.

    Args:
        context: reads the files that the scenario names.
    """
    written = {
        "start": MONDAY,
        "window": "7 d",
        "cool_down": "0 s",
        "arrivals": {"per_day": 24},
        "teams": {"desk": {"tier": "city", "staff": {"always": 1}}},
        "workflow": [{"serve": {"by": "desk", "effort": "10 min"}}],
    }
    return setting_of(Scenario.model_validate(written | keys, context=context))


TEAMS = {
    "city": {"tier": "city", "staff": {"always": 2}},
    "branch": {
        "tier": "branch",
        "units": 2,
        "within": "city",
        "weights": [3, 1],
        "staff": {"four_teams_two_shifts": 8},
    },
    "station": {"tier": "station", "units": [2, 2], "within": "branch", "staff": {"daytime": 12}},
}
CITY, BAOAN, FUTIAN = range(3)
CATEGORIES = {"household": {"share": "30%"}, "noise": {"share": "70%"}}


def workload_of(office: Setting, replication: int = 0, keep: float = 1.0) -> Workload:
    return draw_workload(office, draw_roster(office, replication), replication, keep=keep)


def drawn(*steps: dict[str, Any], keep: float = 1.0, per_day: float = 240, **keys: Any) -> Workload:
    """A workload of a city, its branches and stations; `keys` replace those of the scenario."""
    base = {"teams": TEAMS, "categories": CATEGORIES, "arrivals": {"per_day": per_day}}
    return workload_of(setting(**base | keys, workflow=list(steps)), keep=keep)


def journeys(workload: Workload) -> list[list[tuple[int, int]]]:
    """The (step, service) of each visit, by letter."""
    rows = list(zip(workload.step.tolist(), workload.service.tolist(), strict=True))
    ends = workload.first_visit.tolist()
    return [rows[begin:end] for begin, end in pairwise(ends)]


def efforts(workload: Workload, step: int) -> list[int]:
    """Service of every visit of a step, by letter."""
    return workload.service[workload.step == step].tolist()


def service(name: str, **keys: Any) -> dict[str, Any]:
    """A work step of the city whose effort varies."""
    return {name: {"by": "city", "effort": {"mean": "10 min", "cv": 1}} | keys}


FLOW = (
    {"sign": {"by": "station", "effort": {"mean": "90 s", "cv": 0.8}, "cover": "branch"}},
    {"refer": {"leave": "15%"}},
    {"handle": {"by": {"station": "62%", "branch": "38%"}, "effort": {"exponential": "1 h"}}},
    service("callback", chance="80%"),
    {"rework": {"back_to": "handle", "chance": "20%", "at_most": 2}},
)
