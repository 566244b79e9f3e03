"""Pages: they hold everything they show, say the numbers of their JSON, and keep markup of a scenario as text."""

import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from kept import contents
from shown import MARKUP, small

from sim.core.options import Options
from sim.output.html.page import embedded_font, passages
from sim.output.results.comparison import compare
from sim.output.results.run import run
from sim.output.words import languages

EXTERNAL = re.compile(r"""(?:src|href|action|poster|data)\s*=\s*["']?(?!#|data:)[\w./]|url\((?!#|data:|"?#)|@import""")


class Reader(HTMLParser):
    """Elements of a page with their attributes, `data` elements with their text, and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.figures: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._inside: tuple[str, dict[str, str | None]] = ("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = (tag, dict(attrs))

    def handle_data(self, data: str) -> None:
        tag, attributes = self._inside
        if tag == "data":
            self.figures.append((str(attributes["data-path"]), str(attributes["value"]), data))
        if tag == "script":
            self.scripts.append((attributes, data))
        self._inside = ("", {})


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run and a comparison of scenarios whose name is markup."""
    folder = tmp_path_factory.mktemp("pages")
    today, fewer = small(folder, "today"), small(folder, "fewer", "teams.city.staff.four_teams_three_shifts=4")
    run(today, Options(out=folder / "run", lang="zh"))
    compare([today, fewer], Options(out=folder / "compared", lang="en"))
    return {"summary.json": folder / "run", "comparison.json": folder / "compared"}


@pytest.fixture(params=["summary.json", "comparison.json"])
def page(request: pytest.FixtureRequest, folders: dict[str, Path]) -> tuple[str, dict[str, Any]]:
    """The text of a page, and the figures beside it."""
    folder = folders[request.param]
    return (folder / "report.html").read_text("utf-8"), json.loads((folder / request.param).read_text("utf-8"))


def read(text: str) -> Reader:
    """Take a page apart."""
    reader = Reader()
    reader.feed(text)
    return reader


def test_the_figures_of_the_page_are_those_of_the_summary(page: tuple[str, dict[str, Any]]) -> None:
    text, summary = page
    figures = read(text).figures
    assert len(figures) >= 20
    for path, value, said in figures:
        exact: Any = summary
        for key in path.split("."):
            exact = exact[int(key) if isinstance(exact, list) else key]
        assert (value == "") if exact is None else (float(value) == exact), path
        assert said


def test_the_page_holds_the_summary_for_programs(page: tuple[str, dict[str, Any]]) -> None:
    text, summary = page
    (embedded,) = (data for attributes, data in read(text).scripts if attributes.get("id") == "summary")
    assert json.loads(embedded) == summary


def test_the_page_asks_nobody_for_anything(page: tuple[str, dict[str, Any]]) -> None:
    text, _ = page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'")
    assert not re.search(r"https?:", policy[1])
    beside = re.sub(r"url\(data:font/woff2;base64,[\w+/=]+\)", "", text)
    beside = re.sub(r'xmlns(:\w+)?="http://www.w3.org/[\w/]+"', "", beside)
    # The CSV files beside it are linked, and read by nobody until somebody clicks.
    beside = re.sub(r'<a href="\w+\.csv">', "", beside)
    assert EXTERNAL.findall(beside.split("<script", 1)[0]) == []
    assert not re.search(r"https?://", beside)
    assert not [element for element in read(text).elements if element[0] in ("link", "iframe", "object", "img")
                and element[1].get("href") != "data:,"]  # fmt: skip


def test_markup_of_a_scenario_stays_text(page: tuple[str, dict[str, Any]]) -> None:
    text, _ = page
    assert MARKUP not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>more</b>" not in text
    reader = read(text)
    assert [attributes.get("type") for attributes, _ in reader.scripts] == ["application/json", None]


def test_both_languages_are_complete(page: tuple[str, dict[str, Any]]) -> None:
    text, _ = page
    en, zh = re.findall(r'<article class="part" lang="(?:zh|en)">(.*?)</article>', text, re.DOTALL)
    for tag in ("<table", "<svg", "<h2", "<figure", "<data"):
        assert zh.count(tag) == en.count(tag) > 0
    assert "达标" in zh
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"局长信箱|交通|[A-Z]:", "", en))


def test_headings_tables_and_charts_can_be_heard(page: tuple[str, dict[str, Any]]) -> None:
    text, _ = page
    reader = read(text)
    ids = [str(attributes["id"]) for _, attributes in reader.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    links = {str(attributes["href"]) for tag, attributes in reader.elements if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith("#") or link.endswith(".csv") for link in links)
    assert all(attributes.get("aria-label") for tag, attributes in reader.elements if tag == "svg")
    assert text.count("<table") == text.count("<caption") == len(re.findall("<table><caption>[^<]", text))
    assert text.count("<figure") == text.count("<figcaption>")


@pytest.mark.parametrize("kind", ["summary.json", "comparison.json"])
def test_the_same_figures_give_the_same_page(kind: str, folders: dict[str, Path], tmp_path: Path) -> None:
    today = small(tmp_path, "today")
    again = tmp_path / "again"
    if kind == "summary.json":
        run(today, Options(out=again, lang="zh", workers=1))
    else:
        fewer = small(tmp_path, "fewer", "teams.city.staff.four_teams_three_shifts=4")
        compare([today, fewer], Options(out=again, lang="en", workers=1))
    first = (folders[kind] / "report.html").read_text("utf-8")
    # The page names the files of the scenarios, which lie elsewhere now.
    second = (again / "report.html").read_text("utf-8").replace(str(tmp_path), str(folders[kind].parent))
    assert first == second


def test_a_run_without_report_keeps_its_figures_when_one_is_wanted(tmp_path: Path) -> None:
    today = small(tmp_path, "today", "replications=2")
    assert not run(today, Options(out=tmp_path / "out", report=False)).found
    assert not (tmp_path / "out" / "report.html").exists()
    assert run(today, Options(out=tmp_path / "out", report=False)).found
    figures = contents(tmp_path / "out", ["manifest.json"])
    assert run(today, Options(out=tmp_path / "out")).found
    assert '<html lang="en"' in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert run(today, Options(out=tmp_path / "out", report=False, lang="zh")).found
    # A page that opens in another language is another page, and so are the charts as PNG.
    assert not list((tmp_path / "out" / "charts").glob("*.png"))
    assert run(today, Options(out=tmp_path / "out", lang="zh", png=True)).found
    assert '<html lang="zh-CN"' in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert {each.name.split(".")[-2] for each in (tmp_path / "out" / "charts").glob("*.png")} == {"zh"}
    assert run(today, Options(out=tmp_path / "out", lang="zh")).found
    assert {name: contents(tmp_path / "out")[name] for name in figures} == figures
    # What somebody put beside it is not ours to replace, so the page stays as it is.
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert run(today, Options(out=tmp_path / "out", lang="en")).found


def test_the_font_holds_what_is_asked_for_and_is_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = embedded_font("局长信箱")
    assert embedded_font("局长信箱") == first
    assert embedded_font("箱信长局局") == first
    assert embedded_font("鳌") != first
    (tmp_path / "lettersim").rename(tmp_path / "away")
    assert embedded_font("局长信箱") == first


@pytest.mark.parametrize(
    ("lang", "text", "marked"),
    [
        ("en", "A mailbox", "A mailbox"),
        ("zh", "局长信箱", "局长信箱"),
        ("zh", "Peak & <b>： 方案", '<span lang="en">Peak &amp; &lt;b</span>&gt;： 方案'),
        ("en", "局长信箱: the fewest staff", '<span lang="zh-CN">局长信箱</span>: the fewest staff'),
    ],
)
def test_what_is_in_another_language_is_marked(lang: str, text: str, marked: str) -> None:
    assert str(passages(lang, text)) == marked


def test_the_licence_of_the_font_goes_with_it(page: tuple[str, dict[str, Any]]) -> None:
    text, _ = page
    feet = re.findall(r"<footer>(.*?)</footer>", text, re.DOTALL)
    assert len(feet) == len(languages())
    for foot in feet:
        assert "Noto Sans SC" in foot
        assert "Adobe" in foot
        assert "scripts.sil.org/OFL" in foot
    (font,) = re.findall(r"data:font/woff2;base64,([^)]*)\)", text)
    names = TTFont(BytesIO(b64decode(font)))["name"]
    assert "Adobe" in names.getDebugName(0)
    assert "SIL Open Font License, Version 1.1" in names.getDebugName(13)
