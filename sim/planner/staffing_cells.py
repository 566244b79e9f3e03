"""What a plan decides: headcounts by team and roster, each with bounds and a cost."""

from typing import Final, NamedTuple

from sim.models.scenario import Scenario
from sim.models.staffing import Allocation
from sim.models.studies import Plan
from sim.scenario.setting import Setting

WEEK: Final = 40
"""Hours that a head costs its price for, where longer weeks cost more."""

People = tuple[int, ...]
"""A staffing: the headcount of each post."""


class Post(NamedTuple):
    """People of one team on one roster."""

    team: str
    roster: str
    today: int
    least: int
    most: int
    cost: float  # of one person
    hours: float  # a week on the roster, of one person
    deal: Allocation = "evenly"  # how the people are allocated to the units of the team


def posts_of(scenario: Scenario) -> tuple[Post, ...]:
    """What may vary, as the scenario's `plan:` says."""
    asked = scenario.plan or Plan()
    vary = asked.vary
    if vary is None:
        vary = {
            name: {roster: (0, 2 * people) for roster, people in team.staff.items() if people}
            for name, team in scenario.teams.items()
            if team.counted
        }
    return tuple(
        Post(
            name,
            roster,
            scenario.teams[name].staff.get(roster, 0),
            least,
            most,
            cost_of(scenario, name, roster),
            hours_of(scenario, roster),
            scenario.teams[name].allocation(roster),
        )
        for name, by_roster in vary.items()
        for roster, (least, most) in by_roster.items()
    )


def cost_of(scenario: Scenario, team: str, roster: str) -> float:
    """Cost of one person of a team on a roster."""
    asked = scenario.plan or Plan()
    written = asked.cost.get(team, {}).get(roster)
    if written is not None:
        return written
    return scenario.teams[team].cost * (hours_of(scenario, roster) / WEEK if asked.by_hours else 1.0)


def hours_of(scenario: Scenario, roster: str) -> float:
    """Hours a week that one person is on a roster, before any absence."""
    pattern = scenario.roster(roster)
    return 168.0 if pattern is None else pattern.hours_a_week


def staffed(setting: Setting, posts: tuple[Post, ...], people: People) -> Setting:
    """The same scenario with other headcounts, dealt as the posts say."""
    teams = dict(setting.scenario.teams)
    for post, heads in zip(posts, people, strict=True):
        team = teams[post.team]
        changed: dict[str, object] = {"staff": {**team.staff, post.roster: heads}}
        if team.allocation(post.roster) != post.deal:
            changed["staff_by"] = {**{roster: team.allocation(roster) for roster in team.staff}, post.roster: post.deal}
        teams[post.team] = team.model_copy(update=changed)
    return setting._replace(scenario=setting.scenario.model_copy(update={"teams": teams}))
