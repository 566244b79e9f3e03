"""Is another staffing better? Paired differences of compliance from the base."""

from matplotlib.axes import Axes

from sim.comparison import Comparison, Pair, PairedVerdict, SlaDifference
from sim.output.charts.style import BLACK, GREEN, GREY, PALE, VERMILION, rows_axis
from sim.output.charts.words import say
from sim.output.text.words import name, points

COLOURS = {
    PairedVerdict.BETTER: GREEN,
    PairedVerdict.WORSE: VERMILION,
    PairedVerdict.NO_DIFFERENCE: GREY,
    PairedVerdict.NONE_SEEN: GREY,
}


def _pair(comparison: Comparison, other: str) -> Pair:
    return next(pair for pair in comparison.pairs if pair.other == other)


def _largest(pair: Pair) -> SlaDifference:
    shown = [each for each in pair.slas.values() if each.finding is pair.finding] or list(pair.slas.values())
    return max(shown, key=lambda each: abs(each.paired.mean or 0.0))


def title(comparison: Comparison, panel: str, lang: str) -> str:
    """The verdict, and the largest difference behind it."""
    pair = _pair(comparison, panel)
    key = {
        PairedVerdict.BETTER: "better",
        PairedVerdict.WORSE: "worse",
        PairedVerdict.NO_DIFFERENCE: "none",
        None: "mixed",
    }.get(pair.finding, "none")
    largest = _largest(pair)
    return say(
        lang,
        f"difference {key}",
        other=panel,
        base=pair.base,
        sla=name(lang, largest.sla),
        difference=points(lang, largest.paired),
    )


def alt(comparison: Comparison, panel: str, lang: str) -> str:
    """Every difference in words."""
    pair = _pair(comparison, panel)
    said = "; ".join(f"{name(lang, each.sla)} {points(lang, each.paired)}" for each in pair.slas.values())
    return f"{say(lang, 'differences alt')}. {title(comparison, panel, lang)}. {said}"


def draw(comparison: Comparison, panel: str, ax: Axes, lang: str) -> Axes:
    """A dot for each SLA with its paired interval, and behind it the interval without common random numbers."""
    pair = _pair(comparison, panel)
    for row, each in enumerate(pair.slas.values()):
        paired, apart = each.paired, each.difference.independent
        for interval, colour, width, key in (
            (apart, PALE, 9, "independent"),
            (paired, COLOURS[each.finding], 4, "paired"),
        ):
            if interval.low is not None and interval.high is not None:
                ax.plot([100 * interval.low, 100 * interval.high], [row, row], color=colour, linewidth=width,
                        solid_capstyle="butt", label=say(lang, key) if row == 0 else None)  # fmt: skip
        ax.plot(100 * (paired.mean or 0.0), row, "o", color=COLOURS[each.finding], markersize=7)
    ax.axvline(0, color=BLACK, linewidth=1)
    rows_axis(ax, [name(lang, sla) for sla in pair.slas])
    ax.grid(axis="x")
    ax.set_xlabel(say(lang, "difference axis", base=pair.base))
    return ax
