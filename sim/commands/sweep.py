"""The command that simulates a scenario at every point of a design."""

from pathlib import Path

import rich_click as click

from sim.commands.options import SCENARIO, VARY, takes
from sim.commands.terminal import get_ready_to_draw, progress_bar, show_written
from sim.core.options import Options


@click.command()
@SCENARIO
@VARY
@click.option(
    "--design", type=click.Choice(["grid", "sobol", "lhs"]), default="grid", show_default=True,
    help="Every combination of levels, or Sobol points or a Latin hypercube over all ranges.",
)  # fmt: skip
@click.option("--points", type=click.IntRange(min=1), help="Number of points of a sobol or lhs design (default: 64).")
@takes("set replications seed engine machines out force page json quiet")
def sweep(scenario: Path, varied: tuple[str, ...], design: str, points: int | None, options: Options) -> None:
    """Simulate a scenario over ranges of any of its keys, with the same letters at every point.

    A value may be a number with its unit (`6 min..12 min`), a change of what stands there (`-20%..+20%`) or anything
    that --set takes (a,b,c). --replications is the number at each point.
    """
    if not varied:
        raise click.UsageError("Missing option '--vary'.")
    get_ready_to_draw("sweep", options)
    from sim.output.results.sweep import sweep as sweep_scenario

    with progress_bar(scenario.stem, None, options.silent) as progress:
        result = sweep_scenario(scenario, varied, options, design=design, points=points, progress=progress)
    show_written(result, options)
