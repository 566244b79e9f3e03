"""What the scenarios of a comparison do not share."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sim.core.json_text import to_json
from sim.models.labels import TRANSLATED, TRANSLATIONS
from sim.models.scenario import Scenario

_LETTERS_DEPEND_ON: Final = ("seed", "start", "warm_up", "window", "holidays", "arrivals", "channels", "categories")
"""What decides which letters come and count, besides their homes and the end of time."""


def differing_parts(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """The parts that decide which letters come and that are not the same in all scenarios."""
    resolved = [scenario.resolved() for scenario in scenarios]
    parts = [part for part in _LETTERS_DEPEND_ON if any(each.get(part) != resolved[0].get(part) for each in resolved)]
    return tuple(parts)


def differing_settings(scenarios: Sequence[Scenario]) -> dict[str, tuple[str, ...]]:
    """Everything that the scenarios do not share, by dotted path, with one value a scenario; `–` where it has none."""
    flat = [dict(_flat(scenario.resolved())) for scenario in scenarios]
    paths = dict.fromkeys(path for each in flat for path in each)
    told = {*TRANSLATED, *TRANSLATIONS}
    rows = {path: tuple(each.get(path, "–") for each in flat) for path in paths if path.split(".")[0] not in told}
    return {path: values for path, values in rows.items() if len(set(values)) > 1}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{index}]")
    else:
        yield path, value if isinstance(value, str) else to_json(value, indent=None)
