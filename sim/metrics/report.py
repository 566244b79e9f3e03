"""The report on a scenario: what the replications together say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.metrics.figures import Backlog, Caution, LetterFigures, Requirement, SlaFigures, StepFigures, TeamFigures
from sim.statistics import FEWEST_LETTERS, Compliance, Estimate, Figure, Spread, Verdict, together


@dataclass(frozen=True)
class Report:
    """Everything that is shown of a run; mappings are in the order of the scenario.

    Attributes:
        scenario: short name, of the file.
        title: the scenario's own name.
        copies: whether the replications are one and the same, so that nothing is known of chance.
        headcount, cost: of the people of the teams that count towards the mailbox.
        requirement: people that each team needs; empty if it was not worked out.
        cautions: what to know before believing the rest.
    """

    scenario: str
    title: str
    engine: str
    replications: int
    seed: int
    copies: bool
    headcount: int
    cost: float
    letters: LetterFigures
    slas: Mapping[str, SlaFigures]
    steps: Mapping[str, StepFigures]
    teams: Mapping[str, TeamFigures]
    backlog: Backlog
    requirement: Mapping[str, Requirement]
    cautions: tuple[Caution, ...] = ()

    @property
    def holds(self) -> Verdict | None:
        """Whether the staffing meets every target that can be judged; None without targets.

        Missed if one is missed, met if all are; not judged where no SLA with a target has letters.
        """
        return together([sla.verdict for sla in self.slas.values()])

    def has_few_late(self, sla: str) -> bool:
        """Whether so few letters were late, in all replications together, that nothing can be said of when and why."""
        return (self.slas[sla].breaches.mean or 0.0) * self.replications < FEWEST_LETTERS

    def summary(self) -> dict[str, Any]:
        """The content of summary.json: plain values, None where there is nothing to estimate."""
        return {
            "scenario": self.scenario,
            "engine": self.engine,
            "replications": self.replications,
            "seed": self.seed,
            "letters": _plain(self.letters, "received closed open_at_end growth_per_day time_in_system_min"),
            "sla": {
                name: _plain(sla, "limit_min target compliance verdict letters undecided elapsed_min")
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


def _plain(figures: object, names: str) -> dict[str, Any]:
    """Some attributes of a record as JSON can hold them."""
    return {name: _value(getattr(figures, name)) for name in names.split()}


def _value(figure: object) -> Any:
    if isinstance(figure, Compliance):
        return _plain(figure, "mean low high between")
    if isinstance(figure, Estimate):
        return _plain(figure, "mean low high")
    if isinstance(figure, Spread):
        return _plain(figure, "mean p50 p90 p95 p99 max")
    if isinstance(figure, Figure):
        return _plain(figure, "value low high more_than at_most")
    if isinstance(figure, tuple):
        return list(figure)
    return figure.value if isinstance(figure, Verdict) else figure
