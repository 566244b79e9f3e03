"""The command that finds which figures of a scenario decide the answer."""

from pathlib import Path

import rich_click as click

from sim.commands.options import SCENARIO, share_up_to, takes
from sim.commands.terminal import get_ready_to_draw, progress_bar, show_written
from sim.core.options import Options

_MARKS = ("A", "D", "M", "S", "W")


def _marks(_: click.Context, __: click.Parameter, written: str) -> tuple[str, ...]:
    marks = tuple(dict.fromkeys(each.strip() for each in written.split(",")))
    if not set(marks) <= set(_MARKS):
        raise click.BadParameter(f"must be marks such as A or A,W,D (got {written!r})")
    return marks


def _power_of_2(_: click.Context, __: click.Parameter, written: int | None) -> int | None:
    if written is not None and (written == 1 or written & (written - 1)):
        raise click.BadParameter(f"must be 0 or a power of 2 from 2 on (got {written})")
    return written


@click.command()
@SCENARIO
@click.option(
    "--marks", default="A", callback=_marks, show_default=True,
    help="Vary the figures with these marks: A assumed, W published elsewhere, D derived, M measured, S published.",
)  # fmt: skip
@click.option(
    "--range", "ranges", multiple=True, metavar="KEY=lo..hi",
    help="Range of a figure, marked or not, such as workflow.sign.effort.mean=1 min..3 min; may be repeated.",
)  # fmt: skip
@click.option(
    "--spread", default="25%", callback=share_up_to(0.9, "a share such as 25%, at most 90%"), show_default=True,
    help="Part of itself by which a figure is varied if no range is said.",
)  # fmt: skip
@click.option(
    "--points", type=click.IntRange(min=0, max=4096), callback=_power_of_2,
    help="Points of each of two samples in which all figures are varied, a power of 2; 0 for none (default: up to 64).",
)  # fmt: skip
@takes("set replications seed engine machines out force page json quiet")
def sensitivity(
    scenario: Path, marks: tuple[str, ...], ranges: tuple[str, ...], spread: float, points: int | None, options: Options
) -> None:
    """Find which assumptions of a scenario decide the answer: what each figure moves, and what to measure first.

    A range may stand in the scenario too, behind the mark (`# A: [6 min, 12 min], squad minutes`) or in
    `sensitivity: {ranges: {KEY: lo..hi}}`.
    """
    get_ready_to_draw("sensitivity", options)
    from sim.output.results.sensitivity import sensitivity as find
    from sim.sensitivity import SensitivityQuestion

    with progress_bar(scenario.stem, None, options.silent) as progress:
        result = find(scenario, SensitivityQuestion(marks, ranges, spread, points), options, progress=progress)
    show_written(result, options)
