"""Letters for the feeders of JMeter and Gatling, in CSV: one letter a row, with the time at which it is due."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.core.safe_text import write_csv
from sim.operations.trace_files import TracedLetter

_COLUMNS: Final = ("due_s", "sequence", *TracedLetter._fields)


def write_feeder(letters: Sequence[TracedLetter], path: Path) -> None:
    """Write the letters in order; `due_s` counts seconds from midnight of the first one's day."""
    midnight = letters[0].received.replace(hour=0, minute=0, second=0) if letters else None
    rows = (
        (int((letter.received - midnight).total_seconds()), number, *letter.as_json().values())
        for number, letter in enumerate(letters, start=1)
        if midnight is not None
    )
    write_csv(path, [_COLUMNS, *rows], marked=False)
