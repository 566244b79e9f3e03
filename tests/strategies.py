"""Hypothesis strategies: small offices in which everything of the engine contract can happen.

Ties are where engines go wrong, so all times are multiples of a tick, and few ticks make a day.
"""

from typing import Any, NamedTuple

from builder import Prompt, delay, letters, shifts, work
from hypothesis import strategies as st

from sim.core.tables import (
    ANYHOW,
    FINISH,
    FINISHED_IN_TIME,
    FINISHED_LATE,
    HAND_OVER,
    NEVER,
    NO_PRIORITY,
    NO_UNIT,
    STARTED_IN_TIME,
    STARTED_LATE,
    Roster,
    Workload,
)

OUTCOMES = st.sampled_from([FINISHED_IN_TIME, FINISHED_LATE, STARTED_IN_TIME, STARTED_LATE])


class Day(NamedTuple):
    """What an engine is given."""

    workload: Workload
    roster: Roster
    horizon: int


@st.composite
def days(draw: st.DrawFn, tick: int = 60, ticks: int = 30, most_letters: int = 12) -> Day:
    """A day of some units, with shifts that overlap, stand empty, and reach beyond both ends of the day."""
    units = draw(st.sampled_from([1, 2, 3]))
    awake = draw(st.lists(st.integers(0, units - 1), min_size=1, unique=True))  # one person all day
    some = draw(st.lists(_shifts(units, tick, ticks), max_size=3 * units))
    clocks = draw(st.lists(_spans(tick, ticks), max_size=2))
    roster = shifts(*((unit, 0, 2 * ticks * tick, 1) for unit in awake), *some, units=units, clocks=clocks)
    visits = st.lists(_works(units, tick, ticks) | _delays(tick, ticks, len(clocks)), max_size=5)
    received = (st.integers(0, ticks // 2) | st.integers(-ticks // 4, ticks // 4)).map(tick.__mul__)
    each = draw(st.lists(st.tuples(received, visits), min_size=most_letters // 2, max_size=most_letters))
    each = sorted(each, key=lambda letter: letter[0])
    each = [(second, draw(_with_outcomes(steps, tick, ticks))) for second, steps in each]
    prompts = draw(_prompts([second for second, _ in each], [len(steps) for _, steps in each], units, tick))
    workload = letters(*((second, *steps) for second, steps in each), prompts=prompts)
    horizon = draw(st.just(2 * ticks) | st.integers(0, 2 * ticks)) * tick + draw(st.sampled_from([0, 1]))
    return Day(workload, roster, horizon)


@st.composite
def _shifts(draw: st.DrawFn, units: int, tick: int, ticks: int) -> tuple[int, int, int, int]:
    start, length = draw(st.integers(-ticks // 4, ticks)), draw(st.integers(0, ticks))
    return (draw(st.integers(0, units - 1)), start * tick, (start + length) * tick, draw(st.sampled_from([1, 2, 3, 0])))


@st.composite
def _with_outcomes(draw: st.DrawFn, steps: list[dict[str, Any]], tick: int, ticks: int) -> list[dict[str, Any]]:
    """Some of a letter's visits hang on what became of an earlier one."""
    hang = [number > 0 and draw(st.integers(0, 2)) == 0 for number in range(len(steps))]
    return [
        {
            **step,
            "made_if": draw(OUTCOMES),
            "made_if_back": draw(st.integers(1, number)),
            "made_late_from": draw(st.integers(0, ticks)) * tick,
        }
        if hangs
        else step
        for number, (step, hangs) in enumerate(zip(steps, hang, strict=True))
    ]


@st.composite
def _prompts(draw: st.DrawFn, received: list[int], made: list[int], units: int, tick: int) -> dict[int, Prompt]:
    """Some of the letters are about a visit of an earlier one."""
    prompts: dict[int, Prompt] = {}
    visits: list[tuple[int, int]] = []  # of earlier letters, and how many that letter makes before
    for number, (second, many) in enumerate(zip(received, made, strict=True)):
        if visits and second >= 0 and draw(st.integers(0, 3)) == 0:
            about, before = draw(st.sampled_from(visits))
            prompts[number] = Prompt(
                about,
                draw(st.booleans()),
                draw(st.booleans()),
                draw(st.just(ANYHOW) | OUTCOMES),
                draw(st.integers(0, before)),
                draw(st.integers(0, second // tick)) * tick,
                draw(st.sampled_from([NO_PRIORITY, 0, 1, 2])),
                draw(st.integers(NO_UNIT, units - 1)),
            )
        visits += [(sum(made[:number]) + nth, nth) for nth in range(many)]
    return prompts


@st.composite
def _works(draw: st.DrawFn, units: int, tick: int, ticks: int) -> dict[str, Any]:
    unit = st.integers(0, units - 1)
    return work(
        draw(unit),
        draw(st.integers(1, ticks // 3)) * tick,
        priority=draw(st.sampled_from([2, 0, 1])),
        interrupts=draw(st.sampled_from([True, False])),
        interruptible=draw(st.sampled_from([True, True, False])),
        resume_cost=draw(st.integers(0, 2)) * tick,
        at_shift_end=draw(st.sampled_from([HAND_OVER, FINISH])),
        cover=draw(st.just(NO_UNIT) | unit),
        escalate_after=draw(st.just(NEVER) | st.integers(1, ticks // 3).map(tick.__mul__)),
        escalate_to=draw(unit),
        patience=draw(st.just(NEVER) | st.integers(1, ticks // 3).map(tick.__mul__)),
    )


@st.composite
def _spans(draw: st.DrawFn, tick: int, ticks: int) -> list[tuple[int, int]]:
    """The spans of a clock; some begin before second 0, and after the last one nothing counts."""
    edges = draw(st.lists(st.integers(-ticks // 4, 2 * ticks), max_size=8, unique=True).map(sorted))
    return [(start * tick, end * tick) for start, end in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def _delays(draw: st.DrawFn, tick: int, ticks: int, clocks: int) -> dict[str, Any]:
    return delay(draw(st.integers(0, ticks // 3)) * tick, draw(st.integers(0, clocks)))
