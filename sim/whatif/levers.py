"""What can be changed live: headcounts, letters a day, absence, and each figure that is marked as an assumption."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import floor, log10
from typing import Final

from sim.models.arrivals import Decay
from sim.models.wording import dotted, named_path
from sim.scenario.loading import Loaded
from sim.scenario.provenance import marked_values

_QUANTITY: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(%|[a-z ]*)")
"""A number with its unit, as `8 min`, `15%` or `0.8`."""

_MOST_ABSENCE: Final = 60.0
_TIMES: Final = 3.0
"""A slider goes up to so many times the figure."""

_STEPS: Final = 60
_FINE_STEPS: Final = 180
"""Places of a slider, about; of letters the second."""


class LeverGroup(StrEnum):
    """Where a lever stands."""

    LETTERS = "letters"
    STAFF = "staff"
    ABSENCE = "absence"
    ASSUMPTIONS = "assumptions"


@dataclass(frozen=True)
class Slider:
    """What a slider chooses from.

    Attributes:
        unit: follows the number, with the space between them.
    """

    at: float
    least: float
    most: float
    step: float
    unit: str


@dataclass(frozen=True)
class Lever:
    """A value of the scenario that can be changed.

    Attributes:
        key: its path, as `--set` takes it.
        written: its value as the scenario writes it.
        slider: None where it is no number.
        note: what the scenario's comment says of it.
    """

    key: str
    group: LeverGroup
    written: str
    slider: Slider | None
    note: str = ""


def levers_of(loaded: Loaded) -> tuple[Lever, ...]:
    """Everything that can be changed live, each key once; letters first, then people, absence and assumptions."""
    levers: dict[str, Lever] = {}
    for lever in (*_letters(loaded), *_staff(loaded), *_absence(loaded), *_assumptions(loaded)):
        levers.setdefault(lever.key, lever)
    return tuple(levers.values())


def _letters(loaded: Loaded) -> Iterator[Lever]:
    level = loaded.scenario.arrivals.per_day
    if isinstance(level, Decay):
        for name in ("start", "floor"):
            yield _number(dotted("arrivals", "per_day", name), LeverGroup.LETTERS, getattr(level, name))
    elif level is not None:
        yield _number("arrivals.per_day", LeverGroup.LETTERS, level)


def _staff(loaded: Loaded) -> Iterator[Lever]:
    for name, team in loaded.scenario.teams.items():
        for roster, people in team.staff.items():
            slider = Slider(people, 0, max(2 * people, people + 10), 1, "")
            yield Lever(dotted("teams", name, "staff", roster), LeverGroup.STAFF, str(people), slider)


def _absence(loaded: Loaded) -> Iterator[Lever]:
    for name, team in loaded.scenario.teams.items():
        share = round(100 * team.absence, 6)
        slider = Slider(share, 0, max(_MOST_ABSENCE, share), 1, "%")
        yield Lever(dotted("teams", name, "absence"), LeverGroup.ABSENCE, f"{share:g}%", slider)


def _assumptions(loaded: Loaded) -> Iterator[Lever]:
    for value in marked_values(loaded.figures, "A"):
        number = int(value.written) if value.is_whole else 0
        slider = Slider(number, 0, 3 * number + 3, 1, "") if value.is_whole else _slider(value.written)
        yield Lever(named_path(value.parts), LeverGroup.ASSUMPTIONS, value.written, slider, value.figure.note)


def _number(key: str, group: LeverGroup, value: float) -> Lever:
    written = f"{value:.10g}"
    return Lever(key, group, written, _slider(written, _FINE_STEPS))


def _slider(written: str, steps: int = _STEPS) -> Slider | None:
    quantity = _QUANTITY.fullmatch(written)
    if quantity is None:
        return None
    number, unit = float(quantity[1]), quantity[2].strip()
    if number == 0:
        return Slider(0, 0, 100 if unit == "%" else 10, 1, unit if unit in ("", "%") else f" {unit}")
    step = _round_step(_TIMES * number / steps)
    most = round(min(_TIMES * number, 100.0) if unit == "%" and number <= 100 else _TIMES * number, 9)
    # Zero minutes or letters are seldom meant, and often not allowed.
    least = 0.0 if unit == "%" else step
    # A multiple of the step, so that the figure itself is one of the places.
    return Slider(number, least, most, _fitting(number, step), unit if unit in ("", "%") else f" {unit}")


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at most the number that is asked for or a little above."""
    power = 10.0 ** floor(log10(rough))
    return float(next(step for step in (1, 2, 5, 10) if step * power >= rough * 0.999) * power)


def _fitting(number: float, step: float) -> float:
    """A step, or a tenth or a hundredth of it, of which the number is a multiple."""
    return next((each for each in (step, step / 2, step / 10, step / 100) if _is_multiple(number, each)), step / 100)


def _is_multiple(number: float, step: float) -> bool:
    return abs(number / step - round(number / step)) < 1e-9
