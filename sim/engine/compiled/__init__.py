"""The compiled engine: the contract of `sim.engine.contract`, written to be fast.

It runs the same three phases in the same words as the SimPy engine (`finish`, `end_shift`, `reach`, `join`,
`leave`, `escalate`, `cover`, `dispatch`, `start`, `put_down`, `move`) and gives the same log, bit for bit. Python
allocates (`preparation`); the compiled functions are loops over whole numbers, without chance and without allocation.

    state       all that they work on, an `EngineRun`: a NamedTuple of NamedTuples of arrays, one row a letter, a
                visit, a unit, a shift. What is known of an open letter lies in a folder, which the next letter takes
                over when this one is closed: so what changes is as small as the open letters, and stays in fast memory.
    chains      folders one after the other
    timers      when something is due for a folder
    queues      who waits at a unit, by rank
    tape        stretches, if asked for
    waiting     beginning to wait, moving to another unit, being put down
    letters     phase B: receipts, and a letter's way from visit to visit
    shifts      phase B: shifts begin and end
    moves       phase B: patience, escalation, cover
    dispatch    phase C
    phases      the loop over seconds. It stops before any second and goes on from there, with other letters and a
                longer tape if need be.
"""

import numpy as np

from sim.core.tables import Log, Roster, Workload
from sim.engine.compiled.phases import advanced
from sim.engine.compiled.preparation import engine_run, refuse_too_long, uses_of, with_letters
from sim.engine.compiled.tape import stretches_until


def simulate(workload: Workload, roster: Roster, horizon: int, *, stretches: bool = False) -> Log:
    """Run the letters against the roster, as the contract in `sim.engine.contract` says, and fast.

    Several threads may do so at once.

    Args:
        workload, roster: such as `sim.engine.contract.check_arrays` accepts.
        horizon: seconds 0 to horizon - 1 are simulated.
        stretches: record also who worked or waited where and when.
    Returns: one row a visit; instants that did not come before the horizon are NOT_YET.
    Raises: SimError where the horizon or a service is too long, or the visits are too many.
    """
    refuse_too_long(workload, horizon)
    run = with_letters(engine_run(roster, uses_of(workload, stretches)), workload)
    run = advanced(run, horizon)
    if horizon > 0:
        _queue_open_letters(run.workload, run.log)
    return run.log._replace(stretches=stretches_until(run, horizon)) if stretches else run.log


def _queue_open_letters(workload: Workload, log: Log) -> None:
    """Letters received before second 0 are queued in it, although they ranked by when they were received."""
    letters = np.searchsorted(workload.received, 0)
    first, end = workload.first_visit[:letters], workload.first_visit[1 : letters + 1]
    log.queued[first[first < end]] = 0
