"""Where an office and its model differ by more than chance, the worst first."""

import numpy as np

from sim.fit.judgement import AgeCurve, Judgement, Misfit, SideBySide
from sim.fit.looks import PARTS


def misfits_of(judgement: Judgement) -> tuple[Misfit, ...]:
    """Where the office lies outside what was simulated, or differs more than two halves of its own log."""
    found = [*_letters(judgement), *_open_letters(judgement)]
    found += [_curve_misfit(each) for each in judgement.curves if each.letters and _apart(each.ks, each.ks_halves)]
    found += [
        Misfit("sla", each.name, abs(each.simulated.mean - each.real), _figures(each))
        for each in judgement.slas
        if _outside(each)
    ]
    total = sum(each.real for each in judgement.busy) or 1.0
    found += [
        Misfit("busy", each.name, min(abs(each.simulated.mean - each.real) / total, 1.0), _figures(each))
        for each in judgement.busy
        if _outside(each)
    ]
    return tuple(sorted(found, key=lambda each: -each.size))


def _letters(judgement: Judgement) -> list[Misfit]:
    """How many letters came, and at which hours of the week."""
    found, letters = [], judgement.letters
    if judgement.held_out and _outside(letters):
        size = abs(letters.simulated.mean - letters.real) / max(letters.real, 1.0)
        found.append(Misfit("letters", "", min(size, 1.0), _figures(letters)))
    apart, halves = judgement.by_hour_apart, judgement.by_hour_apart_halves
    if _apart(apart, halves):
        found.append(Misfit("hours", "", apart - halves, {"real": halves, "simulated": apart}))
    return found


def _open_letters(judgement: Judgement) -> list[Misfit]:
    real, simulated = judgement.open_letters, judgement.open_simulated
    gap = np.maximum(real - simulated.high, simulated.low - real)
    if not len(gap) or gap.max() <= 0:
        return []
    worst = int(np.argmax(gap))
    figures = {"real": float(real[worst]), "simulated": float(simulated.mean[worst]), "day": float(worst)}
    return [Misfit("open", "", min(float(gap[worst]) / max(float(real.max()), 1.0), 1.0), figures)]


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
    """Whether two curves differ by more than two halves of the office's log do."""
    return distance > 1.5 * halves + 0.01


def _outside(each: SideBySide) -> bool:
    """Whether the office's figure lies outside all simulated ones; nan does not."""
    return each.real < each.simulated.low or each.real > each.simulated.high


def _figures(each: SideBySide) -> dict[str, float]:
    return {"real": each.real, "simulated": each.simulated.mean}
