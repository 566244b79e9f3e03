"""A scenario that an office has, with its figures replaced where its log knows better."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sim.core.clock import Clock
from sim.fit.finding import Finding, Fitted, Marked
from sim.fit.scenario_text import without_comments
from sim.models.distributions import clock_within
from sim.models.wording import parts_of
from sim.scenario.loading import Loaded

_OF_STEPS: Final = ("effort", "effort_again", "wait", "after", "chance", "leave")
"""Keys of steps that a log measures; who does a step, and by which rules, stays as it is."""

_PERIOD: Final = ("start", "window", "arrivals")
"""What is the log's as a whole: dates of a trend or a surge mean nothing on another start."""


@dataclass(frozen=True)
class Replaced:
    """A figure of the base that the log knows better.

    Attributes:
        key: for example `workflow.sign.effort`.
        old, new: as they are written, short.
        n: letters, visits or days that say it; 0 where no single number does.
    """

    key: str
    old: str
    new: str
    n: int


def on_base(fitted: Fitted, base: Loaded, *, known_staffing: bool) -> tuple[Fitted, tuple[Replaced, ...]]:
    """The base with the figures of a fit, and what was replaced.

    Steps are matched by their names, or by the activities or milestones that they stand for; a milestone of letters
    also by the SLA of its name. Categories and channels are replaced where the base has all that the log has.

    Args:
        known_staffing: whether the fit knows the real shifts; else headcounts stay as they are.
    """
    document: dict[str, Any] = base.scenario.resolved()
    ours = fitted.document
    replaced: list[Replaced] = []
    found = {each.key: each for each in fitted.findings}

    def put(into: dict[str, Any], key: str, value: Any, path: str) -> None:
        old, new = _short(into.get(key)), _short(value)
        if old != new:
            replaced.append(Replaced(path, old, new, _n(path, found)))
        into[key] = value

    for key in _PERIOD:
        known = ours[key]
        put(document, key, known if key == "arrivals" else Marked(known, "D: the period of the log"), key)
    if "holidays" in ours and "holidays" not in document:
        put(document, "holidays", ours["holidays"], "holidays")
    for key in ("categories", "channels"):
        names = set(ours.get(key, {}))
        if names and names <= set(document[key]):
            for name, body in document[key].items():
                share = ours[key][name]["share"] if name in names else "0%"
                put(body, "share", share, f"{key}.{name}.share")
                if "by_hour" in ours[key].get(name, {}):
                    put(body, "by_hour", ours[key][name]["by_hour"], f"{key}.{name}.by_hour")
    activities = _steps_of_base(fitted, base)
    own = {name: body for step in ours["workflow"] for name, body in step.items()}
    by_activity = {activity: name for name, activity in fitted.activities.items()}
    for name, body in _steps(document):
        activity = activities.get(name)
        theirs = own.get(by_activity.get(activity or "", name), {})
        for key in _OF_STEPS:
            if key in theirs and key in body and _comparable(theirs[key], body[key], document):
                put(body, key, theirs[key], f"workflow.{name}.{key}")
    if known_staffing:
        for name, team in ours["teams"].items():
            if name in document["teams"] and "staff" in team:
                put(document["teams"][name], "staff", team["staff"], f"teams.{name}.staff")
                staff = without_comments(team["staff"])
                rosters = {each: body for each, body in ours.get("rosters", {}).items() if each in staff}
                document["rosters"] = {**document.get("rosters", {}), **rosters}
    _mark(document, base)
    return replace(fitted, document=document, activities=activities), tuple(replaced)


def _steps_of_base(fitted: Fitted, base: Loaded) -> dict[str, str]:
    """The activity or milestone that each step of the base stands for."""
    activities = set(fitted.activities.values())
    names = {name for name, _ in _steps(base.scenario.resolved())}
    same = {name: fitted.activities.get(name, name) for name in names}
    found = {name: activity for name, activity in same.items() if activity in activities}
    for milestone in activities - set(found.values()):
        sla = base.scenario.sla.get(milestone)
        step = "" if sla is None else sla.until.rpartition(".")[0]
        if step in names and step not in found:
            found[step] = milestone
    return found


def _mark(document: dict[str, Any], base: Loaded) -> None:
    """Put the marks of the base behind those of its figures that were not replaced."""
    for figure in base.figures:
        *before, last = parts_of(figure.path) or ("",)
        at: Any = document
        for part in before:
            at = _inside(at, part)
        if isinstance(at, dict) and last in at and not _has_marks(at[last]):
            at[last] = Marked(at[last], f"{figure.mark}: {figure.note}".removesuffix(": "))


def _has_marks(value: Any) -> bool:
    if isinstance(value, Marked):
        return True
    if isinstance(value, Mapping):
        return any(map(_has_marks, value.values()))
    return isinstance(value, list) and any(map(_has_marks, value))


def _inside(at: Any, part: str | int) -> Any:
    if isinstance(at, Marked):
        return None
    if isinstance(at, dict):
        return at.get(part)
    if isinstance(at, list):
        if isinstance(part, int):
            return at[part] if part < len(at) else None
        return next((step[part] for step in at if isinstance(step, dict) and part in step), None)
    return None


def _steps(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for step in document["workflow"]:
        for name, body in step.items():
            yield name, body
            for inside in body.get("steps", ()):
                yield from inside.items()


def _comparable(value: Any, old: Any, document: Mapping[str, Any]) -> bool:
    """Whether a value is one of calendar time as the old one is, and names no category that the document lacks."""
    if clock_within(without_comments(old)) is not Clock.CALENDAR:
        return False
    bare = without_comments(value)
    if not isinstance(bare, Mapping) or "per_category" not in bare:
        return True
    return set(bare["per_category"]) - {"default"} <= set(document["categories"])


def _n(path: str, found: Mapping[str, Finding]) -> int:
    exact = found.get(path)
    if exact is not None:
        return exact.n
    return max((each.n for key, each in found.items() if key.startswith(f"{path}.")), default=0)


def _short(value: Any) -> str:
    """A value as it is written, in one line."""
    bare = without_comments(value)
    if isinstance(bare, Mapping):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in bare.items()) + "}"
    if isinstance(bare, list | tuple):
        return "[" + ", ".join(map(_short, bare)) + "]"
    return "–" if bare is None else f"{bare:.4g}" if isinstance(bare, float) else str(bare)
