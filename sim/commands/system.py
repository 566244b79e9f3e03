"""Commands about the real system: what it must sustain, and whether it does."""

import sys
from pathlib import Path

import rich_click as click

from sim.commands.options import BREACHED, INTERRUPTED, SCENARIO, options, seconds
from sim.commands.terminal import get_ready_to_draw, load_all, progress_bar, show, show_written


@click.command()
@SCENARIO
@options("set replications seed engine workers")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it, instead of results/NAME/stress-RUN.")
@options("force no-report lang json quiet")
def stress(
    scenario: Path,
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    engine: str,
    workers: int | None,
    out: Path | None,
    force: bool,
    no_report: bool,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find how many letters a day the staffing carries, what limits it, and how it takes a spike and a year.

    --replications says how many at each rate. The `stress:` section of the scenario says the rest.
    """
    get_ready_to_draw(not no_report)
    layers = [*overrides, *([] if replications is None else [f"stress.replications={replications}"])]
    (loaded,) = load_all([scenario], layers, None, seed)
    from sim.load_folder import stress_into

    with progress_bar(loaded.stem, None, quiet or as_json) as progress:
        written = stress_into(
            loaded, engine=engine, workers=workers, out=out, force=force, lang=lang, shown=not no_report,
            progress=progress,
        )  # fmt: skip
    show_written(written, lang, as_json, quiet)


@click.command()
@SCENARIO
@options("set replications seed engine workers")
@click.option("--export", type=click.Path(path_type=Path), help="Folder for load to replay, and logs of the process.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it, instead of results/NAME/targets-RUN.")
@options("force no-report lang json quiet")
def targets(
    scenario: Path,
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    engine: str,
    workers: int | None,
    export: Path | None,
    out: Path | None,
    force: bool,
    no_report: bool,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say what throughput the real IT system must sustain, and how long each of its calls may take.

    --export writes the letters of one replication as a trace that `replay` sends, with targets.json beside it, and what
    became of them as event logs (XES, OCEL 2.0).
    """
    (loaded,) = load_all([scenario], overrides, replications, seed)
    from sim.load_folder import export_into, targets_into
    from sim.text.load_words import say

    with progress_bar(loaded.stem, loaded.scenario.replications, quiet or as_json) as progress:
        written = targets_into(
            loaded, engine=engine, workers=workers, out=out, force=force, lang=lang, shown=not no_report,
            progress=progress,
        )  # fmt: skip
    letters = export_into(loaded, export, written.summary, engine=engine, force=force) if export is not None else 0
    show_written(written, lang, as_json, quiet)
    if export is not None and not as_json and not quiet:
        show(say(lang, "exported", letters=f"{letters:,}", folder=export))


@click.command()
@click.argument("trace", type=click.Path(path_type=Path))
@click.option("--to", "url", required=True, metavar="URL", help="Where each letter is posted, as JSON.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="Seconds of the trace that pass in one.")
@click.option("--busiest", metavar="DURATION", callback=seconds, help="Only the busiest stretch, such as '1 h'.")
@click.option(
    "--targets",
    "asked",
    type=click.Path(path_type=Path),
    help="A targets.json; the one beside the trace if not said.",
)
@click.option(
    "--connections",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    help="Letters under way at most.",
)
@click.option(
    "--timeout",
    default="30 s",
    show_default=True,
    metavar="DURATION",
    callback=seconds,
    help="When a letter is given up, counted from the moment it was due.",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="A host besides this machine; may be repeated.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it, instead of results/TRACE/replay-TIME.")
@options("force no-report")
@click.option("--fail-on-breach", is_flag=True, help=f"Exit {BREACHED} when a target is missed.")
@options("lang json quiet")
def replay(
    trace: Path,
    url: str,
    speed: float,
    busiest: float | None,
    asked: Path | None,
    connections: int,
    timeout: float,
    hosts: tuple[str, ...],
    out: Path | None,
    force: bool,
    no_report: bool,
    fail_on_breach: bool,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Send the letters of a trace to a real system, each at its time, and say whether it sustains the targets.

    The load does not wait for slow answers, and latency counts from the moment a letter was due. Ctrl-C stops it and
    tells what was sent. Only this machine is loaded, unless --allow-host names another.
    """
    from sim.replay_folder import replay_into

    with progress_bar(trace.stem, None, quiet or as_json) as progress:
        written = replay_into(
            trace, url, speed=speed, busiest=busiest, targets=asked, connections=connections, timeout=timeout,
            hosts=hosts, out=out, force=force, lang=lang, shown=not no_report, progress=progress,
        )  # fmt: skip
    show_written(written, lang, as_json, quiet)
    if written.summary["stopped"]:
        sys.exit(INTERRUPTED)
    if fail_on_breach and written.summary["verdict"] == "missed":
        sys.exit(BREACHED)
