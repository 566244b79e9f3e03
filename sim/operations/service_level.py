"""Service levels: how long a real system may take for a call, and how many calls may fail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.core.errors import Problem, ScenarioError, SimError

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
    """Load and service level that a real system must sustain as it takes letters in.

    Attributes:
        load: letters in a second, a minute and an hour that it must take, as they come once in a year; None if nobody
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


def read_demand(path: Path) -> Demand:
    """Read the demand on the operation `receive` from a targets.json; the level is assumed if the file has none.

    Raises: SimError if the file cannot be read or is no targets.json; ScenarioError for figures that cannot be meant.
    """
    try:
        receive = json.loads(path.read_text("utf-8"))["operations"]["receive"]
        peaks = {period: _peak(receive[f"per_{period}"]) for period in PERIODS}
        headroom, level = receive["headroom_s"], receive.get("service_level")
        latency, errors = ({}, 0.0) if level is None else (dict(level["latency_ms"]), level["errors"])
    except OSError as error:
        raise SimError(f"{path} cannot be read as a targets.json: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SimError(f"{path} cannot be read as a targets.json: it is not what `lettersim targets` writes") from None
    figures = {
        **{f"per_{period}.{where}": most for period, (where, most) in peaks.items()},
        **{f"service_level.latency_ms.{name}": most for name, most in latency.items()},
        "service_level.errors": errors,
        **({} if headroom is None else {"headroom_s": headroom}),
    }
    problems = [
        Problem(f"must be a number, 0 or more (got {figure!r})", path=f"operations.receive.{key}")
        for key, figure in figures.items()
        if isinstance(figure, bool) or not isinstance(figure, int | float) or not 0 <= figure < float("inf")
    ]
    at = "operations.receive.service_level"
    if level is not None and (not latency or not latency.keys() <= PERCENTILES.keys()):
        told = ", ".join(map(str, latency)) or "none"
        problems.append(Problem(f"must be some of {', '.join(PERCENTILES)} (got {told})", path=f"{at}.latency_ms"))
    if not problems and errors > 1:
        problems.append(Problem(f"must be a share between 0 and 1 (got {errors:g})", path=f"{at}.errors"))
    if problems:
        raise ScenarioError(str(path), problems)
    asked = ASSUMED if level is None else ServiceLevel(latency, errors, assumed=level.get("assumed") is True)
    return Demand(asked, {period: most for period, (_, most) in peaks.items()}, headroom)
