"""The language of the program: the one asked for, or that of the environment or the system; help and usage in it."""

import locale
import os
import re
from collections.abc import Sequence
from typing import Any, Final

import rich_click as click

from sim.core.options import DEFAULT
from sim.output.words import languages, say, translated

LANGUAGE: Final = "LETTERSIM_LANG"
"""Variable of the environment that decides the language where --lang does not."""

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Those by which the system says its language, in the order in which they count."""

_SPOKEN: Final = "sim.commands.language"
"""Where a context of click keeps the language."""

HELP_NAMES: Final = ["-h", "--help"]


def default_language() -> str:
    """The language where none is asked for: LETTERSIM_LANG, or the system's if there are words of it."""
    known = languages()
    if os.environ.get(LANGUAGE) in known:
        return os.environ[LANGUAGE]
    said = next(filter(None, map(os.environ.get, _VARIABLES)), None) or locale.getlocale()[0] or ""
    code = re.split("[-_.@]", said)[0].lower()
    return code if code in known else DEFAULT.lang


def language_of(arguments: Sequence[str]) -> str:
    """The language that a command line asks for, which need not be right otherwise."""
    asked = re.findall(r"(?:^|\0)--lang[\0=]([^\0]*)", "\0".join(arguments))
    return asked[-1] if asked and asked[-1] in languages() else default_language()


def remember(context: click.Context, lang: str) -> None:
    """Have what a command says besides its answer, such as errors, in a language."""
    context.meta[_SPOKEN] = lang


def spoken() -> str:
    """The language of the command that runs."""
    context = click.get_current_context(silent=True)
    said = None if context is None else context.meta.get(_SPOKEN)
    return said or default_language()


class _Formatter(click.RichHelpFormatter):
    lang = DEFAULT.lang

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage, headed in the language of the program."""
        super().write_usage(prog, args, prefix or say(self.lang, "help.usage"))


class _Context(click.RichContext):
    formatter_class = _Formatter


def speak(program: click.Group, lang: str) -> None:
    """Have the help of a program and its commands in a language, and what stands around it and around errors."""
    look: Any = click.rich_click
    _Formatter.lang = lang
    look.OPTIONS_PANEL_TITLE = say(lang, "help.options")
    look.COMMANDS_PANEL_TITLE = say(lang, "help.commands")
    look.ERRORS_PANEL_TITLE = say(lang, "help.error")
    look.ABORTED_TEXT = say(lang, "help.aborted")
    look.ERRORS_SUGGESTION = say(lang, "help.suggestion")
    look.DEFAULT_STRING = say(lang, "help.default")
    look.REQUIRED_LONG_STRING = say(lang, "help.required")
    for command in (program, *program.commands.values()):
        command.context_class = _Context
        helping = command.get_help_option(click.Context(command, help_option_names=HELP_NAMES))
        for attribute in ("help", "options_metavar", "subcommand_metavar"):
            _translate(command, attribute, lang)
        for option in (*command.params, helping):
            for attribute in ("help", "metavar", "show_default"):
                _translate(option, attribute, lang)


def _translate(thing: Any, attribute: str, lang: str) -> None:
    """Have a text of a command or an option in a language, paragraph by paragraph; it stays known in English."""
    english = thing.__dict__.setdefault(f"_english_{attribute}", getattr(thing, attribute, None))
    if isinstance(english, str):
        paragraphs = [translated(lang, " ".join(each.split())) for each in english.split("\n\n")]
        setattr(thing, attribute, "\n\n".join(paragraphs))
