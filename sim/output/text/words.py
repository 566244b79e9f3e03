"""Names, numbers and hours as people of a language write them."""

import re
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain, groupby
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.segment import Segment, Segments

from sim.core.clock import Clock
from sim.core.safe_text import printable
from sim.output.text.catalogue import WORDS
from sim.output.text.names import MOMENTS_ZH, NAMES_ZH, WEEKDAYS
from sim.statistics import Compliance, Estimate, Figure

ALARM: Final = 0.85
"""Utilisation above which a team is said to be too busy."""

_WORKING: Final = (("working days", 1440.0), ("hours", 60.0))

LENGTHS: Final[dict[Clock, tuple[tuple[str, float], ...]]] = {
    Clock.CALENDAR: (("days", 1440.0), ("hours", 60.0)),
    Clock.OFFICE: (("office hours", 60.0),),
    Clock.WORKING: _WORKING,
    Clock.DAY_ENDS: _WORKING,
}
"""Units of the durations of a clock, and how many of its minutes they have; a working day has 1,440."""

WIDEST: Final = 100_000
"""Columns of which more are never needed."""

_UNITS_ZH: Final = {
    "working day": "个工作日",
    "working days": "个工作日",
    "office hour": "办公小时",
    "office hours": "办公小时",
    "min": "分钟",
    "h": "小时",
    "d": "天",
    "s": "秒",
}


def plain(what: RenderableType) -> str:
    """What would be printed, as text without colours and as wide as it needs, for a file or a pipe."""
    if isinstance(what, str):
        return f"{printable(what)}\n"
    text = StringIO()
    plainly: Any = {"color_system": None, "legacy_windows": False, "highlight": False, "markup": False, "emoji": False}
    console = Console(file=text, width=WIDEST, **plainly)
    console.width = Measurement.get(console, console.options, what).maximum
    console.print(what)
    return printable("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()))


def harmless(what: RenderableType, console: Console) -> RenderableType:
    """The same without anything that the terminal would obey, but for what the console itself says to it."""
    return Segments(Segment(printable(text), style, control) for text, style, control in console.render(what))


def word(lang: str, key: str, **values: object) -> str:
    """A word or sentence with its values filled in."""
    return WORDS[lang][key].format(**values)


def name(lang: str, written: str) -> str:
    """A team, unit, step, roster or SLA of a scenario, or a milestone as `sign.finished`, as people call it."""
    step, dot, moment = written.rpartition(".")
    if lang == "en":
        return (f"{step} {moment}" if moment in MOMENTS_ZH else written).replace("_", " ").lstrip()
    if dot and moment in MOMENTS_ZH:
        return f"{NAMES_ZH.get(step, step)}{MOMENTS_ZH[moment]}"
    team, dash, unit = written.rpartition("-")
    if dash and unit.isdigit():
        return f"{NAMES_ZH.get(team, team)}-{unit}"
    return NAMES_ZH.get(written, written)


def listed(lang: str, parts: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = parts
    return WORDS[lang]["comma"].join(first) + WORDS[lang]["and"] + last if first else last


def limit(lang: str, written: str) -> str:
    """An SLA's limit as the scenario writes it, in the units of the language."""
    if lang == "en":
        return written
    last = written.removeprefix("end of working day ")
    if last != written:
        return f"第 {last} 个工作日截止"
    number, _, unit = written.partition(" ")
    return f"{number} {_UNITS_ZH.get(unit, unit)}"


def duration(lang: str, minutes: float | None, clock: Clock = Clock.CALENDAR) -> str:
    """`7.5 min`, `5.2 h`, `3.1 d`; a dash where there is none.

    Args:
        clock: which one counted them; `3.1 working days`, or `29.5 office hours` of which no days are made.
    """
    if minutes is None:
        return "–"
    for unit, length in LENGTHS[clock]:
        if minutes >= 2 * length:
            return f"{minutes / length:.1f} {WORDS[lang][unit]}"
    return f"{minutes:.1f} {WORDS[lang]['minutes']}"


def figure(lang: str, minutes: Figure, clock: Clock = Clock.CALENDAR) -> str:
    """A percentile, mean or maximum: `7.5 min`, or `more than 3.1 d` where open letters leave it unknown."""
    if minutes.value is None and minutes.more_than is not None:
        return word(lang, "more than", duration=duration(lang, minutes.more_than, clock))
    return duration(lang, minutes.value, clock)


def point(compliance: Estimate) -> str:
    """`98.2%`; `86.4%–91.2%` where undecided letters leave it open."""
    between = compliance.between if isinstance(compliance, Compliance) else None
    return percent(compliance.mean) if between is None else "–".join(percent(each) for each in between)


def percent(share: float | None) -> str:
    """`98.2%`, with more digits where rounding would say 100% of what is less; a dash where there is none."""
    if share is None:
        return "–"
    for digits in (1, 2, 3):
        text = f"{100 * share:.{digits}f}"
        if float(text) < 100 or share >= 1:
            return re.sub(r"\.0$", "", text) + "%"
    return "<100%"


def number(amount: float) -> str:
    """`8,412`, or `3.4` where it is small and not whole; a dash for nan."""
    if amount != amount:
        return "–"
    return f"{amount:,.0f}" if amount >= 9.95 or amount == round(amount) else f"{amount:.1f}"


def hours_of_day(lang: str, span: tuple[int, int]) -> str:
    """`22:00 and 04:00`, in Chinese `22:00至次日04:00`."""
    start, end = (f"{hour if hour <= 24 else hour - 24:02}:00" for hour in span)
    if lang == "zh":
        return f"{start}至{'次日' if span[1] > 24 else ''}{end}"
    return f"{start} and {end}"


def weekdays(lang: str, days: Sequence[int]) -> str:
    """`Mon to Fri`, `Tue and Thu`; 0 is Monday, ascending."""
    names = WEEKDAYS[lang]
    runs = [[names[day] for _, day in run] for _, run in groupby(enumerate(days), lambda each: each[1] - each[0])]
    parts = [[word(lang, "first to last", first=run[0], last=run[-1])] if len(run) > 2 else run for run in runs]
    return listed(lang, chain.from_iterable(parts))


def points(lang: str, difference: Estimate) -> str:
    """A difference of shares with its interval, in percentage points: `+1.2 points [+0.8, +1.6]`; 0 has no sign."""
    if difference.mean is None:
        return "–"
    ends = [end for end in (difference.mean, difference.low, difference.high) if end is not None]
    digits = 1 if max(map(abs, ends)) >= 0.001 else 2
    said = [re.sub(r"^[+-]0\.0+$", "0", f"{100 * end:+.{digits}f}") for end in ends]
    mean = word(lang, "points", points=said[0])
    return f"{mean} [{', '.join(said[1:])}]" if len(said) == 3 else mean
