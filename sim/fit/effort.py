"""Effort and waits of each step: what of the time between start and finish somebody worked, and what nobody did."""

from typing import Any, NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.fit.durations import DurationFit, fit_durations
from sim.fit.finding import FEW, Finding, Marked, mark, rounded, share_text
from sim.fit.log import EventLog
from sim.fit.shares import grouped


class Timed(NamedTuple):
    """Durations of some events, one row an event."""

    seconds: Floats
    censored: Bools  # has not ended; it has lasted so long
    category: Int64s
    again: Bools  # the case has had the step before


class StepDuration(NamedTuple):
    """A duration as the language writes it, with the files it names."""

    written: Any
    findings: list[Finding]
    files: dict[str, str]
    effort_again: Any  # or None


def worked(log: EventLog, rows: Int64s, worked_seconds: Floats, again: Bools) -> Timed:
    """Effort of the events of a step; work that is not finished has had so much of it."""
    begun = rows[(log.started[rows] != NOT_YET) & (worked_seconds[rows] > 0)]
    finished = log.finished[begun] != NOT_YET
    return Timed(worked_seconds[begun], ~finished, log.category[log.case[begun]].astype(np.int64), again[begun])


def waited(log: EventLog, rows: Int64s, ready: Int64s, again: Bools) -> Timed:
    """How long the events of a delay lasted; those that have not ended are as old as the log is.

    Args:
        ready: when each event of the log could have begun; a delay whose beginning is not known has begun then.
    """
    open_ = log.finished[rows] == NOT_YET
    began = np.where(log.started[rows] == NOT_YET, ready[rows], log.started[rows])
    seconds = np.maximum(np.where(open_, log.until, log.finished[rows]) - began, 0).astype(np.float64)
    return Timed(seconds, open_, log.category[log.case[rows]].astype(np.int64), again[rows])


def step_duration(timed: Timed, names: tuple[str, ...], key: str, file: str, *, repeated: bool) -> StepDuration | None:
    """The distribution of a step, by category where these differ surely; None if none of it has ended.

    Args:
        repeated: whether later times may take another part of the effort.
    """
    if not (~timed.censored).any():
        return None
    again = None
    findings: list[Finding] = []
    if repeated:
        timed, again, findings = _effort_again(timed, key)
    files: dict[str, str] = {}

    def fit(rows: Bools, suffix: str) -> DurationFit:
        # A duration that has lasted for no second says nothing.
        keep = rows & ~(timed.censored & (timed.seconds <= 0))
        name = f"{file}{'_' + suffix if suffix else ''}.csv"
        fitted = fit_durations(timed.seconds[keep], timed.censored[keep], name)
        if fitted.rows:
            files[name] = "\n".join(["seconds", *map(str, fitted.rows)]) + "\n"
        return fitted

    ended = ~timed.censored
    of_categories = grouped(
        timed.seconds[ended],
        timed.category[ended],
        names,
        lambda _, name: fit(timed.category == names.index(name), name),
    )
    if of_categories is None:
        whole = fit(np.ones(len(timed.seconds), dtype=np.bool_), "")
        found = _finding(key, whole)
        return StepDuration(_marked(whole, found), [found, *findings], files, again)
    written = {}
    for name, fitted in of_categories.items():
        found = _finding(f"{key}.per_category.{name}", fitted)
        findings.append(found)
        written[name] = _marked(fitted, found)
    if len(written) < len(names):
        whole = fit(np.ones(len(timed.seconds), dtype=np.bool_), "")
        found = _finding(key, whole)
        written["default"] = _marked(whole, found)
        few = np.bincount(timed.category, minlength=len(names))
        findings += [found] + [
            Finding(f"{key}.per_category.{name}", whole.mean, whole.interval, int(count), unit="s", note="borrowed")
            for name, count in zip(names, few.tolist(), strict=True)
            if name not in of_categories
        ]
    return StepDuration({"per_category": written}, findings, files, again)


def _effort_again(timed: Timed, key: str) -> tuple[Timed, Any, list[Finding]]:
    """Second and later times put on the scale of the first, if they take surely another part of the effort."""
    ended = ~timed.censored
    first, later = timed.seconds[ended & ~timed.again], timed.seconds[ended & timed.again]
    if len(later) < FEW or len(first) < FEW:
        return timed, None, []
    # On the scale of logarithms, where a few long ones do not decide.
    logs = [np.log(np.maximum(each, 0.5)) for each in (first, later)]
    distance = float(logs[1].mean() - logs[0].mean())
    error = float(np.sqrt(logs[0].var() / len(first) + logs[1].var() / len(later)))
    if abs(distance) < 3.3 * error or distance > 0:
        return timed, None, []
    share = float(np.exp(distance))
    interval = (float(np.exp(distance - 1.96 * error)), min(float(np.exp(distance + 1.96 * error)), 1.0))
    found = Finding(key.rsplit(".", 1)[0] + ".effort_again", share, interval, len(later), unit="share")
    seconds = np.where(timed.again, timed.seconds / share, timed.seconds)
    return timed._replace(seconds=seconds), Marked(share_text(share), mark(found)), [found]


def _finding(key: str, fitted: DurationFit) -> Finding:
    return Finding(
        key,
        fitted.mean,
        fitted.interval,
        fitted.n,
        unit="s",
        goodness=rounded(fitted.goodness, 3),
        chosen=fitted.family,
        rejected=fitted.rejected,
    )


def _marked(fitted: DurationFit, found: Finding) -> Marked:
    return Marked(fitted.written, mark(found) + f", {fitted.family}")
