"""Words as data: every sentence and label that people read, in a folder of TOML files for each language.

`locale/en/plan.toml` holds under `frontier` what `say("en", "plan.frontier")` says. A language is added by adding a
folder: `language.toml` names it and gives its plural forms, `formats.toml` how it writes numbers, hours and lists,
`glossary.toml` the terms used in many places, and a file each what commands, charts and pages say. `names.toml`, which
a language may have, translates the names that this program gives, such as those of built-in rosters; `messages.toml`,
which it may have too, what stands in English in the program: help and errors. What a planner
named is shown as typed, or as the scenario's `labels` have it: a `Language` brings them along. No code asks which
language it is.

The standard library reads all this in some milliseconds. gettext would need compiled catalogues, and knows a text by
its English wording; Fluent's runtime takes 0.3 s to be imported and to parse as much text, longer than a command does.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from gettext import c2py
from itertools import pairwise
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self

from sim.core.options import DEFAULT

P = ParamSpec("P")

Labels = Mapping[str, Mapping[str, str]]
"""What a scenario calls its things: by language, then by name."""

LOCALE = Path(__file__).with_name("locale")
"""Folder of the languages."""


class Language(str):
    """The code of a language, with what a scenario calls its own things in all of them.

    Whatever takes a code takes it; made where a scenario and what is said of it meet.
    """

    labels: Labels

    def __new__(cls, code: str, labels: Labels | None = None) -> Self:
        """A language with the labels of a scenario."""
        made = super().__new__(cls, code)
        made.labels = labels or {}
        return made


# Several languages at once, for what is laid out once for all of them. The marks are characters that no text may have.
_BEGIN, _BETWEEN, _END = "\x91", "\x92", "\x93"
_WORDINGS: Final = re.compile(f"{_BEGIN}([^{_END}]*){_END}")


class Languages(str):
    """Several languages at once: what is said in it has a wording in each, of which `worded` takes one."""

    each: tuple[str, ...]

    def __new__(cls, each: Sequence[str]) -> Self:
        """These languages, at least one."""
        made = super().__new__(cls, " ".join(each))
        made.each = tuple(each)
        return made


def multilingual(wordings: Sequence[str]) -> str:
    """One text with a wording in each of several languages, none of which has that already."""
    first = wordings[0]
    return first if all(each == first for each in wordings) else f"{_BEGIN}{_BETWEEN.join(wordings)}{_END}"


def worded(text: str, place: int) -> str:
    """A text, parts of which may have wordings side by side, in the language that has this place among them."""
    return _WORDINGS.sub(lambda found: found[1].split(_BETWEEN)[place], text) if _BEGIN in text else text


def wordings(text: str) -> list[str]:
    """A text in each of the languages that parts of it have wordings in; itself alone if there are none."""
    found = _WORDINGS.search(text)
    return [worded(text, place) for place in range(found[1].count(_BETWEEN) + 1)] if found else [text]


def in_each_language(said: Callable[Concatenate[str, P], str]) -> Callable[Concatenate[str, P], str]:
    """Let a function that says something in a language say it in several at once, too."""

    @wraps(said)
    def in_each(lang: str, /, *values: P.args, **named: P.kwargs) -> str:
        if not isinstance(lang, Languages):
            return said(lang, *values, **named)
        return multilingual([
            said(each, *(_worded(value, place) for value in values),
                 **{key: _worded(value, place) for key, value in named.items()})
            for place, each in enumerate(lang.each)
        ])  # fmt: skip

    return in_each


def _worded(value: Any, place: int) -> Any:
    return worded(value, place) if isinstance(value, str) else value


def label(lang: str, written: str) -> str | None:
    """What the scenario calls something in a language; None if it does not say."""
    return lang.labels.get(lang, {}).get(written) if isinstance(lang, Language) else None


@in_each_language
def labelled(lang: str, written: str) -> str:
    """A title or text of a scenario in a language, or as it is written."""
    return label(lang, written) or written


def labels_with(lang: str) -> Labels:
    """The labels that a language brings along."""
    return lang.labels if isinstance(lang, Language) else {}


def alike(lang: str) -> tuple[Language, ...]:
    """All languages there are, with the labels that one of them brings along."""
    return tuple(Language(each, labels_with(lang)) for each in languages())


def languages() -> tuple[str, ...]:
    """All languages there are, in the order of their codes."""
    return tuple(sorted(each.parent.name for each in LOCALE.glob("*/language.toml")))


@in_each_language
def say(lang: str, key: str, /, **values: object) -> str:
    """The text of a key with its values filled in; the key itself where no language has such a text.

    Args:
        key: `file.entry`; spaces and underscores mean hyphens, so that a value of an enum can be part of it.
        values: `n` among them chooses between the plural forms of a text that has several.
    """
    text = find(lang, key, values.get("n"))
    return key if text is None else text.format(**values)


def find(lang: str, key: str, n: object = None) -> str | None:
    """The text of a key as the language has it, or else the default one; None if neither does."""
    file, _, entry = key.partition(".")
    entry = entry.replace(" ", "-").replace("_", "-")
    for each in (lang, DEFAULT.lang):
        found = entries(each, file).get(entry)
        if found is not None:
            return found if isinstance(found, str) else found.get(plural_form(each, n), found["other"])
    return None


def entries(lang: str, file: str) -> Mapping[str, Any]:
    """Everything that a language says in one file; nothing if it has no such file."""
    return _read(LOCALE, lang, file)


def translated(lang: str, text: str) -> str:
    """A text that stands in English in the program, such as help and errors, in a language that translates it.

    `messages.toml`, which a language may have, has the English text as key. What `{0}`, `{1}` stand for in it is
    translated as well, if there is something to translate, but for `'{0}'`, which somebody typed; of a text with such
    values other braces stand twice. The first of several that fit is taken.
    """
    messages = entries(lang, "messages")
    if text in messages:
        return str(messages[text])
    for pattern, typed, translation in _patterns(LOCALE, str(lang)):
        found = pattern.fullmatch(text)
        if found:
            values = zip(found.groups(), typed, strict=True)
            return translation.format(*(each if as_it_is else translated(lang, each) for each, as_it_is in values))
    return text


def characters(without: tuple[str, ...] = ()) -> str:
    """Every character of the words of all languages, each once, sorted.

    Args:
        without: files that are left out.
    """
    return _characters(LOCALE, without)


def plural_form(lang: str, n: object) -> str:
    """Which form a language takes for a number: `one`, `other`, ...; `other` where there is no number."""
    if not isinstance(n, int):
        return "other"
    language = entries(lang, "language")
    return str(language["forms"][_rule(language["plural"])(n)])


@cache
def _read(folder: Path, lang: str, file: str) -> Mapping[str, Any]:
    import tomllib  # which `--help` need not wait for

    try:
        return tomllib.loads((folder / lang / f"{file}.toml").read_text("utf-8"))
    except FileNotFoundError:
        return {}


@cache
def _patterns(folder: Path, lang: str) -> list[tuple[re.Pattern[str], list[bool], str]]:
    """Messages with values, in their order: their English text, which values were typed, and the translation."""
    patterns = []
    for english, translation in _read(folder, lang, "messages").items():
        if "{" in english:
            between = re.split(r"\{\d\}", english)
            typed = [before.endswith("'") and after.startswith("'") for before, after in pairwise(between)]
            pattern = re.compile("(.+?)".join(map(_literal, between)), re.DOTALL)
            patterns.append((pattern, typed, translation))
    return patterns


def _literal(text: str) -> str:
    return re.escape(text.replace("{{", "{").replace("}}", "}"))


@cache
def _rule(plural: str) -> Callable[[int], int]:
    return c2py(plural)


@cache
def _characters(folder: Path, without: tuple[str, ...]) -> str:
    files = [path for path in folder.glob("*/*.toml") if path.stem not in without]
    return "".join(sorted({each for path in files for each in path.read_text("utf-8")}))
