"""What else is wrong with a scenario that has wrong entries: the checks of the whole, on the entries that are sound.

Wrong entries keep their names and get contents that are surely right, so that what is said of the others is true.
"""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError
from sim.models.base import Files
from sim.models.scenario import Scenario
from sim.models.wording import parts_of

_SOUND: Final[dict[str, Any]] = {
    "start": "2021-05-03",
    "window": "1 d",
    "arrivals": {"per_day": 1},
}
_SOUND_ENTRY: Final[dict[str, Any]] = {
    "channels": {"share": 1},
    "categories": {"share": 1},
    "teams": {},
    "rosters": {"daily": ["00:00-24:00"]},
}
_ABOUT_STEPS: Final = ("no such step", "must name an earlier step")


def second_look(written: dict[str, Any], problems: Iterable[Problem], files: Files) -> list[Problem]:
    """Problems of the whole that a scenario surely has besides those that are known of its entries.

    Args:
        written: the scenario as plain values.
        problems: what is known to be wrong, with paths.
    """
    wrong = {parts_of(problem.path)[:2] for problem in problems}
    if any(not _mend(written, parts) for parts in wrong):
        return []
    try:
        Scenario.model_validate(written, context=files)
    except ScenarioError as error:
        return [problem for problem in error.problems if _is_sure(problem, wrong)]
    except ValidationError:
        pass
    return []


def _mend(written: dict[str, Any], parts: tuple[str | int, ...]) -> bool:
    """Make an entry right; false if then nothing can be said of the rest."""
    section = str(parts[0]) if parts else ""
    if section not in {field.alias or name for name, field in Scenario.model_fields.items()}:
        return False  # the whole file, or a section that is not read because its name is wrong
    if section in _SOUND:
        written[section] = _SOUND[section]
    elif section not in {*_SOUND_ENTRY, "workflow"}:
        entries = written.get(section)
        if len(parts) > 1 and isinstance(entries, dict):
            entries.pop(parts[1], None)
        else:
            written.pop(section, None)
    elif len(parts) > 1 and section == "workflow":
        steps, number = written.get("workflow"), parts[1]
        if not isinstance(steps, list):
            return False
        if not isinstance(number, int) or number >= len(steps):
            return True  # a setting that reached no step
        step = steps[number]
        name = next(iter(step)) if isinstance(step, dict) and len(step) == 1 else ""
        steps[number] = {name: {"wait": "1 s"}}
        return bool(name)
    elif len(parts) > 1 and isinstance(written.get(section), dict):
        written[section][parts[1]] = _SOUND_ENTRY[section]
    else:
        return False
    return True


def _is_sure(problem: Problem, wrong: set[tuple[str | int, ...]]) -> bool:
    parts = parts_of(problem.path)
    sections = {each[0] for each in wrong}
    if parts[:2] in wrong or parts[:1] in wrong:
        return False
    if parts[0] in sections:
        # Sums and numbers of units involve the entries that were mended; names do not.
        return problem.message.startswith(("no such", *_ABOUT_STEPS)) or parts[0] in ("workflow", "sla")
    return True
