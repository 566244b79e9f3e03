"""What became of what was drawn: visits that were passed over and letters that never came are left out."""

from typing import TYPE_CHECKING

import numpy as np

from sim.core.tables import (
    ANYHOW,
    FINISHED_IN_TIME,
    NO_VISIT,
    NOT_YET,
    OTHER_DUTY,
    STARTED_IN_TIME,
    Bools,
    Int64s,
    Log,
    Roster,
    Workload,
)
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting

if TYPE_CHECKING:
    from sim.engine.by_blocks import BlockLog


def replication_of(
    setting: Setting, workload: Workload, roster: Roster, log: Log, number: int = 0, block: "BlockLog | None" = None
) -> Replication:
    """A replication that was simulated, of the letters that came and the visits that were theirs to make."""
    # Prompts of rules have a number, and stay, whether they come or not.
    repeats = (workload.about != NO_VISIT) & (workload.rule == OTHER_DUTY)
    if not repeats.any() and not (workload.made_if != ANYHOW).any():
        return Replication(setting, workload, roster, log, number, block)
    made, of_made = _made(workload, log, repeats, setting.scenario.horizon)
    return Replication(setting, made, roster, of_made, number, block, drawn=workload)


def _made(workload: Workload, log: Log, repeats: Bools, horizon: int) -> tuple[Workload, Log]:
    comes = np.ones(workload.letters, dtype=np.bool_)
    again = np.flatnonzero(repeats)
    # One without visits leaves no trace, whether it comes or not.
    first, end = workload.first_visit[again], workload.first_visit[again + 1]
    some = first < end
    comes[again] = False
    comes[again[some]] = log.queued[first[some]] != NOT_YET
    letter = workload.letter_of_visit()
    # What is about a letter that never came comes neither.
    prompts = np.flatnonzero((workload.about != NO_VISIT) & ~repeats)
    comes[prompts] &= comes[letter[workload.about[prompts]]]
    made = comes[letter] & ~_passed_over(workload, log, letter, horizon)
    visits, letters = np.flatnonzero(made), np.flatnonzero(comes)
    number = np.append(np.cumsum(made) - 1, NO_VISIT)
    about, until_start = _about(workload, made, number)
    of_visits = workload.visit_columns()
    columns = {
        name: column[visits if name in of_visits else letters]
        for name, column in workload._replace(about=about, until_start=until_start)._asdict().items()
        if name != "first_visit"
    }
    many = np.bincount(letter[visits], minlength=workload.letters)[letters]
    left = Workload(first_visit=np.concatenate([[0], np.cumsum(many)]), **columns)
    stretches = log.stretches
    if stretches is not None:
        stretches = stretches._replace(visit=number[stretches.visit])
    # Nothing hangs on anything any more.
    left = left._replace(made_if=np.zeros_like(left.made_if), received_if=np.zeros_like(left.received_if))
    return left, Log._make([*(column[visits] for column in log[:-1]), stretches])


def _passed_over(workload: Workload, log: Log, letter: Int64s, horizon: int) -> Bools:
    """Which visits their letters passed over, or will.

    What was come to was not passed over, and what lies before something that was come to was, if it hangs on anything.
    Elsewhere, where what they hang on is neither in time nor late at the horizon, it is taken to come in time.
    """
    hangs = np.flatnonzero(workload.made_if != ANYHOW)
    earlier, late_from = hangs - workload.made_if_back[hangs], workload.made_late_from[hangs]
    outcome = workload.made_if[hangs]
    reached = np.where(outcome >= STARTED_IN_TIME, log.started[earlier], log.finished[earlier])
    late = np.where(reached == NOT_YET, late_from < horizon, reached >= late_from)
    passed = np.zeros(workload.visits, dtype=np.bool_)
    passed[hangs] = late == ((outcome == FINISHED_IN_TIME) | (outcome == STARTED_IN_TIME))
    come_to = np.flatnonzero(log.queued != NOT_YET)
    last = np.full(workload.letters, NO_VISIT)
    last[letter[come_to]] = come_to  # the last one of each letter stays
    passed[hangs] |= hangs < last[letter[hangs]]
    passed[come_to] = False
    return passed


def _about(workload: Workload, made: Bools, number: Int64s) -> tuple[Int64s, Bools]:
    """Which visit each letter is about, by its new number, and whether until its start.

    One that was passed over was so as the visit before it that was made was finished.
    """
    last_made = np.maximum.accumulate(np.where(made, np.arange(workload.visits), NO_VISIT))
    passed = (workload.about != NO_VISIT) & ~np.append(made, True)[workload.about]
    about = np.where(workload.about == NO_VISIT, NO_VISIT, np.append(last_made, NO_VISIT)[workload.about])
    return number[about], workload.until_start & ~passed
