"""Problems of a scenario in a planner's words: what a validation refused, and what checks of the whole find besides."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError
from sim.models.base import FINAL, RULE, SYNTHETIC, Files
from sim.models.scenario import Scenario
from sim.models.wording import Parts, clipped, is_step, numbered_path, parts_of
from sim.scenario.yaml_source import Node

MISSING: Final = "is missing"

RULES: Final = {
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "mapping_type": "must be a mapping",
    "model_type": "must be a mapping",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} character",
    "string_type": "must be text",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entry",
    "tuple_type": "must be a list",
}
"""Rule of each type of error that a scenario can meet."""

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


def validation_problems(error: ValidationError, root: Node) -> list[Problem]:
    """Every problem that a validation found, with the line on which it stands."""
    return [_refusal(each, root) for each in error.errors(include_url=False)]


def with_place(problem: Problem, root: Node) -> Problem:
    """A problem that knows its path, with the line on which it stands."""
    _, node = _reached(root, parts_of(problem.path))
    return Problem(problem.message, problem.path, *_place(node))


def _refusal(error: Any, root: Node) -> Problem:
    kind, location = error["type"], error["loc"]
    parts, node = _reached(root, location)
    if kind == "missing":
        line = node.line if parts else None
        return Problem(MISSING, numbered_path((*parts, location[-1])), line, node.origin)
    return Problem(_message(kind, error), numbered_path(parts), *_place(node))


def _message(kind: str, error: Any) -> str:
    if kind == "value_error":
        # Those who read quantities know Python's way of writing things only.
        return str(error["ctx"]["error"]).replace(f"(got {error['input']!r})", f"(got {_got(error['input'])})")
    if kind == FINAL:
        return str(error["msg"])
    # A bound on what was written as text is one on seconds.
    unit = " s" if isinstance(error["input"], str) else ""
    facts = error.get("ctx", {})
    facts = facts | {key: f"{_whole(facts[key])}{unit}" for key in ("ge", "gt", "le", "lt") if key in facts}
    rule = error["msg"] if kind == RULE else RULES[kind].format(**facts)
    return f"{rule} (got {_got(error['input'])})"


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number


def _got(written: Any) -> str:
    if written is None:
        return "nothing"
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, dict):
        return clipped(f"{{{', '.join(written)}}}") if written else "an empty mapping"
    if isinstance(written, list | tuple):
        return f"a list of {len(written)}" if written else "an empty list"
    return clipped(repr(written))


def _reached(root: Node, location: Iterable[str | int]) -> tuple[Parts, Node]:
    """The innermost value of the file on the way to a location, and its path.

    Parts of the location that the file does not say (the kind of a distribution, `per_category` of a bare value)
    are passed over; the step's name, which locations leave out, is put in.
    """
    parts: Parts = ()
    node = root
    for part in location:
        if str(part).startswith(SYNTHETIC):
            continue
        if is_step(parts) and isinstance(node.value, dict):
            ((name, node),) = node.value.items()
            parts = (*parts, name)
        child = _child(node, part)
        if child is not None:
            parts, node = (*parts, part), child
    return parts, node


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(part))
    if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
        child: Node = node.value[part]
        return child
    return None


def _place(node: Node) -> tuple[int | None, str]:
    """Line and origin to blame: a record that a --set changed is wrong because of that."""
    settings = [child for _, child in node.children() if child.origin.startswith("--set")]
    blamed = settings[0] if settings else node
    return blamed.line, blamed.origin


def in_reading_order(problems: Sequence[Problem]) -> list[Problem]:
    """Problems in the order of the file, one a place: a mistake that breaks two rules is one mistake."""
    first: dict[tuple[str, int | None, str], Problem] = {}
    # What was refused for another reason is not missing besides.
    others = {problem.path for problem in problems if problem.message != MISSING}
    for problem in problems:
        if problem.message != MISSING or problem.path not in others:
            first.setdefault((problem.path, problem.line, problem.origin), problem)
    return sorted(first.values(), key=_reading_order)


def _reading_order(problem: Problem) -> tuple[int, str, int]:
    layer = 2 if problem.origin.startswith("--set") else 1 if problem.origin else 0
    return layer, problem.origin, problem.line or 0


def partial_validation(written: dict[str, Any], problems: Iterable[Problem], files: Files) -> list[Problem]:
    """Problems of the whole that a scenario surely has besides those that are known of its entries.

    Wrong entries keep their names and get contents that are surely right, so that what is said of the others is true.

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
        steps[number] = _sound_step(steps[number])
        return "" not in steps[number]
    elif len(parts) > 1 and isinstance(written.get(section), dict):
        written[section][parts[1]] = _SOUND_ENTRY[section]
    else:
        return False
    return True


def _sound_step(step: Any) -> dict[str, Any]:
    """A step that is right, with the name of one, and if that is a detour with its steps; no name if it has none."""
    if not isinstance(step, dict) or len(step) != 1:
        return {"": {"wait": "1 s"}}
    ((name, body),) = step.items()
    steps = body.get("steps") if isinstance(body, dict) else None
    if not isinstance(steps, list):
        return {name: {"wait": "1 s"}}
    sound = [_sound_step(each) for each in steps]
    return {
        name: {"detour": "50%", "steps": [each for each in sound if "" not in each] or [{f"{name}?": {"wait": "1 s"}}]}
    }


def _is_sure(problem: Problem, wrong: set[tuple[str | int, ...]]) -> bool:
    parts = parts_of(problem.path)
    sections = {each[0] for each in wrong}
    if parts[:2] in wrong or parts[:1] in wrong:
        return False
    if "sla" in sections and problem.message.startswith("no such SLA"):
        return False  # it may be the one that was taken out
    if parts[0] in sections:
        # Sums and numbers of units involve the entries that were mended; names do not.
        return problem.message.startswith(("no such", *_ABOUT_STEPS)) or parts[0] in ("workflow", "sla")
    return True
