"""Scenarios in layers: what a file extends, the file itself, and each `--set` on top."""

from pathlib import Path
from typing import Any

import pytest
from desk import DESK, loaded, written
from hypothesis import given
from hypothesis import strategies as st

from sim.core.clock import DAY
from sim.core.errors import ScenarioError
from sim.models.distributions import Lognormal
from sim.models.wording import KEY_PATH, dotted, parts_of
from sim.models.workflow import WorkStep
from sim.scenario.loading import load


def test_a_file_extends_another(tmp_path: Path) -> None:
    written(tmp_path, DESK + "categories: {a: {share: 30%}, b: {share: 70%}}\n", "base.yaml")
    result = loaded(
        tmp_path,
        "extends: base.yaml\n"
        "arrivals: {per_day: 600, by_hour: mailbox}\n"
        "teams: {desk: {staff: {always: null, office: 5}}}\n"
        "categories: {a: {share: 10%}, b: {share: 90%}}\n",
    )
    assert result.scenario.arrivals.per_day == 600
    assert result.scenario.teams["desk"].staff == {"office": 5}
    assert result.changes == (
        "arrivals.per_day: 80 -> 600",
        "arrivals.by_hour: nothing -> mailbox",
        "teams.desk.staff.always: 8 -> nothing",
        "teams.desk.staff.office: nothing -> 5",
        "categories.a.share: 30% -> 10%",
        "categories.b.share: 70% -> 90%",
    )


def test_lists_and_scalars_replace(tmp_path: Path) -> None:
    written(tmp_path, DESK, "base.yaml")
    scenario = loaded(
        tmp_path,
        "extends: base.yaml\n"
        "workflow:\n  - look: {by: desk, effort: 5 min}\n"
        "arrivals:\n  per_day: {start: 9, floor: 3, half_life: 9 d}\n",
    ).scenario
    assert [step.name for step in scenario.workflow] == ["look"]
    assert scenario.resolved()["arrivals"]["per_day"] == {"start": 9.0, "floor": 3.0, "half_life": "9 d"}


def test_chains_and_subfolders(tmp_path: Path) -> None:
    written(tmp_path, DESK, "parts/base.yaml")
    written(tmp_path, "extends: base.yaml\nwindow: 2 d\nseed: 5\n", "parts/longer.yaml")
    result = loaded(tmp_path, "extends: parts/longer.yaml\nwindow: 3 d\n")
    assert (result.scenario.window, result.scenario.seed) == (3 * DAY, 5)
    assert result.changes == ("window: 1 d -> 2 d", "seed: nothing -> 5", "window: 2 d -> 3 d")


@pytest.mark.parametrize(
    ("setting", "path", "value", "change"),
    [
        ("arrivals.per_day=600", "arrivals.per_day", 600.0, "arrivals.per_day: 80 -> 600"),
        ("workflow.serve.effort=null", None, None, None),
        ("workflow[0].resume_cost=2 min", "workflow.0.serve.resume_cost", "2 min",
         "workflow.serve.resume_cost: nothing -> 2 min"),
        ("workflow.serve.effort.exponential=20 min", "workflow.0.serve.effort.exponential", "20 min",
         "workflow.serve.effort.exponential: 25 min -> 20 min"),
        ("teams.desk.staff={office: 3}", "teams.desk.staff", {"always": 8, "office": 3},
         "teams.desk.staff.office: nothing -> 3"),
        ("arrivals.busyness.cv=0.3", "arrivals.busyness", {"cv": 0.3, "ar1": 0.0}, None),
        ("name=600 a day", "name", "600 a day", "name: nothing -> 600 a day"),
        ("arrivals.by_weekday=[1,1,1,1,1,0,0]", "arrivals.by_weekday", [1.0] * 5 + [0.0] * 2, None),
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_is_one_more_layer(
    tmp_path: Path, setting: str, path: str | None, value: Any, change: str | None
) -> None:
    if path is None:
        with pytest.raises(ScenarioError, match="is missing"):
            loaded(tmp_path, DESK, setting)
        return
    result = loaded(tmp_path, DESK, setting)
    found: Any = result.scenario.resolved()
    for key in path.split("."):
        found = found[int(key) if key.isdigit() else key]
    assert found == value
    assert change is None or result.changes == (change,)


NAMES = """\
categories: {治安/噪音扰民: {share: 30%}, a.b: {share: 60%}, "o'c=k": {share: 10%}}
"""


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("categories.治安/噪音扰民.by_hour=mailbox", "治安/噪音扰民"),
        ('categories."治安/噪音扰民".by_hour=mailbox', "治安/噪音扰民"),
        ('categories."a.b".by_hour=mailbox', "a.b"),
        ("categories.'a.b'.by_hour=mailbox", "a.b"),
        ('categories."o\'c=k".by_hour = mailbox', "o'c=k"),
        ("categories.'o''c=k'.by_hour=mailbox", "o'c=k"),
    ],
)
def test_names_with_signs_of_paths_stand_in_quotes(tmp_path: Path, setting: str, name: str) -> None:
    result = loaded(tmp_path, DESK + NAMES, setting)
    assert {each: category.by_hour is not None for each, category in result.scenario.categories.items()} == {
        each: each == name for each in ("治安/噪音扰民", "a.b", "o'c=k")
    }
    (change,) = result.changes
    assert load(tmp_path / "desk.yaml", [change.partition(": ")[0] + "=phone"])


def test_a_name_with_a_dot_that_is_not_quoted_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r'a name with a dot in it stands in quotes: categories\."a\.b"'):
        loaded(tmp_path, DESK + NAMES, "categories.a.b.share=3%")


def test_what_is_wrong_with_a_name_in_quotes_is_found_on_its_line(tmp_path: Path) -> None:
    text = DESK + "categories:\n  a.b: {share: 120%}\n  b.c: {shar: 0%}\n"
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, text)
    assert [str(problem) for problem in refused.value.problems] == [
        'line 9   categories."a.b".share: must be between 0% and 100% (got 120%)',
        "line 10  categories.\"b.c\".shar: unknown key; did you mean 'share'?",
    ]


@given(st.lists(st.text(min_size=1) | st.integers(0, 99), min_size=1).filter(lambda parts: isinstance(parts[0], str)))
def test_a_path_that_is_written_is_read_as_the_same(parts: list[str | int]) -> None:
    assert list(parts_of(dotted(*parts))) == parts
    assert KEY_PATH.fullmatch(dotted(*parts))


def test_settings_lie_in_their_order(tmp_path: Path) -> None:
    settings = "workflow.serve.effort=null", "workflow.serve.effort={mean: 20 min, cv: 1}", "seed=3", "seed=4"
    result = loaded(tmp_path, DESK, *settings)
    (serve,) = result.scenario.workflow
    assert isinstance(serve, WorkStep)
    assert serve.effort.of("letter") == Lognormal(mean="20 min", cv=1)
    assert result.changes == (
        "workflow.serve.effort: {exponential: 25 min} -> nothing",
        "workflow.serve.effort: nothing -> {mean: 20 min, cv: 1}",
        "seed: nothing -> 3",
        "seed: 3 -> 4",
    )


def test_a_setting_takes_a_step_or_a_team_away(tmp_path: Path) -> None:
    text = DESK + "  - look: {by: desk, effort: 5 min}\n  - wait: {wait: 5 min}\n"
    scenario = loaded(tmp_path, text, "workflow.look=null", "workflow[1]=null").scenario
    assert [step.name for step in scenario.workflow] == ["serve"]
    text = DESK.replace("workflow:", "  spare: {tier: city}\nworkflow:")
    assert list(loaded(tmp_path, text, "teams.spare=null").scenario.teams) == ["desk"]


@pytest.mark.parametrize(
    ("setting", "change"),
    [
        ("arrivals.per_day=+20%", "arrivals.per_day: 80 -> 96"),
        ("arrivals.per_day=-2.5 %", "arrivals.per_day: 80 -> 78"),
        ("teams.desk.staff=+50%", "teams.desk.staff.always: 8 -> 12"),
        ("workflow.serve.effort.exponential=-20%", "workflow.serve.effort.exponential: 25 min -> 20 min"),
        ("sla.served.target=-10%", "sla.served.target: 95% -> 85.5%"),
    ],
)
def test_a_setting_may_say_by_how_much(tmp_path: Path, setting: str, change: str) -> None:
    text = DESK + "sla: {served: {until: serve.finished, within: 30 min, target: 95%}}\n"
    assert loaded(tmp_path, text, setting).changes == (change,)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("arrivals.on_holidays=+20%", "+20% needs a number that it is of, and nothing is said here"),
        ("teams.desk.tier=+20%", "+20% needs a number that it is of (got city)"),
    ],
)
def test_a_part_of_nothing_is_refused(tmp_path: Path, setting: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, DESK, setting)
    assert [problem.message for problem in refused.value.problems] == [said]


def test_a_change_of_staff_is_a_part_by_itself(tmp_path: Path) -> None:
    text = DESK + "staff_changes: [{team: desk, from: day 0, people: -3}]\n"
    changes = loaded(tmp_path, text, "staff_changes[0].people=+25%").scenario.staff_changes
    assert changes[0].people == 0.25


def test_a_window_by_its_dates(tmp_path: Path) -> None:
    """The days before it are the warm-up."""
    text = DESK.replace("window: 1 d", "window: {from: 2021-05-10, until: day 21 12:00}")
    scenario = loaded(tmp_path, text).scenario
    assert (scenario.warm_up, scenario.window) == (7 * DAY, 14.5 * DAY)
    assert scenario.resolved()["window"] == "14.5 d"


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("{from: 2021-05-10}", "by dates must be {from, until}, such as {from: 2021-05-10, until: 2021-06-07}"),
        ("{from: noon, until: day 2}", "must be like 'day 10 19:30' or '2021-05-13 19:30' (got 'noon')"),
        ("{from: 2021-05-01, until: day 2}", "must not begin before the start, 2021-05-03 (got '2021-05-01')"),
        ("{from: day 3, until: day 3}", "must end after it begins (got 'day 3')"),
        (
            "{from: day 3, until: day 4}\nwarm_up: 1 d",
            "says when it begins, and so does warm_up; leave one, or remove one with null",
        ),
    ],
)
def test_a_window_that_is_none_is_told_why(tmp_path: Path, window: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, DESK.replace("window: 1 d", f"window: {window}"))
    assert [(each.path, each.message, each.line) for each in refused.value.problems] == [("window", said, 2)]
