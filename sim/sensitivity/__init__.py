"""Sensitivity of compliance: which of the figures that are not known decide the answer.

Three passes with the same letters at every point. A tornado takes each figure to both ends of its range, with few
replications; those that move an SLA most are simulated again with all replications; then all figures are varied at
once, and what is uncertain is shared out among the largest and the rest (`sim.sensitivity.joint`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sim.core.errors import Problem, ScenarioError
from sim.core.options import DEFAULT, Options
from sim.experiment.cost import Prepared, prepare
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
from sim.scenario.loading import Loaded, ScenarioFile
from sim.sensitivity.figures import Varied, ranges_in, ranges_said, settings_of, uncertain_figures
from sim.sensitivity.joint import JointUncertainty, joint_design, joint_uncertainty
from sim.sensitivity.report import Sensitivity, SlaSensitivity
from sim.sensitivity.tornado import SINGLED_OUT, FigureEffect, effects_of, largest_figures, ranked

USUAL_POINTS: Final = 64
"""Points of each of the two samples in which all figures are varied; a power of 2."""

_SCREENING: Final = 8
"""Replications at each end of the tornado; none has more than the scenario says."""

_JOINT_REPLICATIONS: Final = 2
"""Replications where all figures are varied: there are many points, all of which meet the same letters."""

_FEWEST: Final = 2
_MOST_VISITS: Final = 400e6
"""Visits that are simulated for the tornado, and as many where all figures are varied, about; more only where the
fewest replications and points need them."""


@dataclass(frozen=True)
class SensitivityQuestion:
    """What is asked of a scenario.

    Attributes:
        marks: whose figures are varied, such as `A`.
        ranges: as KEY=lo..hi.
        spread: by which part of itself a figure is varied if no range is said.
        points: of each sample where all figures are varied, a power of 2; 0 for none, None for as many as are usual.
    """

    marks: tuple[str, ...] = ("A",)
    ranges: tuple[str, ...] = ()
    spread: float = 0.25
    points: int | None = None


_NOTHING: Final = (
    "no figure that can be varied is marked {}; mark what is assumed in the comment of its line "
    "(effort: 6 min  # A: squad minutes), or say ranges, by --range KEY=lo..hi or in the file, "
    "sensitivity: {{ranges: {{KEY: lo..hi}}}}"
)

USUAL: Final = SensitivityQuestion()
"""What is asked if nothing is said."""


@dataclass
class _Points:
    """Simulates points one after another, each with a number of its own among those that are kept.

    Attributes:
        done: points.
        replicated, expected: replications that were simulated, and all that will be, as far as is known.
    """

    options: Options
    cool_down: int
    kept: KeptPoints[PointOutcome] | None
    progress: Callable[[int, int], None] | None
    done: int = 0
    replicated: int = 0
    expected: int = 0

    def simulate(self, scenarios: Iterable[Loaded], replications: int) -> list[PointOutcome]:
        """The outcome of each scenario."""
        first = self.done

        def tell(done: int) -> None:
            if self.progress is not None:
                self.progress(self.replicated + (done - first) * replications, self.expected)

        found = simulate_points(
            (replace(each, scenario=each.scenario.changed(replications=replications)) for each in scenarios),
            _outcome,
            self.options,
            cool_down=self.cool_down,
            first=first,
            kept=self.kept,
            progress=tell,
        )
        self.done += len(found)
        self.replicated += len(found) * replications
        return found

    def at_ends(self, ends: Mapping[tuple[int, int], Loaded], replications: int) -> dict[tuple[int, int], PointOutcome]:
        """The outcome at each end of a range, by figure and side."""
        return dict(zip(ends, self.simulate(ends.values(), replications), strict=True))


def sensitivity(
    file: ScenarioFile,
    question: SensitivityQuestion,
    options: Options = DEFAULT,
    *,
    kept: KeptPoints[PointOutcome] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Find which figures of a scenario decide its compliance.

    Args:
        options: the overrides, replications and seed among them.
        kept: points that were simulated before, which takes those that are simulated now.
        progress: called with the number of replications done, and of all that there will be, as far as is known.
    Raises: ScenarioError if the scenario or a range is wrong or nothing can be varied, or as `prepare`; whatever a
        replication raises.
    """
    overrides = options.layers()
    base = file.with_changes(overrides)
    ranges = ranges_in(base) | ranges_said(question.ranges)
    varied, left = uncertain_figures(file, overrides, marks=question.marks, ranges=ranges, spread=question.spread)
    if not varied:
        raise ScenarioError(file.source, [Problem(_NOTHING.format(" or ".join(question.marks)))])
    ends = {
        (number, side): end
        for number, each in enumerate(varied)
        for side, end in enumerate(each.ends)
        if end is not None
    }
    cool_down = common_cool_down([base, *ends.values()])
    setting, cost, _ = prepare(base, options, cool_down=cool_down)
    points = _Points(options, cool_down, kept, progress)
    replications = base.scenario.replications

    few = min(replications, _within(len(ends) * cost.visits, _SCREENING))
    few_together = min(replications, _JOINT_REPLICATIONS)

    def expect(singled_out: int, ends_again: int) -> None:
        """How many replications there are, once so many figures are singled out."""
        groups = singled_out + (singled_out < len(varied))
        together = _points_of_sample(question, cost.visits * (groups + 2)) * (groups + 2)
        again = ends_again * replications if few < replications else 0
        points.expected = replications + len(ends) * few + again + together * few_together

    most = min(len(varied), SINGLED_OUT)
    expect(most, min(2 * most, len(ends)))
    (as_written,) = points.simulate([base], replications)
    effects = effects_of(as_written, points.at_ends(ends, few), len(varied), few)
    largest = largest_figures(effects)
    again = {each: end for each, end in ends.items() if each[0] in largest}
    expect(len(largest), len(again))
    if few < replications:
        better = effects_of(as_written, points.at_ends(again, replications), len(varied), replications)
        for name, each in effects.items():
            each.update({number: better[name][number] for number in largest})

    rest = [number for number in range(len(varied)) if number not in largest]
    groups = [*([number] for number in largest), *([rest] if rest else [])]
    size = _points_of_sample(question, cost.visits * (len(groups) + 2))
    together = _together(file, overrides, varied, groups, size, base.scenario.seed)
    joint = points.simulate(together, few_together)
    return Sensitivity(
        scenario=base.stem,
        title=base.scenario.name or base.stem,
        marks=question.marks,
        spread=question.spread,
        replications=replications,
        seed=base.scenario.seed,
        copies=as_written.copies,
        figures=tuple(each.figure for each in varied),
        left_alone=tuple(left),
        slas={
            name: _sla(outcome, effects[name], [each.slas[name] for each in joint], size, largest)
            for name, outcome in as_written.slas.items()
        },
        cautions=tuple(cautions(setting)),
    )


def _outcome(prepared: Prepared) -> PointOutcome:
    return simulate_point(prepared.setting, prepared.options)


def _within(visits: float, most: int) -> int:
    """How many times so many visits may be simulated."""
    return max(_FEWEST, min(most, int(_MOST_VISITS / max(visits, 1.0))))


def _points_of_sample(question: SensitivityQuestion, visits: float) -> int:
    """Points of a sample, a power of 2; fewer than usual where each takes many visits, unless somebody said."""
    if question.points is not None:
        return question.points
    return 1 << (_within(visits * _JOINT_REPLICATIONS, USUAL_POINTS).bit_length() - 1)


def _together(
    file: ScenarioFile,
    overrides: Sequence[str],
    varied: Sequence[Varied],
    groups: Sequence[Sequence[int]],
    size: int,
    seed: int,
) -> Iterable[Loaded]:
    """The scenario with all figures varied at once, at each point of the design; none without points."""
    for values in joint_design([each.values for each in varied], groups, size, seed) if size else ():
        yield file.with_changes([*overrides, *settings_of(varied, dict(enumerate(values)))])


def _sla(
    base: SlaOutcome,
    effects: Mapping[int, FigureEffect],
    joint: Sequence[SlaOutcome],
    size: int,
    largest: Sequence[int],
) -> SlaSensitivity:
    """What is known of an SLA."""
    shares = [each.compliance.worst for each in joint]
    found: JointUncertainty | None = None
    if shares and None not in shares:
        found = joint_uncertainty(np.array(shares, np.float64), size, base.target)
    total = found.total if found is not None and found.total is not None else ()
    own = dict(zip(largest, total, strict=False))
    return SlaSensitivity(
        target=base.target,
        compliance=base.compliance,
        verdict=base.verdict,
        left_in_time_share=left_share(base.left_in_time) if _leaves(base, effects.values()) else None,
        effects=tuple(ranked(replace(each, total=own.get(number)) for number, each in effects.items())),
        joint=found,
        rest=total[-1] if len(total) > len(largest) else None,
    )


def _leaves(base: SlaOutcome, effects: Iterable[FigureEffect]) -> bool:
    """Whether letters leave within the limit of an SLA, as written or at some end."""
    return bool(base.left.any()) or any(left is not None for each in effects for _, left in each.ends)
