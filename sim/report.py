"""The report on a scenario: what the replications together say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.figures import Backlog, LetterFigures, Requirement, SlaFigures, Spread, StepFigures, TeamFigures
from sim.measures import Counts, Measures, Tallies
from sim.setting import Setting
from sim.statistics import Estimate, Verdict, stacked
from sim.summaries import backlog_figures, letter_figures, sla_figures, step_figures, team_figures
from sim.tally import Pool


@dataclass(frozen=True)
class Report:
    """Everything that is shown of a run; mappings are in the order of the scenario.

    Attributes:
        scenario: short name, of the file.
        title: the scenario's own name.
        headcount: people of the teams that count towards the mailbox.
        cost: of the people of all teams.
        requirement: people that each team needs; empty if it was not worked out.
    """

    scenario: str
    title: str
    engine: str
    replications: int
    seed: int
    headcount: int
    cost: float
    letters: LetterFigures
    slas: Mapping[str, SlaFigures]
    steps: Mapping[str, StepFigures]
    teams: Mapping[str, TeamFigures]
    backlog: Backlog
    requirement: Mapping[str, Requirement]

    @property
    def holds(self) -> Verdict | None:
        """Whether the staffing meets every target: missed if one is missed, met if all are; None without targets."""
        verdicts = {sla.verdict for sla in self.slas.values()} - {None}
        return next((each for each in (Verdict.MISSED, Verdict.UNCLEAR, Verdict.MET) if each in verdicts), None)

    def summary(self) -> dict[str, Any]:
        """The content of summary.json: plain values, None where there is nothing to estimate."""
        return {
            "scenario": self.scenario,
            "engine": self.engine,
            "replications": self.replications,
            "seed": self.seed,
            "letters": _plain(self.letters, "received closed open_at_end time_in_system_min"),
            "sla": {
                name: _plain(sla, "limit_min target compliance verdict letters elapsed_min")
                for name, sla in self.slas.items()
            },
            "steps": {
                name: _plain(step, "visits wait_min delayed_share service_min interruptions")
                for name, step in self.steps.items()
            },
            "teams": {
                name: _plain(team, "headcount on_duty_hours busy_hours utilisation overtime_hours queue_mean queue_max")
                for name, team in self.teams.items()
            },
        }


def summarise(
    setting: Setting,
    measures: Iterable[Measures],
    *,
    scenario: str,
    engine: str,
    requirement: Mapping[str, Requirement] | None = None,
) -> Report:
    """The report on some replications of one scenario.

    Args:
        measures: of each replication, at least one, in any order. A generator will do: of each replication
            only its counts are kept, its tallies are merged at once.
        scenario: short name for the report, usually the stem of the file.
        engine: which engine simulated.
        requirement: people that each team needs, to be shown beside those on duty.
    """
    kept: list[Counts] = []
    pool: Pool[Tallies] = Pool()
    for each in measures:
        kept.append(each.counts)
        pool.add(each.tallies)
    counts, tallies = stacked(kept), pool.merged()
    model = setting.scenario
    return Report(
        scenario=scenario,
        title=model.name,
        engine=engine,
        replications=len(kept),
        seed=model.seed,
        headcount=sum(team.headcount for team in model.teams.values() if team.counted),
        cost=sum(team.headcount * team.cost for team in model.teams.values()),
        letters=letter_figures(counts.letters, tallies.time_in_system),
        slas={
            name: sla_figures(setting, name, counts.slas[index], counts.causes[index], tallies.elapsed[index])
            for index, name in enumerate(model.sla)
        },
        steps=step_figures(setting, counts.steps, tallies.steps, counts.letters.closed),
        teams={name: team_figures(setting, index, counts.teams) for index, name in enumerate(model.teams)},
        backlog=backlog_figures(setting, counts.open_letters),
        requirement=requirement or {},
    )


def _plain(figures: object, names: str) -> dict[str, Any]:
    """Some attributes of a record as JSON can hold them."""
    return {name: _value(getattr(figures, name)) for name in names.split()}


def _value(figure: object) -> Any:
    if isinstance(figure, Estimate):
        return _plain(figure, "mean low high")
    if isinstance(figure, Spread):
        return _plain(figure, "mean p50 p90 p95 p99 max")
    return figure.value if isinstance(figure, Verdict) else figure
