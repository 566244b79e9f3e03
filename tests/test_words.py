"""Words as data: all languages say the same things with the same values, and code asks for what there is."""

import ast
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from runs import ROOT

from sim.capacity import CapacityStatus
from sim.comparison.pairs import PairedVerdict
from sim.core.options import DEFAULT
from sim.metrics.figures.slas import Why
from sim.operations.answers import Unanswered
from sim.operations.service_level import PERIODS
from sim.output import words
from sim.output.charts.base import Page, charts_of
from sim.output.folders.listing import KINDS
from sim.output.words import entries, find, languages, plural_form, say
from sim.planner.answer import Ending
from sim.statistics import Verdict

OF_A_LANGUAGE = {"replay.loss", "targets.call"}
"""Texts of which each language chooses a value: a measure word, or what something is called by programs or people."""

BUILT = (
    "cautions.overloaded-",
    "cautions.units-overloaded-",
    "forecast.by-hour-on",
    "forecast.short-on",
    "forecast.worst-hour-on",
    "stress.bottleneck-",
    "stress.next-",
)
"""Beginnings of keys that code makes from another key by adding to it."""


def texts(lang: str) -> dict[str, Any]:
    """All texts of a language by key, but what translates the names and the English texts of the program."""
    files = {path.stem for path in (words.LOCALE / lang).glob("*.toml")} - {"names", "messages"}
    return {f"{file}.{key}": text for file in files for key, text in entries(lang, file).items()}


def fields(text: str | Mapping[str, str]) -> set[str]:
    """The values that a text fills in; of plural forms, those of the last one."""
    last = text if isinstance(text, str) else text["other"]
    return {field for _, field, _, _ in string.Formatter().parse(last) if field is not None}


def test_there_are_chinese_and_english() -> None:
    assert set(languages()) >= {"en", "zh"}


@pytest.mark.parametrize("lang", languages())
def test_a_language_says_what_the_others_say_with_the_same_values(lang: str) -> None:
    theirs, ours = texts(DEFAULT.lang), texts(lang)
    assert ours.keys() == theirs.keys()
    differing = {key for key, text in ours.items() if "language." not in key and fields(text) != fields(theirs[key])}
    assert differing <= OF_A_LANGUAGE


@pytest.mark.parametrize("lang", languages())
def test_a_key_is_written_in_one_way(lang: str) -> None:
    assert [key for key in texts(lang) if not re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", key)] == []


@pytest.mark.parametrize("lang", languages())
def test_plural_forms_are_those_of_the_language(lang: str) -> None:
    for key, text in texts(lang).items():
        if isinstance(text, dict):
            assert set(text) == set(entries(lang, "language")["forms"]), key


def test_a_number_chooses_the_plural_form() -> None:
    assert [plural_form("en", n) for n in (0, 1, 2)] == ["other", "one", "other"]
    assert say("en", "stress.more-people", n=1) == "1 more person"
    assert say("en", "stress.more-people", n=2) == "2 more people"
    assert say("zh", "stress.more-people", n=1) == "增加 1 人"


def test_what_a_language_lacks_is_said_in_english_and_what_nobody_says_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang in ("en", "xx"):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "language.toml").write_text('plural = "n != 1"\nforms = ["one", "other"]\n')
    (tmp_path / "en" / "a.toml").write_text('one-word = "{n} words"\n')
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    assert languages() == ("en", "xx")
    assert say("xx", "a.one word", n=3) == "3 words"
    assert say("xx", "a.other") == "a.other"
    assert say("xx", "b.other") == "b.other"


# What code asks for


def strings(path: Path) -> Iterator[tuple[str, bool]]:
    """Every string of a module or template that may be a key, and whether it is only the beginning of one."""
    if path.suffix == ".j2":
        for found in re.findall(r"say\(\w+, '([^']+)'( \+)?", path.read_text("utf-8")):
            yield found[0], bool(found[1])
        return
    tree = ast.parse(path.read_text("utf-8"))
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            if not isinstance(node.values[-1], ast.Constant):  # which ends a file's name
                yield str(node.values[0].value), True
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            yield node.value, node.value.endswith("-")


SOURCES = [
    path
    for room in ("output", "serve", "commands")
    for end in ("py", "j2")
    for path in ROOT.glob(f"sim/{room}/**/*.{end}")
]
OTHERS = re.compile(r".*\.(css|json|js)|plan\.proof|stress\.replications")
"""Files, and keys of scenarios, that look like keys of words."""

FILES = "|".join(sorted({key.partition(".")[0] for key in texts(DEFAULT.lang)}))
ASKED = {
    (text, begun)
    for path in SOURCES
    for text, begun in strings(path)
    if re.fullmatch(rf"({FILES})\.[a-z0-9-]*", text) and not OTHERS.fullmatch(text)
}
SAID = {text.replace(" ", "-").replace("_", "-") for path in ROOT.glob("sim/**/*.py") for text, _ in strings(path)}
"""All strings of the program, as part of a key."""


CHARTS = [chart.name.replace("_", "-") for page in get_args(Page) for chart in charts_of(page)]


def words_of_charts() -> Iterator[str]:
    """Keys of the words that each chart asks for as its own, without its name."""
    yield from (f"charts.{chart}-{key}" for chart in CHARTS for key in ("question", "alt"))
    for path in ROOT.glob("sim/output/charts/*.py"):
        for member in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(member, ast.ClassDef) or not member.decorator_list:
                continue
            (decorator,) = member.decorator_list
            if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "chart":
                continue
            name = ast.literal_eval(decorator.args[1])
            for call in ast.walk(member):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "self.say":
                    keys = [each.value for each in ast.walk(call.args[0]) if isinstance(each, ast.Constant)]
                    yield from (f"charts.{name}-{key}".replace("_", "-") for key in keys if "." not in str(key))


def test_what_charts_ask_for_is_there() -> None:
    asked = set(words_of_charts())
    assert len(asked) > 2 * len(CHARTS) > 0
    assert asked <= set(texts(DEFAULT.lang))


@pytest.mark.parametrize(
    ("begun", "values"),
    [
        ("answer.why-", Why),
        ("glossary.verdict-", [*Verdict, "no target"]),
        ("comparison.finding-", [*PairedVerdict, "mixed"]),
        ("comparison.pair-", [*PairedVerdict, "mixed"]),
        ("comparison.best-", set(Verdict) - {Verdict.NOT_JUDGED}),
        ("comparison.base-best-", set(Verdict) - {Verdict.NOT_JUDGED}),
        ("folders.kind-", [*KINDS, "unknown"]),
        ("folders.verdict-", [*Ending, *set(CapacityStatus) - {CapacityStatus.YES, CapacityStatus.NO_TARGET}]),
        ("plan.ending-", Ending),
        ("replay.loss-", [each.name for each in Unanswered]),
        ("replay.period-", PERIODS),
        ("targets.a-", PERIODS),
        ("charts.", Why),
    ],
)
def test_every_value_that_ends_a_key_has_its_text(begun: str, values: Iterable[str]) -> None:
    assert [each for each in values if find(DEFAULT.lang, f"{begun}{each}".lower()) is None] == []


def test_what_code_asks_for_is_there() -> None:
    known = texts(DEFAULT.lang)
    assert sorted(text for text, begun in ASKED if not begun and text not in known) == []
    assert sorted(text for text, begun in ASKED if begun and not any(key.startswith(text) for key in known)) == []


def test_nothing_is_there_that_code_does_not_ask_for() -> None:
    literal = {text for text, begun in ASKED if not begun}
    # Of a file from which code takes what a value says, the entry itself must be a string of the program.
    begun = tuple(text for text, is_begun in ASKED if is_begun and not text.endswith("."))
    whole = tuple(text for text, is_begun in ASKED if is_begun and text.endswith("."))

    def asked(key: str) -> bool:
        entry = key.partition(".")[2]
        entries = {entry, *(entry.removeprefix(f"{chart}-") for chart in CHARTS if key.startswith("charts."))}
        return key in literal or key.startswith((*begun, *BUILT)) or (key.startswith(whole) and bool(entries & SAID))

    assert (
        sorted(
            key for key in texts(DEFAULT.lang) if not asked(key) and key not in ("language.forms", "language.plural")
        )
        == []
    )


def test_no_code_asks_which_language_it_is() -> None:
    codes = "|".join(languages())
    asking = re.compile(
        rf"""[!=]= *["']({codes})["']|["']({codes})["'] *[!=]=|["']({codes})["']:|\[["']({codes})["']\]"""
    )
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in ROOT.glob("sim/**/*")
        if path.suffix in (".py", ".j2", ".js", ".css")
        for line in path.read_text("utf-8").splitlines()
        if asking.search(line)
    ]
    assert found == []
