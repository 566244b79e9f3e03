"""The compiled engine by blocks of time, for more letters than fit into memory at once.

A block ends at an edge: the run stops before that second, hands out the letters that are over, and goes on with
those that are still open and the letters of the next block. Letters stand in order of receipt, so that the open ones
come first, and ties are broken as in one run over all letters. The log is the same, bit for bit.
"""

from typing import Final, NamedTuple

import numpy as np

from sim.core.errors import SimError
from sim.core.tables import Log, Roster, Stretches, Workload, dtypes, some_rows
from sim.engine.compiled.phases import advanced
from sim.engine.compiled.preparation import empty_log, engine_run, no_letters, refuse_too_long, uses_of, with_letters
from sim.engine.compiled.state import NONE, EngineRun, Id, Tape, Uses
from sim.engine.compiled.tape import copied, copy_tape, sorted_stretches, stretches_until, tape_of
from sim.engine.contract import check_roster, check_workload


class LoggedLetters(NamedTuple):
    """Some letters with all of their visits, and the log of these, with stretches."""

    workload: Workload
    log: Log


class BlockLog(NamedTuple):
    """What became of the letters in a block, the seconds from `start` to `end` - 1."""

    start: int
    end: int
    over: LoggedLetters  # closed, or left, in the block; in the last one all that are there
    still_open: LoggedLetters  # as they are at the end, where what is going on is cut


class EngineByBlocks:
    """One run of the compiled engine, advanced block by block.

    Args:
        uses: what the letters of all blocks make use of, or more, with a folder for each of them. No prompts.
    """

    def __init__(self, roster: Roster, horizon: int, uses: Uses) -> None:
        check_roster(roster, horizon)
        self._roster, self._horizon, self._clock = roster, horizon, 0
        self._run = engine_run(roster, uses._replace(stretches=True))
        self._open, self._letters = _Carried(no_letters(), empty_log(0), tape_of(0, np.zeros(0, Id))), 0

    def advance(self, workload: Workload, until: int) -> BlockLog:
        """Simulate the seconds up to an edge.

        Args:
            workload: the letters received in them.
            until: the edge, after the one before; the last one is the horizon.
        Raises: SimError as `sim.engine.contract.simulate`, and for letters of another time or with other uses.
        """
        start = self._clock
        self._check(workload, until)
        self._clock, self._letters = until, self._letters + workload.letters
        letters = _joined(self._open.workload, workload)
        run = advanced(self._with_carried(letters), until)
        if until < self._horizon:
            return self._parted(run, start, until)
        log = run.log._replace(stretches=stretches_until(run, until))
        return BlockLog(start, until, LoggedLetters(letters, log), _nothing())

    def _check(self, workload: Workload, until: int) -> None:
        check_workload(workload, self._roster.units, len(self._roster.clocks))
        refuse_too_long(workload, self._horizon)
        if not self._clock < until <= self._horizon:
            raise SimError(f"an edge must be from {self._clock + 1} to {self._horizon}, got {until}")
        received = workload.received[[0, -1]] if workload.letters else np.zeros(0, np.int64)
        if ((received < self._clock) | (received >= until)).any():
            raise SimError(f"letters must be received from {self._clock} to {until - 1}, got {received.tolist()}")
        allowed, made = self._run.uses, uses_of(workload, stretches=True)
        letters = self._letters + workload.letters
        more = [name for name in _FLAGS if getattr(made, name) > getattr(allowed, name)]
        if more or letters > allowed.departures:
            raise SimError(f"letters of a block use more than was said: {', '.join(more) or f'{letters} letters'}")

    def _with_carried(self, letters: Workload) -> EngineRun:
        """The run with the letters of a block, in front of which are those that are open."""
        carried = self._open
        run = with_letters(self._run, letters)
        for name in dtypes(Log):
            getattr(run.log, name)[: carried.workload.visits] = getattr(carried.log, name)
        run.progress.received[0] = carried.workload.letters
        rows = max(int(carried.tape.many[0]), len(run.tape.where))
        return run._replace(tape=copied(carried.tape, tape_of(rows, run.tape.of_visit)))

    def _parted(self, run: EngineRun, start: int, until: int) -> BlockLog:
        """Part the letters that are over from those that are open, which come first in the next block."""
        workload, folders, used = run.workload, run.folders, int(run.folders.used[0])
        filled = np.flatnonzero(folders.visit[:used] != NONE)
        letter = np.searchsorted(workload.first_visit, folders.visit[filled], side="right") - 1
        is_open = np.zeros(workload.letters, dtype=np.bool_)
        is_open[letter] = True
        over, still_open = (workload.some_letters(which) for which in (~is_open, is_open))
        visit_is_open = np.repeat(is_open, np.diff(workload.first_visit))
        open_visits, over_visits = np.flatnonzero(visit_is_open), np.flatnonzero(~visit_is_open)

        # What the folders say of visits goes by the new numbers.
        place = np.cumsum(is_open) - 1
        less = (workload.first_visit[letter] - still_open.first_visit[place[letter]]).astype(Id)
        folders.visit[filled] -= less
        folders.stop[filled] -= less

        tape = tape_of(int(run.tape.many[0]), np.empty(len(open_visits), Id))
        copy_tape(run.tape, open_visits, tape)
        taped = int(tape.many[0])
        tape = copied(tape, tape_of(taped, tape.of_visit))
        self._open = _Carried(still_open, some_rows(run.log, open_visits), tape)
        log = some_rows(run.log, over_visits)
        rest = run.tape._replace(of_visit=run.tape.of_visit[over_visits])
        stretches = sorted_stretches(run.shifts, log, rest, int(run.tape.many[0]) - taped, until)
        self._run = with_letters(run, no_letters())  # what is over need not stay
        return BlockLog(start, until, LoggedLetters(over, log._replace(stretches=stretches)), self._so_far(used, until))

    def _so_far(self, used: int, until: int) -> LoggedLetters:
        """The letters that are open, as if the simulation ended here; nothing of the run changes by that."""
        workload, log, tape = self._open
        run = with_letters(self._run, workload)
        folders = run.folders._replace(on_tape=run.folders.on_tape[:used].copy())
        tape = copied(tape, tape_of(len(tape.where), np.empty_like(tape.of_visit)))
        stretches = stretches_until(run._replace(log=log, tape=tape, folders=folders), until)
        return LoggedLetters(workload, log._replace(stretches=stretches))


class _Carried(NamedTuple):
    """The letters that are open at an edge."""

    workload: Workload
    log: Log  # without stretches
    tape: Tape


_FLAGS: Final = ("priorities", "interrupts", "moves", "escalates", "clocks", "leaves", "prompts", "outcomes")
"""Uses that a run is prepared for; what none of its letters uses costs little."""


def _nothing() -> LoggedLetters:
    stretches = Stretches(*(np.zeros(0, dtype) for dtype in dtypes(Stretches).values()))
    return LoggedLetters(no_letters(), empty_log(0)._replace(stretches=stretches))


def _joined(first: Workload, second: Workload) -> Workload:
    """The letters of two workloads, without prompts, one after the other."""
    columns = {name: np.concatenate([getattr(each, name) for each in (first, second)]) for name in dtypes(Workload)}
    offsets = np.append(first.first_visit, first.visits + second.first_visit[1:])
    return Workload(**{**columns, "first_visit": offsets})
