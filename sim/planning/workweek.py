"""Hours that people bring and hours that the work takes: what every plan must at least be staffed for.

A staffing whose work does not fit into its hours has a backlog that grows without end, even where a short window shows
no breach of it yet.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.models.scenario import Scenario
from sim.planning.posts import Post
from sim.setting import Setting
from sim.tables import NEVER, NO_UNIT, Floats
from sim.workload import draw_visits

WEEK: Final = 168.0
"""Hours."""


class Workweek(NamedTuple):
    """Hours of an average week; one row for each team whose staff may vary."""

    teams: tuple[str, ...]
    hours: Floats  # that a person of each post is on duty for the team, (teams, posts)
    work: Floats  # that surely come to the team, less the hours of its staff that does not vary, (teams,)


def workweek_of(setting: Setting, posts: tuple[Post, ...], replications: Sequence[int]) -> Workweek:
    """Hours of duty and of work.

    Work that others may take over (cover, escalation) and other duty are left out, so that what remains is surely the
    team's. Letters of the window, averaged over the replications.
    """
    scenario, places = setting.scenario, setting.places
    teams = tuple(dict.fromkeys(post.team for post in posts))
    hours = np.array([[_hours(scenario, each.roster, team) * (each.team == team) for each in posts] for team in teams])
    work = np.mean([_work(setting, number) for number in replications], axis=0) / scenario.window * WEEK
    varied = {(post.team, post.roster) for post in posts}
    fixed = [
        sum(
            heads * _hours(scenario, roster, team)
            for roster, heads in scenario.teams[team].staff.items()
            if (team, roster) not in varied
        )
        for team in teams
    ]
    return Workweek(teams, hours, work[[places.teams.index(team) for team in teams]] - np.array(fixed))


def _hours(scenario: Scenario, roster: str, team: str) -> float:
    """Hours a week that one more person of a roster brings a team, at most."""
    pattern = scenario.roster(roster)
    if pattern is None:
        return WEEK
    # Who stands in for the absent, so that a shift keeps its least number, is not known in advance.
    absence = 0.0 if scenario.teams[team].at_least else scenario.teams[team].absence
    return pattern.hours_a_week * (1 - absence)


def _work(setting: Setting, replication: int) -> Floats:
    """Seconds of work of the letters of the window by team, shape (teams,)."""
    letters, visits = draw_visits(setting, replication)
    scenario, places = setting.scenario, setting.places
    counted = letters.kept & (letters.received >= scenario.window_start) & (letters.received < scenario.window_end)
    seconds = np.zeros(len(places.teams))
    for block in visits.blocks:
        size = len(block.letter)
        unit, cover = (np.broadcast_to(each, size) for each in (block.unit, block.cover))
        own = counted[block.letter] & (unit != NO_UNIT) & (cover == NO_UNIT) & (block.escalate_after == NEVER)
        service = np.broadcast_to(block.service, size)[own]
        seconds += np.bincount(places.team_of[unit[own]], service, len(places.teams))
    return seconds
