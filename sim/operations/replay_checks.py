"""Checks of a replay: what was asked of each operation, compared with what was measured."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sim.core.tables import Bools, Floats
from sim.operations.answers import Answers, Sent, Unanswered, milliseconds
from sim.operations.service_level import ASSUMED, PERCENTILES, PERIODS, Demand, ServiceLevel
from sim.statistics import Verdict

_MOST_LATE_MS: Final = 100.0
"""Our own lateness that 99% of the calls must stay below, or the replay says nothing about the system."""

Values = Mapping[str, str | float]
"""Figures of a comparison by name, and what they are about."""


@dataclass(frozen=True)
class Check:
    """One requirement, compared with what was measured.

    Attributes:
        name: `pace` (of the sender), `errors`, `closed` (connections that lay idle, where they were many), `latency`
            (by percentile), `throughput` (by period), `kept up` (where nobody said what throughput is wanted), or
            `headroom` (before an SLA of the staff), or `ids` (for which calls waited, or which they never had).
        values: what was measured, and what was asked.
        operation: that it is about; empty for all of them.
    """

    name: str
    verdict: Verdict
    values: Values
    operation: str = ""


def worst(checks: Iterable[Check]) -> Verdict:
    """Missed if one check is, else unclear if one is."""
    verdicts = {check.verdict for check in checks}
    return next((each for each in (Verdict.MISSED, Verdict.UNCLEAR) if each in verdicts), Verdict.MET)


def checks_of(sent: Sent, demands: Mapping[str, Demand]) -> Iterator[Check]:
    """Compare a replay with what was asked of each operation; of one that nobody asks for, what is assumed."""
    yield _pace(sent.answers)
    # What met an error here, or was cut off by Ctrl-C, says nothing of the system.
    cut_off = (Unanswered.UNSENT, Unanswered.STOPPED) if sent.stopped or sent.aborted else ()
    answers = sent.answers.of(~np.isin(sent.answers.outcome, (Unanswered.OUR_ERROR, *cut_off)))
    without_id = answers.outcome == Unanswered.NO_ID
    if without_id.any() or answers.waited.any():
        most = max((each.level.errors for each in demands.values()), default=ASSUMED.errors)
        yield _ids(answers, without_id, most)
    # A call without an id was never sent: that is the fault of the one that was to give it.
    answers = answers.of(~without_id)
    for index, operation in enumerate(sent.operations):
        calls = answers.of(answers.operation == index)
        # An operation of which no call had its chance is none that can be judged, unless it is the only one.
        if len(calls.due) or len(sent.operations) == 1:
            for check in _operation_checks(calls, demands.get(operation, Demand()), sent):
                yield replace(check, operation=operation)


def _operation_checks(answers: Answers, demand: Demand, sent: Sent) -> Iterator[Check]:
    level = demand.level
    calls, resent = len(answers.due), int(answers.resent.sum())
    yield _errors(answers, level, sent)
    if resent > level.errors * calls:
        yield Check("closed", Verdict.UNCLEAR, {"resent": resent, "letters": calls})
    took = vars(milliseconds(answers.latency[answers.accepted]))
    # A level that is missed for our own delay in sending says nothing of the system.
    without_us = milliseconds((answers.latency - answers.late)[answers.accepted])
    nothing = Verdict.UNCLEAR if sent.stopped else Verdict.MISSED
    for name, most in level.latency_ms.items():
        values: Values = {"percentile": f"{PERCENTILES[name]:g}", "target": most}
        if took[name] is None:
            yield Check("latency", nothing, values)
        else:
            own = vars(without_us)[name]
            verdict = Verdict.MET if took[name] <= most else Verdict.UNCLEAR if own <= most else Verdict.MISSED
            yield Check("latency", verdict, {**values, "ms": took[name], "own": own})
    if demand.load is not None:
        for period, target in demand.load.items():
            yield _throughput(answers, period, target, level)
    elif calls:
        yield _kept_up(answers, level)
    if demand.headroom_s is not None and took["p99"] is not None:
        verdict = Verdict.MET if took["p99"] <= 1_000 * demand.headroom_s else Verdict.MISSED
        yield Check("headroom", verdict, {"ms": took["p99"], "seconds": demand.headroom_s})


def most_due(due: Floats, seconds: int) -> int:
    """Most calls due within one second, minute or hour, counted from the start of the replay."""
    return int(np.bincount((due // seconds).astype(np.int64)).max(initial=0))


def _pace(answers: Answers) -> Check:
    late = milliseconds(answers.late[answers.begun]).p99
    ours = int((answers.outcome == Unanswered.OUR_ERROR).sum())
    verdict = Verdict.MET if late is not None and late <= _MOST_LATE_MS and not ours else Verdict.UNCLEAR
    return Check("pace", verdict, {"ms": late or 0.0, "most": _MOST_LATE_MS, "ours": ours})


def _ids(answers: Answers, without_id: Bools, most: float) -> Check:
    waited = answers.waited[(answers.waited > 0) & ~without_id]
    without, calls = int(without_id.sum()), len(answers.due)
    values: Values = {
        "waited": len(waited),
        "ms": milliseconds(waited).p99 or 0.0,
        "without": without,
        "calls": calls,
        "share": without / calls,
        "most": most,
    }
    return Check("ids", Verdict.MISSED if without > most * calls else Verdict.MET, values)


def _errors(answers: Answers, level: ServiceLevel, sent: Sent) -> Check:
    accepted, letters = int(answers.accepted.sum()), len(answers.due)
    lost = letters - accepted
    share = lost / letters if letters else 0.0
    missed = sent.aborted or share > level.errors or (lost > 0 and not accepted)
    verdict = Verdict.MISSED if missed else Verdict.UNCLEAR if sent.stopped else Verdict.MET
    values = {"accepted": accepted, "letters": letters, "lost": lost, "share": share, "most": level.errors}
    return Check("errors", verdict, values)


def _throughput(answers: Answers, period: str, target: float, level: ServiceLevel) -> Check:
    """Whether as many calls a second, minute or hour were accepted as the targets ask for.

    Where answers vary, those of one busy stretch come in a longer one. That is no lack of throughput as long as they
    take no more than the length of the stretch longer than the quickest answer: what cannot keep up falls behind.
    """
    seconds = PERIODS[period]
    asked = most_due(answers.due, seconds)
    wanted = min(asked, target)
    achieved = _most_accepted(answers, seconds)
    allowance = float(answers.latency[answers.accepted].min(initial=np.inf)) + seconds
    sustained = achieved >= wanted * (1 - level.errors) or _in_time(answers, seconds, wanted, allowance, level)
    enough = Verdict.MET if asked >= target else Verdict.UNCLEAR
    values: Values = {"period": period, "asked": asked, "achieved": achieved, "target": target}
    return Check("throughput", enough if sustained else Verdict.MISSED, values)


def _kept_up(answers: Answers, level: ServiceLevel) -> Check:
    """Whether calls were accepted as fast as they became due, or else within the time that the level allows.

    Judged in the longest period that the replay fills.
    """
    span = float(answers.due.max())
    period = max((each for each in PERIODS if PERIODS[each] <= max(span, 1)), key=lambda each: PERIODS[each])
    seconds = PERIODS[period]
    asked, achieved = most_due(answers.due, seconds), _most_accepted(answers, seconds)
    _, longest = level.longest
    kept_up = achieved >= asked * (1 - level.errors) or _in_time(answers, seconds, asked, longest, level)
    values: Values = {"period": period, "asked": asked, "achieved": achieved}
    return Check("kept up", Verdict.MET if kept_up else Verdict.MISSED, values)


def _most_accepted(answers: Answers, seconds: int) -> int:
    """Most calls accepted within any stretch of that length."""
    ended = np.sort((answers.due + answers.latency)[answers.accepted])
    return int((np.searchsorted(ended, ended + seconds) - np.arange(len(ended))).max(initial=0))


def _in_time(answers: Answers, seconds: int, wanted: float, allowance: float, level: ServiceLevel) -> bool:
    """Whether calls of the periods in which at least `wanted` became due were accepted within an allowance.

    All but the share that the level lets be slow, or fail.
    """
    share, _ = level.longest
    period = (answers.due // seconds).astype(np.int64)
    due = np.bincount(period)
    busy = due[period] >= wanted
    in_time = answers.accepted & (answers.latency <= allowance)
    return bool(in_time[busy].sum() >= share * (1 - level.errors) * busy.sum())
