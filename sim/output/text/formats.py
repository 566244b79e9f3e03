"""Names, numbers, durations and hours as people of a language write them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain, groupby
from typing import Final

from sim.core.clock import Clock
from sim.core.safe_text import unit_label
from sim.metrics.figures.teams import StaffedWeek
from sim.output.words import entries, find, in_each_language, label, say
from sim.statistics import Compliance, Estimate, Figure

_WORKING: Final = (("working days", 1440.0),)

LENGTHS: Final[dict[Clock, tuple[tuple[str, float], ...]]] = {
    Clock.CALENDAR: (("days", 1440.0), ("hours", 60.0)),
    Clock.OFFICE: (("office hours", 60.0),),
    Clock.WORKING: _WORKING,
    Clock.DAY_ENDS: _WORKING,
}
"""Units of the durations of a clock, and how many of its minutes they have; a working day has 1,440.

Hours of working days are said of none, since 24 of them make a day, and a reader would think of eight.
"""

_MOMENTS: Final = ("queued", "started", "finished")


@in_each_language
def milestone_name(lang: str, written: str) -> str:
    """A milestone, `received`, `sign.finished` or `closed`, as people call it, though an SLA may be called `closed`."""
    step, _, moment = written.rpartition(".")
    if step and moment in _MOMENTS:
        return say(lang, f"formats.moment-{moment}", step=name(lang, step))
    return name(str(lang), written)


@in_each_language
def name(lang: str, written: str) -> str:
    """A team, unit, step, roster or SLA of a scenario as people call it.

    That is its label, the translation of a name that this program gave, or else what was typed.
    """
    known = label(lang, written) or entries(lang, "names").get(written)
    return known or written.replace("_", say(lang, "formats.underscore"))


@in_each_language
def unit_name(lang: str, unit: str) -> str:
    """A unit as people call it: `5 号派出所` if only its team has a label, since units without names are numbered."""
    team, _, number = unit.rpartition("-")
    own, kind = label(lang, unit_label(unit)), label(lang, team)
    if own is None and kind is not None and number.isdigit():
        return say(lang, "formats.numbered-unit", number=number, team=kind)
    return own or name(lang, unit)


def note(lang: str, written: str) -> str:
    """A note of a scenario: what follows `[zh]` in `six at any hour [zh] 任何时刻六人`, or what is first."""
    first, *others = re.split(r"\s*\[([a-z]{2,3})\]\s*", written)
    return dict(zip(others[::2], others[1::2], strict=True)).get(lang, first)


def staffed_name(lang: str, week: StaffedWeek) -> str:
    """A unit, or units of a team together: `Baoan`, `24 of team station in Baoan`."""
    if week.units == 1:
        return unit_name(lang, week.name)
    team = name(lang, week.team)
    where = "" if week.name == week.team else unit_name(lang, week.name)
    key = "formats.units-within" if where else "formats.units-together"
    return say(lang, key, n=week.units, team=team, within=where)


def listed(lang: str, parts: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = parts
    return say(lang, "formats.comma").join(first) + say(lang, "formats.and") + last if first else last


@in_each_language
def limit(lang: str, written: str) -> str:
    """An SLA's limit as the scenario writes it, in the units of the language."""
    day = written.removeprefix("end of working day ")
    if day != written:
        return say(lang, "formats.limit-end-of-working-day", number=day)
    amount, _, unit = written.partition(" ")
    text = find(lang, f"formats.limit-{unit}")
    return written if text is None else text.format(number=amount)


def duration(lang: str, minutes: float | None, clock: Clock = Clock.CALENDAR) -> str:
    """`7.5 min`, `5.2 h`, `3.1 d`; a dash where there is none.

    Args:
        clock: which one counted them; `3.1 working days`, and parts of one as `0.02 working days`; or `29.5 office
            hours`, of which no days are made.
    """
    if minutes is None:
        return "–"
    for unit, length in LENGTHS[clock]:
        if minutes >= 2 * length or LENGTHS[clock] is _WORKING:
            amount = minutes / length
            digits = ".1f" if amount >= 0.1 or not amount else ".1g"
            return f"{amount:{digits}} {say(lang, f'formats.unit-{unit}')}"
    return f"{minutes:.1f} {say(lang, 'formats.unit-minutes')}"


def figure(lang: str, minutes: Figure, clock: Clock = Clock.CALENDAR) -> str:
    """A percentile, mean or maximum: `7.5 min`, or `more than 3.1 d` where open letters leave it unknown."""
    if minutes.value is None and minutes.more_than is not None:
        return say(lang, "formats.more-than", duration=duration(lang, minutes.more_than, clock))
    return duration(lang, minutes.value, clock)


def point(compliance: Estimate) -> str:
    """`98.2%`; `86.4%–91.2%` where undecided letters leave it open."""
    between = compliance.between if isinstance(compliance, Compliance) else None
    return percent(compliance.mean) if between is None else "–".join(percent(each) for each in between)


def interval(estimate: Estimate) -> str:
    """`98.2% [97.9%, 98.5%]`; `86.4%–91.2% [85.8%, 91.9%]` where undecided letters leave the point open."""
    shown = point(estimate)
    return shown if estimate.low is None else f"{shown} [{percent(estimate.low)}, {percent(estimate.high)}]"


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
    """`8,412`, or `3.4` where it is small and not whole, never `-0.0`; a dash for nan."""
    if amount != amount:
        return "–"
    return f"{amount:z,.0f}" if amount >= 9.95 or amount == round(amount) else f"{amount:z.1f}"


def signed(amount: float) -> str:
    """`+12`, `-3`, `0`."""
    return f"{amount:+,.6g}" if amount else "0"


def count(estimate: Estimate) -> str:
    """A mean number of things: `8,412`, or `3.4` where it is small."""
    return "–" if estimate.mean is None else number(estimate.mean)


def hours_of_day(lang: str, span: tuple[int, int]) -> str:
    """`22:00 and 04:00`, in Chinese `22 时至次日 4 时`."""
    start, end = (say(lang, "formats.hour-of-day", hour=hour if hour <= 24 else hour - 24) for hour in span)
    return say(lang, "formats.hours-overnight" if span[1] > 24 else "formats.hours-of-day", start=start, end=end)


def day_text(lang: str, day: date) -> str:
    """`14 March`."""
    return say(lang, "formats.date", day=day.day, month=say(lang, f"formats.month-{day.month}"))


def weekday_names(lang: str) -> tuple[str, ...]:
    """`Mon`, ..., `Sun`."""
    return tuple(say(lang, f"formats.weekday-{day}") for day in range(7))


def weekdays(lang: str, days: Sequence[int]) -> str:
    """`Mon to Fri`, `Tue and Thu`; 0 is Monday, ascending."""
    names, in_a_row = weekday_names(lang), groupby(enumerate(days), lambda each: each[1] - each[0])
    runs = [[names[day] for _, day in run] for _, run in in_a_row]
    parts = [[say(lang, "formats.first-to-last", first=run[0], last=run[-1])] if len(run) > 2 else run for run in runs]
    return listed(lang, chain.from_iterable(parts))


def points(lang: str, difference: Estimate, *, plus: str = "+") -> str:
    """A difference of shares with its interval, in percentage points: `+1.2 points [+0.8, +1.6]`; 0 has no sign.

    Args:
        plus: sign of what is more than 0; empty where words say which way it goes.
    """
    if difference.mean is None:
        return "–"
    ends = [end for end in (difference.mean, difference.low, difference.high) if end is not None]
    digits = 1 if max(map(abs, ends)) >= 0.001 else 2
    said = [re.sub(r"^[+-]?0\.0+$", "0", f"{100 * end:{plus}.{digits}f}") for end in ends]
    mean = say(lang, "formats.points", points=said[0])
    return f"{mean} [{', '.join(said[1:])}]" if len(said) == 3 else mean
