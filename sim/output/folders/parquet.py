"""The tables of a run as Parquet files, gathered replication by replication."""

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.clock import HOUR, MINUTE
from sim.core.errors import SimError
from sim.core.safe_text import unfit
from sim.core.tables import NOT_YET, Int64s
from sim.metrics.figures.slas import Why
from sim.metrics.replication import Fate
from sim.metrics.rows import NO_LETTER, HourTable, LetterTable
from sim.scenario.setting import Setting

if TYPE_CHECKING:
    import duckdb

_VERDICTS: Final = {Fate.NOT_APPLICABLE: None, Fate.UNDECIDED: "undecided", Fate.MET: "met", Fate.BREACHED: "breached"}
"""What letters.parquet says of a letter and an SLA."""

_ROWS_A_GROUP: Final = 122_880

ROWS_IN_MEMORY: Final = 4 * _ROWS_A_GROUP
"""Most rows held in memory; more go to parts on disk, so that memory does not grow with replications."""


_NO_MOMENT: Final = np.datetime64("NaT", "s").astype(np.int64)


class Named(NamedTuple):
    """A column of names, such as the category of each letter."""

    names: tuple[str, ...]
    codes: npt.NDArray[np.integer[Any]]  # index into the names; -1 has no value


Columns = Mapping[str, npt.NDArray[Any] | Named]


def letter_columns(setting: Setting, replication: int, table: LetterTable) -> Columns:
    """The columns of letters.parquet for one replication; instants in local time, no value where there is none."""
    scenario = setting.scenario
    columns: dict[str, npt.NDArray[Any] | Named] = {
        "replication": np.full(len(table.letter), replication, dtype=np.int32),
        "letter": table.letter,
        "received": _moments(setting, table.received),
        "counted": table.counted,
        "category": Named(tuple(scenario.categories), table.category),
        "channel": Named(tuple(scenario.channels), table.channel),
        "unit": Named(tuple(setting.places.names), table.unit),
        "left": table.left,
    }
    if table.repeat_of is not None:
        columns["repeat_of"] = np.ma.masked_array(table.repeat_of, table.repeat_of == NO_LETTER)
    columns |= {name: _moments(setting, instants) for name, instants in table.milestones.items()}
    columns["closed"] = _moments(setting, table.closed)
    verdicts = tuple(verdict for verdict in _VERDICTS.values() if verdict is not None)
    verdict_of = np.array([-1 if _VERDICTS[fate] is None else verdicts.index(_VERDICTS[fate]) for fate in Fate])
    for name, elapsed in table.elapsed.items():
        columns[f"{name}.elapsed_min"] = np.ma.masked_array(elapsed / MINUTE, elapsed == NOT_YET)
        columns[f"{name}.verdict"] = Named(verdicts, verdict_of[table.fate[name]])
        lost = table.lost[name]
        columns[f"{name}.lost_step"] = Named(tuple(step.name for step in scenario.workflow), lost.step)
        columns[f"{name}.lost_unit"] = Named(tuple(setting.places.names), lost.unit)
        columns[f"{name}.lost_cause"] = Named(tuple(Why), lost.cause)
        columns[f"{name}.lost_s"] = np.ma.masked_array(lost.seconds, lost.cause < 0)
    return columns


def hour_columns(setting: Setting, replication: int, table: HourTable) -> Columns:
    """The columns of hours.parquet for one replication; `hour` is the local time at which the hour begins."""
    return {
        "replication": np.full(len(table.team), replication, dtype=np.int32),
        "team": Named(tuple(setting.places.teams), table.team),
        "hour": _moments(setting, table.hour * HOUR),
        **{name: getattr(table, name) for name in HourTable._fields if name not in ("team", "hour")},
    }


def row_of(columns: Columns, row: int) -> dict[str, Any]:
    """One row of columns, as the file says it: names in place of codes, None where there is no value."""

    def value(column: npt.NDArray[Any] | Named) -> Any:
        if isinstance(column, Named):
            return column.names[column.codes[row]] if column.codes[row] >= 0 else None
        return None if np.ma.is_masked(column[row]) else column[row].item()

    return {name: value(column) for name, column in columns.items()}


def letter_row(file: Path, replication: int, letter: int) -> dict[str, Any]:
    """What letters.parquet says of a letter, by column; empty if it is not there.

    Raises: SimError if the file cannot be read.
    """
    import duckdb

    try:
        with _reachable(file.parent) as folder, _database().cursor() as cursor:
            source = f"read_parquet({_quoted(str(folder / file.name))})"
            found = cursor.execute(f"FROM {source} WHERE replication = ? AND letter = ?", [replication, letter])
            names = [name for name, *_ in found.description or ()]
            rows = found.fetchall()
    except duckdb.Error as error:
        raise SimError(f"{file} could not be read: {str(error).splitlines()[0]}") from error
    return dict(zip(names, rows[0], strict=True)) if rows else {}


class Rows:
    """Rows of a table that is written as one file, in the order in which they came."""

    def __init__(self, target: Path) -> None:
        """Gather rows for this file; parts are written beside it meanwhile."""
        self.target = target
        self.names: dict[str, tuple[str, ...]] = {}
        self.moments: list[str] = []
        self.gathered: list[dict[str, npt.NDArray[Any]]] = []
        self.gathered_rows = 0
        self.parts: list[Path] = []

    def add(self, columns: Columns) -> None:
        """Add the rows of one replication, or more.

        Raises: SimError if a part cannot be written.
        """
        self.names = {name: column.names for name, column in columns.items() if isinstance(column, Named)}
        self.moments = [name for name, c in columns.items() if not isinstance(c, Named) and c.dtype.kind == "M"]
        self.gathered.append({name: c.codes if isinstance(c, Named) else c for name, c in columns.items()})
        self.gathered_rows += len(next(iter(self.gathered[-1].values())))
        if self.gathered_rows > ROWS_IN_MEMORY:
            part = self.target.with_name(f"{self.target.stem}-{len(self.parts)}.parquet")
            _copy(lambda _: "FROM columns", part, "COMPRESSION uncompressed", self._taken())
            self.parts.append(part)

    def write(self) -> None:
        """Write the file and remove the parts.

        Raises: SimError if it cannot be written.
        """
        columns = self._taken()
        # Enumerations are written as dictionaries, and read as text; of instants a quarter of the bytes would say that
        # they have no microseconds.
        said = {name: _enumerated(names, name) for name, names in self.names.items()}
        said |= {name: f"{_identifier(name)}::TIMESTAMP_MS" for name in self.moments}
        replaced = ", ".join(f"{column} AS {_identifier(name)}" for name, column in said.items())

        def query(folder: Path) -> str:
            sources = [f"FROM read_parquet({_quoted(str(folder / part.name))})" for part in self.parts]
            sources += ["FROM columns"] if columns else []
            return f"SELECT * REPLACE ({replaced}) FROM ({' UNION ALL '.join(sources)})"

        # Version 2 writes times as differences, which makes smaller files in less time; so does it not to look for a
        # dictionary of times.
        how = "COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1000"
        _copy(query, self.target, f"{how}, WRITE_BLOOM_FILTER false", columns)
        for part in self.parts:
            part.unlink()

    def _taken(self) -> dict[str, npt.NDArray[Any]]:
        """The gathered rows in one piece, which are gathered no longer; nothing without rows."""
        taken, self.gathered, self.gathered_rows = self.gathered, [], 0
        return {name: _joined([rows[name] for rows in taken]) for name in (taken[0] if taken else ())}


def _joined(arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    # Of arrays without gaps this one would make masked ones.
    join = np.ma.concatenate if np.ma.isMaskedArray(arrays[0]) else np.concatenate
    joined: npt.NDArray[Any] = join(arrays)
    return joined


def _enumerated(names: Sequence[str], column: str) -> str:
    listed = ", ".join(_quoted(name) for name in names)
    different = ", ".join(_quoted(name) for name in dict.fromkeys(names))  # a branch and a station may share a name
    return f"list_extract([{listed}]::ENUM({different})[], nullif({_identifier(column)}, -1) + 1)"


def _copy(
    query: Callable[[Path], str],
    target: Path,
    how: str,
    columns: Mapping[str, npt.NDArray[Any]],  # noqa: ARG001 - the query finds them by their name
) -> None:
    """Write the rows of a query, given the folder of the target, to a file."""
    import duckdb  # takes a while to load, and is needed last

    try:
        with _reachable(target.parent) as folder, _database().cursor() as cursor:
            file = _quoted(str(folder / target.name))
            cursor.execute(f"COPY ({query(folder)}) TO {file} (FORMAT parquet, {how}, ROW_GROUP_SIZE {_ROWS_A_GROUP})")
    except duckdb.Error as error:
        full = os.strerror(errno.ENOSPC)
        reason = full if full in str(error) else str(error).splitlines()[0]
        raise SimError(f"{target.name} could not be written: {reason}") from error


@contextmanager
def _reachable(folder: Path) -> Iterator[Path]:
    """A folder by a path that the database takes as it is: in UTF-8, and no pattern of many files."""
    if unfit(str(folder)) is None and not set("*?[") & set(str(folder)):
        yield folder
        return
    with TemporaryDirectory() as beside:
        link = Path(beside, "folder")
        link.symlink_to(folder.absolute(), target_is_directory=True)
        yield link


@lru_cache
def _database() -> "duckdb.DuckDBPyConnection":
    """An empty database in memory, from which files are written; one thread keeps rows and row groups in order."""
    import duckdb

    return duckdb.connect(config={"threads": 1})


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _moments(setting: Setting, instants: Int64s) -> npt.NDArray[np.datetime64]:
    start = np.datetime64(setting.scenario.start, "s").astype(np.int64)
    moments: npt.NDArray[np.datetime64] = np.where(instants == NOT_YET, _NO_MOMENT, start + instants).view("M8[s]")
    return moments
