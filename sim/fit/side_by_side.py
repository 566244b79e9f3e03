"""An office's log and simulated ones, seen in the same frame, side by side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from sim.core.clock import DAY
from sim.core.tables import Bools, Floats, Int64s
from sim.fit.distances import area_between, kolmogorov_smirnov, random_rows, share_by
from sim.fit.judgement import AgeCurve, FieldDistance, Judgement, SideBySide, SimulatedRanges, range_of, ranges_of
from sim.fit.log import EventLog, LetterLog
from sim.fit.looks import PARTS, Frame, Look, Target, hour_of_log
from sim.fit.misfits import misfits_of
from sim.metrics.hours import HOURS_OF_WEEK

_POINTS: Final = 200
"""Points of a curve."""

_WEEK: Final = 7 * DAY

_SPLITS: Final = 10
"""Ways in which an office's log is halved; their mean distance counts."""


def judgement_of(
    real: Look,
    looks: Sequence[Look],
    frame: Frame,
    target: Target,
    distances: tuple[FieldDistance, ...],
    on_duty: Floats | None,
    *,
    known_staffing: bool,
) -> Judgement:
    """What was seen of an office's log and of each simulated one, and the misfits between them.

    Args:
        on_duty: hours a day of those whose work the frame adds up, where they are known.
    """
    if on_duty is not None:
        real, looks = _utilised(real, on_duty), [_utilised(each, on_duty) for each in looks]
    log = target.log
    weeks = max((target.ends - target.begins) / _WEEK, 1.0)
    halved = [_halved(real, split) for split in range(_SPLITS)]
    midnight = np.datetime64(log.origin, "s")

    def beside(name: str, place: int, figure: str, letters: int = 0) -> SideBySide:
        simulated = range_of([getattr(each, figure)[place] for each in looks])
        return SideBySide(name, float(getattr(real, figure)[place]), simulated, letters)

    judgement = Judgement(
        begins=str(midnight + target.begins),
        ends=str(midnight + target.ends),
        held_out=target.held_out,
        known_staffing=known_staffing,
        replications=len(looks),
        letters=SideBySide("", real.letters, range_of([each.letters for each in looks]), int(real.letters)),
        by_hour=real.by_hour / weeks,
        by_hour_simulated=ranges_of([each.by_hour / weeks for each in looks]),
        by_hour_apart=float(np.mean([_apart(_shares(real.by_hour), _shares(each.by_hour)) for each in looks])),
        by_hour_apart_halves=_apart(*_halved_hours(log, frame)),
        curves=tuple(_curve(place, name, real, looks, halved) for place, name in enumerate(frame.milestones)),
        days=tuple(str(midnight + day) for day in frame.days.tolist()),
        open_letters=real.open_letters,
        open_by_day=tuple(map(range_of, zip(*(each.open_letters.tolist() for each in looks), strict=True))),
        busy_by=frame.busy_by,
        busy_as="hours" if on_duty is None else "utilisation",
        busy=tuple(beside(name, place, "busy") for place, name in enumerate(frame.busy)),
        slas=tuple(
            beside(each.name, place, "on_time", int(real.judged[place])) for place, each in enumerate(frame.slas)
        ),
        distances=distances,
        misfits=(),
    )
    return replace(judgement, misfits=misfits_of(judgement))


def _utilised(look: Look, on_duty: Floats) -> Look:
    """With the share of the hours on duty that were worked in the place of hours; nan where nobody was on duty."""
    return look._replace(busy=np.divide(look.busy, on_duty, out=np.full(len(on_duty), np.nan), where=on_duty > 0))


def _curve(place: int, name: str, real: Look, looks: Sequence[Look], halved: Sequence[tuple[Look, Look]]) -> AgeCurve:
    ours, theirs = real.ages[place], [each.ages[place] for each in looks]
    reached = ours[np.isfinite(ours)]
    most = float(np.quantile(reached, 0.99)) if len(reached) else 1.0
    hours = np.unique(np.concatenate([np.linspace(0, max(most, 1e-9), _POINTS), [most * 1.25]]))
    ages = np.array([share_by(each, hours) for each in theirs])
    pairs = [(one.ages[place], other.ages[place]) for one, other in halved]
    means = {
        part: (_mean_age(ours, real.parts, number, most),
               range_of([_mean_age(each.ages[place], each.parts, number, most) for each in looks]).mean)
        for number, part in enumerate(PARTS)
        if (real.parts == number).any() or not number
    }  # fmt: skip
    return AgeCurve(
        milestone=name,
        hours=hours,
        real=share_by(ours, hours),
        simulated=SimulatedRanges(ages.mean(axis=0), ages.min(axis=0), ages.max(axis=0)),
        ks=float(np.mean([kolmogorov_smirnov(ours, each) for each in theirs])),
        area_h=float(np.mean([area_between(ours, each, most) for each in theirs])),
        ks_halves=float(np.mean([kolmogorov_smirnov(*pair) for pair in pairs])),
        area_halves_h=float(np.mean([area_between(*pair, most) for pair in pairs])),
        mean_h=means,
        letters=len(reached),
    )


def _mean_age(ages: Floats, parts: Int64s, part: int, most: float) -> float:
    """Mean age of the letters of a part that reached a milestone; older ones than `most` count as that old."""
    some = np.isfinite(ages) & ((parts == part) | (part == 0))
    return float(np.minimum(ages[some], most).mean()) if some.any() else float("nan")


def _halved(real: Look, split: int) -> tuple[Look, Look]:
    """The letters of an office, allocated at random to two halves."""
    first = _half(len(real.parts), split)
    one, other = (
        real._replace(ages=tuple(each[which] for each in real.ages), parts=real.parts[which])
        for which in (first, ~first)
    )
    return one, other


def _halved_hours(log: EventLog | LetterLog, frame: Frame) -> tuple[Floats, Floats]:
    """Shares of letters by hour of the week in every other week of a period, or of half the letters of a short one."""
    received = log.received[(log.received >= frame.begins) & (log.received < frame.ends)]
    if frame.ends - frame.begins >= 4 * _WEEK:
        first = received // _WEEK % 2 == 1
    else:
        first = _half(len(received), 0)
    one, other = (
        _shares(np.bincount(hour_of_log(log, received[which]), minlength=HOURS_OF_WEEK).astype(np.float64))
        for which in (first, ~first)
    )
    return one, other


def _half(count: int, split: int) -> Bools:
    """Which of some letters are in the first half, at random."""
    return random_rows(count, count // 2, (count, split))


def _apart(one: Floats, other: Floats) -> float:
    """Share of letters that would have to come at another hour for two weeks to be the same."""
    return float(np.abs(one - other).sum() / 2)


def _shares(counts: Floats) -> Floats:
    shares: Floats = counts / max(counts.sum(), 1.0)
    return shares
