"""Consistency checks of recorded letters: those of a trace, and those of a backlog."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.core.clock import DAY
from sim.core.errors import Problem
from sim.models.backlog import BacklogRows, OpenState
from sim.models.staffing import home_team, unit_names
from sim.models.wording import are, named_rows
from sim.models.workflow import Step, WorkStep, takes_time
from sim.models.workflow_checks import known

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


_REMEDIES = {
    "category": "Add it to categories, or leave categories out: they are then those of the trace",
    "channel": "Add it to channels, or leave channels out: they are then those of the trace",
    "unit": "Give the units their names with `names`, or leave the field empty",
}
"""What helps where a trace has names that a scenario does not have."""


def backlog_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the letters that are open at the start."""
    backlog = scenario.backlog
    if backlog is None:
        return
    places = {step.name: step for step in scenario.workflow if takes_time(step)}
    for position, group in enumerate(backlog.counts or ()):
        path = f"backlog.counts[{position}]"
        yield from known(group.step, places, "step at which a letter can be", f"{path}.step")
        yield from known(group.category, scenario.categories, "category", f"{path}.category")
    if backlog.rows is not None:
        yield from _backlog_file(scenario, backlog.rows, places)


def _backlog_file(scenario: "Scenario", rows: BacklogRows, places: Mapping[str, Step]) -> Iterator[Problem]:
    """What is wrong with the rows of a backlog file."""
    assert scenario.backlog is not None, "it has rows"
    file, homes = scenario.backlog.file, home_team(scenario.teams)
    known: dict[str, tuple[tuple[str, ...], Iterable[str]]] = {
        "step": (rows.step, places),
        "category": (rows.category, ("", *scenario.categories)),
        "channel": (rows.channel, ("", *scenario.channels)),
        "unit": (rows.unit, ("", *unit_names(homes, scenario.teams[homes]))),
    }
    for what, (written, names) in known.items():
        there = [name for name in names if name]
        strange = [(line, name) for line, name in zip(rows.line, written, strict=True) if name not in names]
        if strange:
            said = named_rows(strange, f"with a {what} that the scenario does not have")
            yield Problem(f"{file}: {said}; there {are(there)}", "backlog.file")
    unfit = [
        (line, f"{step} {state}")
        for line, step, state in zip(rows.line, rows.step, rows.state, strict=True)
        if step in places and state == (OpenState.DELAY if isinstance(places[step], WorkStep) else OpenState.WORKING)
    ]
    if unfit:
        yield Problem(f"{file}: {named_rows(unfit, 'in a state that its step does not have')}", "backlog.file")
    late = rows.received >= np.datetime64(scenario.start, "s")
    if late.any():
        bad = [(rows.line[row], str(rows.received[row]).replace("T", " ")) for row in np.flatnonzero(late)]
        said = named_rows(bad, f"received after the start, {scenario.start} 00:00")
        yield Problem(f"{file}: {said}; the backlog is that of the start", "backlog.file")


def trace_checks(scenario: "Scenario") -> Iterator[Problem]:
    """What is wrong with the names and times of a trace."""
    trace = scenario.arrivals.trace
    if trace is None:
        return
    homes = home_team(scenario.teams)
    known: dict[str, Iterable[str]] = {
        "category": scenario.categories,
        "channel": scenario.channels,
        "unit": unit_names(homes, scenario.teams[homes]),
    }
    for what, names in known.items():
        written: tuple[str, ...] = getattr(trace.letters, what)
        strange = set(written) - {"", *names}
        if strange:
            rows = sorted(
                (int(line), name) for line, name in zip(trace.letters.line, written, strict=True) if name in strange
            )
            said = named_rows(rows, f"with a {what} that the scenario does not have")
            yield Problem(f"{trace.file}: {said}; there {are(list(names))}. {_REMEDIES[what]}", "arrivals.trace")
    seconds = trace.letters.seconds_from(scenario.start)
    if not np.any((seconds >= 0) & (seconds < scenario.horizon)):
        first, last = (str(trace.letters.received[end]).replace("T", " ") for end in (0, -1))
        yield Problem(
            f"{trace.file}: no letter lies within the {scenario.horizon // DAY} days that are simulated from "
            f"{scenario.start}; they were received from {first} to {last}",
            "arrivals.trace",
        )
