"""Input and output of the commands: load scenarios, show progress, print answers and errors."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import rich_click as click

from sim.commands.language import spoken
from sim.commands.options import ASKED_WRONGLY
from sim.core.errors import ScenarioError
from sim.core.options import Options
from sim.core.safe_text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sim.output.charts.base import Page
    from sim.output.results.result import Result
    from sim.scenario.loading import Loaded


def load_all(scenarios: Sequence[Path], layers: Sequence[str]) -> list["Loaded"]:
    """Load all scenarios with the changes of the command line; all problems of all of them are reported at once."""
    from sim.scenario.loading import load

    loaded, refused = [], []
    for scenario in scenarios:
        try:
            loaded.append(load(scenario, layers))
        except ScenarioError as error:
            refused.append(error)
    if refused:
        from sim.output.text.errors import error_text

        complain("\n".join(error_text(error, spoken()) for error in refused), ASKED_WRONGLY)
    return loaded


def get_ready_to_draw(page: "Page", options: Options) -> None:
    """If charts of a page will be drawn, start the renderer while the scenario is still loaded and simulated."""
    if options.report:
        from sim.output.charts.render import start_renderer

        start_renderer(page)


@contextmanager
def progress_bar(title: str, total: int | None, hidden: bool) -> Iterator[Callable[..., None] | None]:
    """Progress bar on the terminal; yields a function to update it, or None where there is no terminal.

    It is told how much is done, and as `total` of how much, where that is known only later or changes.
    """
    if hidden or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(printable(title)), total=total)
        yield lambda done, total=None: bar.update(task, completed=done, total=total)


def show(what: "RenderableType") -> None:
    """Print to the terminal as wide as it is, or to a file or pipe plainly and as wide as it needs."""
    from sim.output.text.printing import as_text, fitted, harmless

    if not sys.stdout.isatty():
        click.echo(as_text(what), nl=False)
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.print(harmless(fitted(what) if isinstance(what, str) else what, console), end="")


def show_written(result: "Result[Any]", options: Options, answer: "RenderableType | None" = None) -> None:
    """Print what was found or computed, as text or as JSON, where it is, and whether it was there already.

    Args:
        answer: instead of the one that is stored in the folder.
    """
    from sim.output.words import say

    tell_stale(result, options)
    if options.json:
        print_json([result.summary])
    elif not options.quiet:
        show(answer or result.shown(options.lang))
        show(say(options.lang, "commands.reused" if result.found else "commands.folder", folder=result.folder))


def show_sensitivity(loaded: "Loaded", options: Options) -> None:
    """Print what is not known of a scenario, if a sensitivity of it lies beside its runs."""
    if options.silent:
        return
    from sim.models.labels import labels_of
    from sim.output.results.sensitivity import summary_beside
    from sim.output.text.sensitivity import beside_run
    from sim.output.words import Language

    summary = summary_beside(loaded)
    line = None if summary is None else beside_run(summary, Language(options.lang, labels_of(loaded.scenario)))
    if line is not None:
        show(line)


def tell_stale(result: "Result[Any]", options: Options) -> None:
    """Print to standard error why results that were there were computed again."""
    from sim.output.text.folders import why_again

    if result.stale is not None and not options.quiet:
        aside(why_again(result.stale, result.folder, options.lang))


def print_json(contents: Sequence[Any]) -> None:
    """Print one thing as itself, several as a list."""
    from sim.core.json_text import to_json

    content = contents[0] if len(contents) == 1 else list(contents)
    click.echo(printable(to_json(content)))


def aside(message: str) -> None:
    """Print to standard error."""
    click.echo(printable(message), err=True)


def complain(problem: str | Exception, code: int) -> NoReturn:
    """Print an error in the language of the command, or a text that is in it already, and exit."""
    if isinstance(problem, Exception):
        from sim.output.text.errors import error_text

        problem = error_text(problem, spoken())
    aside(problem)
    sys.exit(code)
