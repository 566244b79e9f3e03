"""Chinese as the field writes it: no English is left on pages and in answers of a scenario that has Chinese names."""

import re
import string
import xml.etree.ElementTree as ET

import pytest
from runs import SCENARIOS, report
from test_other_language import spoken
from test_words import texts

from sim.core.options import Options
from sim.forecast import forecast_of
from sim.models.labels import labels_of
from sim.output.charts.base import Chart, charts_of
from sim.output.html.report_page import report_page
from sim.output.text.answer import run_text
from sim.output.text.forecast import forecast_text
from sim.output.text.printing import as_text
from sim.output.words import Language, languages
from sim.scenario.loading import Loaded, load
from sim.scenario.setting import setting_of

COMMAND = re.compile(r"lettersim( [a-z]+)?( --[a-z-]+)?|--[a-z0-9-]+|-h|Ctrl-C")
"""What people type, the same in every language."""

WORDS = """
    S W M D A s MB GB Mbit p zh CN en HTTP TLS JavaScript CSV json yaml manifest targets scenario service level system
    lettersim KS Python pip install fit holidays country china days off working
    Noto Sans SC Adobe Source SIL scripts sil org OFL
"""
"""Marks, units, protocols, formats, names of files and keys that one is told to write, and the notice of the font."""


def latin(text: str) -> set[str]:
    """Words of a text in Latin letters that are not allowed there."""
    return set(re.findall("[A-Za-z]+", COMMAND.sub(" ", text))) - set(WORDS.split())


def test_chinese_texts_are_chinese() -> None:
    found = {}
    for key, text in texts("zh").items():
        for each in text.values() if isinstance(text, dict) else [text]:
            literals = "".join(literal for literal, *_ in string.Formatter().parse(str(each)))
            if latin(literals) and key not in ("language.forms", "language.plural"):
                found[key] = latin(literals)
    assert found == {}


@pytest.mark.parametrize("blank", [r"[\u4e00-\u9fff] [\u4e00-\u9fff]", r"[^/] [，。、；：（）]", r"[，。、；：（] "])
def test_no_blank_stands_where_chinese_has_none(blank: str) -> None:
    assert [key for key, text in texts("zh").items() if isinstance(text, str) and re.search(blank, text)] == []


TERMS = ("达标率", "落空", "队伍", "场景", "封来信", "被放下", "流逝", "种子")
"""Words for which there is another one: 按时率, 未达标, 单位, 情景, 件, 中断, 自然等待, 随机数."""


def test_there_is_one_term_for_each_thing() -> None:
    assert [key for key, text in texts("zh").items() if any(term in str(text) for term in TERMS)] == []


@pytest.fixture(scope="module")
def mailbox() -> Loaded:
    """A shipped mailbox with Chinese names, a few days of it."""
    short = ["warm_up=1 d", "window=4 d", "cool_down=1 d", "replications=2"]
    return load(SCENARIOS / "shenzhen_stress_600.yaml", short)


@pytest.fixture(scope="module")
def chinese(mailbox: Loaded) -> Language:
    """Chinese, with the names of that mailbox."""
    return Language("zh", labels_of(mailbox.scenario))


NO_PICTURES: dict[str, list[object]] = {lang: [] for lang in languages()}


def test_a_run_in_chinese(mailbox: Loaded, chinese: Language) -> None:
    found = report(setting_of(mailbox.scenario))
    assert latin(as_text(run_text(found, chinese))) == set()
    page = report_page(
        found, scenario=mailbox.scenario, overrides=(), figures=[vars(each) for each in mailbox.figures], manifest={},
        pictures=NO_PICTURES, lang=chinese,
    )  # fmt: skip
    assert latin(spoken(page, "zh")) == set()
    for chart in charts_of("run"):
        for panel in chart.panels(found):
            assert latin(all_of(chart(found, panel, Options(lang=chinese)))) == set(), chart.name


def all_of(picture: Chart[object]) -> str:
    """Everything that is said of and in a picture."""
    drawn = ET.fromstring(picture.figure().svg())
    told = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    return "\n".join([picture.question(), picture.title(), picture.alt(), *told])


def test_a_forecast_in_chinese(mailbox: Loaded, chinese: Language) -> None:
    said = as_text(forecast_text(forecast_of(mailbox), chinese))
    changes = re.compile("^  .* -> .*$", re.MULTILINE)  # as they stand in the file
    assert latin(changes.sub("", said)) == set()
