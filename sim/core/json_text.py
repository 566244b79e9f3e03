"""JSON: records as plain values, plain values as text, and records from plain values again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from math import isfinite, nan
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")


def to_json(content: Any, *, indent: int | None = 1) -> str:
    """Plain values as text that people can read too, in one line without `indent`.

    Raises: ValueError for a number that is not finite, which JSON cannot hold.
    """
    return json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False)


def jsonable(value: Any, *, digits: int | None = None, omit: Sequence[str] = ()) -> Any:
    """A value as JSON can hold it: records as objects, arrays and tuples as lists, null for what is not finite.

    Args:
        digits: decimals to which numbers of arrays are rounded; all of them if None.
        omit: names of attributes, and keys, that are left out everywhere.
    """
    if is_dataclass(value) and not isinstance(value, type):
        value = {each.name: getattr(value, each.name) for each in fields(value)}
    elif hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {key: jsonable(each, digits=digits, omit=omit) for key, each in value.items() if key not in omit}
    if isinstance(value, range):
        return [value.start, value.stop - 1]
    if isinstance(value, np.ndarray | np.generic):
        listed = value.tolist()
        return listed if digits is None and np.isfinite(value).all() else _rounded(listed, digits)
    if isinstance(value, list | tuple):
        return [jsonable(each, digits=digits, omit=omit) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return _rounded(value, None)


def restored(kind: type[T], value: Any) -> T:
    """The record that `jsonable` made a value of, if nothing was rounded or left out.

    Args:
        kind: its class, whose annotations say what the attributes are. Null is nan where a number must be.
    Raises: TypeError for an annotation of which `jsonable` keeps too little.
    """
    return cast(T, _restored(kind, value))


def _rounded(value: Any, digits: int | None) -> Any:
    if isinstance(value, list):
        return [_rounded(each, digits) for each in value]
    if not isinstance(value, float):
        return value
    if not isfinite(value):
        return None
    return value if digits is None else round(value, digits)


def _restored(kind: Any, value: Any) -> Any:
    family, args = get_origin(kind), get_args(kind)
    if family in (Union, UnionType):
        others = [each for each in args if each is not NoneType]
        return None if value is None else _restored(others[0], value) if len(others) == 1 else value
    if family is Literal:
        return value
    if family is tuple:
        kinds = [args[0]] * len(value) if args[-1] is Ellipsis else args
        return tuple(_restored(*each) for each in zip(kinds, value, strict=True))
    if family is np.ndarray:
        (number,) = get_args(args[1])
        return np.array(value, dtype=number)  # null is nan
    if family is not None and issubclass(family, Mapping):
        return {_restored(args[0], key): _restored(args[1], each) for key, each in value.items()}
    if family is not None and issubclass(family, Sequence):
        return [_restored(args[0], each) for each in value]
    if kind is range:
        return range(value[0], value[1] + 1)
    if kind is float:
        return nan if value is None else value
    if kind in (int, str, bool, Any, object):
        return int(value) if kind is int else value
    if not isinstance(kind, type):
        raise TypeError(f"{kind} cannot be restored")
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        return kind(**{name: _restored(hint, value[name]) for name, hint in _hints(kind).items()})
    if issubclass(kind, date):
        return kind.fromisoformat(value)
    if issubclass(kind, Enum | Path):
        return kind(value)
    raise TypeError(f"{kind} cannot be restored")


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind)] if is_dataclass(kind) else kind._fields  # type: ignore[attr-defined]
    return {name: hints[name] for name in names}
