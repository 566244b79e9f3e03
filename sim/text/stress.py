"""A stress run in the terminal: what the staffing carries, what limits it, the ramp, the spike and the soak."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.clock import HOUR, format_duration
from sim.statistics import Estimate
from sim.stress import Bottleneck, Capacity, Found, Relieved, StressReport
from sim.text.answer import interval
from sim.text.load_words import say
from sim.text.words import limit, listed, name, number, percent, points

SAME: Final = 1.01
"""A capacity that rises less than this is called the same."""


def stressed(report: StressReport, lang: str) -> Group:
    """What a stress run says, to be printed."""
    heading = say(lang, "stressed", title=report.title or report.scenario)
    parts = [Text(sentence) for sentence in sentences(report, lang)]
    return Group(Text(heading, style="bold"), *parts[:-1], ramp_table(report, lang), parts[-1])


def sentences(report: StressReport, lang: str) -> Iterator[str]:
    """Everything in words, the answer first."""
    yield _capacity(report.capacity, lang)
    capacity = report.capacity.per_day or report.capacity.estimate
    if capacity is not None and report.capacity.sla is not None:
        share, sla = percent(report.per_day / capacity), name(lang, report.capacity.sla)
        yield say(lang, "first to fail", sla=sla, rate=rate(report.per_day), share=share)
    yield from (_bottleneck(each, "bottleneck", lang) for each in report.bottlenecks)
    if report.relieved is not None:
        yield _relieved(report.relieved, report.capacity.estimate or 0.0, lang)
        yield from (_bottleneck(each, "next bottleneck", lang) for each in report.relieved.bottlenecks)
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


def _bottleneck(each: Bottleneck, key: str, lang: str) -> str:
    sla = name(lang, each.sla)
    if each.team is None:
        return say(lang, f"{key} nobody", people=each.reliefs[0].people if each.reliefs else 0, sla=sla)
    best = each.reliefs[0]
    return say(lang, key, team=name(lang, each.team), people=best.people, sla=sla, gain=points(lang, best.gain))


def _relieved(relieved: Relieved, per_day: float, lang: str) -> str:
    capacity, times = relieved.capacity, relieved.times
    values = {"team": name(lang, relieved.team), "sla": name(lang, capacity.sla or "")}
    if times is None:
        key = "doubled beyond" if capacity.found is Found.BEYOND else "doubled none"
        return say(lang, key, highest=rate(capacity.highest), **values)
    if times < SAME:
        return say(lang, "doubled same", **values)
    return say(lang, "doubled", percent=percent(times - 1), estimate=rate(times * per_day), **values)


def _limits(report: StressReport, lang: str) -> Iterator[str]:
    if not report.limits:
        return
    first, *others = report.limits
    values = {"unit": name(lang, first.unit), "team": name(lang, first.team)}
    yield say(lang, "limit", rate=rate(first.unit_per_day), **values)
    if others:
        told = [
            say(
                lang,
                "limit unit",
                unit=name(lang, each.unit),
                team=name(lang, each.team),
                rate=rate(each.unit_per_day),
            )
            for each in others
        ]
        yield say(lang, "limits", others=listed(lang, told))


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
    spike = report.spike
    if spike.not_recovered:
        return say(lang, "not recovered", missing=spike.not_recovered, replications=report.replications)
    ends = (spike.recovery_h.mean, spike.recovery_h.low, spike.recovery_h.high)
    mean, low, high = (max(end or 0.0, 0.0) for end in ends)
    if high == 0:
        return say(lang, "recovered at once")
    return say(lang, "recovered", hours=number(mean), low=number(low), high=number(high))


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
