"""Staffing cells: headcounts by team and roster, which a plan decides, with bounds and a cost; and a plan as YAML."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from sim.core.json_text import to_json
from sim.forecast.working_hours import hours_of
from sim.models.scenario import Scenario
from sim.models.shift_patterns import ShiftPattern
from sim.models.staffing import Allocation
from sim.models.studies import Plan
from sim.scenario.loading import dump_yaml
from sim.scenario.setting import Setting

_PRICED_HOURS: Final = 40
"""Hours a week that a head costs its price for, where longer weeks cost more."""

People = tuple[int, ...]
"""A staffing: the headcount of each cell."""


class StaffingCell(NamedTuple):
    """Staffing cell: the people of one team on one roster."""

    team: str
    roster: str
    today: int
    least: int
    most: int
    cost: float  # of one person
    hours: float  # a week on the roster, of one person
    deal: Allocation = "evenly"  # how the people are allocated to the units of the team


def staffing_cells(scenario: Scenario) -> tuple[StaffingCell, ...]:
    """Staffing cells that may vary, as the scenario's `plan:` says."""
    asked = scenario.plan or Plan()
    vary = asked.vary
    if vary is None:
        vary = {
            name: {roster: (0, 2 * people) for roster, people in team.staff.items() if people}
            for name, team in scenario.teams.items()
            if team.counted
        }
    return tuple(
        StaffingCell(
            name,
            roster,
            scenario.teams[name].staff.get(roster, 0),
            least,
            most,
            _cost_of_head(scenario, name, roster),
            hours_of(scenario, roster),
            scenario.teams[name].allocation(roster),
        )
        for name, by_roster in vary.items()
        for roster, (least, most) in by_roster.items()
    )


def _cost_of_head(scenario: Scenario, team: str, roster: str) -> float:
    """Cost of one person of a team on a roster."""
    asked = scenario.plan or Plan()
    written = asked.cost.get(team, {}).get(roster)
    if written is not None:
        return written
    return scenario.teams[team].cost * (hours_of(scenario, roster) / _PRICED_HOURS if asked.costs_by_hours else 1.0)


def with_patterns(scenario: Scenario, patterns: Sequence[ShiftPattern]) -> Scenario:
    """The same scenario with generated rosters among its own."""
    rosters = {pattern.name: pattern.roster() for pattern in patterns}
    return scenario.model_copy(update={"rosters": {**scenario.rosters, **rosters}})


def with_heads(people: People, cell: int, heads: int) -> People:
    """The same staffing with another headcount of one cell."""
    return (*people[:cell], heads, *people[cell + 1 :])


def staffed(setting: Setting, cells: tuple[StaffingCell, ...], people: People) -> Setting:
    """The same scenario with other headcounts, allocated as the cells say."""
    teams = dict(setting.scenario.teams)
    for cell, heads in zip(cells, people, strict=True):
        team = teams[cell.team]
        changed: dict[str, object] = {"staff": {**team.staff, cell.roster: heads}}
        if team.allocation(cell.roster) != cell.deal:
            changed["staff_by"] = {**{roster: team.allocation(roster) for roster in team.staff}, cell.roster: cell.deal}
        teams[cell.team] = team.model_copy(update=changed)
    return setting._replace(scenario=setting.scenario.model_copy(update={"teams": teams}))


class ScenarioPatch(NamedTuple):
    """Scenario patch: a plan as a scenario to run."""

    setting: Setting
    cells: tuple[StaffingCell, ...]
    people: People
    generated: Sequence[ShiftPattern]
    name: str
    about: str

    def yaml(self, source: Path, target: Path, *, whole: bool) -> str:
        """The text of the scenario file.

        It extends the planned scenario if that lies in the folder of `target` or below; else it is the whole scenario.

        Args:
            source: file of the planned scenario.
            target: where the text will be written.
            whole: in any case, because something besides the files decides the scenario.
        """
        source, folder = source.resolve(), target.resolve().parent
        if whole or not source.is_relative_to(folder) or source == target.resolve():
            scenario = with_patterns(staffed(self.setting, self.cells, self.people).scenario, self.generated)
            return dump_yaml(scenario.model_copy(update={"name": self.name, "about": self.about}))
        lines = [
            f"extends: {_quoted(source.relative_to(folder).as_posix())}",
            f"name: {to_json(self.name)}",
            f"about: {to_json(self.about)}",
            "",
            *self._rosters(),
            "teams:",
        ]
        for team in dict.fromkeys(cell.team for cell in self.cells):
            lines += [f"  {_quoted(team)}:", *self._allocation(team), "    staff:"]
            lines += [
                f"      {_quoted(cell.roster)}: {heads}   # D: planned; it was {cell.today}"
                for cell, heads in zip(self.cells, self.people, strict=True)
                if cell.team == team
            ]
        return "\n".join(lines) + "\n"

    def _rosters(self) -> list[str]:
        if not self.generated:
            return []
        cycles = {
            pattern.name: ", ".join([f'["{pattern.name}"]'] * pattern.on + ["[]"] * pattern.off)
            for pattern in self.generated
        }
        return ["rosters:", *(f"  {_quoted(name)}: {{cycle: [{cycle}]}}" for name, cycle in cycles.items()), ""]

    def _allocation(self, team: str) -> list[str]:
        own = self.setting.scenario.teams[team]
        before = {roster: own.allocation(roster) for roster in own.staff}
        planned = before | {cell.roster: cell.deal for cell in self.cells if cell.team == team}
        if all(own.allocation(roster) == allocation for roster, allocation in planned.items()):
            return []
        written = ", ".join(f"{_quoted(roster)}: {_written(allocation)}" for roster, allocation in planned.items())
        return [f"    staff_by: {{{written}}}"]


def _written(allocation: Allocation) -> str:
    return allocation if isinstance(allocation, str) else str(list(allocation))


def _quoted(text: str) -> str:
    """Text as YAML reads it back; JSON is YAML."""
    bare = text.isidentifier() and text.isascii() and text not in ("true", "false", "null")
    return text if bare else to_json(text)
