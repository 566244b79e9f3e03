"""How each SLA was kept in one replication: by hour of receipt, category, channel, home unit and team."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.measuring.outcome import Outcome
from sim.measuring.slaclock import Fate, Run
from sim.measuring.tally import Tally, tally
from sim.measuring.week import HOURS_OF_WEEK, hour_of_week
from sim.models.sla import Sla
from sim.statistics import Ratio
from sim.tables import Bools, Floats, Int64s

Ints = npt.NDArray[np.integer[Any]]

BINS: Final = 60
BINS_A_LIMIT: Final = 20
"""Elapsed times are counted in twentieths of the SLA's limit, up to three times the limit."""


class SlaCounts(NamedTuple):
    """Letters of the window that kept an SLA, of those to which it applies and whose outcome is known."""

    compliance: Ratio  # ()
    undecided: Int64s  # ()
    elapsed: Ratio  # seconds and letters, ()
    histogram: Int64s  # letters by elapsed time, the last bin beyond all edges, (BINS + 1,)
    by_hour_of_week: Ratio  # of receipt, (168,)
    by_category: Ratio  # (categories,)
    by_channel: Ratio  # (channels,)
    by_home: Ratio  # home unit, (units,)
    by_team: Ratio  # (teams,)


def sla_counts(outcome: Outcome) -> tuple[SlaCounts, ...]:
    """Count the letters of the window, for each SLA of the scenario; the log may be without stretches."""
    setting, workload, letters = outcome.setting, outcome.workload, outcome.letters
    groups: dict[str, tuple[Ints, int]] = {
        "by_hour_of_week": (hour_of_week(setting, outcome.received), HOURS_OF_WEEK),
        "by_category": (workload.category[letters], len(setting.scenario.categories)),
        "by_channel": (workload.channel[letters], len(setting.scenario.channels)),
        "by_home": (workload.home[letters], setting.places.units),
    }

    def counts(sla: Sla, run: Run) -> SlaCounts:
        decided = _decided(outcome, run)
        met = decided & (run.fate == Fate.MET)
        elapsed = run.elapsed[decided]
        # A bin holds its upper edge, so that the first BINS_A_LIMIT bins hold the letters on time.
        bins = np.clip((elapsed * BINS_A_LIMIT - 1) // sla.within.seconds, 0, BINS)
        return SlaCounts(
            compliance=Ratio(_number(met), _number(decided)),
            undecided=np.asarray(np.count_nonzero(outcome.counted & (run.fate == Fate.UNDECIDED))),
            elapsed=Ratio(np.asarray(elapsed.sum(dtype=np.float64)), _number(decided)),
            histogram=np.bincount(bins, minlength=BINS + 1),
            by_team=_by(run.team, len(setting.places.teams), met, decided & (run.team >= 0)),
            **{name: _by(group, size, met, decided) for name, (group, size) in groups.items()},
        )

    return tuple(counts(*each) for each in zip(setting.scenario.sla.values(), outcome.runs, strict=True))


def elapsed_tallies(outcome: Outcome) -> tuple[Tally, ...]:
    """Elapsed times of the letters that `SlaCounts.elapsed` counts, for each SLA."""
    return tuple(tally(run.elapsed[_decided(outcome, run)]) for run in outcome.runs)


def _decided(outcome: Outcome, run: Run) -> Bools:
    return outcome.counted & (run.fate >= Fate.MET)


def _by(group: Ints, size: int, met: Bools, decided: Bools) -> Ratio:
    part, whole = (np.bincount(group[which], minlength=size).astype(np.float64) for which in (met & decided, decided))
    return Ratio(part, whole)


def _number(letters: Bools) -> Floats:
    return np.asarray(float(np.count_nonzero(letters)))
