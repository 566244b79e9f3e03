"""Reading a scenario: what its YAML means, its layers, the files it names, its marks, and its way back to text."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.clock import DAY, HOUR
from sim.errors import ScenarioError
from sim.loading import Loaded, dump_yaml, load
from sim.marks import Figure
from sim.models.distributions import Constant, Empirical, Gamma, Lognormal
from sim.models.workflow import LeaveStep, LoopStep, WaitStep, WorkStep
from sim.schema import json_schema
from sim.starter import starter
from sim.yaml_source import read_yaml

HERE = Path(__file__).parent
WRITTEN = sorted((HERE / "written").glob("*.yaml"))
SHIPPED = sorted((HERE.parent / "scenarios").glob("*.yaml"))

DESK = """\
start: 2021-05-03
window: 1 d
arrivals: {per_day: 80}
teams:
  desk: {tier: city, staff: {always: 8}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
"""
"""A queueing-theory scenario: nothing but what must be said."""


def written(folder: Path, text: str, name: str = "desk.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str, *overrides: str) -> Loaded:
    return load(written(folder, text), overrides)


def test_a_queue_is_few_lines(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, DESK).scenario
    assert scenario.start == date(2021, 5, 3)
    assert (scenario.window_start, scenario.window_end, scenario.horizon) == (0, DAY, DAY)
    assert (scenario.replications, scenario.seed) == (20, 1)
    assert list(scenario.channels) == ["mailbox"]
    assert list(scenario.categories) == ["letter"]
    assert scenario.teams["desk"].headcount == 8
    (serve,) = scenario.workflow
    assert isinstance(serve, WorkStep)
    assert serve.by.of("letter") == {"desk": 1.0}
    assert serve.effort.of("letter").model_dump() == {"exponential": "25 min"}


def test_the_example_of_the_design() -> None:
    scenario = load(HERE / "written" / "design.yaml").scenario
    assert scenario.teams["station"].unit_count == 133
    assert [type(step) for step in scenario.workflow] == [
        WorkStep, WorkStep, LeaveStep, WaitStep, WorkStep, WorkStep, WorkStep, WorkStep, LoopStep,
    ]  # fmt: skip
    sign, *_, callback, _rework = scenario.workflow
    assert isinstance(sign, WorkStep)
    assert sign.escalate is not None
    assert (sign.escalate.after, sign.escalate.to) == (420, "city")
    assert isinstance(callback, WorkStep)
    assert callback.chance.of("noise") == 0.8
    assert scenario.arrivals.surges[0].from_ == 10 * DAY + 19 * HOUR + 1800
    assert str(scenario.sla["closed"].within) == "7 working days"
    assert scenario.horizon == scenario.window_end + scenario.cooling


def test_everything_that_can_be_said() -> None:
    scenario = load(HERE / "written" / "everything.yaml").scenario
    by_name = {step.name: step for step in scenario.workflow}
    contact, handle = by_name["contact"], by_name["handle"]
    assert isinstance(contact, WorkStep)
    assert isinstance(handle, WorkStep)
    assert contact.by.of("noise") == {"station": 0.5, "branch": 0.5}
    assert contact.by.of("household") == {"station": 1.0}
    assert handle.at_shift_end == "finish"
    enquire = by_name["enquire"]
    assert isinstance(enquire, WaitStep)
    assert enquire.wait.of("household") == Gamma(gamma=Lognormal(mean="14 h", cv=1.2))
    feedback = by_name["feedback"]
    assert isinstance(feedback, WorkStep)
    assert isinstance(feedback.effort.of("noise"), Empirical)
    assert feedback.effort.of("noise").seconds == (210.0, 720.0)
    assert scenario.arrivals.surges[1].from_ == datetime(2021, 5, 13, 19, 30)
    assert scenario.teams["branch"].names == ("north", "south")


def test_everything_is_everything() -> None:
    """The scenario with every key has indeed every key, so that what is tried on it is tried on the whole language."""
    source = read_yaml((HERE / "written" / "everything.yaml").read_bytes())
    assert source.root is not None
    said = set(_keys(source.root.plain()))
    # A trace excludes the rest of the arrivals, hashes are written by runs; other commands have tests of their own.
    elsewhere = {"Trace", "Stress", "Ramp", "Spike", "Soak", "Plan"}
    records = {name: each for name, each in json_schema()["$defs"].items() if not name.endswith("Part")}
    known = {key for name, each in records.items() if name not in elsewhere for key in each["properties"]}
    assert known - said == {"trace", "sha256", "stress", "plan"} & known


def _keys(value: Any) -> Iterator[str]:
    for key, child in value.items() if isinstance(value, dict) else ((None, child) for child in value):
        if key is not None:
            yield key
        if isinstance(child, dict | list):
            yield from _keys(child)


@pytest.mark.parametrize("path", [*WRITTEN, *SHIPPED], ids=lambda path: path.stem)
def test_a_scenario_that_is_written_again_is_the_same(path: Path, tmp_path: Path) -> None:
    scenario = load(path).scenario
    again = written(tmp_path, dump_yaml(scenario), path.name)
    for data in path.parent.glob("*.csv"):
        (tmp_path / data.name).write_bytes(data.read_bytes())
    assert load(again).scenario == scenario
    assert dump_yaml(load(again).scenario) == dump_yaml(scenario)


@pytest.mark.parametrize("path", [*WRITTEN, *SHIPPED], ids=lambda path: path.stem)
def test_editors_accept_what_is_written(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(json_schema())
    source = read_yaml(path.read_bytes())
    assert source.root is not None
    assert list(validator.iter_errors(source.root.plain())) == []
    assert list(validator.iter_errors(load(path).scenario.resolved())) == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"windw": "1 d"}, []),
        ({"window": 28}, ["window"]),
        ({"window": "28 days or so"}, ["window"]),
        ({"arrivals": {}}, ["arrivals"]),
        ({"arrivals": {"per_day": 1, "trace": "x.csv"}}, ["arrivals"]),
        ({"arrivals": {"per_day": 1, "on_holidays": "75 percent"}}, ["arrivals", "on_holidays"]),
        ({"arrivals": {"per_day": 1, "by_hour": [1] * 23}}, ["arrivals", "by_hour"]),
        ({"teams": {"city desk": {"tier": "city"}}}, ["teams"]),
        ({"teams": {"desk": {"tier": "city", "units": 1.5}}}, ["teams", "desk", "units"]),
        ({"workflow": [{"serve": {"by": "desk", "effort": 12}}]}, ["workflow", 0, "serve", "effort"]),
        ({"workflow": [{"serve": {"by": "desk", "efort": "12 min"}}]}, ["workflow", 0, "serve"]),
        ({"workflow": [{"name": "serve", "by": "desk", "effort": "12 min"}]}, ["workflow", 0]),
        ({"sla": {"signed": {"until": "signed", "within": "10 min"}}}, ["sla", "signed", "until"]),
    ],
)
def test_editors_refuse_what_is_not_the_language(wrong: dict[str, Any], where: list[str | int]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    source = read_yaml(DESK.encode())
    assert source.root is not None
    errors = jsonschema.Draft7Validator(json_schema()).iter_errors(source.root.plain() | wrong)
    places = [list(deep.absolute_path) for error in errors for deep in _deepest(error)]
    assert any(place[: len(where)] == where for place in places)


def _deepest(error: Any) -> list[Any]:
    return [deep for inner in error.context for deep in _deepest(inner)] if error.context else [error]


def test_editors_accept_a_part_that_extends() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(json_schema())
    part = {"extends": "base.yaml", "teams": {"desk": {"staff": {"always": None, "office": 3}}}, "window": None}
    assert list(validator.iter_errors(part)) == []
    assert list(validator.iter_errors(part | {"teams": {"desk": {"stuff": 3}}})) != []


def test_the_schema_tells_what_keys_mean() -> None:
    team = json_schema()["$defs"]["Team"]["properties"]
    assert team["absence"]["description"] == "Chance that a person misses a shift."
    assert "'title':" not in str(json_schema()["$defs"])


def test_the_starter_runs_as_it_is(tmp_path: Path) -> None:
    result = loaded(tmp_path, starter('our "mailbox": 局长信箱'))
    assert result.scenario.name == 'our "mailbox": 局长信箱'
    assert {figure.mark for figure in result.figures} == {"A", "M", "W"}
    assert set(result.scenario.sla) == {"signed", "contacted", "first_feedback", "closed"}


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
    ("text", "share"), [("15%", 0.15), ("0.15", 0.15), ("15 %", 0.15), ("0", 0.0), ("1", 1.0), ("100%", 1.0)]
)
def test_shares(tmp_path: Path, text: str, share: float) -> None:
    (step,) = loaded(
        tmp_path, DESK.replace("serve: {by: desk, effort: {exponential: 25 min}}", f"x: {{leave: {text}}}")
    ).scenario.workflow
    assert isinstance(step, LeaveStep)
    assert step.leave.of("letter") == share


def test_keys_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    scenario = loaded(
        tmp_path, DESK + "categories: {12345: {share: 30%}, no: {share: 60%}, true: {share: 10%}}\n"
    ).scenario
    assert list(scenario.categories) == ["12345", "no", "true"]


def test_times_of_day_are_no_numbers(tmp_path: Path) -> None:
    text = DESK.replace("always", "mine") + "rosters: {mine: {daily: [08:00-12:00, 14:00-18:00]}}\n"
    assert loaded(tmp_path, text).scenario.rosters["mine"].daily == ((8 * HOUR, 12 * HOUR), (14 * HOUR, 18 * HOUR))


def test_bytes_before_and_line_ends_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + DESK.replace("\n", "\r\n").encode())
    assert load(path).scenario == loaded(tmp_path, DESK).scenario


def test_any_text_comes_back_the_same(tmp_path: Path) -> None:
    about = "tabs\tand  spaces at " + "the fold of a long line " * 20 + "\n\n  'and: #\"marks\"' 信\n"
    scenario = loaded(tmp_path, DESK).scenario.model_copy(update={"about": about})
    assert loaded(tmp_path, dump_yaml(scenario)).scenario == scenario


def test_a_bare_value_is_the_same_for_all_categories(tmp_path: Path) -> None:
    (serve,) = loaded(tmp_path, DESK.replace("{exponential: 25 min}", "12 min")).scenario.workflow
    assert isinstance(serve, WorkStep)
    assert serve.effort.of("anything") == Constant(constant="12 min")


TRACED = DESK.replace("{per_day: 80}", "{trace: letters.csv}") + "categories: {a: {share: 50%}, b: {share: 50%}}\n"


def test_a_trace_is_sorted_and_may_say_little(tmp_path: Path) -> None:
    written(
        tmp_path,
        "category,received\nb,2021-05-03 09:30\n,2021-05-03T08:00:00.75\na,2021-05-03 09:30:00\n",
        "letters.csv",
    )
    trace = loaded(tmp_path, TRACED).scenario.arrivals.trace
    assert trace is not None
    received = np.array(["2021-05-03T08:00:00", "2021-05-03T09:30:00", "2021-05-03T09:30:00"], "datetime64[s]")
    assert (trace.letters.received == received).all()
    assert trace.letters.category == ("", "b", "a")
    assert trace.letters.channel == trace.letters.unit == ("", "", "")
    assert trace.letters.line.tolist() == [3, 2, 4]


def test_a_trace_with_other_columns(tmp_path: Path) -> None:
    written(tmp_path, "\ufeffopened,kind,where\n2021-05-03 09:30,a,desk\n\n2021-05-03 10:30,a,\n", "letters.csv")
    text = TRACED.replace("letters.csv", "{file: letters.csv, received: opened, category: kind, unit: where}")
    trace = loaded(tmp_path, text).scenario.arrivals.trace
    assert trace is not None
    assert trace.letters.unit == ("desk", "")
    assert trace.letters.line.tolist() == [2, 4]


def test_a_changed_trace_is_another_scenario(tmp_path: Path) -> None:
    path = written(tmp_path, "received\n2021-05-03 09:30\n", "letters.csv")
    first = loaded(tmp_path, TRACED).scenario
    path.write_text("received\n2021-05-03 09:31\n")
    assert loaded(tmp_path, TRACED).scenario != first
    assert loaded(tmp_path, TRACED).scenario.resolved() != first.resolved()
    with pytest.raises(ScenarioError, match="is not the file that was meant; its sha256 is"):
        loaded(tmp_path, dump_yaml(first))


@pytest.mark.parametrize(
    ("column", "texts", "seconds"),
    [
        ("minutes", ["12", "3.5"], (210.0, 720.0)),
        ("handling_min", ["1"], (60.0,)),
        ("wait_h", ["2"], (2 * HOUR,)),
        ("seconds", ["0", "1e2"], (0.0, 100.0)),
        ("effort (min)", ["1"], (60.0,)),
    ],
)
def test_measured_durations(tmp_path: Path, column: str, texts: list[str], seconds: tuple[float, ...]) -> None:
    written(tmp_path, "\n".join([column, *texts]), "measured.csv")
    text = DESK.replace("{exponential: 25 min}", f"{{empirical: measured.csv, column: {column}}}")
    (serve,) = loaded(tmp_path, text).scenario.workflow
    assert isinstance(serve, WorkStep)
    assert serve.effort.of("letter").seconds == seconds  # type: ignore[union-attr]


def test_comments_say_where_figures_come_from(tmp_path: Path) -> None:
    result = loaded(
        tmp_path,
        """\
start: 2021-05-03   # S: the first Monday
window: 1 d         # of one day; no mark
arrivals: {per_day: 80}   # S, A: published, and a guess
teams:              # A: all of them
  desk: {tier: city,      # not marked
         staff: {always: 8}}   # D 8 of 20
workflow:
  - serve:
      by: desk      # W
      effort: {exponential: 25 min}   # M: "#" in the note
  - {look: {by: desk, effort: 5 min}}   # A: in one line
about: |            # A: of a text
  no # S: mark
""",
    )
    assert result.figures == (
        Figure("start", "2021-05-03", "S", "the first Monday"),
        Figure("arrivals", "{per_day: 80}", "S, A", "published, and a guess"),
        Figure("teams", "{desk: {tier: city, staff: {always: 8}}}", "A", "all of them"),
        Figure("teams.desk.staff", "{always: 8}", "D", "8 of 20"),
        Figure("workflow.serve.by", "desk", "W", ""),
        Figure("workflow.serve.effort", "{exponential: 25 min}", "M", '"#" in the note'),
        Figure("workflow.look", "{by: desk, effort: 5 min}", "A", "in one line"),
    )


def test_a_replaced_figure_loses_its_mark(tmp_path: Path) -> None:
    base = DESK.replace("{per_day: 80}", "\n  per_day: 80   # S: published\n  by_hour: mailbox   # A: assumed")
    written(tmp_path, base, "base.yaml")
    result = loaded(tmp_path, "extends: base.yaml\narrivals:\n  per_day: 600   # A: a stress\n")
    assert [(figure.path, figure.value, figure.mark) for figure in result.figures] == [
        ("arrivals.per_day", "600", "A"),
        ("arrivals.by_hour", "mailbox", "A"),
    ]
    result = loaded(tmp_path, base, "arrivals.per_day=600")
    assert [figure.path for figure in result.figures] == ["arrivals.by_hour"]


def test_a_scenario_knows_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, DESK, "some/peak.yaml")
    monkeypatch.chdir(tmp_path)
    result = load("some/peak.yaml")
    assert (result.source, result.stem) == ("some/peak.yaml", "peak")
