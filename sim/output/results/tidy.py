"""One tidy table in each of the formats that people and programs read."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.safe_text import write_csv
from sim.output.folders.parquet import Named, Rows
from sim.output.results.workbook import write_workbook


def write_tidy(
    folder: Path, name: str, rows: Sequence[Mapping[str, Any]], *, texts: Collection[str], whole: Collection[str]
) -> None:
    """Write the same rows as NAME.csv, NAME.xlsx and, if there are any, NAME.parquet.

    Args:
        rows: with the same columns each; None where there is no value.
        texts, whole: columns of text, and of whole numbers that are always there; others are numbers.
    """
    table = [list(rows[0]) if rows else [], *(list(row.values()) for row in rows)]
    write_csv(folder / f"{name}.csv", table)
    write_workbook(folder / f"{name}.xlsx", {name: table})
    if rows:
        parquet = Rows(folder / f"{name}.parquet")
        parquet.add(
            {column: _column([row[column] for row in rows], column in texts, column in whole) for column in rows[0]}
        )
        parquet.write()


def _column(values: Sequence[Any], is_text: bool, is_whole: bool) -> Any:
    if is_text:
        names = tuple(dict.fromkeys(each for each in values if each is not None)) or ("",)
        places = {each: place for place, each in enumerate(names)}
        return Named(names, np.array([-1 if each is None else places[each] for each in values], np.int32))
    if is_whole:
        return np.array(values, np.int32)
    empty = [each is None for each in values]
    return np.ma.masked_array(np.array([each or 0.0 for each in values], np.float64), empty)
