"""A language that nobody speaks: added by files alone, it is all that people read, with no word of another one."""

import re
import string
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import runs
from shown import SMALL, replayed_ways
from test_plan import small_answer

from sim.capacity import StressReport
from sim.comparison.report import Comparison
from sim.core.clock import Clock
from sim.core.options import Options
from sim.core.program_key import program_key
from sim.fit.fit_report import FitReport
from sim.forecast import forecast_of
from sim.metrics.figures import Caution
from sim.metrics.report import Report
from sim.operations.replay_report import ReplayReport
from sim.operations.targets import Targets
from sim.output import words
from sim.output.charts.base import Page, charts_of
from sim.output.folders.atomic_dir import Owner
from sim.output.folders.listing import DraftFound, Listed, Listing
from sim.output.folders.manifest import Condition
from sim.output.folders.result_folder import Stale
from sim.output.html.comparison_page import comparison_page
from sim.output.html.fit_page import fit_page
from sim.output.html.load_pages import replay_page, stress_page, targets_page
from sim.output.html.plan_page import plan_page
from sim.output.html.report_page import report_page
from sim.output.html.sensitivity_page import sensitivity_page
from sim.output.html.sweep_page import sweep_page
from sim.output.results.plan import plain_answer
from sim.output.text.answer import run_text
from sim.output.text.cautions import caution
from sim.output.text.comparison import comparison_text
from sim.output.text.fit import fit_text
from sim.output.text.folders import condition_told, listing_told, pruned_told, why_again
from sim.output.text.forecast import forecast_text
from sim.output.text.formats import duration, hours_of_day, limit, weekdays
from sim.output.text.plan import plan_text
from sim.output.text.printing import as_text
from sim.output.text.replay import replay_text
from sim.output.text.sensitivity import sensitivity_text
from sim.output.text.stress import stress_text
from sim.output.text.sweep import sweep_text
from sim.output.text.targets import targets_text
from sim.output.words import entries, languages, say
from sim.scenario.loading import load
from sim.sensitivity.report import Sensitivity
from sim.sweep.report import Sweep

LANG = "xx"
WIDE = str.maketrans({each: chr(ord(each) + 0xFEE0) for each in string.ascii_letters})
"""Full-width letters: people can read them, and the font of the charts has them."""

NAMES = """
    city station sign handle enquire signed closed received desk serve started branch
    four teams three shifts daytime always
    web paper household noise pictures voice teams staff today more script alert mailbox b
    A p office receive start finish replay letters csv http
    ask answer answered odd
    teams staff d warm up per day arrivals
"""
"""What scenarios of these tests name, such as teams, steps and files; `p99`; and what an operation is called."""


SHIPPED: Final = languages()

NONE: Final[dict[str, Any]] = {lang: [] for lang in (*SHIPPED, LANG)}
"""Pages without charts, which are looked at on their own."""


def wide(text: str) -> str:
    """A text of the language: the English one in full-width letters, its values as they are."""
    parts = []
    for literal, field, spec, _ in string.Formatter().parse(text):
        parts.append(literal.translate(WIDE).replace("{", "{{").replace("}", "}}"))
        if field is not None:
            parts.append(f"{{{field}:{spec}}}" if spec else f"{{{field}}}")
    return "".join(parts)


def written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + "}"
    return '"' + wide(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture(scope="module", autouse=True)
def _added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The languages that are shipped, and one more."""
    folder, shipped = tmp_path_factory.mktemp("locale"), words.LOCALE
    for lang in languages():
        (folder / lang).symlink_to(shipped / lang)
    (folder / LANG).mkdir()
    for path in (shipped / "en").glob("*.toml"):
        content = "".join(f"{key} = {written(text)}\n" for key, text in entries("en", path.stem).items()
                          if isinstance(text, str | dict))  # fmt: skip
        (folder / LANG / path.name).write_text(content, "utf-8")
    language = f'name = "{wide("Wide")}"\ntag = "{LANG}"\nplural = "n != 1"\nforms = ["one", "other"]\n'
    (folder / LANG / "language.toml").write_text(language, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "LOCALE", folder)
        yield


WORD: Final = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]+")


def foreign(text: str, typed: Iterable[str] = ()) -> set[str]:
    """Words of a text that are neither of the language, nor names, nor those of keys and values as they are typed."""
    return set(WORD.findall(text)) - set(NAMES.split()) - set(WORD.findall(" ".join(typed)))


class Spoken(HTMLParser):
    """What people read or hear of a page in one language, but the manifest and what is changed by its key."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._lang = lang
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "br", "path", "use"):
            part = dict(attrs)
            self._open.append((tag, part.get("lang") if part.get("class") == "part" else None))
        if self._ours():
            self.said += [value or "" for key, value in attrs if key in ("aria-label", "title", "alt")]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._ours() and not {"pre", "code", "style", "script"} & {tag for tag, _ in self._open}:
            self.said.append(data)

    def _ours(self) -> bool:
        return next((lang for _, lang in reversed(self._open) if lang), None) == self._lang


def spoken(page: str, lang: str = LANG) -> str:
    """What a page says in a language."""
    reader = Spoken(lang)
    reader.feed(page)
    assert len(reader.said) > 20
    return "\n".join(reader.said)


# What is said of it


def test_a_language_is_added_by_files() -> None:
    assert set(languages()) == {*SHIPPED, LANG}
    assert foreign(say(LANG, "language.name")) == set()


def test_a_check_is_told_in_no_other_language(tmp_path: Path) -> None:
    for text in (SMALL, SMALL.replace("per_day: 120", "per_day: 600"), SMALL.replace("shifts: 8", "shifts: 1")):
        of = forecast_of(load(runs.written(tmp_path, text)))
        assert foreign(as_text(forecast_text(of, LANG))) == set()


def test_a_run_is_told_in_no_other_language(small_report: Report, tmp_path: Path) -> None:
    assert foreign(as_text(run_text(small_report, LANG))) == set()
    scenario = load(runs.written(tmp_path, SMALL)).scenario.model_copy(update={"about": ""})
    page = report_page(small_report, scenario=scenario, overrides=(), figures=[], manifest={}, pictures=NONE, lang=LANG)
    assert foreign(spoken(page)) == set()


def test_a_comparison_is_told_in_no_other_language(comparison: Comparison) -> None:
    assert foreign(as_text(comparison_text(comparison, LANG))) == set()
    assert foreign(spoken(comparison_page(comparison, manifest={}, pictures=NONE, lang=LANG))) == set()


def test_a_plan_is_told_in_no_other_language() -> None:
    answer = small_answer()
    assert foreign(as_text(plan_text(answer, LANG, 3.0))) == set()
    assert foreign(spoken(plan_page(answer, plain_answer(answer), manifest={}, pictures=NONE, lang=LANG))) == set()


def test_a_fit_is_told_in_no_other_language(fit_report: FitReport) -> None:
    typed = [*(f"{key} {column}" for key, column in fit_report.columns.items()),
             *(f"{each.key} {each.chosen} {' '.join(each.rejected)}" for each in fit_report.findings),
             *(f"{each.key} {each.old} {each.new}" for each in fit_report.replaced)]  # fmt: skip
    assert foreign(as_text(fit_text(fit_report, LANG)), typed) == set()
    assert foreign(spoken(fit_page(fit_report, manifest={}, pictures=NONE, lang=LANG)), typed) == set()


def test_a_stress_run_is_told_in_no_other_language(stress_report: StressReport) -> None:
    assert foreign(as_text(stress_text(stress_report, LANG))) == set()
    assert foreign(spoken(stress_page(stress_report, manifest={}, pictures=NONE, lang=LANG))) == set()


def test_targets_are_told_in_no_other_language(found: Targets) -> None:
    assert foreign(as_text(targets_text(found, "b", LANG))) == set()
    typed = [f"{each.key} {each.value}" for each in found.system.assumptions]
    assert foreign(spoken(targets_page(found, title="b", manifest={}, pictures=NONE, lang=LANG)), typed) == set()


def test_a_replay_of_whole_ways_is_told_in_no_other_language() -> None:
    report = replayed_ways()
    assert foreign(as_text(replay_text(report, LANG))) == set()
    assert foreign(spoken(replay_page(report, manifest={}, pictures=NONE, lang=LANG))) == set()


def test_a_replay_is_told_in_no_other_language(replay_report: ReplayReport) -> None:
    assert foreign(as_text(replay_text(replay_report, LANG))) == set()
    assert foreign(spoken(replay_page(replay_report, manifest={}, pictures=NONE, lang=LANG))) == set()


def test_a_sensitivity_is_told_in_no_other_language(small_sensitivity: Sensitivity) -> None:
    typed = as_typed(small_sensitivity)
    assert foreign(as_text(sensitivity_text(small_sensitivity, LANG)), typed) == set()
    page = sensitivity_page(small_sensitivity, manifest={}, pictures=NONE, lang=LANG)
    assert foreign(spoken(page), typed) == set()


def as_typed(found: Sensitivity) -> list[str]:
    """Keys and values of its figures."""
    return [text for each in found.figures for text in (each.key, each.written, each.low, each.high)]


def test_a_sweep_is_told_in_no_other_language(small_sweep: Sweep) -> None:
    assert foreign(as_text(sweep_text(small_sweep, LANG))) == set()
    assert foreign(spoken(sweep_page(small_sweep, manifest={}, pictures=NONE, lang=LANG))) == set()


@pytest.mark.parametrize("page", get_args(Page))
def test_charts_are_told_in_no_other_language(
    page: Page,
    small_report: Report,
    comparison: Comparison,
    stress_report: StressReport,
    replay_report: ReplayReport,
    fit_report: FitReport,
    small_sweep: Sweep,
    small_sensitivity: Sensitivity,
    found: Targets,
) -> None:
    subjects = {"run": small_report, "comparison": comparison, "stress": stress_report, "replay": replay_report,
                "targets": found, "plan": small_answer(), "fit": fit_report.judgement, "sweep": small_sweep,
                "sensitivity": small_sensitivity}  # fmt: skip
    subject, typed = subjects[page], as_typed(small_sensitivity)
    for chart in charts_of(page):
        for panel in chart.panels(subject):
            picture = chart(subject, panel, Options(lang=LANG))
            drawn = ET.fromstring(picture.figure().svg())
            told = " ".join("".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text"))
            assert foreign(f"{picture.question()} {picture.title()} {picture.alt()}", typed) == set(), chart.name
            assert told
            assert foreign(told, typed) == set(), chart.name


def test_folders_are_told_in_no_other_language() -> None:
    folder, run = Path("city"), {"closed": "missed", "signed": "not judged"}
    kinds = {"run": run, "comparison": {"today": "met"}, "plan": {"plan": "least"}, "stress": {"capacity": "100"},
             "targets": {}, "export": {}, "replay": {"replay": "unclear"}, "unknown": {}}  # fmt: skip
    results = tuple(Listed(folder, kind, (), ("1",) * 5, "2026", verdicts) for kind, verdicts in kinds.items())
    drafts = (DraftFound(folder, Owner.ALIVE), DraftFound(folder, Owner.DEAD, True), DraftFound(folder, Owner.DEAD))
    said = [
        as_text(listing_told(Listing(folder, results, drafts), LANG)),
        as_text(listing_told(Listing(folder, (), ()), LANG)),
        *pruned_told(folder, drafts, LANG),
        *pruned_told(folder, [], LANG),
        why_again(Stale(("1",) * 7, ("2",), {"script": ("1", "2")}, False), folder, LANG),
        why_again(Stale((), (), {}, True), folder, LANG),
        *condition_told(Condition(program_key(), {"1": ""}, ("1", "2"), ()), folder, LANG),
        *condition_told(Condition(program_key() | {"source": ""}, {"1": ""}, ("1",), ()), folder, LANG),
        *condition_told(Condition(program_key(), {"1": ""}, (), ("1",)), folder, LANG),
    ]
    assert foreign(" ".join(said)) == set()


@pytest.mark.parametrize("kind", [key for key in entries("en", "cautions") if key != "warning"])
def test_cautions_are_told_in_no_other_language(kind: str) -> None:
    text = entries("en", "cautions")[kind]
    fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None} - {"subject"}
    figures = {field: "2 d" if field == "limit" else 1.5 for field in fields}
    assert foreign(caution(Caution(kind, "desk", figures), LANG)) == set()


@pytest.mark.parametrize("written", ["90 s", "10 min", "4 h", "2 d", "1 working day", "3 office hours"])
def test_limits_are_told_in_no_other_language(written: str) -> None:
    assert foreign(limit(LANG, written)) == set()
    assert foreign(limit(LANG, "end of working day 3")) == set()


def test_numbers_with_their_units_are_told_in_no_other_language() -> None:
    said = [duration(LANG, minutes, clock) for minutes in (3, 300, 30_000) for clock in Clock]
    said += [hours_of_day(LANG, (20, 26)), hours_of_day(LANG, (2, 4)), weekdays(LANG, [0, 1, 2, 4])]
    assert foreign(" ".join(said)) == set()
