"""Pacing of a replay: how fast the calls of a trace come, how the load grows at first, and the reads between them."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from sim.core.errors import Problem, ScenarioError
from sim.core.tables import Floats, Int16s, Int64s
from sim.models.operation_names import READS
from sim.operations.calls import Calls
from sim.operations.destination import ReplayOptions

_SEED: Final = 20210503
"""Reads come at the same moments whenever a trace is sent."""


def speed_for(calls: Calls, rate: float) -> float:
    """Seconds of a trace that pass in one second so that its calls come at a rate (a second, on average).

    Raises: ScenarioError for a rate that is none, or for calls that all come at once.
    """
    span = float(calls.at[-1])
    if not 0 < rate < float("inf"):
        raise ScenarioError("the replay", [Problem(f"rate must be above 0, got {rate:g}")])
    if span == 0:
        raise ScenarioError("the replay", [Problem("calls that all come at once have no rate")])
    return rate * span / len(calls.at)


def due_of(calls: Calls, options: ReplayOptions) -> Floats:
    """Seconds after the start at which each call is due.

    While the load grows, the share of it that comes is the share of the ramp that has passed.
    """
    at, ramp = calls.at / options.speed, options.ramp
    if ramp:
        at = np.where(at < ramp / 2, np.sqrt(2 * ramp * at), at + ramp / 2)
    return at


def check_pace(calls: Calls, options: ReplayOptions) -> None:
    """Check that ramp and warm-up leave calls to be counted.

    Raises: ScenarioError if not.
    """
    last = float(due_of(calls, options)[-1])
    if last < options.counted_from:
        message = f"ramp and warm-up last {options.counted_from:g} s, and the replay only {last:.1f} s"
        raise ScenarioError("the replay", [Problem(message)])


def with_reads(calls: Calls, per_second: Mapping[str, float]) -> Calls:
    """The calls of letters, and between them reads at random moments.

    A list is that of a letter's home unit, and a lookup that of a letter that came before; each letter as likely.

    Args:
        per_second: reads in a second of the trace, by kind.
    """
    chance, span = np.random.default_rng(_SEED), float(calls.at[-1])
    # Letters that came before the first call are there from the start.
    received = np.array([(letter.received - calls.start).total_seconds() for letter in calls.letters])
    at, letters, kinds = [calls.at], [calls.letter], [calls.operation]
    for number, (kind, rate) in enumerate(per_second.items()):
        moments = np.sort(chance.uniform(0, span, chance.poisson(rate * span)))
        there = np.maximum(np.searchsorted(received, moments, side="right"), 1) if kind == READS[-1] else len(received)
        at.append(moments)
        letters.append((chance.random(len(moments)) * there).astype(np.int64))
        kinds.append(np.full(len(moments), len(calls.operations) + number, np.int16))
    together: tuple[Floats, Int64s, Int16s] = (np.concatenate(at), np.concatenate(letters), np.concatenate(kinds))
    order = np.argsort(together[0], kind="stable")
    homes = [calls.letters[number].unit for number in together[1][len(calls.at) :].tolist()]
    units = [*calls.unit, *homes]
    return Calls(
        start=calls.start,
        at=together[0][order],
        letter=together[1][order],
        operation=together[2][order],
        unit=[units[row] for row in order.tolist()],
        operations=(*calls.operations, *(f"read.{kind}" for kind in per_second)),
        letters=calls.letters,
    )
