"""Calls of letters, in CSV: the receipt of each, and every start and finish of its steps, at their simulated times."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.core.safe_text import write_csv
from sim.core.tables import NOT_YET
from sim.models.operation_names import CALL_MOMENTS, RECEIVE
from sim.operations.exports.simulated import Simulated
from sim.operations.operations import work_steps
from sim.scenario.call_traces import CALL_COLUMNS


def write_calls(simulated: Simulated, path: Path) -> None:
    """Write one call a row, by time; those of one second by letter and then as they follow each other.

    Letters have the numbers that they have in letters.csv. A receipt says the letter's home unit, any other call the
    unit that has the visit. Letters that were open at the start have no receipt here, and so no calls.
    """
    write_csv(path, [CALL_COLUMNS, *_rows(simulated)], marked=False)


def _rows(simulated: Simulated) -> Iterator[tuple[str | int, ...]]:
    replication, arrivals = simulated.replication, simulated.arrivals
    before = len(simulated.letters) - len(arrivals)
    workload, log = replication.workload, replication.log
    of_step = {index: step for step, index in work_steps(simulated.setting).items()}
    row = replication.row_of_visit
    visits = np.flatnonzero((row >= before) & np.isin(workload.step, list(of_step)) & (log.started != NOT_YET))
    ended = visits[log.finished[visits] != NOT_YET]
    # A receipt is the first of its letter's calls; a finish comes after the start of the same visit.
    receipts = np.arange(before, len(simulated.letters))
    order = np.concatenate([np.full(len(receipts), -1), 2 * visits, 2 * ended + 1])
    letter = np.concatenate([receipts, row[visits], row[ended]])
    at = np.concatenate([replication.received[before:], log.started[visits], log.finished[ended]])
    unit = np.concatenate([workload.home[replication.letters[receipts]], workload.unit[visits], log.served_by[ended]])
    sorting = np.lexsort((order, letter, at))
    columns = (simulated.local(at[sorting]), *(each[sorting].tolist() for each in (order, letter, unit)))
    for when, nth, number, place in zip(*columns, strict=True):
        if nth < 0:
            told = arrivals[number - before]
            yield when, number - before + 1, RECEIVE, told.channel, told.category, simulated.units[place], told.size
        else:
            operation = f"{of_step[int(workload.step[nth // 2])]}.{CALL_MOMENTS[nth % 2]}"
            yield when, number - before + 1, operation, "", "", simulated.units[place], ""
