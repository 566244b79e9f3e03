"""Report on a replay: how the real system answered, the sender's own share of that, and the targets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from sim.core.json_text import jsonable
from sim.core.tables import Floats, Int64s
from sim.operations.answers import Answers, Milliseconds, Sent, Unanswered, milliseconds
from sim.operations.destination import ReplayOptions
from sim.operations.service_level import PERCENTILES, PERIODS, Demand, ServiceLevel
from sim.statistics import Verdict

_MOST_INTERVALS: Final = 200
"""Points of the course over time."""

_SPREAD_POINTS: Final = 60

_MOST_LATE_MS: Final = 100.0
"""Our own lateness that 99% of the letters must stay below, or the replay says nothing about the system."""

Values = Mapping[str, str | float]
"""Figures of a comparison by name, and what they are about."""


@dataclass(frozen=True)
class Course:
    """Course of a replay over time, shape (intervals,).

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


@dataclass(frozen=True)
class Percentiles:
    """Latency and overhead by percentile, denser towards 100%, shape (percentiles,); empty without any letter."""

    percentiles: Floats
    latency_ms: Floats
    overhead_ms: Floats


@dataclass(frozen=True)
class Check:
    """One requirement, compared with what was measured.

    Attributes:
        name: `pace` (of the sender), `errors`, `closed` (connections that lay idle, where they were many), `latency`
            (by percentile), `throughput` (by period), `kept up` (where nobody said what throughput is wanted), or
            `headroom` (before an SLA of the staff).
        values: what was measured, and what was asked.
    """

    name: str
    verdict: Verdict
    values: Values


@dataclass(frozen=True)
class ReplayReport:
    """Report on a replay.

    Attributes:
        letters: in the trace; the sum of accepted, failed and unsent.
        accepted: answered 200 to 299.
        failed: sent, but answered otherwise, or never answered.
        unsent: no connection became free before they were given up, or the replay was stopped before they were due.
        losses: letters that were not accepted by what became of them (an `Unanswered`, or the status of the answer),
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
        return {**plain, "course": jsonable(self.course, digits=3), "verdict": self.verdict}


def report_on(sent: Sent, options: ReplayOptions, trace: str, demand: Demand) -> ReplayReport:
    """Evaluate a replay.

    Args:
        trace: its name.
        demand: what is asked of the system.
    """
    answers = sent.answers
    accepted, begun = answers.accepted, answers.begun
    losses = Counter(_named(code) for code in answers.outcome[~accepted].tolist())
    return ReplayReport(
        trace=trace,
        url=options.shown,
        speed=options.speed,
        connections=options.connections,
        abort_after=options.abort_after,
        letters=len(accepted),
        accepted=int(accepted.sum()),
        failed=int(answers.failed.sum()),
        unsent=int((answers.outcome == Unanswered.UNSENT).sum()),
        losses=dict(losses.most_common()),
        resent=int(answers.resent.sum()),
        stopped=sent.stopped,
        aborted=sent.aborted,
        seconds=float((answers.due + answers.latency)[begun].max(initial=0.0)),
        busiest={name: _most_due(answers.due[begun], length) for name, length in PERIODS.items()},
        latency=milliseconds(answers.latency[accepted]),
        failed_latency=milliseconds(answers.latency[answers.failed]),
        overhead=milliseconds(answers.late[begun]),
        spread=_spread(answers.latency[accepted], answers.late[begun]),
        course=_course(answers),
        service_level=demand.level,
        checks=tuple(_checks(sent, demand)),
    )


def _named(code: int) -> str:
    return Unanswered(code).name.lower() if code <= 0 else str(code)


def _spread(latency: Floats, late: Floats) -> Percentiles:
    if not len(latency):
        return Percentiles(latency, latency, latency)
    # Up to the percentile that one letter in all makes, in even steps of nines.
    percentiles = 100 * (1 - np.logspace(0, -np.log10(len(latency)), _SPREAD_POINTS))
    latency_ms, overhead_ms = (np.percentile(each * 1_000, percentiles) for each in (latency, late))
    return Percentiles(percentiles, latency_ms, overhead_ms)


def _course(answers: Answers) -> Course:
    accepted, begun = answers.accepted, answers.begun
    ended = answers.due + answers.latency
    end = max(float(answers.due[begun].max(initial=0.0)), float(ended[accepted].max(initial=0.0)))
    length = max(1.0, end / _MOST_INTERVALS)
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


def _checks(sent: Sent, demand: Demand) -> Iterator[Check]:
    """Compare a replay with what was asked."""
    yield _pace(sent.answers)
    # What met an error here, or was cut off by Ctrl-C, says nothing of the system.
    cut_off = (Unanswered.UNSENT, Unanswered.STOPPED) if sent.stopped or sent.aborted else ()
    had_its_chance = ~np.isin(sent.answers.outcome, (Unanswered.OUR_ERROR, *cut_off))
    answers, level = sent.answers.of(had_its_chance), demand.level
    letters, resent = len(answers.due), int(answers.resent.sum())
    yield _errors(answers, level, sent)
    if resent > level.errors * letters:
        yield Check("closed", Verdict.UNCLEAR, {"resent": resent, "letters": letters})
    took = vars(milliseconds(answers.latency[answers.accepted]))
    nothing = Verdict.UNCLEAR if sent.stopped else Verdict.MISSED
    for name, most in level.latency_ms.items():
        values: Values = {"percentile": f"{PERCENTILES[name]:g}", "target": most}
        if took[name] is None:
            yield Check("latency", nothing, values)
        else:
            verdict = Verdict.MET if took[name] <= most else Verdict.MISSED
            yield Check("latency", verdict, {**values, "ms": took[name]})
    if demand.load is not None:
        for period, target in demand.load.items():
            yield _throughput(answers, period, target, level)
    elif letters:
        yield _kept_up(answers, level)
    if demand.headroom_s is not None and took["p99"] is not None:
        verdict = Verdict.MET if took["p99"] <= 1_000 * demand.headroom_s else Verdict.MISSED
        yield Check("headroom", verdict, {"ms": took["p99"], "seconds": demand.headroom_s})


def _most_due(due: Floats, seconds: int) -> int:
    """Most letters due within one second, minute or hour, counted from the start of the replay."""
    return int(np.bincount((due // seconds).astype(np.int64)).max(initial=0))


def _pace(answers: Answers) -> Check:
    late = milliseconds(answers.late[answers.begun]).p99
    ours = int((answers.outcome == Unanswered.OUR_ERROR).sum())
    verdict = Verdict.MET if late is not None and late <= _MOST_LATE_MS and not ours else Verdict.UNCLEAR
    return Check("pace", verdict, {"ms": late or 0.0, "most": _MOST_LATE_MS, "ours": ours})


def _errors(answers: Answers, level: ServiceLevel, sent: Sent) -> Check:
    accepted, letters = int(answers.accepted.sum()), len(answers.due)
    lost = letters - accepted
    share = lost / letters if letters else 0.0
    missed = sent.aborted or share > level.errors or (lost > 0 and not accepted)
    verdict = Verdict.MISSED if missed else Verdict.UNCLEAR if sent.stopped else Verdict.MET
    values = {"accepted": accepted, "letters": letters, "lost": lost, "share": share, "most": level.errors}
    return Check("errors", verdict, values)


def _throughput(answers: Answers, period: str, target: float, level: ServiceLevel) -> Check:
    """Whether as many letters a second, minute or hour were accepted as the targets ask for.

    Where answers vary, those of one busy stretch come in a longer one. That is no lack of throughput as long as they
    take no more than the length of the stretch longer than the quickest answer: what cannot keep up falls behind.
    """
    seconds = PERIODS[period]
    asked = _most_due(answers.due, seconds)
    wanted = min(asked, target)
    achieved = _most_accepted(answers, seconds)
    allowance = float(answers.latency[answers.accepted].min(initial=np.inf)) + seconds
    sustained = achieved >= wanted * (1 - level.errors) or _in_time(answers, seconds, wanted, allowance, level)
    enough = Verdict.MET if asked >= target else Verdict.UNCLEAR
    values: Values = {"period": period, "asked": asked, "achieved": achieved, "target": target}
    return Check("throughput", enough if sustained else Verdict.MISSED, values)


def _kept_up(answers: Answers, level: ServiceLevel) -> Check:
    """Whether letters were accepted as fast as they became due, or else within the time that the level allows.

    Judged in the longest period that the replay fills.
    """
    span = float(answers.due.max())
    period = max((each for each in PERIODS if PERIODS[each] <= max(span, 1)), key=lambda each: PERIODS[each])
    seconds = PERIODS[period]
    asked, achieved = _most_due(answers.due, seconds), _most_accepted(answers, seconds)
    _, longest = level.longest
    kept_up = achieved >= asked * (1 - level.errors) or _in_time(answers, seconds, asked, longest, level)
    values: Values = {"period": period, "asked": asked, "achieved": achieved}
    return Check("kept up", Verdict.MET if kept_up else Verdict.MISSED, values)


def _most_accepted(answers: Answers, seconds: int) -> int:
    """Most letters accepted within any stretch of that length."""
    ended = np.sort((answers.due + answers.latency)[answers.accepted])
    return int((np.searchsorted(ended, ended + seconds) - np.arange(len(ended))).max(initial=0))


def _in_time(answers: Answers, seconds: int, wanted: float, allowance: float, level: ServiceLevel) -> bool:
    """Whether letters of the periods in which at least `wanted` became due were accepted within an allowance.

    All but the share that the level lets be slow, or fail.
    """
    share, _ = level.longest
    period = (answers.due // seconds).astype(np.int64)
    due = np.bincount(period)
    busy = due[period] >= wanted
    in_time = answers.accepted & (answers.latency <= allowance)
    return bool(in_time[busy].sum() >= share * (1 - level.errors) * busy.sum())
