"""Report on a replay: how the real system answered, the sender's own share of that, and the targets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from sim.core.json_text import jsonable
from sim.core.tables import Floats
from sim.models.operation_names import RECEIVE
from sim.operations.answers import NEVER_SENT, Answers, Milliseconds, Sent, losses_of, milliseconds, outcome_name
from sim.operations.destination import ReplayOptions
from sim.operations.outages import Outage, outages_of
from sim.operations.replay_checks import Check, checks_of, most_due, worst
from sim.operations.replay_course import Course, course_of
from sim.operations.service_level import PERIODS, Demand, ServiceLevel, reads_of
from sim.statistics import Verdict

_SPREAD_POINTS: Final = 60


@dataclass(frozen=True)
class Percentiles:
    """Latency and overhead by percentile, denser towards 100%, shape (percentiles,); empty without any letter."""

    percentiles: Floats
    latency_ms: Floats
    overhead_ms: Floats


@dataclass(frozen=True)
class OperationAnswers:
    """How the calls of one operation were answered.

    Attributes:
        waited: calls that were due before their letter had an id.
        latency: from the moment a call was due to its answer, of the accepted ones.
        verdict: on all that was asked of the operation; not judged where it had no call.
    """

    calls: int
    accepted: int
    failed: int
    unsent: int
    waited: int
    latency: Milliseconds
    service_level: ServiceLevel
    verdict: Verdict


@dataclass(frozen=True)
class ReplayReport:
    """Report on a replay.

    Attributes:
        letters: that the calls are about.
        calls: the sum of accepted, failed and unsent.
        left_out: calls of the trace that have no request in the template, by operation.
        not_counted: calls that came while the load grew and in the warm-up; none of the other figures but the course
            and the outages has them.
        counted_from: seconds after the start at which these were over.
        received_before: letters that were taken in before the first call, since their receipt is none of the calls.
        accepted: answered 200 to 299.
        failed: sent, but answered otherwise, or never answered.
        unsent: no connection became free before they were given up, their letter had no id, or the replay was stopped
            before they were due.
        losses: calls that were not accepted by what became of them (an `Unanswered`, or the status of the answer),
            the commonest first.
        resent: calls sent again, on a new connection, because an idle one was closed as they went out.
        stopped: by Ctrl-C.
        aborted: because too many calls in a row found no connection.
        seconds: until the last answer.
        busiest: most calls due within a second, a minute and an hour.
        latency: from the moment a call was due to its answer, of the accepted ones.
        failed_latency: from the moment a call was due until it failed, of the failed ones.
        overhead: from the moment a call was due until its sending was begun: this program's own share of that.
        outages: stretches in which nothing was accepted, though calls were due.
        operations: the same by operation.
        service_level: what was asked of the answers to the first operation.
        checks: what was asked, compared with what was measured.
    """

    trace: str
    url: str
    speed: float
    connections: int
    abort_after: int
    letters: int
    calls: int
    left_out: Mapping[str, int]
    not_counted: int
    counted_from: float
    received_before: int
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
    outages: tuple[Outage, ...]
    operations: Mapping[str, OperationAnswers]
    service_level: ServiceLevel
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """Missed if one check is, else unclear if one is."""
        return worst(self.checks)

    @property
    def has_several_operations(self) -> bool:
        """Whether there are calls besides those that take letters in."""
        return tuple(self.operations) != (RECEIVE,)

    def summary(self) -> dict[str, Any]:
        """The content of replay.json: plain values, all but what only charts need."""
        plain = {name: value for name, value in asdict(self).items() if name != "spread"}
        return {**plain, "course": jsonable(self.course, digits=3), "verdict": self.verdict}


def report_on(
    sent: Sent,
    options: ReplayOptions,
    trace: str,
    demands: Mapping[str, Demand],
    left_out: Mapping[str, int] | None = None,
) -> ReplayReport:
    """Evaluate a replay.

    Args:
        trace: its name.
        demands: what is asked of the system, by operation; of others, what is assumed.
        left_out: calls of the trace that have no request, by operation.
    """
    answers = sent.answers.of(sent.counted)
    checks = tuple(checks_of(replace(sent, answers=answers), demands))
    accepted, begun = answers.accepted, answers.begun
    return ReplayReport(
        trace=trace,
        url=options.shown,
        speed=options.speed,
        connections=options.connections,
        abort_after=options.abort_after,
        letters=len(np.unique(answers.letter)),
        calls=len(accepted),
        left_out=left_out or {},
        not_counted=int((~sent.counted).sum()),
        counted_from=sent.counted_from,
        received_before=sent.received_before,
        accepted=int(accepted.sum()),
        failed=int(answers.failed.sum()),
        unsent=int(np.isin(answers.outcome, NEVER_SENT).sum()),
        losses={outcome_name(code): count for code, count in losses_of(answers).items()},
        resent=int(answers.resent.sum()),
        stopped=sent.stopped,
        aborted=sent.aborted,
        seconds=float((answers.due + answers.latency)[begun].max(initial=0.0)),
        busiest={name: most_due(answers.due[begun], length) for name, length in PERIODS.items()},
        latency=milliseconds(answers.latency[accepted]),
        failed_latency=milliseconds(answers.latency[answers.failed]),
        overhead=milliseconds(answers.late[begun]),
        spread=_spread(answers.latency[accepted], answers.late[begun]),
        course=course_of(sent.answers, [name in reads_of(sent.operations) for name in sent.operations]),
        outages=outages_of(sent.answers),
        operations={
            operation: _operation(
                answers.of(answers.operation == index),
                demands.get(operation, Demand()).level,
                worst(check for check in checks if check.operation in ("", operation)),
            )
            for index, operation in enumerate(sent.operations)
        },
        service_level=demands.get(sent.operations[0], Demand()).level,
        checks=checks,
    )


def _operation(answers: Answers, level: ServiceLevel, verdict: Verdict) -> OperationAnswers:
    return OperationAnswers(
        calls=len(answers.due),
        accepted=int(answers.accepted.sum()),
        failed=int(answers.failed.sum()),
        unsent=int(np.isin(answers.outcome, NEVER_SENT).sum()),
        waited=int((answers.waited > 0).sum()),
        latency=milliseconds(answers.latency[answers.accepted]),
        service_level=level,
        verdict=verdict if len(answers.due) else Verdict.NOT_JUDGED,
    )


def _spread(latency: Floats, late: Floats) -> Percentiles:
    if not len(latency):
        return Percentiles(latency, latency, latency)
    # Up to the percentile that one letter in all makes, in even steps of nines.
    percentiles = 100 * (1 - np.logspace(0, -np.log10(len(latency)), _SPREAD_POINTS))
    latency_ms, overhead_ms = (np.percentile(each * 1_000, percentiles) for each in (latency, late))
    return Percentiles(percentiles, latency_ms, overhead_ms)
