"""All charts of a finding, drawn on all cores by a process that gets ready while something else is computed."""

import atexit
import os
import pickle
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO, Final, NamedTuple

from sim.core.errors import SimError
from sim.output.charts.picture import Groups

_ONE_AT_A_TIME: Final = Lock()


class Album(NamedTuple):
    """What is to be drawn.

    Attributes:
        charts: name of a list of charts in `sim.output.charts.registry`.
        subject: what they are about; must survive being pickled.
        folder: exists, and takes the files.
        langs: languages of the pictures.
        png: language of the charts as PNG; they are SVG in all.
    """

    charts: str
    subject: object
    folder: Path
    langs: tuple[str, ...]
    png: str


def get_ready() -> None:
    """Start the process that draws, so that it has imported what it needs when there is something to draw."""
    _draughtsman()


def draw_album(album: Album) -> dict[str, Groups]:
    """Draw charts, write them to files, and return them for a page, by language.

    Raises: SimError if the process that draws dies; whatever drawing raises, such as OSError for a full disk.
    """
    with _ONE_AT_A_TIME:
        process = _draughtsman()
        asked, answered = _pipes(process)
        try:
            # This process may have gone to another folder since that one was started.
            pickle.dump(album._replace(folder=album.folder.absolute()), asked)
            asked.flush()
            drawn, error = pickle.load(answered)
        except (EOFError, OSError, pickle.UnpicklingError):
            _dismiss(process)
            _draughtsman.cache_clear()
            raise SimError(
                "the charts could not be drawn: the process that draws them died, perhaps for want of memory; "
                "--no-report leaves them out"
            ) from None
    if error is not None:
        raise error
    pictures: dict[str, Groups] = drawn
    return pictures


@cache
def _draughtsman() -> subprocess.Popen[bytes]:
    # A process of its own, since matplotlib holds Python's lock; not one of `multiprocessing`, which would import the
    # script that we were called from. Ctrl-C is not for it.
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.output.charts.render"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,  # where there are none (Windows) a new group does the same
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    atexit.register(_dismiss, process)
    return process


def _dismiss(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    # Closes its pipes, into which something may have been on its way, and waits for it.
    with suppress(BrokenPipeError), process:
        pass


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin, "started with a pipe"
    assert process.stdout, "started with a pipe"
    return process.stdin, process.stdout
