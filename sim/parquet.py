"""The tables of a run as Parquet files: a part a replication while it runs, then one file with all of them."""

import errno
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt

from sim.clock import HOUR, MINUTE
from sim.errors import SimError
from sim.rows import HourTable, LetterTable
from sim.setting import Setting
from sim.slaclock import Fate
from sim.tables import NOT_YET, Int64s

Columns = Mapping[str, npt.NDArray[Any]]

VERDICTS: Final = {Fate.NOT_PROMISED: None, Fate.UNDECIDED: "undecided", Fate.MET: "met", Fate.BREACHED: "breached"}
"""What letters.parquet says of a letter and an SLA."""

ROWS_A_GROUP: Final = 122_880


def letter_columns(setting: Setting, replication: int, table: LetterTable) -> Columns:
    """The columns of letters.parquet for one replication; instants in local time, no value where there is none."""
    scenario = setting.scenario
    columns: dict[str, npt.NDArray[Any]] = {
        "replication": np.full(len(table.letter), replication, dtype=np.int32),
        "letter": table.letter,
        "received": _moments(setting, table.received),
        "counted": table.counted,
        "category": _names(scenario.categories, table.category),
        "channel": _names(scenario.channels, table.channel),
        "unit": _names(setting.places.names, table.unit),
        "left": table.left,
    }
    columns |= {name: _moments(setting, instants) for name, instants in table.milestones.items()}
    columns["closed"] = _moments(setting, table.closed)
    verdicts = [VERDICTS[fate] for fate in Fate]
    for name, elapsed in table.elapsed.items():
        columns[f"{name}.elapsed_min"] = np.ma.masked_array(elapsed / MINUTE, elapsed == NOT_YET)
        fate = table.fate[name]
        columns[f"{name}.verdict"] = np.ma.masked_array(
            np.array([verdict or "" for verdict in verdicts])[fate], fate == Fate.NOT_PROMISED
        )
    return columns


def hour_columns(setting: Setting, replication: int, table: HourTable) -> Columns:
    """The columns of hours.parquet for one replication; `hour` is the local time at which the hour begins."""
    return {
        "replication": np.full(len(table.team), replication, dtype=np.int32),
        "team": _names(setting.places.teams, table.team),
        "hour": _moments(setting, table.hour * HOUR),
        **{name: getattr(table, name) for name in HourTable._fields if name not in ("team", "hour")},
    }


def write_part(folder: Path, name: str, replication: int, columns: Columns) -> None:
    """Write one replication's rows to a file of its own in a folder of parts.

    Raises: SimError if the file cannot be written.
    """
    _copy("FROM columns", _part(folder, name, replication), "COMPRESSION uncompressed", columns)


def merge_parts(folder: Path, name: str, replications: Sequence[int], target: Path) -> None:
    """Put the parts together, in the order of the replications, and remove them; same parts, same bytes.

    Raises: SimError if the file cannot be written.
    """
    parts = [_part(folder, name, replication) for replication in replications]
    listed = ", ".join(_quoted(part) for part in parts)
    # Version 2 writes times as differences, which makes smaller files in less time.
    _copy(f"FROM read_parquet([{listed}])", target, "COMPRESSION zstd, PARQUET_VERSION V2")
    for part in parts:
        part.unlink()


def _copy(query: str, target: Path, how: str, columns: Columns | None = None) -> None:  # noqa: ARG001
    # The query finds `columns` by its name here.
    try:
        with _database().cursor() as cursor:
            cursor.execute(
                f"COPY ({query}) TO {_quoted(target)} (FORMAT parquet, {how}, ROW_GROUP_SIZE {ROWS_A_GROUP})"
            )
    except duckdb.Error as error:
        full = os.strerror(errno.ENOSPC)
        reason = full if full in str(error) else str(error).splitlines()[0]
        raise SimError(f"{target.name} could not be written: {reason}") from error


@lru_cache
def _database() -> duckdb.DuckDBPyConnection:
    """An empty database in memory, from which files are written; one thread keeps rows and row groups in order."""
    return duckdb.connect(config={"threads": 1})


def _part(folder: Path, name: str, replication: int) -> Path:
    return folder / f"{name}-{replication}.parquet"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _moments(setting: Setting, instants: Int64s) -> npt.NDArray[np.datetime64]:
    start = np.datetime64(setting.scenario.start, "s")
    moments: npt.NDArray[np.datetime64] = start + instants.astype("timedelta64[s]")
    moments[instants == NOT_YET] = np.datetime64("NaT", "s")
    return moments


def _names(names: Mapping[str, object] | Sequence[str], codes: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.str_]:
    named: npt.NDArray[np.str_] = np.array(list(names))[codes]
    return named
