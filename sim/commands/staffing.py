"""Commands about staff: does it hold, what would, which is better?"""

import sys
from pathlib import Path

import rich_click as click

from sim.commands.options import BREACHED, SCENARIO, SCENARIOS, Asked, options
from sim.commands.terminal import get_ready_to_draw, load_all, print_json, progress_bar, show, show_place, tell_stale


@click.command()
@SCENARIOS
@options("set replications seed engine workers")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the results, instead of results/NAME/RUN.")
@options("force no-report")
@click.option("--fail-on-breach", is_flag=True, help=f"Exit {BREACHED} when a target is missed or cannot be judged.")
@click.option("--allow-not-judged", is_flag=True, help="With --fail-on-breach: let a target without letters pass.")
@options("lang json quiet")
def run(
    scenarios: tuple[Path, ...], asked: Asked, out: Path | None, fail_on_breach: bool, allow_not_judged: bool
) -> None:
    """Simulate scenarios, write their results, and say whether the staffing holds."""
    if out is not None and len(scenarios) > 1:
        raise click.UsageError("--out names one folder, for one scenario")
    get_ready_to_draw(asked.shown)
    loaded = load_all(scenarios, asked.layers())
    from sim.experiment.cost import prepare
    from sim.output.results.run import run as simulate
    from sim.output.text import answer

    for each in loaded:
        prepare(each, asked.engine, asked.workers)
    summaries = []
    missed = False
    for each in loaded:
        with progress_bar(each.stem, each.scenario.replications, asked.silent) as progress:
            result = simulate(each, out=out, progress=progress, **asked.making)
        summaries.append(result.summary)
        missed |= result.breached(allow_not_judged=allow_not_judged)
        tell_stale(result, asked)
        if not asked.silent:
            show(answer(result.report, asked.lang) if result.report else result.answer(asked.lang).rstrip())
            show_place(result, asked)
    if asked.as_json:
        print_json(summaries)
    if fail_on_breach and missed:
        sys.exit(BREACHED)


@click.command()
@SCENARIOS
@options("set replications seed engine lang json quiet")
def check(scenarios: tuple[Path, ...], asked: Asked) -> None:
    """Say what a scenario will simulate: letters, staff, load, where staff are short, and what the run costs."""
    loaded = load_all(scenarios, asked.layers())
    from sim.forecast import forecast_of
    from sim.output.text.cautions import with_cautions
    from sim.output.text.forecast import outlook

    forecasts = [forecast_of(each, asked.engine) for each in loaded]
    if asked.as_json:
        print_json([with_cautions(each.plain(), each.cautions) for each in forecasts])
    elif not asked.quiet:
        for each in forecasts:
            show(outlook(each, asked.lang))


@click.command()
@SCENARIOS
@options("set replications seed engine workers")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of it all, instead of results/compare/ID.")
@options("force no-report lang json quiet")
def compare(scenarios: tuple[Path, ...], asked: Asked, out: Path | None) -> None:
    """Let several staffings meet the same letters, and say which is better than the first, and how sure that is."""
    get_ready_to_draw(asked.shown)
    loaded = load_all(scenarios, asked.layers())
    from sim.output.results.comparison import compare_into
    from sim.output.text.compare import compared

    total = sum(each.scenario.replications for each in loaded)
    with progress_bar("compare", total, asked.silent) as progress:
        result = compare_into(loaded, out=out, progress=progress, **asked.making)
    tell_stale(result, asked)
    if asked.as_json:
        print_json([result.summary])
    elif not asked.quiet:
        show(compared(result.comparison, asked.lang) if result.comparison else result.answer(asked.lang).rstrip())
        show_place(result, asked)


@click.command()
@SCENARIO
@options("set replications seed engine workers")
@click.option("--write", "file", type=click.Path(path_type=Path), help="Write the plan as a scenario to run.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the plan, instead of results/NAME/plan-RUN.")
@options("force no-report lang json quiet")
def plan(scenario: Path, asked: Asked, file: Path | None, out: Path | None) -> None:
    """Find the fewest staff, by team and roster, that meet every target, and prove it on fresh seeds.

    --replications says how many fresh ones prove the plan.
    """
    if file is not None and file.exists() and not asked.force:
        raise click.UsageError(f"{file} is there already; name another, or say --force to replace it")
    get_ready_to_draw(asked.shown)
    (loaded,) = load_all([scenario], asked.layers("plan.proof"))
    from sim.output.results.plan import planned, write_planned
    from sim.output.text.plan_words import say
    from sim.planner.planning import budget_of
    from sim.scenario.setting import setting_of

    def told(letters: int, seconds: float) -> None:
        if not asked.silent:
            click.echo(say(asked.lang, "told", letters=f"{letters:,}", seconds=seconds), err=True)

    with progress_bar(loaded.stem, budget_of(setting_of(loaded.scenario)), asked.silent) as progress:
        result = planned(loaded, out=out, progress=progress, told=told, **asked.making)
    if file is not None and result.people is not None:
        write_planned(result, loaded, bool(asked.overrides) or asked.seed is not None, file)
    tell_stale(result, asked)
    if asked.as_json:
        print_json([result.summary])
    elif not asked.quiet:
        show(result.shown(asked.lang))
        show_place(result, asked)
