"""Pages in a browser without a network: nothing is asked for, both languages show, and a phone is wide enough."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from runs import SCENARIOS, written
from shown import MARKUP, SMALL, small

from sim.core.options import Options
from sim.output.results.comparison import compare
from sim.output.results.run import run
from sim.scenario.loading import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a run, which opens in Chinese, and that of a comparison, which opens in English."""
    folder = tmp_path_factory.mktemp("pages")
    today, fewer = small(folder, "today"), small(folder, "fewer", "teams.city.staff.four_teams_three_shifts=4")
    run(today, Options(out=folder / "run", lang="zh"))
    compare([today, fewer], Options(out=folder / "compared", lang="en"))
    return {"run": folder / "run" / "report.html", "comparison": folder / "compared" / "report.html"}


@pytest.fixture(params=["run", "comparison"])
def page(request: pytest.FixtureRequest, pages: dict[str, Path], chromium: "Browser") -> Iterator["Page"]:
    """A page on a phone; when the test is done, it must have asked for nothing and complained of nothing."""
    opened = chromium.new_page(viewport={"width": 400, "height": 800})
    asked: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    address = pages[request.param].as_uri()
    opened.goto(address)
    yield opened
    assert [each for each in asked if not each.startswith("data:")] == [address]
    assert complaints == []
    opened.close()


def in_sight(page: "Page") -> list[str]:
    """Languages of the articles that show."""
    return [str(article.get_attribute("lang")) for article in page.locator("article").all() if article.is_visible()]


def test_the_language_switches_by_click(page: "Page") -> None:
    for lang, spoken in (("en", "English"), ("zh", "中文"), ("en", "English")):
        page.get_by_role("button", name=spoken).click()
        assert in_sight(page) == [lang]
        assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[lang]
        assert page.get_by_role("button", name=spoken).get_attribute("aria-pressed") == "true"


def test_the_language_switches_by_keyboard(page: "Page") -> None:
    before = in_sight(page)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "false":
            break
    page.keyboard.press("Enter")
    assert in_sight(page) != before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge_of_a_phone(page: "Page", lang: str) -> None:
    page.locator(f"button[data-speak={lang}]").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_charts_and_tables_have_names(page: "Page", lang: str) -> None:
    page.locator(f"button[data-speak={lang}]").click()
    page.evaluate("document.querySelectorAll('details').forEach((more) => { more.open = true; })")
    article = page.locator(f"article[lang={lang}]")
    for role in ("img", "table", "region"):
        for each in article.get_by_role(role).all():
            assert each.get_attribute("aria-label") or each.locator("caption").inner_text()
    assert article.get_by_role("img").count() == article.locator("figure").count() > 0


def test_the_font_in_the_page_is_used(page: "Page") -> None:
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Noto Sans SC\"', '局长信箱'))")


def test_links_lead_to_headings_in_sight(page: "Page") -> None:
    (lang,) = in_sight(page)
    for link in page.locator(f"nav[lang={lang}] a").all():
        target = page.locator(str(link.get_attribute("href")))
        assert target.count() == 1
        assert target.is_visible()


def test_markup_of_the_scenario_is_shown_as_text(page: "Page") -> None:
    assert MARKUP in page.locator("h1 >> visible=true").inner_text()


def test_it_prints_in_the_language_in_sight(page: "Page") -> None:
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    assert page.pdf().startswith(b"%PDF")


# What a leader sees at once


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the page of two branches and their stations, where letters are late."""
    folder = tmp_path_factory.mktemp("city")
    run(load(written(folder, CITY)), Options(out=folder / "out"))
    return (folder / "out" / "report.html").as_uri()


CITY = SMALL.replace(
    "  station: {tier: station, units: 3, within: city,",
    "  branch: {tier: branch, units: 2, within: city, names: [North, South], weights: [80, 20], staff: {daytime: 2}}\n"
    "  station: {tier: station, units: [3, 2], within: branch,",
).replace("per_day: 120", "per_day: 200")


def require_in_sight(page: "Page", lang: str) -> None:
    """Verdict, backlog, and the first district with its share in time lie within the window."""
    window = page.viewport_size
    assert window is not None
    page.locator(f"button[data-speak={lang}]").click()
    article = page.locator(f"article[lang={lang}]")
    for seen in (".answer", ".trend svg", ".units tbody th >> nth=0", ".units tbody td:nth-child(4) >> nth=0"):
        box = article.locator(seen).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= window["height"], seen
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= window["width"], seen


SIZES = ((1400, 900), (390, 844))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_verdict_districts_and_backlog_are_on_the_first_screen(
    city: str, chromium: "Browser", size: tuple[int, int], lang: str
) -> None:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(city)
    require_in_sight(page, lang)
    page.close()


@pytest.mark.slow
def test_the_first_screen_of_the_peak_answers_a_leader(tmp_path: Path, chromium: "Browser") -> None:
    """Does it hold, where not, when, why, and what would help: in both languages, at a desk and on a phone."""
    loaded = load(SCENARIOS / "shenzhen_stress_600.yaml", ["replications=6"])
    folder = run(loaded, Options(out=tmp_path / "out")).folder
    assert (folder / "report.html").stat().st_size < 1_000_000
    answers = {
        "en": ("Not every target is met", "Baoan and Longgang", "came between", "busy people", "What would help"),
        "zh": ("未达标", "宝安和龙岗", "该时段来信占", "均在忙", "如何改进"),
    }
    for size in SIZES:
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto((folder / "report.html").as_uri())
        for lang, told in answers.items():
            require_in_sight(page, lang)
            first = page.locator(f"article[lang={lang}] .first")
            said = " ".join([first.locator(".answer").inner_text(), first.locator(".trend").inner_text()])
            assert [each for each in told if each not in said] == []
            help_text = first.locator(".would").bounding_box()
            assert help_text is not None
            assert help_text["y"] + help_text["height"] <= size[1]
        page.close()


def test_the_district_table_opens_sorts_and_filters(city: str, chromium: "Browser") -> None:
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    page.goto(city)
    units = page.locator("article[lang=en] .units")

    def shown() -> list[str]:
        return [row.locator("th").inner_text().removeprefix("▸").strip() for row in units.locator("tbody tr").all()
                if row.is_visible()]  # fmt: skip

    assert shown() == ["North", "South"]
    units.get_by_role("button", name="Show what lies within South").click()
    north, *within = shown()[0], *shown()[2:]
    assert north == "North"
    assert sorted(within) == ["station-4 South", "station-5 South"]
    units.get_by_role("button", name="unit", exact=True).click()
    assert [each for each in shown() if " " not in each] == ["North", "South"]
    units.get_by_role("button", name="unit", exact=True).click()
    assert [each for each in shown() if " " not in each] == ["South", "North"]
    assert units.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    units.get_by_role("button", name="all: station").click()
    assert sorted(shown()) == [f"station-{number} {'North' if number < 4 else 'South'}" for number in range(1, 6)]
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_sheet_of_paper_has_the_answer_two_charts_and_all_districts(
    city: str, chromium: "Browser", lang: str
) -> None:
    # What is left of A4 between the margins, in pixels of which 96 are an inch.
    page = chromium.new_page(viewport={"width": 695, "height": 1024})
    page.goto(city)
    page.locator(f"button[data-speak={lang}]").click()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    article = page.locator(f"article[lang={lang}]")
    for printed in (".answer", ".trend svg", ".first > figure svg", ".units tbody tr:not(.inner) >> nth=1"):
        box = article.locator(printed).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 1024, printed
        assert box["x"] + box["width"] <= 695.5, printed
    assert not article.locator(".raw").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 695
    # No cell is so narrow that its text stands letter below letter.
    narrow = "[...document.querySelectorAll('td, th')].filter((cell) => cell.offsetHeight > 120).length"
    assert page.evaluate(narrow) == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert article.locator(".first > figure").count() == 0
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_of_the_district_table_do_not_run_into_each_other_on_a_phone(
    city: str, chromium: "Browser", lang: str
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(city)
    page.locator(f"button[data-speak={lang}]").click()
    cells = page.locator(f"article[lang={lang}] .units tbody tr >> nth=0").locator("td")
    for cell in cells.all():
        assert cell.evaluate("(each) => each.scrollWidth <= each.clientWidth + 1")
    page.close()


def test_long_headings_of_a_table_break_before_its_last_column_is_cut_off(
    pages: dict[str, Path], chromium: "Browser"
) -> None:
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    page.goto(pages["comparison"].as_uri())
    table = page.locator("article[lang=en] table >> nth=0")
    table.evaluate("table => table.querySelectorAll('thead th').forEach(each => each.append(' left before the limit'))")
    assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    page.close()
