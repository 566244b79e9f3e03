"""Summarise the measures of all replications as a report."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, cast

import numpy as np

from sim.core.clock import DAY, HOUR, MINUTE, WEEK
from sim.core.tables import Floats, Int64s
from sim.metrics.causes import CauseCounts
from sim.metrics.compliance import BINS, BINS_A_LIMIT, SlaCounts, left_of, left_share
from sim.metrics.extension import extension_figures
from sim.metrics.figures import Caution
from sim.metrics.figures.letters import Backlog, Exceedance, Fan, LetterFigures, StepFigures
from sim.metrics.figures.slas import Cause, GroupFigures, Histogram, SlaFigures, Why
from sim.metrics.figures.teams import TeamFigures, TeamWeek
from sim.metrics.hours import late_hours, window_by_slot
from sim.metrics.measures import Counts, Measures, OpenLetters, Times, are_copies, instants_of
from sim.metrics.occupancy import TeamSeconds
from sim.metrics.open_at_start import opening_figures
from sim.metrics.repeat_letters import repeat_figures
from sim.metrics.replication import steps_of
from sim.metrics.report import Report
from sim.metrics.roster_groups import roster_groups
from sim.metrics.staffed_weeks import staffed_weeks
from sim.metrics.steps import WAITS, StepCounts, StepDurations
from sim.metrics.supervision import supervision_figures
from sim.metrics.units import unit_figures
from sim.models.workflow import impatient_steps
from sim.scenario.setting import Setting
from sim.statistics import (
    Band,
    Decided,
    Durations,
    Estimate,
    Ratio,
    body_effect,
    combined,
    judge,
    judge_cells,
    mean_over,
    ratio_over,
    spread,
    stacked,
    verdict,
)


def summarise(
    setting: Setting,
    measures: Iterable[Measures],
    *,
    scenario: str,
    engine: str,
    cautions: tuple[Caution, ...] = (),
) -> Report:
    """The report on some replications of one scenario.

    Args:
        measures: of each replication, at least one, in any order. A generator will do.
        scenario: short name for the report, usually the stem of the file.
        engine: which engine simulated.
        cautions: what is known of the scenario already; what the run itself shows is added.
    """
    all_counts: list[Counts] = []
    each_times: list[Times] = []
    for each in measures:
        all_counts.append(each.counts)
        each_times.append(each.times)
    counts, model = stacked(all_counts), setting.scenario
    copies = are_copies(counts.fingerprint)
    # The same times with a list of replications in the place of each `Durations`.
    times: Any = combined(each_times, list, Durations)
    letters = letter_figures(setting, counts, times.time_in_system, copies)
    elapsed = dict(zip(model.sla, times.elapsed, strict=True))
    return Report(
        scenario=scenario,
        title=model.name,
        engine=engine,
        replications=len(all_counts),
        copies=copies,
        seed=model.seed,
        headcount=model.headcount,
        cost=model.staff_cost,
        letters=letters,
        slas={
            name: sla_figures(setting, name, counts.slas[index], counts.causes[index], times.elapsed[index], copies)
            for index, name in enumerate(model.sla)
        },
        steps=step_figures(setting, counts.steps, times.steps, _over(counts), copies),
        teams={name: team_figures(setting, index, counts.teams) for index, name in enumerate(model.teams)},
        backlog=backlog_figures(setting, counts.open_letters),
        opening=None
        if model.backlog is None
        else opening_figures(setting, counts.open_at_start, instants_of(model.horizon), counts.open_letters.number),
        supervision=supervision_figures(setting, counts.supervision),
        extensions=extension_figures(setting, counts.extension, elapsed, copies),
        repeat_letters=repeat_figures(setting, counts.repeat_letters),
        staffed=staffed_weeks(setting, counts.staffed),
        roster=roster_groups(setting),
        cautions=(*cautions, *_seen_in(letters, len(all_counts), copies)),
    )


# All counts here are of several replications, stacked: their first axis is the replication.


def _seen_in(letters: LetterFigures, replications: int, copies: bool) -> Iterator[Caution]:
    """Cautions that only a run shows."""
    growth = letters.growth_per_day
    if letters.grew and growth is not None:
        yield Caution("growth", None, {"per_day": growth.mean, "low": growth.low, "high": growth.high})
    if copies:
        yield Caution("copies", None, {"replications": replications})


def letter_figures(setting: Setting, counts: Counts, times: Sequence[Durations], copies: bool) -> LetterFigures:
    """Figures of the letters of the window."""
    letters = counts.letters
    impatient = impatient_steps(setting.scenario.workflow)
    return LetterFigures(
        received=mean_over(letters.received).at(),
        closed=mean_over(letters.closed).at(),
        closed_share=ratio_over(Ratio(letters.closed, letters.received), share=True).at(),
        open_at_end=mean_over(letters.received - _over(counts)).at(),
        left=mean_over(letters.left).at(),
        open_at_window_end=mean_over(letters.open_at_window_end).at(),
        growth_per_day=_growth_per_day(setting, counts.open_by_week),
        time_in_system_min=spread(times, copies=copies) / MINUTE,
        window_days=setting.scenario.window / DAY,
        abandoned=mean_over(letters.abandoned).at() if impatient else None,
        abandoned_share=ratio_over(Ratio(letters.abandoned, letters.received), share=True).at() if impatient else None,
    )


def _over(counts: Counts) -> Int64s:
    """Letters of the window that are closed, or left out of patience, shape (replications,)."""
    return counts.letters.closed + counts.letters.abandoned


def _growth_per_day(setting: Setting, open_by_week: Int64s) -> Estimate | None:
    weeks, open_letters = open_by_week.shape[1], open_by_week / WEEK
    if weeks < 2 or setting.scenario.window_start < WEEK:
        return None
    return mean_over((open_letters[:, -1] - open_letters[:, 0]) / ((weeks - 1) * WEEK / DAY)).at()


def sla_figures(
    setting: Setting, name: str, counts: SlaCounts, causes: CauseCounts, elapsed: Sequence[Durations], copies: bool
) -> SlaFigures:
    """Figures of one SLA."""
    places, scenario = setting.places, setting.scenario
    sla = scenario.sla[name]
    compliance = judge(counts.all, body_effect(elapsed), copies=copies)
    limit_min = sla.within.seconds / MINUTE
    shares = ratio_over(Ratio(counts.histogram, counts.histogram.sum(axis=1, keepdims=True)), share=True)

    by_hour = Decided(*(column.reshape(-1, 7, 24) for column in counts.by_hour_of_week))

    def groups(names: Sequence[str], cells: Decided) -> tuple[GroupFigures, ...]:
        return _groups(names, cells, copies)

    return SlaFigures(
        name=name,
        from_=sla.from_,
        until=sla.until,
        limit=str(sla.within),
        limit_min=limit_min,
        clock=sla.within.clock,
        target=sla.target,
        compliance=compliance,
        verdict=verdict(compliance, sla.target),
        letters=mean_over(counts.all.letters).at(),
        breaches=mean_over(counts.all.late).at(),
        undecided=mean_over(counts.all.undecided).at(),
        elapsed_min=spread(elapsed, copies=copies) / MINUTE,
        histogram=Histogram(
            edges_min=np.arange(BINS + 1) / BINS_A_LIMIT * limit_min,
            share=shares[:BINS],
            beyond=shares.at(BINS),
        ),
        by_hour_of_week=judge_cells(counts.by_hour_of_week, copies=copies).reshaped(7, 24),
        letters_by_hour_of_week=mean_over(by_hour.letters),
        by_date=groups(_dates(setting), counts.by_day),
        by_category=groups(list(scenario.categories), counts.by_category),
        by_channel=groups(list(scenario.channels), counts.by_channel),
        by_unit=unit_figures(setting, counts.by_home, copies=copies),
        by_team=groups(places.teams, counts.by_team),
        late_hours=late_hours(by_hour.late.sum(axis=1), by_hour.letters.sum(axis=1)),
        causes=_causes(setting, causes),
        breaches_by_hour=mean_over(causes.by_hour),
        left_in_time_share=left_share(left_of(counts.left_in_time, counts.all))
        if impatient_steps(scenario.workflow)
        else None,
    )


def step_figures(
    setting: Setting, counts: StepCounts, times: StepDurations, closed: Int64s, copies: bool
) -> dict[str, StepFigures]:
    """Figures of every step at which letters can be.

    Args:
        times: with a list, of each replication, in the place of each `Durations`.
        closed: letters of the window that are over, shape (replications,).
    """
    visits = mean_over(counts.visits)
    interruptions = mean_over(counts.interruptions)
    delayed = ratio_over(Ratio(counts.delayed, counts.visits), share=True)
    longer = ratio_over(Ratio(counts.longer, counts.started[:, :, np.newaxis]), share=True)
    waiting, work, elapsed = (
        ratio_over(Ratio(seconds, closed[:, np.newaxis])) / MINUTE
        for seconds in (counts.waiting, counts.work, counts.elapsed)
    )
    passed = waiting.mean + work.mean + elapsed.mean
    abandoned = ratio_over(Ratio(counts.abandoned, counts.visits), share=True)
    impatient = impatient_steps(setting.scenario.workflow)
    total = passed.sum()
    share = passed / total if total > 0 else passed
    return {
        name: StepFigures(
            name=name,
            visits=visits.at(step),
            wait_min=spread(cast(Any, times.wait[step]), copies=copies) / MINUTE,
            delayed_share=delayed.at(step),
            service_min=spread(cast(Any, times.service[step]), copies=copies) / MINUTE,
            interruptions=interruptions.at(step),
            waits=Exceedance(np.array(WAITS) / MINUTE, longer[step]),
            waiting_min=waiting.at(step),
            work_min=work.at(step),
            elapsed_min=elapsed.at(step),
            time_in_system_share=float(share[step]) if total > 0 else None,
            abandoned_share=abandoned.at(step) if name in impatient else None,
        )
        for name, step in steps_of(setting).items()
    }


def team_figures(setting: Setting, index: int, counts: TeamSeconds) -> TeamFigures:
    """Figures of one team, by its place in the scenario."""
    name = setting.places.teams[index]
    team = setting.scenario.teams[name]
    window = window_by_slot(setting)
    on_duty, busy, other_duty, overtime, waiting = (column[:, index] for column in counts[:5])

    def hours(seconds: Floats) -> Estimate:
        return mean_over(seconds.sum(axis=1) / HOUR).at()

    def by_hour(seconds: Floats) -> Band:
        return mean_over(np.divide(seconds, window, out=np.full(seconds.shape, np.nan), where=window > 0))

    return TeamFigures(
        name=name,
        tier=team.tier or "",
        units=team.unit_count,
        headcount=team.headcount,
        counted=team.counted,
        on_duty_hours=hours(on_duty),
        busy_hours=hours(busy),
        utilisation=ratio_over(Ratio(busy.sum(axis=1), on_duty.sum(axis=1)), share=True).at(),
        overtime_hours=hours(overtime),
        queue_mean=mean_over(waiting.sum(axis=1) / window.sum()).at(),
        queue_max=mean_over(counts.queue_max[:, index]).at(),
        week=TeamWeek(
            on_duty=by_hour(on_duty),
            busy=by_hour(busy),
            other_duty=by_hour(other_duty),
            overtime=by_hour(overtime),
            waiting=by_hour(waiting),
            utilisation=ratio_over(Ratio(busy, on_duty), share=True),
        ),
    )


def backlog_figures(setting: Setting, counts: OpenLetters) -> Backlog:
    """The course of the backlog over the whole simulation."""
    days = instants_of(setting.scenario.horizon) / DAY
    window_days = (setting.scenario.window_start / DAY, setting.scenario.window_end / DAY)
    return Backlog(setting.scenario.start, days, window_days, _fan(counts.number), _fan(counts.age / DAY))


def _dates(setting: Setting) -> list[str]:
    """The dates on which letters of the window can come."""
    scenario = setting.scenario
    days = range(scenario.window_start // DAY, -(-scenario.window_end // DAY))
    return [(scenario.start + timedelta(days=day)).isoformat() for day in days]


def _groups(names: Sequence[str], counts: Decided, copies: bool) -> tuple[GroupFigures, ...]:
    """Compliance of each group that has letters."""
    compliance = judge_cells(counts, copies=copies)
    letters, breaches = mean_over(counts.letters), mean_over(counts.late)
    return tuple(
        GroupFigures(
            name, letters.at(index), breaches.at(index), compliance.at(index), float(compliance.letters[index])
        )
        for index, name in enumerate(names)
        if letters.mean[index] > 0
    )


def _causes(setting: Setting, counts: CauseCounts) -> tuple[Cause, ...]:
    steps = [step.name for step in setting.scenario.workflow]
    teams = [*setting.places.teams, None]
    breaches = mean_over(counts.by_place)
    whole = counts.by_place.sum(axis=(1, 2, 3), keepdims=True)
    share = ratio_over(Ratio(counts.by_place, whole), share=True)
    found = [
        Cause(steps[step], teams[team], list(Why)[why], breaches.at(step, team, why), share.at(step, team, why))
        for step, team, why in np.argwhere(breaches.mean > 0).tolist()
    ]
    return tuple(sorted(found, key=lambda cause: -(cause.share.mean or 0.0)))


def _fan(courses: Floats | Int64s) -> Fan:
    return Fan(courses.mean(axis=0), *np.percentile(courses, (5, 25, 50, 75, 95), axis=0))
