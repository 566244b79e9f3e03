"""Fitting to one row a letter: how letters come, what they are about, and the time to each milestone, without teams.

Who was idle, and what was work of the time that passed, such a log does not say, so milestones are waits.
"""

from typing import Any, Final

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import NOT_YET, Bools, Floats, Int64s
from sim.fit.arrivals import fit_arrivals
from sim.fit.days import days_kept
from sim.fit.effort import Timed, step_duration
from sim.fit.finding import Finding, Fitted, Marked
from sim.fit.log import LetterLog
from sim.fit.shares import chance_by_category, shares_of
from sim.fit.workflow import step_name

_OLD: Final = 0.99
"""Share of the letters that ever reached a milestone that had done so when they were as old as an old letter is."""

_ALWAYS: Final = 0.999
"""Share of the old letters that reached a milestone from which on all are said to."""

_MANY: Final = 0.1
"""Share of the old letters without a milestone from which on 9 of 10 such letters will never reach it."""


def fit_letters(log: LetterLog) -> Fitted:
    """A scenario from a log of letters."""
    whole = int(log.received[-1]) // DAY + 1
    letters = np.bincount(log.received // DAY, minlength=whole)[:whole].astype(np.float64)
    days, findings = days_kept(log.origin, whole, letters, np.zeros((0, whole)))
    category = log.category.astype(np.int64)
    arrivals = fit_arrivals(log.received, category, log.categories, days)
    findings += arrivals.findings
    document: dict[str, Any] = {
        "schema": 1,
        "name": "Fitted",
        "start": log.origin.isoformat(),
        "window": f"{whole} d",
        "replications": 20,
        "seed": 1,
    }
    if days.holidays is not None:
        document["holidays"] = days.holidays
    document["arrivals"] = arrivals.body
    for key, codes, names, own in (
        ("channels", log.channel, log.channels, {}),
        ("categories", log.category, log.categories, arrivals.of_category),
    ):
        bodies, found = shares_of(codes, names, key, own)
        findings += found
        if bodies:
            document[key] = bodies
    document["teams"] = {"office": {"staff": {"always": Marked(1, "A: nobody works in this model, letters only wait")}}}
    steps, activities, files, found = _milestones(log, category)
    document["workflow"] = steps
    return Fitted(document, tuple(findings + found), files, activities)


def _milestones(
    log: LetterLog, category: Int64s
) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, str], list[Finding]]:
    """A wait for each milestone, from the one before that a letter reached."""
    steps: list[dict[str, Any]] = []
    activities: dict[str, str] = {}
    files: dict[str, str] = {}
    findings: list[Finding] = []
    since = log.received
    for milestone, at in log.milestones.items():
        name = step_name(milestone, list(activities))
        if not (at != NOT_YET).any():
            continue
        old, chance, found = _chance(log, at, category, f"workflow.{name}.chance")
        rows = np.flatnonzero(old) if chance is not None else np.arange(log.letters)
        timed = _timed(log, at, since, category, rows, never=chance is not None)
        duration = step_duration(timed, log.categories, f"workflow.{name}.wait", f"{name}_wait", repeated=False)
        if duration is None:
            continue
        body = {"wait": duration.written} if chance is None else {"wait": duration.written, "chance": chance}
        steps.append({name: body})
        activities[name] = milestone
        files |= duration.files
        findings += found + duration.findings
        since = np.where(at == NOT_YET, since, np.maximum(at, since))
    if not steps:
        steps.append({"received": {"wait": Marked("0 s", "A: what becomes of letters the log does not say")}})
    return steps, activities, files, findings


def _chance(log: LetterLog, at: Int64s, category: Int64s, key: str) -> tuple[Bools, Any, list[Finding]]:
    """Which letters are old, and the share of them that reached a milestone; None for all."""
    reached, old = at != NOT_YET, _old(log, at)
    if old.sum() < 2 or reached[old].mean() >= _ALWAYS:
        return old, None, []
    chance, found = chance_by_category(reached[old], category[old], log.categories, key)
    return old, chance, found


def never_reached(log: LetterLog, at: Int64s) -> Bools:
    """Which letters will not reach a milestone any more: old ones, where many old ones have not reached it.

    Where few have not, they are late.
    """
    reached = at != NOT_YET
    if not reached.any():
        return np.ones(log.letters, dtype=np.bool_)
    old = _old(log, at)
    many = old.any() and reached[old].mean() < 1 - _MANY
    return old & ~reached if many else np.zeros(log.letters, dtype=np.bool_)


def _old(log: LetterLog, at: Int64s) -> Bools:
    """Which letters are so old that of those that ever reach a milestone nearly all have done so at that age.

    Others that have not reached it may be young, and say nothing.
    """
    reached = at != NOT_YET
    age = float(np.quantile((at - log.received)[reached], _OLD))
    old: Bools = log.received + age < log.until
    return old


def _timed(log: LetterLog, at: Int64s, since: Int64s, category: Int64s, rows: Int64s, *, never: bool) -> Timed:
    """How long letters waited for a milestone since the one before.

    Args:
        never: whether some letters never reach it, which are not open then.
    """
    reached = at[rows] != NOT_YET
    end = np.where(reached, at[rows], log.until)
    seconds: Floats = np.maximum(end - since[rows], 0).astype(np.float64)
    kept = reached if never else np.ones(len(rows), dtype=np.bool_)
    return Timed(seconds[kept], ~reached[kept], category[rows][kept], np.zeros(int(kept.sum()), dtype=np.bool_))
