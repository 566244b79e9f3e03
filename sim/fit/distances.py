"""How far two event logs are from each other: by the field's published measures, and between two curves.

The field's measures are those of the package `log-distance-measures` (extra `fit`): n-grams of activities, and
Wasserstein distances of when events happen and of how long cases take, in bins of an hour.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from sim.core.tables import NOT_YET, Bools, Floats
from sim.fit.as_of import chosen
from sim.fit.log import EventLog

MOST_CASES: Final = 1_000
"""Cases of either log of which the field's measures are taken; of more a sample is drawn."""

MEASURES: Final = {
    "3-gram": "",
    "2-gram": "",
    "absolute-events": "h",
    "relative-events": "h",
    "circadian-events": "h",
    "case-arrivals": "h",
    "cycle-times": "h",
}
"""The field's measures and their units."""


def measures_there() -> bool:
    """Whether the package with the field's measures is installed."""
    try:
        import log_distance_measures  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


def field_distances(one: EventLog, other: EventLog) -> dict[str, float]:
    """Distance of two logs by each of the field's measures, of as many cases of either.

    Only events that are over count. Their instants are taken as they are, so both logs begin at the same time. nan
    where a log has no such event.
    """
    ours = _measures()
    count = min(one.cases, other.cases, MOST_CASES)
    tables = [_table(_sample(each, count)) for each in (_over(one), _over(other))]
    if any(len(table) == 0 for table in tables):
        return dict.fromkeys(ours, float("nan"))
    return {name: float(measure(*tables)) for name, measure in ours.items()}


def halves(log: EventLog) -> tuple[EventLog, EventLog]:
    """Two halves of a log, its cases allocated at random: no model can be expected to be nearer than they are."""
    log = _over(log)
    first = random_rows(log.cases, log.cases // 2, log.cases)
    second = ~first
    if log.cases % 2:
        second[np.flatnonzero(second)[-1]] = False
    return chosen(log, first), chosen(log, second)


def random_rows(rows: int, count: int, seed: int | Sequence[int]) -> Bools:
    """So many of some rows, at random, as booleans of shape (rows,)."""
    chosen_rows = np.zeros(rows, dtype=np.bool_)
    chosen_rows[np.random.default_rng(seed).permutation(rows)[:count]] = True
    return chosen_rows


def kolmogorov_smirnov(one: Floats, other: Floats) -> float:
    """Largest difference of two empirical distribution functions; nan where one is of nothing.

    Values that are infinite, never reached, weigh at the end.
    """
    if not len(one) or not len(other):
        return float("nan")
    at = np.unique(np.concatenate([one, other]))
    at = at[np.isfinite(at)]
    if not len(at):
        return 0.0
    return float(np.abs(share_by(one, at) - share_by(other, at)).max())


def area_between(one: Floats, other: Floats, most: float) -> float:
    """Area between two empirical distribution functions from 0 to `most`, in the unit of the values; nan as above."""
    if not len(one) or not len(other):
        return float("nan")
    at = np.unique(np.concatenate([one, other, [0.0, most]]))
    at = at[(at >= 0) & (at <= most)]
    gap = np.abs(share_by(one, at) - share_by(other, at))
    return float((gap[:-1] * np.diff(at)).sum())


def share_by(values: Floats, at: Floats) -> Floats:
    """Empirical distribution function of some values, same shape as `at`; 0 of none."""
    reached: Floats = np.searchsorted(np.sort(values), at, side="right") / max(len(values), 1)
    return reached


def _over(log: EventLog) -> EventLog:
    """The events that are over, and the cases that have one."""
    over = log.finished != NOT_YET
    has = np.zeros(log.cases, dtype=np.bool_)
    has[log.case[over]] = True
    return chosen(log, has, over)


def _sample(log: EventLog, count: int) -> EventLog:
    if log.cases <= count:
        return log
    return chosen(log, random_rows(log.cases, count, log.cases))


def _table(log: EventLog) -> Any:
    """A log as the package takes it; an event without a start began when it ended."""
    import pandas as pd

    midnight = np.datetime64(log.origin, "s")
    started = np.where(log.started == NOT_YET, log.finished, log.started)
    names = np.array([*log.activities, ""], dtype=object)
    return pd.DataFrame(
        {
            "case": log.case,
            "activity": names[log.activity],
            "start": pd.to_datetime(midnight + started.astype("timedelta64[s]"), utc=True),
            "end": pd.to_datetime(midnight + log.finished.astype("timedelta64[s]"), utc=True),
        }
    )


def _measures() -> Mapping[str, Callable[[Any, Any], float]]:
    from datetime import timedelta

    from log_distance_measures.absolute_event_distribution import absolute_event_distribution_distance
    from log_distance_measures.case_arrival_distribution import case_arrival_distribution_distance
    from log_distance_measures.circadian_event_distribution import circadian_event_distribution_distance
    from log_distance_measures.config import EventLogIDs
    from log_distance_measures.cycle_time_distribution import cycle_time_distribution_distance
    from log_distance_measures.n_gram_distribution import n_gram_distribution_distance
    from log_distance_measures.relative_event_distribution import relative_event_distribution_distance

    ids = EventLogIDs(case="case", activity="activity", start_time="start", end_time="end")

    def of(distance: Callable[..., float], **how: Any) -> Callable[[Any, Any], float]:
        return lambda one, other: distance(one, ids, other, ids, **how)

    return {
        "3-gram": of(n_gram_distribution_distance, n=3),
        "2-gram": of(n_gram_distribution_distance, n=2),
        "absolute-events": of(absolute_event_distribution_distance),
        "relative-events": of(relative_event_distribution_distance),
        "circadian-events": of(circadian_event_distribution_distance),
        "case-arrivals": of(case_arrival_distribution_distance),
        "cycle-times": of(cycle_time_distribution_distance, bin_size=timedelta(hours=1)),
    }
