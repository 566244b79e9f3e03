"""lettersim: how many staff hold the SLAs of a director's mailbox (局长信箱)?"""

import errno
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import rich_click as click

from sim.errors import ScenarioError, SimError
from sim.version import VERSION

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sim.load_folder import Written
    from sim.loading import Loaded

COULD_NOT, ASKED_WRONGLY, BREACHED, INTERRUPTED = 1, 2, 3, 130

Command = Callable[..., Any]

OPTIONS: dict[str, Command] = {
    "set": click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE",
        help="Change a value of the scenario, such as arrivals.per_day=600; may be repeated.",
    ),
    "replications": click.option("--replications", type=click.IntRange(min=1), help="How many replications."),
    "seed": click.option("--seed", type=click.IntRange(min=0), help="Seed of all chance."),
    "engine": click.option(
        "--engine", type=click.Choice(["compiled", "simpy"]), default="compiled", show_default=True,
        help="Both give the same numbers; compiled is fast, simpy readable.",
    ),
    "workers": click.option(
        "--workers", type=click.IntRange(min=1), help="Replications at once; all cores if not said.",
    ),
    "lang": click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, envvar="LETTERSIM_LANG",
        help="Language of what is printed.",
    ),
    "json": click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, and nothing else."),
    "force": click.option("--force", is_flag=True, help="Compute again what is there already."),
    "no-report": click.option("--no-report", is_flag=True, help="Write figures and tables only, no charts and page."),
    "quiet": click.option("--quiet", is_flag=True, help="Print nothing but errors."),
}  # fmt: skip


def options(names: str) -> Callable[[Command], Command]:
    """The common options with these names, in this order."""

    def decorate(command: Command) -> Command:
        for each in reversed(names.split()):
            command = OPTIONS[each](command)
        return command

    return decorate


SCENARIO = click.argument("scenario", type=click.Path(path_type=Path))
SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")


def seconds(_: click.Context, __: click.Parameter, written: str | None) -> float | None:
    """A duration with its unit, as an option takes it."""
    from sim.clock import parse_duration

    try:
        return None if written is None else parse_duration(written)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


class Door(click.RichGroup):
    """The commands; every error ends in a sentence and an exit code, none in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ScenarioError as error:
            complain(str(error), ASKED_WRONGLY)
        except SimError as error:
            complain("\n".join([str(error), *getattr(error, "__notes__", [])]), COULD_NOT)
        except MemoryError:
            complain("there is not enough memory; fewer --workers or a shorter window need less", COULD_NOT)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has gone, and click leaves quietly
                raise
            complain(str(error), COULD_NOT)
        except KeyboardInterrupt:
            complain("interrupted; nothing half-done was left", INTERRUPTED)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="lettersim")
def cli() -> None:
    """How many staff hold the SLAs of a director's mailbox (局长信箱·接诉即办)?

    A scenario is a YAML file: how letters arrive, who handles them, what was promised. `new` writes one to begin with.
    """


@cli.command()
@SCENARIOS
@options("set replications seed engine workers")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the results, instead of results/NAME/RUN.")
@options("force no-report")
@click.option("--fail-on-breach", is_flag=True, help=f"Exit {BREACHED} when an SLA is missed.")
@options("lang json quiet")
def run(
    scenarios: tuple[Path, ...],
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    engine: str,
    workers: int | None,
    out: Path | None,
    force: bool,
    no_report: bool,
    fail_on_breach: bool,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate scenarios, write their results, and say whether the staffing holds."""
    if out is not None and len(scenarios) > 1:
        raise click.UsageError("--out names one folder, for one scenario")
    loaded = load_all(scenarios, overrides, replications, seed)
    from sim.cost import prepare
    from sim.results import run as simulate
    from sim.text import answer, word

    for each in loaded:
        prepare(each, engine, workers)
    summaries = []
    missed = False
    for each in loaded:
        with progress_bar(each.stem, each.scenario.replications, quiet or as_json) as progress:
            result = simulate(
                each, engine=engine, workers=workers, out=out, force=force, lang=lang, shown=not no_report,
                progress=progress,
            )  # fmt: skip
        summaries.append(result.summary)
        missed |= result.missed
        if not quiet and not as_json:
            show(answer(result.report, lang) if result.report else result.answer(lang).rstrip())
            show(word(lang, "reused" if result.reused else "folder", folder=result.folder))
    if as_json:
        print_json(summaries)
    if fail_on_breach and missed:
        sys.exit(BREACHED)


@cli.command()
@SCENARIOS
@options("set replications seed engine lang json quiet")
def check(
    scenarios: tuple[Path, ...],
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    engine: str,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say what a scenario will simulate: letters, staff, load, where staff are short, and what the run costs."""
    loaded = load_all(scenarios, overrides, replications, seed)
    from sim.forecast import forecast_of
    from sim.text import outlook

    forecasts = [forecast_of(each, engine) for each in loaded]
    if as_json:
        print_json([each.plain() for each in forecasts])
    elif not quiet:
        for each in forecasts:
            show(outlook(each, lang))


@cli.command()
@SCENARIOS
@options("set replications seed engine workers")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it all, instead of results/compare/ID.")
@options("force no-report lang json quiet")
def compare(
    scenarios: tuple[Path, ...],
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
    """Let several staffings meet the same letters, and say which is better than the first, and how sure that is."""
    loaded = load_all(scenarios, overrides, replications, seed)
    from sim.comparison_folder import compare_into
    from sim.text import word
    from sim.text.compare import compared

    total = sum(each.scenario.replications for each in loaded)
    with progress_bar("compare", total, quiet or as_json) as progress:
        result = compare_into(
            loaded, engine=engine, workers=workers, out=out, force=force, lang=lang, shown=not no_report,
            progress=progress,
        )  # fmt: skip
    if as_json:
        print_json([result.summary])
    elif not quiet:
        show(compared(result.comparison, lang) if result.comparison else result.answer(lang).rstrip())
        show(word(lang, "folder" if result.comparison else "reused", folder=result.folder))


@cli.command()
@SCENARIOS
@click.option("--days", type=float, help="How many of the first days; all if not said.")
@options("set seed lang quiet")
def verify(
    scenarios: tuple[Path, ...],
    overrides: tuple[str, ...],
    seed: int | None,
    days: float | None,
    lang: str,
    quiet: bool,
) -> None:
    """Prove that both engines give the same log, and that it keeps the engine contract."""
    loaded = load_all(scenarios, overrides, None, seed)
    from sim.setting import setting_of
    from sim.text import word
    from sim.verify import prove

    for each in loaded:
        checked = prove(setting_of(each.scenario), days)
        if not quiet:
            show(word(lang, "verified", scenario=each.source, **checked._asdict()))


@cli.command()
@SCENARIO
@options("set replications seed engine workers")
@click.option("--write", "file", type=click.Path(path_type=Path), help="Write the plan as a scenario to run.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the plan, instead of results/NAME/plan-RUN.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@options("lang json quiet")
def plan(
    scenario: Path,
    overrides: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    engine: str,
    workers: int | None,
    file: Path | None,
    out: Path | None,
    force: bool,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find the fewest staff, by team and roster, that meet every target, and prove it on fresh seeds.

    --replications says how many fresh ones prove the plan.
    """
    if file is not None and file.exists() and not force:
        raise click.UsageError(f"{file} is there already; name another, or say --force to replace it")
    layers = [*overrides, *([] if replications is None else [f"plan.proof={replications}"])]
    (loaded,) = load_all([scenario], layers, None, seed)
    from sim.plan_folder import planned, write_planned
    from sim.planner import expected
    from sim.text import word

    with progress_bar(loaded.stem, expected(loaded.scenario), quiet or as_json) as progress:
        result = planned(loaded, engine=engine, workers=workers, out=out, force=force, progress=progress)
    if file is not None and result.answer.people is not None:
        write_planned(result, loaded, bool(overrides) or seed is not None, file)
    if as_json:
        print_json([result.content])
    elif not quiet:
        show(result.shown(lang))
        show(word(lang, "folder", folder=result.folder))


@cli.command()
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
    layers = [*overrides, *([] if replications is None else [f"stress.replications={replications}"])]
    (loaded,) = load_all([scenario], layers, None, seed)
    from sim.load_folder import stress_into

    with progress_bar(loaded.stem, None, quiet or as_json) as progress:
        written = stress_into(
            loaded, engine=engine, workers=workers, out=out, force=force, lang=lang, shown=not no_report,
            progress=progress,
        )  # fmt: skip
    show_written(written, lang, as_json, quiet)


@cli.command()
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


@cli.command()
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


@cli.command()
def schema() -> None:
    """Print the JSON Schema of scenarios, for editors."""
    from sim.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


@cli.command()
@click.argument("name", type=click.Path(path_type=Path))
@options("lang")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(name: Path, lang: str, force: bool) -> None:
    """Write a commented scenario to begin with, to NAME.yaml."""
    from sim.starter import starter
    from sim.text import word

    file = name if name.suffix in (".yaml", ".yml") else name.with_name(f"{name.name}.yaml")
    try:
        with file.open("w" if force else "x", encoding="utf-8") as written:
            written.write(starter(file.stem))
    except FileExistsError:
        raise click.UsageError(f"{file} is there already; name another, or say --force to replace it") from None
    show(word(lang, "written", file=file))


def load_all(
    scenarios: Sequence[Path], overrides: Sequence[str], replications: int | None, seed: int | None
) -> list["Loaded"]:
    """Read all scenarios with what the command line changes; all that is wrong with any of them is said at once."""
    from sim.loading import load

    layers = list(overrides)
    layers += [f"{key}={value}" for key, value in (("replications", replications), ("seed", seed)) if value is not None]
    loaded, refused = [], []
    for scenario in scenarios:
        try:
            loaded.append(load(scenario, layers))
        except ScenarioError as error:
            refused.append(error)
    if refused:
        complain("\n".join(str(error) for error in refused), ASKED_WRONGLY)
    return loaded


@contextmanager
def progress_bar(title: str, total: int | None, hidden: bool) -> Iterator[Callable[[int], None] | None]:
    """A bar on the terminal; yields what to tell it, or None where there is no terminal."""
    if hidden or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


def show(what: "RenderableType") -> None:
    """Print to the terminal, or plainly to a file or pipe."""
    if not sys.stdout.isatty():
        from sim.text import plain

        click.echo(plain(what), nl=False)
        return
    from rich.console import Console

    Console(highlight=False, markup=False, soft_wrap=isinstance(what, str)).print(what)


def show_written(written: "Written", lang: str, as_json: bool, quiet: bool) -> None:
    """Print what a folder says, as text or as JSON, and where it is."""
    from sim.text import word

    if as_json:
        print_json([written.summary])
    elif not quiet:
        show(written.answer(lang).rstrip())
        show(word(lang, "reused" if written.reused else "folder", folder=written.folder))


def print_json(contents: Sequence[Any]) -> None:
    """Print one thing as itself, several as a list."""
    content = contents[0] if len(contents) == 1 else list(contents)
    click.echo(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False))


def complain(message: str, code: int) -> NoReturn:
    """Say what is wrong, and leave."""
    click.echo(message, err=True)
    sys.exit(code)


def main() -> NoReturn:
    """The program as it is called from the command line."""

    def stop(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        cli.main(prog_name="lettersim")
    except SystemExit as leaving:
        if isinstance(leaving.code, int) and leaving.code > 128:
            # Python would wait here for the threads that still simulate.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(leaving.code)
        raise
    raise AssertionError("click leaves by SystemExit")


if __name__ == "__main__":
    main()
