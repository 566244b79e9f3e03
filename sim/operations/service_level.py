"""Service levels: how long a real system may take for a call, and how many calls may fail."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from sim.core.errors import Problem, ScenarioError
from sim.models.operation_names import READS, RECEIVE

PERIODS: Final = {"second": 1, "minute": 60, "hour": 3_600}
"""Lengths of the periods in which operations and letters are counted."""

PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p999": 99.9}
"""Percentiles that a level may name."""


@dataclass(frozen=True)
class ServiceLevel:
    """Service level: largest latency by percentile, and largest share of errors.

    Attributes:
        latency_ms: by percentile (`p50` to `p999`), the most milliseconds until that share has been answered.
        errors: largest share of calls that may not be accepted.
        assumed: whether nobody asked for it.
    """

    latency_ms: Mapping[str, float]
    errors: float
    assumed: bool = False

    @property
    def longest(self) -> tuple[float, float]:
        """The share of calls, and the seconds, of the percentile that may take longest."""
        name = max(self.latency_ms, key=lambda each: self.latency_ms[each])
        return PERCENTILES[name] / 100, self.latency_ms[name] / 1_000


ASSUMED: Final = ServiceLevel({"p99": 1_000.0}, 0.01, assumed=True)
"""The level where nobody asks for one: for about a second people wait without losing their thread (Nielsen, Usability
Engineering, 1993), and of a hundred writers one, at most, has to write again."""


@dataclass(frozen=True)
class Demand:
    """Load and service level of one operation that a real system must sustain.

    Attributes:
        load: calls in a second, a minute and an hour that it must take, as they come once in a year; None if nobody
            said.
        headroom_s: how long a call may take before an SLA of the staff is at risk; None if nobody said.
    """

    level: ServiceLevel = ASSUMED
    load: Mapping[str, float] | None = None
    headroom_s: float | None = None

    def asking(self, latency_ms: Mapping[str, float], errors: float | None) -> "Demand":
        """The same with another level, where one is asked for.

        Args:
            latency_ms: all percentiles of the level; empty to leave them as they are.
            errors: None to leave it as it is.
        """
        level = ServiceLevel(
            latency_ms or self.level.latency_ms,
            self.level.errors if errors is None else errors,
            assumed=self.level.assumed and not latency_ms,
        )
        return Demand(level, self.load, self.headroom_s)


def _peak(rate: Mapping[str, Any]) -> tuple[str, Any]:
    """The level of the rarest recurrence that there is, or else the most in the simulation; where it stands, and it."""
    known = {name: level for name, level in rate.get("levels", {}).items() if level is not None}
    if not known:
        return "max", rate["max"]
    name = list(known)[-1]
    return f"levels.{name}.level", known[name]["level"]


def reads_of(operations: Iterable[str]) -> dict[str, str]:
    """Those of some operations that are reads, with their kinds."""
    return {name: kind for name in operations for kind in READS if name == f"read.{kind}"}


def read_demands(path: Path, operations: Sequence[str]) -> dict[str, Demand]:
    """Read the demands on operations and reads (`read.lists`) from a targets.json, which must know `receive`.

    The level is assumed where the file has none; what it does not know is left out.

    Raises: ScenarioError if the file cannot be read or is no targets.json, or for figures that cannot be meant.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        known = {name: _Told.of_operation(each) for name, each in told["operations"].items() if name in operations}
        known[RECEIVE] = _Told.of_operation(told["operations"][RECEIVE])
        reads = told.get("system", {}).get("reads", {})
        known |= {name: _Told.of_read(reads[kind]) for name, kind in reads_of(operations).items() if kind in reads}
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read as a targets.json: {error.strerror}")]) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        wrong = "cannot be read as a targets.json: it is not what `lettersim targets` writes"
        raise ScenarioError(str(path), [Problem(wrong)]) from None
    problems = []
    for name, each in known.items():
        place = f"system.reads.{name.removeprefix('read.')}" if name in reads_of(operations) else f"operations.{name}"
        problems += [Problem(message, path=f"{place}.{key}") for key, message in each.problems()]
    if problems:
        raise ScenarioError(str(path), problems)
    return {name: each.demand() for name, each in known.items()}


def read_rates(path: Path, which: Literal["mean", "peak"]) -> dict[str, float]:
    """Reads a second of a targets.json, by kind: on average, or in the busiest hour; nothing if it has none.

    Raises: as `read_demands`.
    """
    read_demands(path, [f"read.{kind}" for kind in READS])  # which tells what is wrong with it
    reads = json.loads(path.read_text("utf-8")).get("system", {}).get("reads", {})
    told = {
        kind: each["peak_per_second"] if which == "peak" else each["per_second"]["mean"] for kind, each in reads.items()
    }
    return {kind: float(told[kind]) for kind in READS if told.get(kind)}


class _Told(NamedTuple):
    """What a targets.json says of one operation, unchecked."""

    peaks: Mapping[str, tuple[str, Any]]  # by period, where it stands and what it is
    headroom: Any
    level: Any

    @staticmethod
    def of_operation(operation: Mapping[str, Any]) -> "_Told":
        peaks = {}
        for period in PERIODS:
            where, most = _peak(operation[f"per_{period}"])
            peaks[period] = (f"per_{period}.{where}", most)
        return _Told(peaks, operation["headroom_s"], _level(operation.get("service_level")))

    @staticmethod
    def of_read(read: Mapping[str, Any]) -> "_Told":
        peaks = {"second": ("peak_per_second", read["peak_per_second"])}
        return _Told(peaks, None, _level(read.get("service_level")))

    def problems(self) -> Iterator[tuple[str, str]]:
        """Where something is wrong, and what."""
        latency, errors = (self.level["latency_ms"], self.level["errors"]) if self.level else ({}, 0.0)
        figures = {
            **dict(self.peaks.values()),
            **{f"service_level.latency_ms.{name}": most for name, most in latency.items()},
            "service_level.errors": errors,
            **({} if self.headroom is None else {"headroom_s": self.headroom}),
        }
        sound = True
        for key, figure in figures.items():
            if isinstance(figure, bool) or not isinstance(figure, int | float) or not 0 <= figure < float("inf"):
                sound = False
                yield key, f"must be a number, 0 or more (got {figure!r})"
        if self.level and (not latency or not latency.keys() <= PERCENTILES.keys()):
            sound = False
            told = ", ".join(map(str, latency)) or "none"
            yield "service_level.latency_ms", f"must be some of {', '.join(PERCENTILES)} (got {told})"
        if sound and errors > 1:
            yield "service_level.errors", f"must be a share between 0 and 1 (got {errors:g})"

    def demand(self) -> Demand:
        """The same, checked."""
        level = ASSUMED
        if self.level:
            assumed = self.level["assumed"] is True
            level = ServiceLevel(self.level["latency_ms"], self.level["errors"], assumed=assumed)
        return Demand(level, {period: most for period, (_, most) in self.peaks.items()}, self.headroom)


def _level(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {"latency_ms": dict(told["latency_ms"]), "errors": told["errors"], "assumed": told.get("assumed")}
