"""Commands about the real system: what it must sustain, and whether it does."""

import sys
from pathlib import Path

import rich_click as click

from sim.commands.options import BREACHED, INTERRUPTED, SCENARIO, Asked, options, seconds
from sim.commands.terminal import get_ready_to_draw, load_all, progress_bar, show, show_written, tell_stale


@click.command()
@SCENARIO
@options("set replications seed engine workers")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it, instead of results/NAME/stress-RUN.")
@options("force no-report lang json quiet")
def stress(scenario: Path, asked: Asked, out: Path | None) -> None:
    """Find how many letters a day the staffing carries, what limits it, and how it takes a spike and a year.

    --replications says how many at each rate. The `stress:` section of the scenario says the rest.
    """
    get_ready_to_draw(asked.shown)
    (loaded,) = load_all([scenario], asked.layers("stress.replications"))
    from sim.folders.load import stress_into

    with progress_bar(loaded.stem, None, asked.silent) as progress:
        written = stress_into(loaded, out=out, progress=progress, **asked.making)
    show_written(written, asked)


@click.command()
@SCENARIO
@options("set replications seed engine workers")
@click.option("--export", type=click.Path(path_type=Path), help="Folder for load to replay, and logs of the process.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it, instead of results/NAME/targets-RUN.")
@options("force no-report lang json quiet")
def targets(scenario: Path, asked: Asked, export: Path | None, out: Path | None) -> None:
    """Say what throughput the real IT system must sustain, and how long each of its calls may take.

    --export writes the letters of one replication as a trace that `replay` sends, with targets.json beside it, and what
    became of them as event logs (XES, OCEL 2.0).
    """
    (loaded,) = load_all([scenario], asked.layers())
    from sim.folders.load import export_into, letters_exported, targets_into
    from sim.text.load_words import say

    with progress_bar(loaded.stem, loaded.scenario.replications, asked.silent) as progress:
        written = targets_into(loaded, out=out, progress=progress, **asked.making)
    exported = (
        export_into(loaded, export, written.summary, engine=asked.engine, force=asked.force)
        if export is not None
        else None
    )
    show_written(written, asked)
    if exported is not None:
        tell_stale(exported, asked)
        if not asked.silent:
            letters = letters_exported(exported.folder)
            show(say(asked.lang, "exported", letters=f"{letters:,}", folder=exported.folder))


@click.command()
@click.argument("trace", type=click.Path(path_type=Path))
@click.option("--to", "url", required=True, metavar="URL", help="Where each letter is posted, as JSON.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="Seconds of the trace that pass in one.")
@click.option("--busiest", metavar="DURATION", callback=seconds, help="Only the busiest stretch, such as '1 h'.")
@click.option(
    "--targets",
    "goals",
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
    goals: Path | None,
    connections: int,
    timeout: float,
    hosts: tuple[str, ...],
    asked: Asked,
    out: Path | None,
    fail_on_breach: bool,
) -> None:
    """Send the letters of a trace to a real system, each at its time, and say whether it sustains the targets.

    The load does not wait for slow answers, and latency counts from the moment a letter was due. Ctrl-C stops it and
    tells what was sent. Only this machine is loaded, unless --allow-host names another.
    """
    from sim.folders.replay import replay_into

    with progress_bar(trace.stem, None, asked.silent) as progress:
        written = replay_into(
            trace, url, speed=speed, busiest=busiest, targets=goals, connections=connections, timeout=timeout,
            hosts=hosts, out=out, force=asked.force, lang=asked.lang, shown=asked.shown, progress=progress,
        )  # fmt: skip
    show_written(written, asked)
    if written.summary["stopped"]:
        sys.exit(INTERRUPTED)
    if fail_on_breach and written.summary["verdict"] == "missed":
        sys.exit(BREACHED)
