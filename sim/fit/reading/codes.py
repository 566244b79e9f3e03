"""Names -> codes, and columns that are there or not."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.core.tables import Int64s
from sim.fit.log import NO_CODE, UNSPECIFIED
from sim.fit.reading.columns import is_empty


def coded(written: Sequence[Any] | None, rows: int) -> tuple[Int64s, tuple[str, ...]]:
    """Code of each field, NO_CODE where it says nothing, and the names in the order of their first row."""
    if written is None:
        return np.full(rows, NO_CODE, dtype=np.int64), ()
    codes: dict[Any, int] = {}
    names: dict[str, int] = {}
    found = np.empty(rows, dtype=np.int64)
    for row, each in enumerate(written):
        code = codes.get(each)
        if code is None:
            text = "" if each is None else _text(each)
            code = codes[each] = NO_CODE if is_empty(text) else names.setdefault(text, len(names))
        found[row] = code
    return found, tuple(names)


def with_unspecified(codes: Int64s, names: tuple[str, ...], otherwise: str) -> tuple[Int64s, tuple[str, ...]]:
    """Codes of which each is one: fields that say nothing become a name of their own.

    Args:
        otherwise: the only name, where no field says anything.
    """
    if not names:
        return np.zeros(len(codes), dtype=np.int64), (otherwise,)
    if (codes != NO_CODE).all():
        return codes, names
    return np.where(codes == NO_CODE, len(names), codes), (*names, UNSPECIFIED)


def renumbered(codes: Int64s, names: tuple[str, ...]) -> tuple[Int64s, tuple[str, ...]]:
    """Codes without the names that no row has any more."""
    used = np.unique(codes[codes != NO_CODE])
    new = np.full(len(names) + 1, NO_CODE)
    new[used] = np.arange(len(used))
    return new[codes], tuple(names[code] for code in used.tolist())


def _text(each: Any) -> str:
    if isinstance(each, float) and each.is_integer():
        return str(int(each))
    return " ".join(str(each).split())
