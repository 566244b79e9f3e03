"""A sweep: the same letters meet a scenario at every point of a design, each compared with the first."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import to_json
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
from sim.statistics import Decided, Estimate, paired_difference
from sim.sweep.design import Design
from sim.sweep.report import SlaAtPoint, Sweep, SweptPoint

_MOST_PROBLEMS = 10
"""Problems of points that are told; those of a whole design would be the same again and again."""


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
