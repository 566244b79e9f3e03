"""The report on a scenario: what the replications together say, sums as estimates and durations as percentiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.json_text import jsonable
from sim.metrics.figures import Caution
from sim.metrics.figures.letters import Backlog, LetterFigures, StepFigures
from sim.metrics.figures.rules import ExtensionFigures, OpeningFigures, RepeatFigures, SupervisionFigures
from sim.metrics.figures.slas import SlaFigures
from sim.metrics.figures.teams import RosterGroup, StaffedWeek, TeamFigures
from sim.metrics.letter_timeline import LetterTimeline
from sim.statistics import Verdict, together, too_few


@dataclass(frozen=True)
class Report:
    """Everything that is shown of a run; mappings are in the order of the scenario.

    Attributes:
        scenario: short name, of the file.
        title: the scenario's own name.
        copies: whether the replications are one and the same, so that nothing is known of chance.
        headcount, cost: of the people of the teams that count towards the mailbox.
        staffed: people by unit and hour of the week, the units first where most lack.
        roster: who comes when.
        cautions: what to know before believing the rest.
        latest: the ways of the latest letters of the first replication.
        supervision: what each rule of supervision did.
        extensions: what became of letters that asked for more time.
        repeat_letters: how many writers wrote again, and the work of it; None where the scenario says nothing of it.
        opening: how the letters fare that were open at the start; None where the scenario begins empty.
        in_blocks: whether replications were simulated in blocks of days, which leaves `latest` out.
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
    staffed: tuple[StaffedWeek, ...]
    roster: tuple[RosterGroup, ...]
    cautions: tuple[Caution, ...] = ()
    latest: tuple[LetterTimeline, ...] = ()
    opening: OpeningFigures | None = None
    supervision: tuple[SupervisionFigures, ...] = ()
    extensions: tuple[ExtensionFigures, ...] = ()
    in_blocks: bool = False
    repeat_letters: RepeatFigures | None = None

    @property
    def verdict(self) -> Verdict | None:
        """Whether the staffing meets every target that can be judged; None without targets.

        Missed if one is missed, met if all are; not judged where no SLA with a target has letters.
        """
        return together([sla.verdict for sla in self.slas.values()])

    def has_few_late(self, sla: str) -> bool:
        """Whether so few letters were late, in all replications together, that nothing can be said of when and why."""
        return bool(too_few((self.slas[sla].breaches.mean or 0.0) * self.replications))

    def summary(self) -> dict[str, Any]:
        """The content of summary.json: plain values, None where there is nothing to estimate."""
        return {
            "scenario": self.scenario,
            "engine": self.engine,
            "replications": self.replications,
            "seed": self.seed,
            "letters": _some(self.letters, "received closed closed_share open_at_end growth_per_day time_in_system_min")
            | _said(self.letters, "abandoned abandoned_share"),
            "sla": {
                name: _some(sla, "limit_min target compliance verdict letters undecided elapsed_min")
                | _said(sla, "left_in_time_share")
                for name, sla in self.slas.items()
            },
            "units": self._units(),
            "steps": {
                name: _some(step, "visits wait_min delayed_share service_min interruptions")
                | _said(step, "abandoned_share")
                for name, step in self.steps.items()
            },
            "teams": {
                name: _some(team, "headcount on_duty_hours busy_hours utilisation overtime_hours queue_mean queue_max")
                for name, team in self.teams.items()
            },
            **({"extension": jsonable(self.extensions)} if self.extensions else {}),
            **({"supervise": jsonable(self.supervision)} if self.supervision else {}),
            **({} if self.repeat_letters is None else {"repeat_letters": jsonable(self.repeat_letters)}),
            **({} if self.opening is None else {"open_at_start": jsonable(self.opening)}),
        }

    def _units(self) -> dict[str, Any]:
        """Each SLA in the units of the highest team that has several; of the others units.csv tells."""
        return {
            name: {
                unit.name: {"letters": unit.letters.mean, "late": unit.breaches.mean, **_some(unit, "compliance rank")}
                for unit in sla.districts
            }
            for name, sla in self.slas.items()
        }


def _some(figures: object, names: str) -> dict[str, Any]:
    """Some attributes of a record as JSON can hold them."""
    return {name: jsonable(getattr(figures, name)) for name in names.split()}


def _said(figures: object, names: str) -> dict[str, Any]:
    """Likewise those attributes that are not None: figures of rules that a scenario may have."""
    return {name: value for name, value in _some(figures, names).items() if value is not None}
