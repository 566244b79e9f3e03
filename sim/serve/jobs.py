"""Full runs and plans from the page: each a command of its own beside the server, with its folder of results."""

import asyncio
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Final

from sim.core.options import Options
from sim.experiment.pool import cores
from sim.output.folders.result_folder import RESULTS
from sim.output.results.result import of_scenario
from sim.output.words import translated
from sim.scenario.loading import Loaded

_MOST: Final = 20
"""Jobs that are remembered."""

_TOLD: Final = 600
"""Characters of an error that are told, from its end."""


class JobKind(StrEnum):
    """What a job does."""

    RUN = "run"
    PLAN = "plan"


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass
class BackgroundJob:
    """A command that works beside the server.

    Attributes:
        name: of the staffing.
        folder: of its results, once it is done.
        error: what it said when it failed.
        began: when it began to work; None while it waits.
        seconds: how long it worked, once it is done.
    """

    number: int
    kind: JobKind
    name: str
    folder: Path
    state: JobState = JobState.WAITING
    error: str = ""
    began: float | None = None
    seconds: float = 0.0
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class BackgroundJobs:
    """All jobs; one works at a time, the others wait for their turn.

    Args:
        options: seed and replications of the server's own, and how many may work at once.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._numbers = count(1)
        self._turn = asyncio.Lock()
        self._by_number: dict[int, BackgroundJob] = {}

    def all(self) -> list[BackgroundJob]:
        """Those that are remembered, the latest first."""
        return sorted(self._by_number.values(), key=lambda job: -job.number)

    def job(self, number: int) -> BackgroundJob | None:
        """A job by its number; None if there is none."""
        return self._by_number.get(number)

    def start(self, kind: JobKind, loaded: Loaded, overrides: list[str], name: str, lang: str) -> BackgroundJob | None:
        """Start the command that does the same as somebody would at a terminal; None if too many wait already.

        Args:
            loaded: the staffing with all its changes.
            overrides: these changes.
        """
        waiting = [job for job in self.all() if job.state in (JobState.WAITING, JobState.WORKING)]
        if len(waiting) >= _MOST:
            return None
        for old in [job for job in self.all() if job not in waiting][_MOST:]:
            del self._by_number[old.number]
        folder = RESULTS / of_scenario(kind, loaded, self._options)["home"]
        job = BackgroundJob(next(self._numbers), kind, name, folder)
        self._by_number[job.number] = job
        workers = str(self._options.workers or max(cores() - 1, 1))
        changes = [part for each in overrides for part in ("--set", each)]
        command = [kind.value, loaded.source, *changes, "--workers", workers, "--lang", lang, "--quiet"]
        job.task = asyncio.create_task(self._work(job, command, lang))
        return job

    def stop(self, job: BackgroundJob) -> None:
        """Stop a job; nothing half-done is left."""
        if job.task is not None and not job.task.done():
            job.task.cancel()

    async def close(self) -> None:
        """Stop all."""
        tasks = [job.task for job in self.all() if job.task is not None and not job.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, job: BackgroundJob, command: list[str], lang: str) -> None:
        try:
            async with self._turn:
                job.state, job.began = JobState.WORKING, time.monotonic()
                code, said = await _called(command)
                job.seconds = time.monotonic() - job.began
                job.state = JobState.DONE if code == 0 else JobState.FAILED
                job.error = "" if code == 0 else said[-_TOLD:].strip() or translated(lang, f"exit code {code}")
        except asyncio.CancelledError:
            job.state = JobState.STOPPED
            raise
        except OSError as error:
            job.state, job.error = JobState.FAILED, translated(lang, str(error))


async def _called(command: list[str]) -> tuple[int, str]:
    """Exit code of a command of this program, and what it printed to standard error."""
    # Our own package is found again wherever it was started from, and no file of the current folder takes its place.
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", "from sim.commands.main import main; main()", *command,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )  # fmt: skip
    try:
        _, said = await process.communicate()
        return process.returncode or 0, said.decode("utf-8", "replace")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(ProcessLookupError, asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), 10)
