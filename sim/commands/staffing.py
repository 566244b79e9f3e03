"""Commands about staff: does it hold, what would, which is better?"""

import sys
from pathlib import Path

import rich_click as click

from sim.commands.options import BREACHED, SCENARIO, SCENARIOS, options
from sim.commands.terminal import get_ready_to_draw, load_all, print_json, progress_bar, show


@click.command()
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
    get_ready_to_draw(not no_report)
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


@click.command()
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
    from sim.text.outlook import outlook

    forecasts = [forecast_of(each, engine) for each in loaded]
    if as_json:
        print_json([each.plain() for each in forecasts])
    elif not quiet:
        for each in forecasts:
            show(outlook(each, lang))


@click.command()
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
    get_ready_to_draw(not no_report)
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


@click.command()
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
