"""Consistency checks of the steps of a workflow: names that must exist, values for every letter, loops that end."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sim.core.errors import Problem
from sim.models.base import ForSome, PerCategory
from sim.models.wording import dotted, one_of
from sim.models.workflow import DetourStep, Layout, LeaveStep, LoopStep, WorkStep

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

_SHARE_TOLERANCE: Final = 1e-6


def known(name: str | None, names: Iterable[str], what: str, path: str) -> Iterator[Problem]:
    """A name that is said must be one of those that there are."""
    if name is not None and name not in (names := list(names)):
        yield Problem(f"no such {what} {one_of(name, names)}", path)


def sums_to_one(shares: Mapping[str, float], path: str) -> Iterator[Problem]:
    """Shares must be those of a whole."""
    total = sum(shares.values())
    if abs(total - 1) > _SHARE_TOLERANCE:
        yield Problem(f"shares must sum to 100% (got {100 * total:.6g}%)", path)


def workflow_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the steps of a scenario."""
    layout, seen = Layout.of(scenario.workflow), set[str]()
    for number, (step, path) in enumerate(zip(scenario.workflow, paths_of(layout), strict=True)):
        if step.name in seen:
            yield Problem(f"there is a step '{step.name}' already", path)
        yield from for_some(scenario, step, path)
        for key in ("only_after", "unless"):
            for name in getattr(step, key):
                yield from known(name, _earlier(scenario, layout, number), "earlier step", f"{path}.{key}")
        for key, value in step:
            if isinstance(value, PerCategory):
                yield from differing(scenario, step, value, f"{path}.{key}")
        if isinstance(step, WorkStep):
            yield from _work(scenario, step, path)
        if isinstance(step, LoopStep):
            yield from _loop(step, _earlier(scenario, layout, number, together=True), path)
        if not isinstance(step, LeaveStep | LoopStep):
            seen.add(step.name)


def paths_of(layout: Layout) -> list[str]:
    """Where the steps of a workflow are written."""
    paths: list[str] = []
    written = 0
    for number, detour in enumerate(layout.detour):
        paths.append(f"workflow[{written}]" if detour is None else f"{paths[detour]}.steps[{number - detour - 1}]")
        written += detour is None
    return paths


def _earlier(scenario: "Scenario", layout: Layout, number: int, *, together: bool = False) -> list[str]:
    """Steps that a letter may have taken before it comes to one.

    Args:
        together: only those of the same detour, or outside of all detours as that one.
    """
    mine, names = layout.detour[number], []
    for step, detour in zip(scenario.workflow[:number], layout.detour, strict=False):
        apart = detour != mine and (together or ends_letters(scenario, detour))
        if not isinstance(step, LeaveStep | LoopStep) and not apart:
            names.append(step.name)
    return names


def ends_letters(scenario: "Scenario", detour: int | None) -> bool:
    """Whether letters end with a detour."""
    step = None if detour is None else scenario.workflow[detour]
    return isinstance(step, DetourStep) and step.then == "end"


def for_some(scenario: "Scenario", some: ForSome, path: str) -> Iterator[Problem]:
    """What is wrong with the categories and channels that a step or an SLA is for."""
    for chosen, names, what, key in (
        (some.for_, scenario.categories, "category", "for"),
        (some.for_channel, scenario.channels, "channel", "for_channel"),
    ):
        if chosen is not None and not chosen:
            yield Problem(f"must name at least one {what}", f"{path}.{key}")
        for name in chosen or ():
            yield from known(name, names, what, f"{path}.{key}")


def differing(scenario: "Scenario", step: ForSome, value: "PerCategory[Any]", path: str) -> Iterator[Problem]:
    """What is wrong with a value of a step, or of another rule, that differs by category or channel."""
    strange = False
    for key, values, names, what in (
        ("per_category", value.per_category, scenario.categories, "category"),
        ("per_channel", value.per_channel, scenario.channels, "channel"),
    ):
        for name in sorted(set(values) - {"default", *names}):
            strange = True
            yield from known(name, names, what, f"{path}.{dotted(key, name)}")
    if value.per_channel and value.per_category:
        yield from _in_both(scenario, step, value, path)
    if strange or any("default" in values for values in (value.per_category, value.per_channel)):
        return
    others = [name for name in step.for_channel or scenario.channels if name not in value.per_channel]
    if others and value.per_channel and not value.per_category:
        yield Problem(f"needs a value for {', '.join(others)}, or a default", f"{path}.per_channel")
    elif others:
        missing = [name for name in step.for_ or scenario.categories if name not in value.per_category]
        if missing:
            yield Problem(f"needs a value for {', '.join(missing)}, or a default", f"{path}.per_category")


def _in_both(scenario: "Scenario", step: ForSome, value: "PerCategory[Any]", path: str) -> Iterator[Problem]:
    """What leaves `per_category` without a letter where the channels that are named have values of their own."""
    if "default" in value.per_channel:
        yield Problem(
            "excludes per_category, whose values are those of all other channels", f"{path}.per_channel.default"
        )
    elif set(step.for_channel or scenario.channels) <= set(value.per_channel):
        yield Problem("means nothing, since per_channel names every channel", f"{path}.per_category")


def _work(scenario: "Scenario", step: WorkStep, path: str) -> Iterator[Problem]:
    by_category = [("per_category", name, routing) for name, routing in step.by.per_category.items()]
    by_channel = [("per_channel", name, routing) for name, routing in step.by.per_channel.items()]
    bare = not by_channel and list(step.by.per_category) == ["default"]
    for key, of, routing in by_category + by_channel:
        where = f"{path}.by" if bare else f"{path}.by.{dotted(key, of)}"
        for team in routing:
            yield from known(team, scenario.teams, "team", where)
        yield from sums_to_one(routing, where)
    own = {team for routing in step.by.values for team, share in routing.items() if share > 0}
    places = [(step.cover, "cover"), (step.escalate.to if step.escalate is not None else None, "escalate.to")]
    for name, key in places:
        yield from known(name, scenario.teams, "team", f"{path}.{key}")
        if own == {name}:
            yield Problem(f"must be another team than the one that does the step, {name}", f"{path}.{key}")


def _loop(step: LoopStep, earlier: list[str], path: str) -> Iterator[Problem]:
    if step.back_to not in earlier:
        yield Problem(f"must name an earlier step {one_of(step.back_to, earlier)}", f"{path}.back_to")
    if step.at_most is None and any(chance >= 1 for chance in step.chance.values):
        yield Problem("a chance of 100% without at_most would never end", f"{path}.chance")
