"""What a replay says of the real system: how it answered, how much of that was our own doing, and the targets."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.answers import Answers, Outcome
from sim.errors import SimError
from sim.latency import Milliseconds, milliseconds
from sim.statistics import Verdict
from sim.tables import Bools, Floats

if TYPE_CHECKING:
    from sim.replay import Plan

KEEPS_PACE_MS: Final = 100.0
"""Our own lateness that 99% of the letters must stay below, or the replay says nothing about the system."""

MOST_INTERVALS: Final = 200
"""Points of the course over time."""

SPREAD_POINTS: Final = 60

PERIODS: Final = {"second": 1, "minute": 60, "hour": 3_600}


@dataclass(frozen=True)
class Course:
    """A replay in the course of time, by the moment letters were due, shape (intervals,).

    Attributes:
        seconds: middle of each interval since the start.
        per_second: letters due.
        p50_ms, p99_ms, max_ms: latency of the accepted letters; nan where there is none.
        lost: letters failed.
    """

    seconds: Floats
    per_second: Floats
    p50_ms: Floats
    p99_ms: Floats
    max_ms: Floats
    lost: Floats


@dataclass(frozen=True)
class Percentiles:
    """Latency and overhead by percentile, denser towards 100%, shape (percentiles,); empty without any letter."""

    percentiles: Floats
    latency_ms: Floats
    overhead_ms: Floats


@dataclass(frozen=True)
class Check:
    """One comparison with the targets.

    Attributes:
        name: `pace` (of the sender), `accepted`, `load` (by period) or `latency`.
        values: what was measured, and what was asked.
    """

    name: str
    verdict: Verdict
    values: Mapping[str, str | float]


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
        stopped: by Ctrl-C.
        seconds: until the last answer.
        busiest: most letters due within a second, a minute and an hour.
        latency: from the moment a letter was due to its answer, of the accepted ones.
        overhead: from the moment a letter was due until its sending was begun: this program's own share of that.
        checks: against the targets; empty without any.
    """

    trace: str
    url: str
    speed: float
    connections: int
    letters: int
    accepted: int
    failed: int
    unsent: int
    losses: Mapping[str, int]
    stopped: bool
    seconds: float
    busiest: Mapping[str, int]
    latency: Milliseconds
    overhead: Milliseconds
    spread: Percentiles
    course: Course
    checks: tuple[Check, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """Missed if one check is, else unclear if one is; None without targets."""
        verdicts = {check.verdict for check in self.checks}
        return next((each for each in (Verdict.MISSED, Verdict.UNCLEAR, Verdict.MET) if each in verdicts), None)

    def summary(self) -> dict[str, Any]:
        """The content of replay.json: plain values, all but what only charts need."""
        plain = {name: value for name, value in asdict(self).items() if name not in ("spread", "course")}
        return {**plain, "verdict": self.verdict}


def report_on(answers: Answers, plan: "Plan", trace: str, *, stopped: bool = False) -> ReplayReport:
    """The report on a replay, not yet compared with any targets."""
    accepted, unsent = answers.accepted, answers.outcome == Outcome.UNSENT
    begun = ~np.isnan(answers.late)
    losses = Counter(_named(code) for code in answers.outcome[~accepted].tolist())
    return ReplayReport(
        trace=trace,
        url=plan.url,
        speed=plan.speed,
        connections=plan.connections,
        letters=len(accepted),
        accepted=int(accepted.sum()),
        failed=int((~accepted & ~unsent).sum()),
        unsent=int(unsent.sum()),
        losses=dict(losses.most_common()),
        stopped=stopped,
        seconds=float((answers.due + answers.latency)[begun].max(initial=0.0)),
        busiest={name: _busiest(answers.due[begun], length) for name, length in PERIODS.items()},
        latency=milliseconds(answers.latency[accepted]),
        overhead=milliseconds(answers.late[begun]),
        spread=_spread(answers.latency[accepted], answers.late[begun]),
        course=_course(answers, accepted, begun),
    )


def read_targets(path: Path) -> Mapping[str, Any]:
    """What a targets.json asks of the operation `receive`.

    Raises: SimError if the file cannot be read or is no targets.json.
    """
    try:
        receive: Mapping[str, Any] = json.loads(path.read_text("utf-8"))["operations"]["receive"]
        for period in PERIODS:
            float(receive[f"per_{period}"]["max"])
        float(receive["headroom_s"] or 0)
    except OSError as error:
        raise SimError(f"{path} cannot be read as a targets.json: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise SimError(f"{path} cannot be read as a targets.json: it is not what `lettersim targets` writes") from None
    return receive


def held_against(report: ReplayReport, receive: Mapping[str, Any]) -> ReplayReport:
    """The report with its checks against the targets of the operation `receive`, from `read_targets`."""
    checks = (_pace(report), _acceptance(report), *_load(report, receive), *_latency(report, receive))
    return replace(report, checks=checks)


def _pace(report: ReplayReport) -> Check:
    late = report.overhead.p99
    verdict = Verdict.MET if late is not None and late <= KEEPS_PACE_MS else Verdict.UNCLEAR
    return Check("pace", verdict, {"ms": late or 0.0, "most": KEEPS_PACE_MS})


def _acceptance(report: ReplayReport) -> Check:
    excused = (_named(Outcome.UNSENT), _named(Outcome.STOPPED)) if report.stopped else ()
    lost = sum(count for name, count in report.losses.items() if name not in excused)
    verdict = Verdict.MISSED if lost else Verdict.UNCLEAR if report.stopped else Verdict.MET
    return Check("accepted", verdict, {"accepted": report.accepted, "letters": report.letters, "lost": lost})


def _load(report: ReplayReport, receive: Mapping[str, Any]) -> Iterator[Check]:
    for period, most in report.busiest.items():
        target = float(receive[f"per_{period}"]["max"])
        verdict = Verdict.MET if most >= target else Verdict.UNCLEAR
        yield Check("load", verdict, {"period": period, "asked": most, "target": target})


def _latency(report: ReplayReport, receive: Mapping[str, Any]) -> Iterator[Check]:
    headroom, took = receive["headroom_s"], report.latency.p99
    if headroom is None or took is None:
        return
    verdict = Verdict.MET if took <= 1_000 * headroom else Verdict.MISSED
    yield Check("latency", verdict, {"ms": took, "target": 1_000 * float(headroom)})


def _named(code: int) -> str:
    return Outcome(code).name.lower() if code <= 0 else str(code)


def _busiest(due: Floats, seconds: int) -> int:
    """Most letters due within one second, minute or hour, counted from the start of the replay."""
    return int(np.bincount((due // seconds).astype(np.int64)).max(initial=0))


def _spread(latency: Floats, late: Floats) -> Percentiles:
    if not len(latency):
        return Percentiles(latency, latency, latency)
    # Up to the percentile that one letter in all makes, in even steps of nines.
    percentiles = 100 * (1 - np.logspace(0, -np.log10(len(latency)), SPREAD_POINTS))
    latency_ms, overhead_ms = (np.percentile(each * 1_000, percentiles) for each in (latency, late))
    return Percentiles(percentiles, latency_ms, overhead_ms)


def _course(answers: Answers, accepted: Bools, begun: Bools) -> Course:
    length = max(1.0, float(answers.due[begun].max(initial=0.0)) / MOST_INTERVALS)
    interval = (answers.due // length).astype(np.int64)
    count = int(interval[begun].max(initial=0)) + 1
    latency = np.full((3, count), np.nan)
    order = np.flatnonzero(accepted)
    order = order[np.argsort(interval[order], kind="stable")]
    ends = np.cumsum(np.bincount(interval[order], minlength=count))
    for place, group in enumerate(np.split(answers.latency[order] * 1_000, ends[:-1])):
        if len(group):
            latency[:, place] = np.percentile(group, (50, 99, 100))
    return Course(
        seconds=np.linspace(0.0, count * length, count, endpoint=False) + length / 2,
        per_second=np.bincount(interval[begun], minlength=count) / length,
        p50_ms=latency[0],
        p99_ms=latency[1],
        max_ms=latency[2],
        lost=np.bincount(interval[begun & ~accepted], minlength=count).astype(np.float64),
    )
