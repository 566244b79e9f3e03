"""The program as a process, started at once: one process has imported everything, and forks for each command."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runs import ROOT


class Program:
    """Starts commands, one at a time; each is a process that can be killed.

    Args:
        folder: takes what a command prints.
    """

    def __init__(self, folder: Path) -> None:
        self._log = folder / "printed"
        paths = [str(ROOT), str(ROOT / "tests")]
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        self._pid = 0
        self._code: int | None = None
        assert self._read(None) == "ready"

    def start(self, words: Sequence[str], folder: Path) -> None:
        """Start a command in a folder."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps([list(words), str(folder), str(self._log)]).encode() + b"\n")
        self._code = None
        self._pid = int(self._read(None) or 0)

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the command to end, so many seconds at most, and return its exit code; None if it has not ended."""
        if self._code is None:
            line = self._read(seconds)
            self._code = None if line is None else int(line)
        return self._code

    def limit_files(self, size: int) -> None:
        """Let no file that the command writes from now on become larger, as if the disk were full."""
        import resource

        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (size, size))

    def kill(self) -> None:
        """Kill the command as nothing can refuse."""
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)
        self.wait()

    @property
    def printed(self) -> str:
        """What the last command printed, to either."""
        return self._log.read_text("utf-8", "replace")

    def close(self) -> None:
        """End the process that forks."""
        self._server.communicate()

    def _read(self, seconds: float | None) -> str | None:
        assert self._server.stdout is not None
        if not select.select([self._server.stdout], [], [], seconds)[0]:
            return None
        # Without a buffer, into which a second line would come unseen.
        return self._server.stdout.readline().decode().strip()


def serve() -> None:
    """Fork for each command that is read, and tell its process number, and its exit code when it has ended."""
    import sim.engine.compiled
    import sim.output.results.comparison
    import sim.output.results.load
    import sim.output.results.plan
    import sim.output.results.replay
    import sim.output.results.run  # noqa: F401
    from sim.commands.main import cli

    tell("ready")
    for line in sys.stdin:
        words, folder, log = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _run(cli, words, folder, log)
        tell(pid)
        tell(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def tell(what: object) -> None:
    """Answer with a line."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def _run(command: Any, words: list[str], folder: str, log: str) -> None:
    os.chdir(folder)
    printed = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor, target in ((os.open(os.devnull, os.O_RDONLY), 0), (printed, 1), (printed, 2)):
        os.dup2(descriptor, target)
    code = 99
    try:
        command.main(words, prog_name="lettersim")
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
