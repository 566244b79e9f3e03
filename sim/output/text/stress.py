"""A stress run in the terminal: what the staffing carries, what limits it, the ramp, the spike and the soak."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.capacity import (
    Back,
    Bottleneck,
    Capacity,
    CapacityBound,
    CapacityStatus,
    Effect,
    Relieved,
    StabilityLimit,
    StressReport,
)
from sim.core.clock import HOUR, format_duration
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import count, interval, limit, listed, name, number, percent, points, unit_name
from sim.output.words import labelled, say

_SAME: Final = 1.01
"""A capacity that rises less than this is called the same."""

_OF_A_BACKLOG: Final = ("stability", "undecided", "unsure")
"""Answers that say from where on the backlog grows, which is not known where letters may leave before."""

_NEXT: Final = 3.0
"""Units that fill at more than so many times the rate of the first are not told."""


def stress_text(report: StressReport, lang: str) -> Group:
    """What a stress run says, to be printed."""
    heading = say(lang, "stress.heading", title=labelled(lang, report.title or report.scenario))
    parts = [Text(sentence) for sentence in stress_sentences(report, lang)]
    said = [*parts[:-1], *caution_lines(report.cautions, lang)]
    return Group(Text(heading, style="bold"), *said, _ramp_table(report, lang), parts[-1])


def stress_sentences(report: StressReport, lang: str) -> Iterator[str]:
    """Everything in words, the answer first."""
    relieved = report.relieved
    yield _capacity(report, lang)
    yield from _first_to_fail(report, lang)
    yield from (_bottleneck(each, "stress.bottleneck", report.capacity, lang) for each in report.bottlenecks)
    if relieved is not None:
        yield _relieved(relieved, report.capacity.estimate or 0.0, lang)
        yield from (
            _bottleneck(each, "stress.next-bottleneck", relieved.capacity, lang) for each in relieved.bottlenecks
        )
    yield from _ceiling(report, lang)
    yield from _limits(report, lang)
    yield from _spike(report, lang)
    yield _soak(report, lang)
    yield say(lang, "stress.simulated", replications=f"{report.replications_lived:,}")


def _ramp_table(report: StressReport, lang: str) -> Table:
    """One row a rate of the ramp."""
    table = Table()
    slas = list(report.ramp[0].compliance)
    headings = [say(lang, "stress.per-day"), *(name(lang, sla) for sla in slas), *ramp_headings(lang)]
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="left" if 0 < position <= len(slas) + 1 else "right", overflow="fold")
    for row in ramp_cells(report, lang):
        table.add_row(*map(Text, row))
    return table


def ramp_headings(lang: str) -> list[str]:
    """Headings of the columns after those of the SLAs."""
    return [say(lang, key) for key in ("stress.busiest", "stress.waiting", "stress.growth")]


def ramp_cells(report: StressReport, lang: str) -> list[list[str]]:
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


def _capacity(report: StressReport, lang: str) -> str:
    capacity = report.capacity
    key = capacity.found.value if capacity.bound is None else capacity.bound.value
    if capacity.found is CapacityStatus.YES and capacity.per_day is None:
        key = "unsure"
    full = report.stability
    if full is not None and full.some_leave and key in _OF_A_BACKLOG:
        key = f"{key}-at-most"
    return say(
        lang,
        f"stress.capacity-{key}",
        per_day=rate(capacity.per_day),
        estimate=rate(capacity.estimate),
        high=rate(capacity.high),
        lowest=rate(capacity.lowest),
        highest=rate(capacity.highest),
        units="" if full is None else _full(full, lang),
        sla=name(lang, capacity.sla or ""),
        compliance="" if capacity.compliance is None else interval(capacity.compliance),
    )


def _first_to_fail(report: StressReport, lang: str) -> Iterator[str]:
    """The SLA that fails first, or those of which any may be it, and what the scenario's own rate is beside that."""
    capacity = report.capacity
    if capacity.estimate is None:
        return
    if capacity.bound is CapacityBound.SLA and capacity.sla is not None:
        yield say(lang, "stress.first-to-fail", sla=name(lang, capacity.sla))
    elif capacity.bound is CapacityBound.SLA:
        yield say(lang, "stress.first-to-fail-unsure", slas=listed(lang, [name(lang, sla) for sla in capacity.at_risk]))
    yield say(lang, "stress.own-load", rate=rate(report.per_day), load=_load(report.per_day / capacity.estimate, lang))


def _load(times: float, lang: str) -> str:
    """The scenario's own rate beside the capacity."""
    if times < 1:
        return say(lang, "stress.share-of-capacity", share=f"{times:.0%}")
    return say(lang, "stress.times-capacity", times=number(times))


def _bottleneck(each: Bottleneck, key: str, capacity: Capacity, lang: str) -> str:
    best = each.reliefs[0]
    if each.team is None:
        key = f"{key}-hardly" if each.effect is Effect.HARDLY else f"{key}-undecided"
    elif each.rivals:
        key = f"{key}-rivals"
    return say(
        lang,
        key,
        sla=name(lang, each.sla),
        team=name(lang, best.team),
        rivals=listed(lang, [name(lang, team) for team in each.rivals] or ["–"]),
        people=say(lang, "stress.more-people", n=best.people),
        gain=points(lang, best.gain),
        others=say(lang, "stress.bottleneck-others") if len(each.reliefs) > 1 else "",
        replications=max(relief.replications for relief in each.reliefs),
        rate=rate(capacity.estimate),
    )


def _ceiling(report: StressReport, lang: str) -> Iterator[str]:
    """What queues have to do with an SLA that fails although people more in one team do not help."""
    found = [*report.bottlenecks, *(report.relieved.bottlenecks if report.relieved else ())]
    slas = [each.sla for each in found if each.effect is Effect.HARDLY]
    if report.capacity.found is CapacityStatus.NOT_EVEN_A_FEW and report.capacity.sla is not None:
        slas.append(report.capacity.sla)
    for sla in dict.fromkeys(slas):
        if sla in report.ceiling and sla in report.targets:
            ceiling, target = report.ceiling[sla], report.targets[sla]
            key = "stress.ceiling" if ceiling >= target else "stress.ceiling-too-low"
            yield say(lang, key, sla=name(lang, sla), ceiling=percent(ceiling), target=percent(target))


def _relieved(relieved: Relieved, per_day: float, lang: str) -> str:
    capacity, times = relieved.capacity, relieved.times
    values = {"team": name(lang, relieved.team), "sla": name(lang, capacity.sla or "")}
    if times is None:
        key = "stress.doubled-beyond" if capacity.found is CapacityStatus.BEYOND else "stress.doubled-none"
        return say(lang, key, highest=rate(capacity.highest), **values)
    if times < _SAME:
        return say(lang, "stress.doubled-same", **values)
    key = "stress.doubled" if capacity.sla is not None else "stress.doubled-bound"
    return say(lang, key, percent=f"{times - 1:.0%}", estimate=rate(times * per_day), **values)


def _limits(report: StressReport, lang: str) -> Iterator[str]:
    if report.stability is None:
        return
    full = report.stability
    key = "stress.limit-at-most" if full.some_leave else "stress.limit"
    yield say(lang, key, rate=rate(full.per_day), units=_full(full, lang))
    told = [
        say(lang, "stress.limit-unit", unit=_unit(each.unit, each.team, lang), rate=rate(each.unit_per_day))
        for each in report.limits
        if each.unit not in full.units and each.unit_per_day <= _NEXT * full.per_day
    ]
    if told:
        yield say(lang, "stress.limits", n=len(told), others=listed(lang, told))


def _full(stability: StabilityLimit, lang: str) -> str:
    """The units that fill first: the one, or the teams among which work moves."""
    if len(stability.units) == 1:
        return _unit(stability.units[0], stability.teams[0], lang)
    return listed(lang, [name(lang, team) for team in stability.teams])


def _unit(unit: str, team: str, lang: str) -> str:
    """A unit with its team, which is named once where the unit has the team's name in its own."""
    unit, team = unit_name(lang, unit), name(lang, team)
    return unit if team in unit else say(lang, "stress.unit-of-team", unit=unit, team=team)


def _spike(report: StressReport, lang: str) -> Iterator[str]:
    spike = report.spike
    usual = (spike.letters.mean or 0.0) - (spike.added.mean or 0.0)
    yield say(
        lang,
        "stress.spike",
        times=f"{spike.times:g}",
        hours=spike_length(report, lang),
        begins=f"{spike.begins:%Y-%m-%d %H:%M}",
        letters=count(spike.letters),
        usual=number(usual),
        peak=count(spike.peak_waiting),
        excess=count(spike.peak_excess),
    )
    for sla, each in spike.slas.items():
        shares = {"during": each.during.mean, "without": each.without.mean, "worst": each.worst}
        said = {key: percent(share) for key, share in shares.items()}
        yield say(lang, "stress.spike-sla", sla=name(lang, sla), back=_back(report, each.back, lang), **said)
    if len(spike.slas) > 1:
        yield say(lang, "stress.spike-over", back=_back(report, spike.sla_back, lang))
    yield say(lang, "stress.spike-queue-over", back=_back(report, spike.queue_back, lang))


def spike_length(report: StressReport, lang: str) -> str:
    """How long the spike lasts: `4 h`."""
    return limit(lang, format_duration(report.spike.lasts_h * HOUR))


def _back(report: StressReport, back: Back, lang: str) -> str:
    """When something is as it would be without the spike."""
    replications, days = report.replications, number(report.spike.seen_d)
    if back.above_limit:
        return say(lang, "stress.back-above-limit", days=days)
    if back.not_back == replications:
        return say(lang, "stress.back-never", days=days)
    ends = (back.hours.mean, back.hours.low, back.hours.high)
    mean, low, high = (number(max(end or 0.0, 0.0)) for end in ends)
    if back.not_back:
        times = replications - back.not_back
        return say(lang, "stress.back-often", times=times, replications=replications, hours=mean, days=days)
    return say(lang, "stress.back-at-once" if mean == "0" else "stress.back", hours=mean, low=low, high=high)


def recovery_time(report: StressReport, back: Back, lang: str) -> str:
    """The same in a word or two."""
    if back.above_limit:
        return say(lang, "stress.spike-back-never")
    if back.not_back * 2 >= report.replications:
        return say(lang, "stress.spike-back-late", days=number(report.spike.seen_d))
    return say(lang, "stress.spike-back-hours", hours=number(max(back.hours.mean or 0.0, 0.0)))


def _soak(report: StressReport, lang: str) -> str:
    soak = report.soak
    slas = [
        say(lang, "stress.soak-sla", sla=name(lang, sla), compliance=percent(each.mean))
        for sla, each in soak.compliance.items()
    ]
    growth = soak_growth(report, lang)
    return say(
        lang, "stress.soak", days=soak.days, rate=rate(soak.per_day), slas=listed(lang, slas or ["–"]), growth=growth
    )


def soak_growth(report: StressReport, lang: str) -> str:
    """Whether the queues grow in the soak."""
    soak = report.soak
    return say(lang, "stress.soak-grows" if soak.grows else "stress.soak-steady", growth=count(soak.growth_per_day))
