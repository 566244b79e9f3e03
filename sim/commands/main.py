"""The program `lettersim`: its commands, and how each error becomes a sentence and an exit code."""

import errno
import gc
import os
import signal
import sys
from io import TextIOWrapper
from typing import Any, Final, NoReturn

import rich_click as click

from sim.commands.fit import fit
from sim.commands.language import HELP_NAMES, language_of, remember, speak, spoken
from sim.commands.options import ASKED_WRONGLY, COULD_NOT, INTERRUPTED
from sim.commands.replay import replay
from sim.commands.sensitivity import sensitivity
from sim.commands.serving import serve
from sim.commands.simulation import check, compare, plan, run, stress, targets
from sim.commands.sweep import sweep
from sim.commands.terminal import aside, complain
from sim.commands.tools import new, runs, schema, verify, why
from sim.core import program
from sim.core.errors import ScenarioError, SimError
from sim.core.program import VERSION
from sim.core.safe_text import printable
from sim.output.words import languages, translated

STOPPING: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Names of the signals, besides Ctrl-C, that end a program; a closed window is SIGHUP or, on Windows, SIGBREAK."""


class Program(click.RichGroup):
    """The commands; every error ends in a sentence and an exit code, none in a traceback."""

    def make_context(self, info_name: str | None, args: list[str], *others: Any, **more: Any) -> click.Context:
        """A context in which the program speaks the language that is asked for."""
        lang = language_of(args)
        speak(self, lang)
        try:
            context = super().make_context(info_name, args, *others, **more)
        except click.UsageError as error:
            raise usage_error(error, lang) from None
        remember(context, lang)
        program.tell = lambda text: aside(translated(lang, text))
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise usage_error(error, spoken()) from None
        except ScenarioError as error:
            complain(error, ASKED_WRONGLY)
        except SimError as error:
            complain(error, COULD_NOT)
        except MemoryError:
            complain(SimError("there is not enough memory; fewer --workers or a shorter window need less"), COULD_NOT)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has gone, and click leaves quietly
                raise
            complain(error, COULD_NOT)
        except KeyboardInterrupt:
            complain(SimError("interrupted; nothing half-done was left"), INTERRUPTED)


def usage_error(error: click.UsageError, lang: str) -> click.UsageError:
    """How the program was called wrongly, in a language."""
    return click.UsageError(printable(translated(lang, error.format_message())), error.ctx)


@click.group(cls=Program, context_settings={"help_option_names": HELP_NAMES})
@click.version_option(VERSION, prog_name="lettersim")
@click.option("--lang", type=click.Choice(languages()), expose_value=False, help="Language of help, errors and output.")
def cli() -> None:
    """How many staff meet the SLAs of a director's mailbox (局长信箱·接诉即办)?

    A scenario is a YAML file: how letters arrive, who handles them, and the SLAs. `new` writes one to begin with.
    """


for command in (
    run,
    check,
    compare,
    plan,
    fit,
    stress,
    sweep,
    sensitivity,
    targets,
    replay,
    serve,
    why,
    runs,
    verify,
    schema,
    new,
):
    cli.add_command(command)


def main() -> NoReturn:
    """Entry point of the program."""

    def stop(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    # What is loaded and read at first stays to the end; to look through it for garbage as often as usual takes long.
    gc.set_threshold(50_000)
    for name in STOPPING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Chinese is not lost where the system's own encoding has none, and nothing ends in a traceback.
            elsewhere = not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            stream.reconfigure(encoding="utf-8" if elsewhere else None, errors="backslashreplace")
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
