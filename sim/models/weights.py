"""Weights of hours, weekdays and months."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from sim.models.base import Weight
from sim.models.wording import one_of

HOUR_PROFILES: dict[str, tuple[float, ...]] = {
    # An assumption, shaped by measured profiles: 19% of letters come between 22 and 08 h.
    "mailbox": (2.0, 1.1, 0.7, 0.5, 0.5, 0.6, 1.2, 2.4, 4.6, 6.8, 7.2, 6.2,
                4.9, 4.7, 5.9, 6.6, 6.5, 5.6, 4.8, 5.0, 5.8, 6.2, 5.6, 4.6),
    # Measured on noise complaints.
    "noise_night": (11.07, 7.05, 2.45, 1.42, 1.51, 0.69, 0.89, 0.98, 0.93, 1.31, 1.38, 1.56,
                    1.49, 1.23, 1.61, 2.17, 2.43, 3.26, 3.99, 5.49, 8.01, 11.56, 14.59, 12.94),
    # Measured on telephone calls.
    "phone": (0, 0, 0, 0, 0, 0, 0, 2.70, 6.35, 7.25, 8.34, 7.57,
              6.28, 8.01, 7.66, 7.56, 7.73, 6.30, 5.56, 4.44, 3.91, 4.12, 3.54, 2.70),
    "flat": (1.0,) * 24,
}  # fmt: skip
"""Named hour-of-day profiles: weight of each hour, 00 to 23."""


def _parse_hours(written: Any) -> Any:
    if isinstance(written, str):
        if written not in HOUR_PROFILES:
            raise ValueError(f"must be 24 weights or the name of a profile, not {one_of(written, HOUR_PROFILES)}")
        return HOUR_PROFILES[written]
    return written


def _weights(count: int) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
    def check(weights: tuple[float, ...]) -> tuple[float, ...]:
        if len(weights) != count:
            raise ValueError(f"must be {count} weights (got {len(weights)})")
        if sum(weights) <= 0:
            raise ValueError("must have at least one weight above 0")
        return weights

    return check


def _written_weights(count: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": count, "maxItems": count}


Hours = Annotated[
    tuple[Weight, ...],
    AfterValidator(_weights(24)),
    BeforeValidator(_parse_hours),
    WithJsonSchema({"anyOf": [{"enum": list(HOUR_PROFILES)}, _written_weights(24)]}),
]
"""Weight of each hour of the day, 00 to 23: 24 numbers, or the name of a profile."""


Weekdays = Annotated[tuple[Weight, ...], AfterValidator(_weights(7)), WithJsonSchema(_written_weights(7))]
"""Weight of each day of the week, Monday first; only their ratios matter."""


Months = Annotated[tuple[Weight, ...], AfterValidator(_weights(12)), WithJsonSchema(_written_weights(12))]
"""Weight of each month of the year, January first; only their ratios matter."""
