"""Commands that simulate: whether a staffing meets its SLAs, what would, which is better, and how much it carries."""

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sim.commands.options import ASKED_WRONGLY, BREACHED, FILE, PATH, SCENARIO, SCENARIOS, VARY, moment, takes
from sim.commands.terminal import (
    complain,
    get_ready_to_draw,
    load_all,
    print_json,
    progress_bar,
    show,
    show_sensitivity,
    show_written,
    tell_stale,
)
from sim.core.errors import SimError
from sim.core.options import Options

if TYPE_CHECKING:
    from sim.models.scenario import Scenario


@click.command()
@SCENARIOS
@takes("set replications seed engine machines out force fail-on-breach allow-not-judged no-tables page xlsx json quiet")
def run(scenarios: tuple[Path, ...], options: Options) -> None:
    """Simulate scenarios, write their results, and report whether the staffing meets the SLAs."""
    if options.out is not None and len(scenarios) > 1:
        raise click.UsageError("--out names one folder, for one scenario")
    if options.xlsx and not options.report:
        raise click.UsageError("--xlsx goes with the page; leave out --no-report")
    get_ready_to_draw("run", options)
    loaded = load_all(scenarios, options.layers())
    from sim.experiment.cost import prepare
    from sim.output.results.run import is_breached
    from sim.output.results.run import run as simulate

    for each in loaded:
        prepare(each, options)
    summaries = []
    missed = False
    for each in loaded:
        with progress_bar(each.stem, each.scenario.replications, options.silent) as progress:
            result = simulate(each, options, progress=progress)
        summaries.append(result.summary)
        missed |= is_breached(result.summary, allow_not_judged=options.allow_not_judged)
        show_written(result, replace(options, json=False, quiet=options.silent))
        show_sensitivity(each, options)
    if options.json:
        print_json(summaries)
    if options.fail_on_breach and missed:
        sys.exit(BREACHED)


@click.command()
@SCENARIOS
@takes("set replications seed engine no-tables lang json quiet")
def check(scenarios: tuple[Path, ...], options: Options) -> None:
    """Validate scenarios, and forecast letters, staff, load, shortages and the cost of a run."""
    loaded = load_all(scenarios, options.layers())
    from sim.output.results.run import check as check_scenario

    checks = [check_scenario(each, options) for each in loaded]
    if options.json:
        print_json([each.summary for each in checks])
    elif not options.quiet:
        for each in checks:
            show(each.shown(options.lang))


@click.command()
@SCENARIOS
@VARY
@takes("set replications seed engine machines out force page json quiet")
def compare(scenarios: tuple[Path, ...], varied: tuple[str, ...], options: Options) -> None:
    """Compare staffings on the same letters: paired differences from the first, with confidence intervals.

    With --vary the staffings are those of one SCENARIO with each of the values.
    """
    if varied and len(scenarios) > 1:
        raise click.UsageError("--vary takes one SCENARIO")
    get_ready_to_draw("comparison", options)
    if varied:
        from sim.scenario.loading import ScenarioFile
        from sim.sweep import scenarios_of
        from sim.sweep.design import design_of

        loaded = scenarios_of(ScenarioFile(scenarios[0]), design_of(varied), options.layers(), named=True)
    else:
        loaded = load_all(scenarios, options.layers())
    from sim.output.results.comparison import compare as compare_scenarios

    total = sum(each.scenario.replications for each in loaded)
    with progress_bar("compare", total, options.silent) as progress:
        result = compare_scenarios(loaded, options, progress=progress)
    show_written(result, options)


@click.command()
@SCENARIO
@takes("set replications seed engine machines")
@click.option("--write", "file", type=FILE, help="Write the plan as a scenario to run.")
@takes("out force page json quiet")
def plan(scenario: Path, options: Options, file: Path | None) -> None:
    """Find the fewest staff, by team and roster, that meet every target, and prove it on fresh seeds.

    --replications is the number of fresh ones that prove the plan.
    """
    if file is not None and file.exists() and not options.force:
        raise click.UsageError(f"{file} is there already; name another, or say --force to replace it")
    get_ready_to_draw("plan", options)
    (loaded,) = load_all([scenario], options.layers("plan.proof"))
    from sim.output.results.plan import plan as plan_scenario
    from sim.output.results.plan import write_planned
    from sim.output.text.plan import plan_text
    from sim.output.words import say

    with progress_bar(loaded.stem, None, options.silent) as progress:

        def told(letters: int, seconds: float) -> None:
            if progress is not None:
                progress(0, total=letters)
            if not options.silent:
                click.echo(say(options.lang, "plan.told", letters=f"{letters:,}", seconds=seconds), err=True)

        result = plan_scenario(loaded, options, progress=progress, told=told)
    if file is not None and result.report.people is not None:
        write_planned(result.report, loaded, bool(options.overrides) or options.seed is not None, file, options.lang)
    seconds = result.manifest["timings"]["seconds"]
    show_written(result, options, None if result.found else plan_text(result.report, options.lang, seconds))


@click.command()
@SCENARIO
@takes("set replications seed engine machines out force page json quiet")
def stress(scenario: Path, options: Options) -> None:
    """Find the capacity of a staffing in letters a day, its bottleneck, and how it stands a spike and a year.

    --replications is the number at each rate. The `stress:` section of the scenario has the rest.
    """
    get_ready_to_draw("stress", options)
    (loaded,) = load_all([scenario], options.layers("stress.replications"))
    from sim.capacity.variants import own_rate
    from sim.output.results.load import stress as stress_scenario

    try:
        own_rate(loaded.scenario)
    except SimError as error:  # nothing was simulated: it is the scenario that cannot be asked for this
        complain(error, ASKED_WRONGLY)
    with progress_bar(loaded.stem, None, options.silent) as progress:
        result = stress_scenario(loaded, options, progress=progress)
    show_written(result, options)


@click.command()
@SCENARIO
@takes("set replications seed engine machines")
@click.option("--export", type=PATH, help="Folder for a trace to replay, and event logs for process mining.")
@click.option(
    "--backlog-at", callback=moment, metavar="MOMENT",
    help="With --export: list the letters that are open then, such as '2021-05-20 08:00' or 'day 17 08:00'.",
)  # fmt: skip
@takes("out force page json quiet")
def targets(scenario: Path, options: Options, export: Path | None, backlog_at: int | datetime | None) -> None:
    """Work out what throughput the real IT system must sustain, and how long each of its calls may take.

    --export writes the letters of one replication as a trace that `replay` sends, with targets.json beside it, and what
    became of them as event logs (CSV, XES, OCEL 2.0) with the roster.
    """
    if backlog_at is not None and export is None:
        raise click.UsageError("--backlog-at needs --export, the folder that the list goes to")
    get_ready_to_draw("targets", options)
    (loaded,) = load_all([scenario], options.layers())
    instant = None if backlog_at is None else _second_of(backlog_at, loaded.scenario)
    from sim.output.folders.result_folder import refuse_file
    from sim.output.results.load import export_replication
    from sim.output.results.load import targets as targets_of
    from sim.output.words import say

    if export is not None:
        refuse_file(export)
    with progress_bar(loaded.stem, loaded.scenario.replications, options.silent) as progress:
        result = targets_of(loaded, options, progress=progress)
    exported = (
        None if export is None else export_replication(loaded, export, result.summary, options, backlog_at=instant)
    )
    show_written(result, options)
    if exported is not None:
        tell_stale(exported, options)
        if not options.silent:
            letters = f"{exported.report.letters:,}"
            show(say(options.lang, "targets.exported", letters=letters, folder=exported.folder))


def _second_of(moment: int | datetime, scenario: "Scenario") -> int:
    """The second of the simulation that a moment is.

    Raises: UsageError if it is outside the simulation.
    """
    calendar = scenario.calendar()
    second = calendar.seconds_of(moment)
    if not 0 <= second < scenario.horizon:
        first, end = (calendar.date_of(edge).isoformat(" ", "minutes") for edge in (0, scenario.horizon))
        raise click.UsageError(f"--backlog-at must be a moment of the simulation, from {first} to before {end}")
    return second
