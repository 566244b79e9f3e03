"""The command that loads a real system, and says whether it meets its service level."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import rich_click as click

from sim.commands.options import BREACHED, COULD_NOT, INTERRUPTED, PATH, Command, seconds, share_up_to, takes
from sim.commands.terminal import complain, progress_bar, show_written
from sim.core.options import Options
from sim.operations.destination import TOKEN, read_headers
from sim.operations.service_level import PERCENTILES


def _milliseconds(context: click.Context, option: click.Parameter, written: str | None) -> float | None:
    """A duration with its unit, `ms` among them, as an option takes it."""
    if written is not None and written.endswith("ms"):
        with suppress(ValueError):
            number = float(written.removesuffix("ms"))
            if 0 <= number < float("inf"):
                return number
    in_seconds = seconds(context, option, written)
    return None if in_seconds is None else 1_000 * in_seconds


def _level(command: Command) -> Command:
    """Options of the service level, one for each percentile."""
    for name in reversed(PERCENTILES):
        text = f"Maximum latency of the {PERCENTILES[name]:g}th percentile, such as '500 ms'."
        command = click.option(f"--{name}", metavar="DURATION", callback=_milliseconds, help=text)(command)
    return command


@click.command()
@click.argument("trace", type=PATH)
@click.option(
    "--to",
    "url",
    required=True,
    metavar="URL",
    help="URL of the letters: where each is posted, and below which its calls go.",
)
@click.option(
    "--requests",
    "template",
    type=PATH,
    help="YAML file of method, path, headers and body by operation (default: the letter API of examples/openapi.json).",
)
@click.option(
    "--header-file",
    type=PATH,
    help=f"File of HTTP headers, one 'Name: value' a line. {TOKEN} in the environment is sent as bearer token.",
)
@click.option("--speed", type=float, help="Speed-up: seconds of the trace per second (default: 1).")
@click.option("--rate", type=float, help="Calls a second on average, reads not counted, instead of a speed.")
@click.option(
    "--ramp",
    default="0 s",
    metavar="DURATION",
    callback=seconds,
    help="Time in which the load grows from nothing; not counted.",
)
@click.option(
    "--warm-up",
    default="0 s",
    metavar="DURATION",
    callback=seconds,
    help="Time at full load before calls are counted.",
)
@click.option(
    "--reads",
    type=click.Choice(["mean", "peak", "none"]),
    help="Rate of the reads of targets.json between the calls (default: mean, for a trace of letters none).",
)
@click.option("--busiest", metavar="DURATION", callback=seconds, help="Replay only the busiest stretch, such as '1 h'.")
@click.option(
    "--targets",
    "goals",
    type=PATH,
    help="targets.json to compare with (default: the one beside the trace).",
)
@_level
@click.option(
    "--errors",
    metavar="SHARE",
    callback=share_up_to(1, "a share such as 0.1% or 0.001, up to 100%"),
    help="Maximum error rate (default: 1%).",
)
@click.option(
    "--connections",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    help="Maximum requests in flight.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="Processes that send; one sends some 2,000 calls a second.",
)
@click.option(
    "--timeout",
    default="30 s",
    show_default=True,
    metavar="DURATION",
    callback=seconds,
    help="Time after which a request is given up, from the moment it was due.",
)
@click.option(
    "--idle",
    default="1 s",
    show_default=True,
    metavar="DURATION",
    callback=seconds,
    help="Keep-alive: reuse a connection idle for at most this long; less than the server's own.",
)
@click.option(
    "--abort-after",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="Stop after this many failed connections in a row; 0 for never.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="HOST",
    help="Host that may be loaded besides this machine; may be repeated.",
)
@takes("out force fail-on-breach page json quiet")
def replay(
    trace: Path,
    url: str,
    template: Path | None,
    speed: float | None,
    rate: float | None,
    reads: Literal["mean", "peak", "none"] | None,
    header_file: Path | None,
    busiest: float | None,
    goals: Path | None,
    errors: float | None,
    options: Options,
    **others: Any,
) -> None:
    """Load a real system with the calls of a trace, each at its time, and say whether it meets its service level.

    A trace of letters (letters.csv) makes one call a letter, one of calls (calls.csv) all of them, with the id that the
    answer to the first one gave.

    The load is open: it does not wait for slow answers, and latency counts from the moment a call was due. Ctrl-C
    stops it and reports what was sent. Only this machine is loaded, unless --allow-host names another. The level is
    --p50 to --p999 and --errors, or what targets.json says, or else an assumed 1 s for 99%.

    Credentials belong in --header-file or LETTERSIM_TOKEN, for what stands on a command line everybody on the machine
    can read. Those in the URL are used too, and shown nowhere.
    """
    from sim.output.results.replay import planned
    from sim.output.results.replay import replay as send
    from sim.scenario.request_files import read_requests

    level = {name: others.pop(name) for name in PERCENTILES}
    latency_ms = {name: most for name, most in level.items() if most is not None}
    if speed is not None and rate is not None:
        raise click.UsageError("--speed and --rate say the same thing; give one of them")
    others["speed"] = 1.0 if speed is None else speed
    plan = planned(url, headers=read_headers(header_file, os.environ.get(TOKEN)), **others)
    requests = None if template is None else read_requests(template)
    with progress_bar(trace.stem, None, options.silent) as progress:
        result = send(
            trace, plan, options, requests=requests, busiest=busiest, rate=rate, reads=reads, targets=goals,
            latency_ms=latency_ms, errors=errors, progress=progress,
        )  # fmt: skip
    show_written(result, options)
    if result.summary["stopped"]:
        sys.exit(INTERRUPTED)
    if options.fail_on_breach and result.summary["verdict"] == "missed":
        sys.exit(BREACHED)
    if result.summary["aborted"]:
        from sim.output.text.replay import aborted_text

        complain(aborted_text(result.report, options.lang), COULD_NOT)
