"""Cautions about people: rosters that no one may work, people whom no letter meets, stand-ins whom nobody pays."""

from collections.abc import Iterator
from typing import Final

from sim.metrics.figures import Caution
from sim.models.workflow import WorkStep
from sim.sampling.attendance import average_week
from sim.scenario.setting import Setting

LONGEST_WEEK: Final = 48.0
"""Hours that a person may work in an average week (directive 2003/88/EC; China's labour law allows 44)."""

LEAST_TOLD: Final = 0.5
"""Stand-ins a week below which there is nothing to tell."""


def stand_ins(setting: Setting) -> Iterator[Caution]:
    """Teams whose `at_least` puts people in the place of absent ones, who then cost nothing."""
    for name, team in setting.scenario.teams.items():
        weeks = [average_week(setting, name, roster) for roster in team.staff]
        a_week, absent = (
            float(sum(each.sum() for each in column))
            for column in ([week.stand_ins for week in weeks], [week.absent for week in weeks])
        )
        if a_week >= LEAST_TOLD:
            key = "absence cancelled" if a_week >= absent * (1 - 1e-9) else "stand-ins"
            yield Caution(key, name, {"at_least": team.at_least, "a_week": a_week, "absence_share": team.absence})


def unused_teams(setting: Setting) -> Iterator[Caution]:
    """Teams with people to whom no step sends a letter."""
    used: set[str | None] = set()
    for step in setting.scenario.workflow:
        if isinstance(step, WorkStep):
            used |= {team for routing in step.by.values for team, share in routing.items() if share}
            used |= {step.cover} | ({step.escalate.to} if step.escalate is not None else set())
    for name, team in setting.scenario.teams.items():
        if name not in used and team.headcount:
            yield Caution("unused team", name, {"people": team.headcount})


def long_weeks(setting: Setting) -> Iterator[Caution]:
    """Rosters on which a person works more hours a week than is allowed."""
    for roster, people in _rosters(setting).items():
        pattern = setting.scenario.roster(roster)
        if pattern is not None and pattern.hours_a_week > LONGEST_WEEK + 1e-9:
            yield Caution("long week", roster, {"hours": pattern.hours_a_week, "people": people, "most": LONGEST_WEEK})


def without_rest(setting: Setting) -> Iterator[Caution]:
    """Rosters on which a person begins a shift every day."""
    for roster, people in _rosters(setting).items():
        pattern = setting.scenario.roster(roster)
        if pattern is not None and all(pattern.days_of_shifts):
            yield Caution("no rest day", roster, {"people": people})


def _rosters(setting: Setting) -> dict[str, int]:
    """People on each roster, over all teams."""
    people: dict[str, int] = {}
    for team in setting.scenario.teams.values():
        for roster, heads in team.staff.items():
            people[roster] = people.get(roster, 0) + heads
    return {roster: heads for roster, heads in people.items() if heads}
