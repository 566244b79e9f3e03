"""Commands about staff: does it hold, what would, which is better?"""

import sys
from pathlib import Path

import rich_click as click

from sim.commands.options import BREACHED, PATH, SCENARIO, SCENARIOS, takes
from sim.commands.terminal import get_ready_to_draw, load_all, print_json, progress_bar, show, show_place, tell_stale
from sim.core.options import Options


@click.command()
@SCENARIOS
@takes("set replications seed engine workers out force no-report fail-on-breach allow-not-judged lang json quiet")
def run(scenarios: tuple[Path, ...], options: Options) -> None:
    """Simulate scenarios, write their results, and say whether the staffing holds."""
    if options.out is not None and len(scenarios) > 1:
        raise click.UsageError("--out names one folder, for one scenario")
    get_ready_to_draw(options.report)
    loaded = load_all(scenarios, options.layers())
    from sim.experiment.cost import prepare
    from sim.output.results.run import run as simulate
    from sim.output.text.answer import run_text

    for each in loaded:
        prepare(each, options)
    summaries = []
    missed = False
    for each in loaded:
        with progress_bar(each.stem, each.scenario.replications, options.silent) as progress:
            result = simulate(each, options, progress=progress)
        summaries.append(result.summary)
        missed |= result.breached(allow_not_judged=options.allow_not_judged)
        tell_stale(result, options)
        if not options.silent:
            show(run_text(result.report, options.lang) if result.report else result.answer(options.lang).rstrip())
            show_place(result, options)
    if options.json:
        print_json(summaries)
    if options.fail_on_breach and missed:
        sys.exit(BREACHED)


@click.command()
@SCENARIOS
@takes("set replications seed engine lang json quiet")
def check(scenarios: tuple[Path, ...], options: Options) -> None:
    """Say what a scenario will simulate: letters, staff, load, where staff are short, and what the run costs."""
    loaded = load_all(scenarios, options.layers())
    from sim.forecast import forecast_of
    from sim.output.text.cautions import with_cautions
    from sim.output.text.forecast import forecast_text

    forecasts = [forecast_of(each, options) for each in loaded]
    if options.json:
        print_json([with_cautions(each.plain(), each.cautions) for each in forecasts])
    elif not options.quiet:
        for each in forecasts:
            show(forecast_text(each, options.lang))


@click.command()
@SCENARIOS
@takes("set replications seed engine workers out force no-report lang json quiet")
def compare(scenarios: tuple[Path, ...], options: Options) -> None:
    """Let several staffings meet the same letters, and say which is better than the first, and how sure that is."""
    get_ready_to_draw(options.report)
    loaded = load_all(scenarios, options.layers())
    from sim.output.results.comparison import compare_into
    from sim.output.text.comparison import comparison_text

    total = sum(each.scenario.replications for each in loaded)
    with progress_bar("compare", total, options.silent) as progress:
        result = compare_into(loaded, options, progress=progress)
    tell_stale(result, options)
    if options.json:
        print_json([result.summary])
    elif not options.quiet:
        show(
            comparison_text(result.comparison, options.lang)
            if result.comparison
            else result.answer(options.lang).rstrip()
        )
        show_place(result, options)


@click.command()
@SCENARIO
@takes("set replications seed engine workers")
@click.option("--write", "file", type=PATH, help="Write the plan as a scenario to run.")
@takes("out force no-report lang json quiet")
def plan(scenario: Path, options: Options, file: Path | None) -> None:
    """Find the fewest staff, by team and roster, that meet every target, and prove it on fresh seeds.

    --replications says how many fresh ones prove the plan.
    """
    if file is not None and file.exists() and not options.force:
        raise click.UsageError(f"{file} is there already; name another, or say --force to replace it")
    get_ready_to_draw(options.report)
    (loaded,) = load_all([scenario], options.layers("plan.proof"))
    from sim.output.results.plan import planned, write_planned
    from sim.output.words import say

    with progress_bar(loaded.stem, None, options.silent) as progress:

        def told(letters: int, seconds: float) -> None:
            if progress is not None:
                progress(0, total=letters)
            if not options.silent:
                click.echo(say(options.lang, "plan.told", letters=f"{letters:,}", seconds=seconds), err=True)

        result = planned(loaded, options, progress=progress, told=told)
    if file is not None and result.people is not None:
        write_planned(result, loaded, bool(options.overrides) or options.seed is not None, file)
    tell_stale(result, options)
    if options.json:
        print_json([result.summary])
    elif not options.quiet:
        show(result.shown(options.lang))
        show_place(result, options)
