"""A stress run in the terminal: what the staffing carries, what limits it, the ramp, the spike and the soak."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.clock import HOUR, format_duration
from sim.statistics import Estimate
from sim.stress import Bottleneck, Capacity, Found, Limit, Relieved, StressReport
from sim.text.answer import interval
from sim.text.cautions import caution_lines
from sim.text.load_words import say
from sim.text.words import limit, listed, name, number, percent, points

SAME: Final = 1.01
"""A capacity that rises less than this is called the same."""

NEXT: Final = 3.0
"""Units that fill at more than so many times the rate of the first are not told."""


def stressed(report: StressReport, lang: str) -> Group:
    """What a stress run says, to be printed."""
    heading = say(lang, "stressed", title=report.title or report.scenario)
    parts = [Text(sentence) for sentence in sentences(report, lang)]
    said = [*parts[:-1], *caution_lines(report.cautions, lang)]
    return Group(Text(heading, style="bold"), *said, ramp_table(report, lang), parts[-1])


def sentences(report: StressReport, lang: str) -> Iterator[str]:
    """Everything in words, the answer first."""
    yield _capacity(report.capacity, lang)
    capacity, relieved = report.capacity.per_day or report.capacity.estimate, report.relieved
    if capacity is not None and report.capacity.sla is not None:
        sla, load = name(lang, report.capacity.sla), _load(report.per_day / capacity, lang)
        yield say(lang, "first to fail", sla=sla, rate=rate(report.per_day), load=load)
    yield from (_bottleneck(each, "bottleneck", report.capacity, lang) for each in report.bottlenecks)
    if relieved is not None:
        yield _relieved(relieved, report.capacity.estimate or 0.0, lang)
        yield from (_bottleneck(each, "next bottleneck", relieved.capacity, lang) for each in relieved.bottlenecks)
    yield from _ceiling(report, lang)
    yield from _limits(report, lang)
    yield from _spike(report, lang)
    yield _soak(report, lang)
    yield say(lang, "lived", lived=f"{report.replications_lived:,}")


def ramp_table(report: StressReport, lang: str) -> Table:
    """One row a rate of the ramp."""
    table = Table()
    slas = list(report.ramp[0].compliance)
    headings = [say(lang, "per day"), *(name(lang, sla) for sla in slas), *ramp_headings(lang)]
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="left" if 0 < position <= len(slas) + 1 else "right", overflow="fold")
    for row in ramp_rows(report, lang):
        table.add_row(*map(Text, row))
    return table


def ramp_headings(lang: str) -> list[str]:
    """Headings of the columns after those of the SLAs."""
    return [say(lang, key) for key in ("busiest", "waiting", "growth")]


def ramp_rows(report: StressReport, lang: str) -> list[list[str]]:
    """Rate, compliance with each SLA, the busiest team, letters in queues and their growth a day."""
    rows = []
    for step in report.ramp:
        used = {team: each.mean for team, each in step.utilisation.items() if each.mean is not None}
        busiest = max(used, key=lambda team: used[team], default=None)
        rows.append(
            [
                rate(step.per_day),
                *(interval(each) for each in step.compliance.values()),
                "–" if busiest is None else f"{name(lang, busiest)} {percent(used[busiest])}",
                count(step.waiting),
                count(step.growth_per_day),
            ]
        )
    return rows


def rate(per_day: float | None) -> str:
    """Letters a day to three digits; a dash where there is none."""
    return "–" if per_day is None else f"{float(f'{per_day:.3g}'):,.6g}"


def rates(estimate: Estimate) -> str:
    """Letters a day with their interval."""
    return f"{rate(estimate.mean)} [{rate(estimate.low)}, {rate(estimate.high)}]"


def count(estimate: Estimate) -> str:
    """A mean number of letters."""
    return "–" if estimate.mean is None else number(estimate.mean)


def _capacity(capacity: Capacity, lang: str) -> str:
    key = capacity.found.value
    if capacity.found is Found.YES and capacity.per_day is None:
        key = "unsure"
    return say(
        lang,
        f"capacity {key}",
        per_day=rate(capacity.per_day),
        estimate=rate(capacity.estimate),
        high=rate(capacity.high),
        lowest=rate(capacity.lowest),
        highest=rate(capacity.highest),
        sla=name(lang, capacity.sla or ""),
        compliance="" if capacity.compliance is None else interval(capacity.compliance),
    )


def _load(times: float, lang: str) -> str:
    """The scenario's own rate beside the capacity."""
    if times < 1:
        return say(lang, "share of capacity", share=f"{times:.0%}")
    return say(lang, "times capacity", times=number(times))


def _bottleneck(each: Bottleneck, key: str, capacity: Capacity, lang: str) -> str:
    sla, people = name(lang, each.sla), each.reliefs[0].people if each.reliefs else 0
    if each.team is None:
        return say(lang, f"{key} nobody", people=people, sla=sla)
    values = {"team": name(lang, each.team), "gain": points(lang, each.reliefs[0].gain), "people": people}
    return say(lang, key, sla=sla, rate=rate(capacity.estimate), **values)


def _ceiling(report: StressReport, lang: str) -> Iterator[str]:
    """What queues have to do with an SLA that fails although people more in one team do not help."""
    found = [*report.bottlenecks, *(report.relieved.bottlenecks if report.relieved else ())]
    slas = [each.sla for each in found if each.team is None]
    if report.capacity.found is Found.NOT_EVEN_A_FEW and report.capacity.sla is not None:
        slas.append(report.capacity.sla)
    for sla in dict.fromkeys(slas):
        if sla in report.ceiling and sla in report.targets:
            ceiling, target = report.ceiling[sla], report.targets[sla]
            key = "ceiling" if ceiling >= target else "ceiling too low"
            yield say(lang, key, sla=name(lang, sla), ceiling=percent(ceiling), target=percent(target))


def _relieved(relieved: Relieved, per_day: float, lang: str) -> str:
    capacity, times = relieved.capacity, relieved.times
    values = {"team": name(lang, relieved.team), "sla": name(lang, capacity.sla or "")}
    if times is None:
        key = "doubled beyond" if capacity.found is Found.BEYOND else "doubled none"
        return say(lang, key, highest=rate(capacity.highest), **values)
    if times < SAME:
        return say(lang, "doubled same", **values)
    return say(lang, "doubled", percent=f"{times - 1:.0%}", estimate=rate(times * per_day), **values)


def _limits(report: StressReport, lang: str) -> Iterator[str]:
    if not report.limits:
        return
    first, *others = report.limits
    full = first.unit_per_day
    yield say(lang, "limit", rate=rate(full.mean), low=rate(full.low), high=rate(full.high), unit=_unit(first, lang))
    told = [
        say(lang, "limit unit", unit=_unit(each, lang), rate=rate(each.unit_per_day.mean))
        for each in others
        if (each.unit_per_day.mean or 0.0) <= NEXT * (full.mean or 0.0)
    ]
    if told:
        yield say(lang, "limits", others=listed(lang, told))


def _unit(limit: Limit, lang: str) -> str:
    """A unit with its team; a team that is one unit is named once."""
    unit, team = name(lang, limit.unit), name(lang, limit.team)
    return unit if unit == team else say(lang, "unit of team", unit=unit, team=team)


def _spike(report: StressReport, lang: str) -> Iterator[str]:
    spike = report.spike
    usual = (spike.letters.mean or 0.0) - (spike.added.mean or 0.0)
    yield say(
        lang,
        "spike",
        times=f"{spike.times:g}",
        hours=lasting(report, lang),
        begins=f"{spike.begins:%Y-%m-%d %H:%M}",
        letters=count(spike.letters),
        usual=number(usual),
        peak=count(spike.peak_waiting),
        excess=count(spike.peak_excess),
    )
    for sla, each in spike.slas.items():
        shares = {"during": each.during.mean, "without": each.without.mean, "worst": each.worst}
        yield say(lang, "spike sla", sla=name(lang, sla), **{key: percent(share) for key, share in shares.items()})
    yield recovery(report, lang)


def lasting(report: StressReport, lang: str) -> str:
    """How long the spike lasts: `4 h`."""
    return limit(lang, format_duration(report.spike.lasts_h * HOUR))


def recovery(report: StressReport, lang: str) -> str:
    """How long the staffing takes to get over the spike."""
    spike, replications = report.spike, report.replications
    ends = (spike.recovery_h.mean, spike.recovery_h.low, spike.recovery_h.high)
    mean, low, high = (number(max(end or 0.0, 0.0)) for end in ends)
    if spike.not_recovered == replications:
        return say(lang, "not recovered", replications=replications)
    if spike.not_recovered:
        recovered = replications - spike.not_recovered
        return say(lang, "recovered often", recovered=recovered, replications=replications, hours=mean)
    if mean == "0":
        return say(lang, "recovered at once")
    return say(lang, "recovered", hours=mean, low=low, high=high)


def _soak(report: StressReport, lang: str) -> str:
    soak = report.soak
    slas = [
        say(lang, "soak sla", sla=name(lang, sla), compliance=percent(each.mean))
        for sla, each in soak.compliance.items()
    ]
    growth = growing(report, lang)
    return say(lang, "soak", days=soak.days, rate=rate(soak.per_day), slas=listed(lang, slas or ["–"]), growth=growth)


def growing(report: StressReport, lang: str) -> str:
    """Whether the queues grow in the soak."""
    soak = report.soak
    return say(lang, "soak grows" if soak.grows else "soak steady", growth=count(soak.growth_per_day))
