"""Titles and labels: what people call the things of a scenario, in each language."""

import pickle
import re
from pathlib import Path

import pytest
from desk import DESK, loaded
from openpyxl import load_workbook

from sim.core.errors import ScenarioError
from sim.core.safe_text import unit_label
from sim.models.labels import labels_of
from sim.output.results.plan import write_sheets
from sim.output.text.formats import milestone_name, name, note, unit_name
from sim.output.words import Language, alike, label, labelled
from sim.scenario.loading import dump_yaml, load
from sim.scenario.setting import setting_of

SCENARIOS = sorted(Path(__file__).parent.parent.glob("scenarios/*.yaml"))


def test_a_title_in_both_languages_may_be_a_mapping_or_two_keys(tmp_path: Path) -> None:
    one = loaded(tmp_path, DESK + "name: {en: A desk, zh: 一个受理席}\nabout: {en: Only that, zh: 仅此}\n").scenario
    other = loaded(tmp_path, DESK + "name: A desk\nname_zh: 一个受理席\nabout: Only that\nabout_zh: 仅此\n").scenario
    assert one == other
    assert labels_of(one) == {"zh": {"A desk": "一个受理席", "Only that": "仅此"}}


def test_labels_survive_being_written(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, DESK + "name: {en: a, zh: 甲}\nlabels: {zh: {serve: 办理}}\n").scenario
    assert loaded(tmp_path, dump_yaml(scenario)).scenario == scenario


def test_who_gives_another_title_does_not_keep_the_translation_of_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(DESK + "name: Base\nname_zh: 基准\nabout: {en: a, zh: 甲}\n", "utf-8")
    above = tmp_path / "above.yaml"
    above.write_text("extends: base.yaml\nname: Mine\nabout: mine\n", "utf-8")
    assert labels_of(load(above).scenario) == {}
    above.write_text("extends: base.yaml\nwindow: 2 d\n", "utf-8")
    assert labels_of(load(above).scenario) == {"zh": {"Base": "基准", "a": "甲"}}
    assert labels_of(load(above, ["name=Other"]).scenario) == {"zh": {"a": "甲"}}


def test_lines_of_a_chinese_text_are_joined_without_blanks(tmp_path: Path) -> None:
    folded = "about: a\nabout_zh: >\n  每天 80 件，\n  三级共\n  350 人\n"
    assert loaded(tmp_path, DESK + folded).scenario.about_zh.strip() == "每天 80 件，三级共 350 人"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("name: {zh: 甲}", "name: must be text (got {zh})"),
        ("name: {en: a, fr: b}", "name: must be text (got {en, fr})"),
        ("labels: {zh: [a]}", "labels.zh: must be a mapping"),
        ("labels: {zh: {serve: ''}}", "labels.zh.serve: must have at least 1 character"),
    ],
)
def test_what_is_no_title_or_label(tmp_path: Path, written: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, DESK + written + "\n")
    assert said in str(refused.value)


def test_what_has_no_label_is_shown_as_typed() -> None:
    assert name(Language("zh", {"zh": {"answered": "答复率"}}), "answered") == "答复率"
    assert [name("zh", each) for each in ("answered", "routed")] == ["answered", "routed"]
    assert labelled("zh", "A title_of mine") == "A title_of mine"


def test_a_unit_may_have_the_name_of_a_category() -> None:
    labels = {"zh": {"conduct": "作风纪律", unit_label("conduct"): "督察"}}
    assert name(Language("zh", labels), "conduct") == "作风纪律"
    assert unit_name(Language("zh", labels), "conduct") == "督察"


def test_an_sla_may_have_the_name_of_a_milestone() -> None:
    lang = Language("zh", {"zh": {"closed": "7天办结率"}})
    assert [milestone_name(lang, each) for each in ("received", "closed")] == ["收到", "办结"]


def test_a_language_brings_its_labels_to_other_processes_and_to_the_other_languages() -> None:
    spoken = Language("zh", {"zh": {"a": "甲"}, "en": {"a": "A"}})
    assert label(pickle.loads(pickle.dumps(spoken)), "a") == "甲"
    assert [label(each, "a") for each in alike(spoken)] == ["A", "甲"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_all_that_a_shipped_scenario_names_has_a_chinese_name(path: Path) -> None:
    scenario = load(path).scenario
    lang = Language("zh", labels_of(scenario))
    named = {*scenario.teams, *scenario.sla, *scenario.categories, *scenario.channels}
    named |= {step.name for step in scenario.workflow}
    units = set()
    for team in scenario.teams.values():
        named |= {team.tier or "any", *team.staff}
        units |= set(team.names or ())
    assert sorted(each for each in named - {"any"} if name(lang, each) == each) == []
    assert sorted(each for each in units if unit_name(lang, each) == each) == []
    assert None not in [label(lang, each) for each in (scenario.name, scenario.about)]


def test_a_note_may_end_with_its_translations() -> None:
    assert [note(lang, "six at any hour [zh] 任何时刻六人") for lang in ("en", "zh", "xx")] == [
        "six at any hour",
        "任何时刻六人",
        "six at any hour",
    ]
    assert note("zh", "all [A] of it") == "all [A] of it"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_note_of_a_shipped_scenario_is_in_chinese_too(path: Path) -> None:
    notes = {each.note for each in load(path).figures}
    assert sorted(each for each in notes if each and not re.search("[\u4e00-\u9fff]", note("zh", each))) == []


def test_the_roster_sheet_has_the_names_of_each_language(tmp_path: Path) -> None:
    labels = "labels: {zh: {desk: 受理席}}\n"
    write_sheets(setting_of(loaded(tmp_path, DESK + labels).scenario), tmp_path)
    book = load_workbook(tmp_path / "roster.xlsx")
    assert book.sheetnames == ["roster", "排班表"]
    cells = [[sheet.cell(row, column).value for row in (1, 2) for column in (1, 2, 3)] for sheet in book]
    assert cells[0] == ["team", "unit", "roster", "desk", "desk", "always"]
    assert cells[1] == ["单位类别", "单位", "班次", "受理席", "受理席", "常设席位"]
