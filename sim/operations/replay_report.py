"""What a replay says of the real system: how it answered, how much of that was our own doing, and the targets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.core.tables import Floats, Int64s
from sim.operations.answers import Answers, Outcome
from sim.operations.latency import Milliseconds, milliseconds
from sim.operations.replay_checks import PERIODS, Check, busiest, checks_of
from sim.operations.service_level import Demand, ServiceLevel
from sim.statistics import Verdict

if TYPE_CHECKING:
    from sim.operations.replay import Plan, Sent

MOST_INTERVALS: Final = 200
"""Points of the course over time."""

SPREAD_POINTS: Final = 60


@dataclass(frozen=True)
class Course:
    """A replay in the course of time, shape (intervals,).

    Attributes:
        seconds: middle of each interval since the start.
        asked: letters that became due, a second.
        achieved: letters that were accepted, by the moment of the answer, a second.
        waiting: letters due and neither answered nor given up at the end of the interval.
        p50_ms, p99_ms, max_ms: latency of the accepted letters by the moment they were due; nan where there is none.
        lost: letters that were not accepted, by the moment they were due.
    """

    seconds: Floats
    asked: Floats
    achieved: Floats
    waiting: Floats
    p50_ms: Floats
    p99_ms: Floats
    max_ms: Floats
    lost: Floats

    def plain(self) -> dict[str, list[float | None]]:
        """The course as JSON can hold it."""
        return {
            name: [None if np.isnan(each) else round(each, 3) for each in column.tolist()]
            for name, column in vars(self).items()
        }


@dataclass(frozen=True)
class Percentiles:
    """Latency and overhead by percentile, denser towards 100%, shape (percentiles,); empty without any letter."""

    percentiles: Floats
    latency_ms: Floats
    overhead_ms: Floats


@dataclass(frozen=True)
class ReplayReport:
    """How a real system took a trace.

    Attributes:
        letters: in the trace; the sum of accepted, failed and unsent.
        accepted: answered 200 to 299.
        failed: sent, but answered otherwise, or never answered.
        unsent: no connection became free before they were given up, or the replay was stopped before they were due.
        losses: letters that were not accepted by what became of them (an `Outcome`, or the status of the answer),
            the commonest first.
        resent: letters sent again, on a new connection, because an idle one was closed as they went out.
        stopped: by Ctrl-C.
        aborted: because too many letters in a row found no connection.
        seconds: until the last answer.
        busiest: most letters due within a second, a minute and an hour.
        latency: from the moment a letter was due to its answer, of the accepted ones.
        failed_latency: from the moment a letter was due until it failed, of the failed ones.
        overhead: from the moment a letter was due until its sending was begun: this program's own share of that.
        service_level: what was asked of the answers.
        checks: what was asked, compared with what was measured.
    """

    trace: str
    url: str
    speed: float
    connections: int
    abort_after: int
    letters: int
    accepted: int
    failed: int
    unsent: int
    losses: Mapping[str, int]
    resent: int
    stopped: bool
    aborted: bool
    seconds: float
    busiest: Mapping[str, int]
    latency: Milliseconds
    failed_latency: Milliseconds
    overhead: Milliseconds
    spread: Percentiles
    course: Course
    service_level: ServiceLevel
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """Missed if one check is, else unclear if one is."""
        verdicts = {check.verdict for check in self.checks}
        return next(each for each in (Verdict.MISSED, Verdict.UNCLEAR, Verdict.MET) if each in verdicts)

    def summary(self) -> dict[str, Any]:
        """The content of replay.json: plain values, all but what only charts need."""
        plain = {name: value for name, value in asdict(self).items() if name != "spread"}
        return {**plain, "course": self.course.plain(), "verdict": self.verdict}


def report_on(sent: "Sent", plan: "Plan", trace: str, demand: Demand) -> ReplayReport:
    """The report on a replay.

    Args:
        trace: its name.
        demand: what is asked of the system.
    """
    answers = sent.answers
    accepted, begun = answers.accepted, answers.begun
    losses = Counter(_named(code) for code in answers.outcome[~accepted].tolist())
    return ReplayReport(
        trace=trace,
        url=plan.shown,
        speed=plan.speed,
        connections=plan.connections,
        abort_after=plan.abort_after,
        letters=len(accepted),
        accepted=int(accepted.sum()),
        failed=int(answers.failed.sum()),
        unsent=int((answers.outcome == Outcome.UNSENT).sum()),
        losses=dict(losses.most_common()),
        resent=int(answers.resent.sum()),
        stopped=sent.stopped,
        aborted=sent.aborted,
        seconds=float((answers.due + answers.latency)[begun].max(initial=0.0)),
        busiest={name: busiest(answers.due[begun], length) for name, length in PERIODS.items()},
        latency=milliseconds(answers.latency[accepted]),
        failed_latency=milliseconds(answers.latency[answers.failed]),
        overhead=milliseconds(answers.late[begun]),
        spread=_spread(answers.latency[accepted], answers.late[begun]),
        course=_course(answers),
        service_level=demand.level,
        checks=tuple(checks_of(sent, demand)),
    )


def _named(code: int) -> str:
    return Outcome(code).name.lower() if code <= 0 else str(code)


def _spread(latency: Floats, late: Floats) -> Percentiles:
    if not len(latency):
        return Percentiles(latency, latency, latency)
    # Up to the percentile that one letter in all makes, in even steps of nines.
    percentiles = 100 * (1 - np.logspace(0, -np.log10(len(latency)), SPREAD_POINTS))
    latency_ms, overhead_ms = (np.percentile(each * 1_000, percentiles) for each in (latency, late))
    return Percentiles(percentiles, latency_ms, overhead_ms)


def _course(answers: Answers) -> Course:
    accepted, begun = answers.accepted, answers.begun
    ended = answers.due + answers.latency
    end = max(float(answers.due[begun].max(initial=0.0)), float(ended[accepted].max(initial=0.0)))
    length = max(1.0, end / MOST_INTERVALS)
    count = int(end // length) + 1
    edges = np.arange(1, count + 1, dtype=np.float64) * length
    interval = (answers.due // length).astype(np.int64)
    latency = np.full((3, count), np.nan)
    order = np.flatnonzero(accepted)
    order = order[np.argsort(interval[order], kind="stable")]
    ends = np.cumsum(np.bincount(interval[order], minlength=count))
    for place, group in enumerate(np.split(answers.latency[order] * 1_000, ends[:-1])):
        if len(group):
            latency[:, place] = np.percentile(group, (50, 99, 100))
    return Course(
        seconds=edges - length / 2,
        asked=np.bincount(interval[begun], minlength=count) / length,
        achieved=np.bincount((ended[accepted] // length).astype(np.int64), minlength=count) / length,
        waiting=(_until(answers.due[begun], edges) - _until(ended[begun], edges)).astype(np.float64),
        p50_ms=latency[0],
        p99_ms=latency[1],
        max_ms=latency[2],
        lost=np.bincount(interval[begun & ~accepted], minlength=count).astype(np.float64),
    )


def _until(moments: Floats, edges: Floats) -> Int64s:
    """How many moments come before each edge."""
    return np.searchsorted(np.sort(moments), edges).astype(np.int64)
