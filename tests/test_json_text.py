import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from math import inf, isnan, nan
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pytest

from sim.core.json_text import jsonable, restored, to_json
from sim.core.tables import Bools, Floats, Int64s


class Tier(StrEnum):
    CITY = "city"


class Way(Enum):
    THERE = 1


class Point(NamedTuple):
    x: float
    y: float | None = None


@dataclass(frozen=True)
class Everything:
    shares: Floats
    counts: Int64s
    late: Bools
    by_name: Mapping[str, Point]
    by_number: Mapping[int, float]
    points: tuple[Point, ...]
    pair: tuple[str, int]
    hours: range
    tier: Tier
    way: Way
    kind: Literal["a", "b"]
    day: date
    path: Path
    lowest: float
    names: list[str]


FULL = Everything(
    shares=np.array([[0.1, nan], [1 / 3, 1e-300]]),
    counts=np.array([1, -1]),
    late=np.array([True, False]),
    by_name={"局长": Point(1.5)},
    by_number={3: 0.25},
    points=(Point(1.0, 2.0),),
    pair=("a", 2),
    hours=range(8, 12),
    tier=Tier.CITY,
    way=Way.THERE,
    kind="b",
    day=date(2021, 5, 10),
    path=Path("a/b"),
    lowest=nan,
    names=["x"],
)


def test_a_record_is_an_object_and_its_arrays_are_lists() -> None:
    assert jsonable(FULL, omit=("path", "points")) == {
        "shares": [[0.1, None], [1 / 3, 1e-300]],
        "counts": [1, -1],
        "late": [True, False],
        "by_name": {"局长": {"x": 1.5, "y": None}},
        "by_number": {3: 0.25},
        "pair": ["a", 2],
        "hours": [8, 11],
        "tier": "city",
        "way": 1,
        "kind": "b",
        "day": "2021-05-10",
        "lowest": None,
        "names": ["x"],
    }


def test_only_what_stands_in_arrays_is_rounded() -> None:
    assert jsonable({"a": np.array([1 / 3, nan]), "b": np.float64(2 / 3), "c": 1 / 3}, digits=2) == {
        "a": [0.33, None],
        "b": 0.67,
        "c": 1 / 3,
    }


def test_text_holds_chinese_and_nothing_that_is_not_json() -> None:
    assert to_json({"a": "局长"}) == '{\n "a": "局长"\n}'
    assert to_json([1, 2.5, None], indent=None) == "[1, 2.5, null]"
    for number in (nan, inf):
        assert jsonable(number) is None
        with pytest.raises(ValueError, match="not JSON compliant"):
            to_json(number)


def test_a_record_is_restored_from_its_text() -> None:
    again = restored(Everything, json.loads(to_json(jsonable(FULL))))
    assert isnan(again.lowest)
    for name in ("shares", "counts", "late"):
        before, after = getattr(FULL, name), getattr(again, name)
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)
    for name in Everything.__dataclass_fields__:
        assert type(getattr(again, name)) is type(getattr(FULL, name))
        if name not in ("shares", "counts", "late", "lowest"):
            assert getattr(again, name) == getattr(FULL, name)


@pytest.mark.parametrize("kind", [complex, dict[str, complex], tuple[complex, ...]])
def test_what_cannot_be_restored_is_refused(kind: type) -> None:
    value: object = {"a": 1} if kind == dict[str, complex] else [1]
    with pytest.raises(TypeError, match="complex'> cannot be restored"):
        restored(kind, value)
