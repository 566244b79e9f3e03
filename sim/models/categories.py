"""Categories and channels of letters."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from sim.core.errors import Problem
from sim.models.base import Factor, Label, Record, Share
from sim.models.weights import Hours, Weekdays
from sim.models.wording import named_rows

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


_MOST_NAMES: Final = 200
"""Categories or channels that are taken from a trace; a column with more is none of categories."""


_LABEL: Final = TypeAdapter[str](Label)


class Channel(Record):
    """A way in for letters; what is not said here is as in the letter's category, or else in `arrivals`."""

    share: Share | None = None
    """Share of all letters; as in the trace if not said."""
    registered: str | None = None
    """A roster in whose hours letters are registered (they are received then); at once if not said."""
    by_hour: Hours | None = None
    """Hours at which its letters are sent."""
    by_weekday: Weekdays | None = None
    """Weight of each day of the week, Monday first."""
    on_holidays: Factor | None = None
    """Factor on public holidays."""

    @property
    def has_times(self) -> bool:
        """Whether its letters come at other times than those of other channels."""
        return (self.by_hour, self.by_weekday, self.on_holidays) != (None, None, None)


class Category(Record):
    """A kind of letter; what is not said here is as in `arrivals`."""

    share: Share | None = None
    """Share of all letters; as in the trace if not said."""
    by_hour: Hours | None = None
    """Hours at which its letters come."""
    by_weekday: Weekdays | None = None
    """Weight of each day of the week, Monday first."""
    on_holidays: Factor | None = None
    """Factor on public holidays."""


def sections_of_trace(scenario: "Scenario") -> tuple[dict[str, Any], list[Problem]]:
    """Categories and channels with what a trace says of them, and what is wrong with its names.

    A section that is not typed has the names of the trace's column. Shares are those of its rows, where they are left
    out or where each row has a name, so that none is drawn.
    """
    trace = scenario.arrivals.trace
    sections: dict[str, Any] = {}
    problems: list[Problem] = []
    if trace is None:
        return sections, problems
    for section, column, record in (("categories", "category", Category), ("channels", "channel", Channel)):
        names: tuple[str, ...] = getattr(trace.letters, column)
        rows = Counter(names)
        unnamed = rows.pop("", 0)
        if not rows:
            continue
        typed: Mapping[str, Any] = getattr(scenario, section)
        if section not in scenario.model_fields_set:
            bad = _unfit(rows, [int(line) for line in trace.letters.line], names, column)
            problems += [Problem(f"{trace.file}: {each}", "arrivals.trace") for each in bad]
            typed = {name: record() for name, _ in rows.most_common()}
        letters = sum(rows[name] for name in typed)
        if letters and (not unnamed or all(each.share is None for each in typed.values())):
            typed = {name: each.model_copy(update={"share": rows[name] / letters}) for name, each in typed.items()}
        sections[section] = typed
    return sections, problems


def _unfit(rows: Mapping[str, int], lines: list[int], names: tuple[str, ...], column: str) -> list[str]:
    """Why the names of a column cannot be taken over."""
    if len(rows) > _MOST_NAMES:
        return [f"its column of each {column} has {len(rows)} different ones; is it another column that is meant?"]
    unfit = {name: reason for name in rows if (reason := _refusal(name))}
    bad = [(line, name) for line, name in zip(lines, names, strict=True) if name in unfit]
    return [named_rows(bad, f"with a {column} that cannot be a name ({next(iter(unfit.values()))})")] if bad else []


def _refusal(name: str) -> str:
    try:
        _LABEL.validate_python(name)
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["error"]).partition(" (got ")[0]
    return ""
