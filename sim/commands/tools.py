"""Commands about scenarios, engines and folders of results themselves."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import rich_click as click

from sim.commands.options import COULD_NOT, PATH, takes
from sim.commands.terminal import aside, load_all, print_json, show
from sim.core.options import Options


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="SCENARIO... | FOLDER...")
@click.option("--days", type=float, help="Number of days to simulate (default: all).")
@takes("set seed lang quiet")
def verify(paths: tuple[Path, ...], options: Options, days: float | None) -> None:
    """Prove that both engines give the same log, and that it keeps the engine contract.

    Of a folder of results, or of finished points: that all its files are as they were written.
    """
    folders = [path for path in paths if os.path.isdir(path)]
    loaded = load_all([path for path in paths if path not in folders], options.layers())
    from sim.engine.verify import prove
    from sim.experiment.cost import prepare
    from sim.output.words import say

    # Both engines get the same memory, and SimPy needs the more.
    settings = [prepare(each, replace(options, engine="simpy", workers=1)).setting for each in loaded]
    for each, setting in zip(loaded, settings, strict=True):
        checked = prove(setting, days)
        if not options.quiet:
            key = "commands.verified-prompts" if checked.prompts else "commands.verified"
            show(say(options.lang, key, scenario=each.source, **checked._asdict()))
    sound = [verify_folder(folder, options) for folder in folders]
    if not all(sound):
        sys.exit(COULD_NOT)


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenarios, for editors."""
    from sim.core.json_text import to_json
    from sim.scenario.schema import json_schema

    click.echo(to_json(json_schema()))


@click.command()
@click.argument("name", required=False, type=PATH)
@click.option("--from", "origin", metavar="SCENARIO", help="Copy a shipped scenario, such as shenzhen_stress_600.")
@takes("lang")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def new(name: Path | None, origin: str | None, options: Options) -> None:
    """Write a commented scenario to begin with, to NAME.yaml.

    With --from, NAME is that of the shipped scenario if not said.
    """
    from sim.output.words import say
    from sim.scenario.starter import shipped, starter

    stem = None if origin is None else origin.removesuffix(".yaml")
    name = name or (None if stem is None else Path(stem))
    if name is None:
        raise click.UsageError("Missing argument 'NAME'.")
    file = name if name.suffix in (".yaml", ".yml") else name.with_name(f"{name.name}.yaml")
    text, traces = (starter(file.stem, options.lang), {}) if stem is None else shipped(stem)
    # A trace that is the same already is in nobody's way.
    beside = {file.with_name(trace): rows for trace, rows in traces.items()}
    others = [path for path, rows in beside.items() if path.exists() and path.read_bytes() != rows]
    for path in [file, *others]:
        if path.exists() and not options.force:
            raise click.UsageError(f"{path} is there already; name another, or say --force to replace it")
    for path, content in {**beside, file: text.encode()}.items():
        path.write_bytes(content)
    show(say(options.lang, "commands.written", file=file))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--letter", type=click.IntRange(min=0), required=True, help="Number of the letter in letters.parquet.")
@click.option("--replication", type=click.IntRange(min=0), default=0, show_default=True, help="In which it came.")
@takes("lang json")
def why(folder: Path, letter: int, replication: int, options: Options) -> None:
    """Tell the way of one letter of a run, minute by minute: why was it late?

    Its replication is simulated again. letters.parquet in FOLDER lists all letters, the page of a run the latest.
    """
    from sim.output.results.why import why as way_of

    try:
        way = way_of(folder, letter, replication)
    except IndexError as error:
        raise click.UsageError(str(error)) from None
    if options.json:
        print_json([way.summary])
    else:
        show(way.shown(options.lang))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="results")
@click.option(
    "--prune",
    is_flag=True,
    help="Remove drafts that nobody writes any more and points whose result is complete, and list each.",
)
@takes("lang json quiet")
def runs(folder: Path, options: Options, prune: bool) -> None:
    """List the results in a folder: what was set, when, and what was found.

    A draft is what a command is writing, or was when it was killed; points are what a sweep, a sensitivity or a plan
    has finished, with which it goes on after a kill. --prune removes nothing but these.
    """
    from sim.core.json_text import jsonable
    from sim.output.folders.listing import listing_of
    from sim.output.folders.listing import prune as remove_drafts
    from sim.output.text.folders import listing_told, pruned_told

    if prune:
        drafts = remove_drafts(folder)
        if options.json:
            print_json([jsonable({"folder": folder, "drafts": drafts})])
        elif not options.quiet:
            for sentence in pruned_told(folder, drafts, options.lang):
                show(sentence)
        return
    listing = listing_of(folder)
    if options.json:
        print_json([jsonable(listing)])
    elif not options.quiet:
        show(listing_told(listing, options.lang))


def verify_folder(folder: Path, options: Options) -> bool:
    """Verify that a folder of results is as it was written.

    Raises: SimError if it is no folder of results or points, or lists no files.
    """
    from sim.output.folders.manifest import require_results
    from sim.output.folders.points import condition_of_points
    from sim.output.text.folders import condition_told, points_told

    points = condition_of_points(folder)
    if points is not None:
        sound, sentences = not points.damaged, points_told(points, folder, options.lang)
    else:
        condition = require_results(folder)
        sound, sentences = condition.sound, condition_told(condition, folder, options.lang)
    for sentence in sentences:
        if not sound:
            aside(sentence)
        elif not options.quiet:
            show(sentence)
    return sound
