"""A sweep: the same letters meet a scenario at every point of a design, each compared with the first."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import jsonable, to_json
from sim.core.options import DEFAULT, Options
from sim.experiment.cost import Prepared
from sim.experiment.points import (
    KeptPoints,
    PointOutcome,
    SlaOutcome,
    common_cool_down,
    simulate_point,
    simulate_points,
)
from sim.forecast.cautions import cautions
from sim.metrics.compliance import left_share
from sim.metrics.figures import Caution
from sim.scenario.loading import Loaded, ScenarioFile
from sim.statistics import Compliance, Decided, Estimate, Verdict, paired_difference, together
from sim.sweep.design import Design

_MOST_PROBLEMS = 10
"""Problems of points that are told; those of a whole design would be the same again and again."""


@dataclass(frozen=True)
class SlaAtPoint:
    """Compliance with an SLA at a point.

    Attributes:
        letters: of all replications.
        difference: compliance minus that at the first point, with its paired interval; None at the first point.
        left_in_time_share: letters that left out of patience within the limit, of these and `letters`, among which
            they are not; None if none does at any point.
        left_difference: that share minus the one at the first point, likewise.
    """

    target: float | None
    compliance: Compliance
    verdict: Verdict | None
    letters: float
    difference: Estimate | None
    left_in_time_share: Estimate | None
    left_difference: Estimate | None

    @property
    def is_better(self) -> bool:
        """Whether compliance is surely higher than at the first point."""
        return self.difference is not None and self.difference.is_above_zero

    @property
    def loses_more(self) -> bool:
        """Whether more letters surely leave within the limit than at the first point, so that fewer count."""
        return self.left_difference is not None and self.left_difference.is_above_zero


@dataclass(frozen=True)
class SweptPoint:
    """One point of a sweep.

    Attributes:
        values: of each key, as a scenario has them.
        slas: by name.
        cautions: about the scenario at this point.
    """

    values: tuple[str, ...]
    headcount: int
    cost: float
    slas: Mapping[str, SlaAtPoint]
    cautions: tuple[Caution, ...]

    @property
    def verdict(self) -> Verdict | None:
        """On all its targets together."""
        return together([each.verdict for each in self.slas.values()])


class SweptCaution(NamedTuple):
    """A caution, as the first point that has it says it, and the points that have one of its kind about the same."""

    caution: Caution
    points: tuple[int, ...]


@dataclass(frozen=True)
class Sweep:
    """A scenario at every point of a design.

    Attributes:
        scenario, title: of the scenario that is varied.
        copies: whether the replications of every point are the same, so that they say nothing about chance.
        points: in the order of the design; differences are from the first.
    """

    scenario: str
    title: str
    design: str
    keys: tuple[str, ...]
    replications: int
    seed: int
    copies: bool
    points: tuple[SweptPoint, ...]

    @property
    def slas(self) -> tuple[str, ...]:
        """Names of all SLAs, those of the first point first."""
        return tuple(dict.fromkeys(sla for point in self.points for sla in point.slas))

    @property
    def slas_by_weight(self) -> list[str]:
        """Names of all SLAs, the one that is missed at most points first, then by points where it is open."""

        def weight(sla: str) -> tuple[int, int, float]:
            found = [point.slas[sla] for point in self.points if sla in point.slas]
            verdicts = [each.verdict for each in found]
            above = [
                each.compliance.worst - (each.target or 0.0) for each in found if each.compliance.worst is not None
            ]
            return -verdicts.count(Verdict.MISSED), -verdicts.count(Verdict.UNCLEAR), min(above, default=1.0)

        return sorted(self.slas, key=weight)

    @property
    def leaving(self) -> tuple[str, ...]:
        """The SLAs within whose limits letters leave out of patience, at some point."""
        each = ((sla, at_point) for point in self.points for sla, at_point in point.slas.items())
        return tuple(dict.fromkeys(sla for sla, at_point in each if at_point.left_in_time_share is not None))

    @property
    def is_grid(self) -> bool:
        """Whether every combination of levels is there."""
        return self.design == "grid"

    def levels(self, key: int) -> tuple[str, ...]:
        """The values that a key takes, each once, in the order of the points."""
        return tuple(dict.fromkeys(point.values[key] for point in self.points))

    @property
    def cautions(self) -> tuple[SweptCaution, ...]:
        """What to know of any of the points."""
        found: dict[tuple[str, str | None], list[tuple[int, Caution]]] = {}
        for number, point in enumerate(self.points):
            for caution in point.cautions:
                found.setdefault((caution.kind, caution.subject), []).append((number, caution))
        return tuple(SweptCaution(those[0][1], tuple(number for number, _ in those)) for those in found.values())

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row a point and SLA, the same columns in each; no value where there is none, shares as fractions."""
        for number, point in enumerate(self.points):
            for sla, each in point.slas.items():
                between = each.compliance.between or (None, None)
                difference, left, left_difference = (
                    found or Estimate(None, None, None)
                    for found in (each.difference, each.left_in_time_share, each.left_difference)
                )
                yield {
                    "point": number,
                    **dict(zip(self.keys, point.values, strict=True)),
                    "headcount": point.headcount,
                    "cost": point.cost,
                    "sla": sla,
                    "letters": each.letters,
                    "target": each.target,
                    "compliance": each.compliance.mean,
                    "low": each.compliance.low,
                    "high": each.compliance.high,
                    "between_low": between[0],
                    "between_high": between[1],
                    "verdict": None if each.verdict is None else each.verdict.value,
                    "difference": difference.mean,
                    "difference_low": difference.low,
                    "difference_high": difference.high,
                    "left_in_time_share": left.mean,
                    "left_in_time_low": left.low,
                    "left_in_time_high": left.high,
                    "left_difference": left_difference.mean,
                    "left_difference_low": left_difference.low,
                    "left_difference_high": left_difference.high,
                }

    def summary(self) -> dict[str, Any]:
        """The content of sweep.json."""
        return {
            "scenario": self.scenario,
            "design": self.design,
            "keys": list(self.keys),
            "replications": self.replications,
            "seed": self.seed,
            "points": [
                {
                    "values": dict(zip(self.keys, point.values, strict=True)),
                    "headcount": point.headcount,
                    "cost": point.cost,
                    "verdict": None if point.verdict is None else point.verdict.value,
                    "sla": jsonable(point.slas),
                }
                for point in self.points
            ],
        }


@dataclass(frozen=True)
class SweptOutcome:
    """What is kept of a point: what its replications show, and what to know besides."""

    point: PointOutcome
    cautions: tuple[Caution, ...]


def scenarios_of(
    file: ScenarioFile, design: Design, overrides: Sequence[str] = (), *, named: bool = False
) -> list[Loaded]:
    """The scenario at each point of a design.

    Args:
        overrides: changes that hold at all points, below those of the design.
        named: whether each is called by its values, as who compares them needs.
    Raises: ScenarioError with what is wrong at the points, each rule once a key, at the first point that breaks it.
    """
    loaded, problems = [], dict[tuple[str, str], Problem]()
    for point in design.points:
        try:
            found = file.with_changes([*overrides, *design.settings(point)])
            if named:
                ends = (key.rpartition(".")[2] for key in design.keys)
                name = ", ".join(f"{end}={value}" for end, value in zip(ends, point, strict=True))
                title = to_json(f"{found.scenario.name or found.stem}: {name}", indent=None)
                found = file.with_changes([*overrides, *design.settings(point), f"name={title}"])
                found = replace(found, stem=f"{found.stem} {name}".replace("/", "_"))
            loaded.append(found)
        except ScenarioError as error:
            varied = {f"--set {setting}": f"--vary {setting}" for setting in design.settings(point)}
            for problem in error.problems:
                found_at = replace(problem, origin=varied.get(problem.origin, problem.origin))
                problems.setdefault((problem.path, problem.rule), found_at)
    if problems:
        raise ScenarioError(file.source, list(problems.values())[:_MOST_PROBLEMS])
    return loaded


def sweep(
    scenarios: Sequence[Loaded],
    design: Design,
    options: Options = DEFAULT,
    *,
    title: str | None = None,
    kept: KeptPoints[SweptOutcome] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Simulate a scenario at every point of a design with common random numbers.

    Args:
        scenarios: as of `scenarios_of`.
        title: of the scenario that is varied; that of the first point if None.
        kept: points that were simulated before, which takes those that are simulated now.
        progress: called with the number of points done, and of all.
    Raises: ScenarioError as `prepare`; whatever a replication raises.
    """

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, len(scenarios))

    found = simulate_points(
        scenarios, _outcome, options, cool_down=common_cool_down(scenarios), kept=kept, progress=tell
    )
    first_point = found[0].point
    leaving = {name for each in found for name, sla in each.point.slas.items() if sla.left.any()}
    first = scenarios[0].scenario
    return Sweep(
        scenario=scenarios[0].stem,
        title=(first.name or scenarios[0].stem) if title is None else title,
        design=design.kind,
        keys=design.keys,
        replications=first.replications,
        seed=first.seed,
        copies=all(each.point.copies for each in found),
        points=tuple(
            SweptPoint(
                values,
                each.point.headcount,
                each.point.cost,
                _slas(first_point, each.point, leaving, first=number == 0),
                each.cautions,
            )
            for number, (values, each) in enumerate(zip(design.points, found, strict=True))
        ),
    )


def _outcome(prepared: Prepared) -> SweptOutcome:
    return SweptOutcome(simulate_point(prepared.setting, prepared.options), cautions(prepared.setting))


def _slas(base: PointOutcome, other: PointOutcome, leaving: Collection[str], *, first: bool) -> dict[str, SlaAtPoint]:
    copies = base.copies and other.copies

    def difference(before: Decided, now: Decided) -> Estimate:
        return paired_difference(before, now, copies=copies).paired

    def at_point(name: str, each: SlaOutcome) -> SlaAtPoint:
        before, leaves = None if first else base.slas.get(name), name in leaving
        return SlaAtPoint(
            target=each.target,
            compliance=each.compliance,
            verdict=each.verdict,
            letters=float(each.decided.letters.sum()),
            difference=None if before is None else difference(before.decided, each.decided),
            left_in_time_share=left_share(each.left_in_time) if leaves else None,
            left_difference=difference(before.left_in_time, each.left_in_time) if before and leaves else None,
        )

    return {name: at_point(name, each) for name, each in other.slas.items()}
