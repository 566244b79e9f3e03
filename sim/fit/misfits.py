"""Where an office and its model differ by more than chance, the worst first."""

from collections.abc import Sequence

import numpy as np

from sim.fit.judgement import AgeCurve, Judgement, Misfit, SideBySide
from sim.fit.looks import PARTS


def misfits_of(judgement: Judgement) -> tuple[Misfit, ...]:
    """Where the office lies outside what was simulated, or differs more than two halves of its own log."""
    found = [*_letters(judgement), *_open_letters(judgement)]
    found += [_curve_misfit(each) for each in judgement.curves if each.letters and _apart(each.ks, each.ks_halves)]
    found += [
        Misfit("sla", each.name, abs(each.simulated.mean - each.real), _figures(each))
        for each in _outside(judgement.slas)
    ]
    # A unit among many, however wrong, is not the office.
    many = max(len(judgement.busy), 1)
    found += [
        Misfit(judgement.busy_as, each.name, min(abs(each.simulated.mean / each.real - 1), 1.0) / many, _figures(each))
        for each in _outside(judgement.busy)
        if each.real > 0
    ]
    return tuple(sorted(found, key=lambda each: -each.size))


def _letters(judgement: Judgement) -> list[Misfit]:
    """How many letters came, and at which hours of the week."""
    found, letters = [], judgement.letters
    if _outside([letters]):
        size = abs(letters.simulated.mean - letters.real) / max(letters.real, 1.0)
        found.append(Misfit("letters", "", min(size, 1.0), _figures(letters)))
    apart, halves = judgement.by_hour_apart, judgement.by_hour_apart_halves
    if _apart(apart, halves):
        found.append(Misfit("arrivals", "", apart - halves, {"real": halves, "simulated": apart}))
    return found


def _open_letters(judgement: Judgement) -> list[Misfit]:
    """The day on which most letters too many or too few are open in the model."""
    days = [
        SideBySide("", real, simulated)
        for real, simulated in zip(judgement.open_letters.tolist(), judgement.open_by_day, strict=True)
    ]
    outside = _outside(days)
    if not outside:
        return []
    worst = max(outside, key=lambda each: abs(each.real - each.simulated.mean))
    gap = abs(worst.real - worst.simulated.mean) / max(float(judgement.open_letters.max()), 1.0)
    return [Misfit("open", "", min(gap, 1.0), {**_figures(worst), "day": float(days.index(worst))})]


def _curve_misfit(curve: AgeCurve) -> Misfit:
    """A curve that differs, told by the part of the day in which letters that come then differ most."""

    def gap(part: str) -> float:
        real, simulated = curve.mean_h[part]
        return abs(simulated - real) if np.isfinite(simulated - real) else 0.0

    whole = gap("all")
    part = max(curve.mean_h, key=lambda each: gap(each) if each == "all" or gap(each) > 1.5 * whole else 0.0)
    real, simulated = curve.mean_h[part]
    figures = {"real": real, "simulated": simulated, "part": float(PARTS.index(part)), "ks": curve.ks,
               "halves": curve.ks_halves, "real_share": float(curve.real[-1]),
               "simulated_share": float(curve.simulated.mean[-1])}  # fmt: skip
    shares_apart = abs(figures["real_share"] - figures["simulated_share"])
    kind = "share" if shares_apart > curve.ks / 2 else "sooner" if simulated < real else "later"
    return Misfit(kind, curve.milestone, curve.ks - curve.ks_halves, figures)


def _apart(distance: float, halves: float) -> bool:
    """Whether two curves differ by more than two halves of the office's log do, which have fewer letters."""
    return distance > halves + 0.01


def _outside(figures: Sequence[SideBySide]) -> list[SideBySide]:
    """Figures of the office that chance alone does not explain."""
    return [each for each in figures if not each.simulated.holds(each.real, len(figures))]


def _figures(each: SideBySide) -> dict[str, float]:
    return {"real": each.real, "simulated": each.simulated.mean}
