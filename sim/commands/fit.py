"""The command that makes a scenario of an office's own log, and says how well it tells the truth."""

from pathlib import Path

import rich_click as click

from sim.commands.options import FILE, PATH, share_up_to, takes
from sim.commands.terminal import get_ready_to_draw, show, show_written
from sim.core.options import Options


def _columns(_: click.Context, __: click.Parameter, written: tuple[str, ...]) -> dict[str, str]:
    """Columns as `received=来信时间,category=类别`; the option may be repeated."""
    columns = {}
    for each in (pair for option in written for pair in option.split(",") if pair.strip()):
        role, equals, column = each.partition("=")
        if not equals or not role.strip():
            raise click.BadParameter(f"must be like received=来信时间, with commas between several (got {each!r})")
        columns[role.strip()] = column.strip()
    return columns


@click.command()
@click.argument("log", type=PATH)
@click.option("--as", "kind", type=click.Choice(["letters", "events"]), help="What a row is (default: by its columns).")
@click.option(
    "--columns",
    multiple=True,
    metavar="ROLE=COLUMN,...",
    callback=_columns,
    help="Columns that are not known by their names, as received=来信时间 (DAY+TIME for two); others are milestones.",
)
@click.option("--roster", type=PATH, help="File of the real shifts: unit, from, to, people.")
@click.option("--base", type=PATH, help="Scenario whose steps, teams and SLAs are kept, with the log's figures.")
@click.option(
    "--hold-out",
    default="25%",
    show_default=True,
    metavar="SHARE",
    callback=share_up_to(0.75, "a share from 0 to 75%, such as 25%"),
    help="Last part of the letters, on which the fit is judged.",
)
@click.option("--judge-on", type=PATH, help="Another log on which the fit is judged instead.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out, and say which.")
@click.option("--zone", metavar="ZONE", help="Convert instants with an offset to this zone, such as Asia/Shanghai.")
@click.option(
    "--dates", type=click.Choice(["day-month", "month-day"]), help="What comes first in dates such as 3/4/2025."
)
@click.option(
    "--sheet",
    "sheets",
    multiple=True,
    metavar="NAME",
    help="Sheet of a spreadsheet, if several may be meant; repeatable.",
)
@click.option("--write", "file", type=FILE, help="Write the scenario, and the files that it names beside it.")
@click.option(
    "--backlog-to", "backlog", type=PATH, help="Write the letters that are open when the log ends, to go on from."
)
@takes("replications machines out force page json quiet")
def fit(options: Options, file: Path | None, backlog: Path | None, **asked: object) -> None:
    """Make a scenario of an office's own LOG, and judge it on letters that it has not seen.

    A row of the log is a letter (received, and any of signed, contacted, first feedback, closed, category, channel,
    unit, handler, satisfied) or an event (case, activity, start, end, resource, unit); CSV, JSON Lines, Parquet, XLSX,
    XES and OCEL 2.0 are read. --replications is the number of simulated logs that it is compared with.
    """
    for path in (file, backlog):
        if path is not None and path.exists() and not options.force:
            raise click.UsageError(f"{path} is there already; name another, or say --force to replace it")
    get_ready_to_draw("fit", options)
    from sim.output.results.fit import FitRequest, fit_log, write_fitted
    from sim.output.words import say

    result = fit_log(FitRequest(**asked), options)  # type: ignore[arg-type]
    write_fitted(result, file, backlog, force=options.force)
    show_written(result, options)
    if file is not None and not options.silent:
        show(say(options.lang, "commands.written", file=file))
