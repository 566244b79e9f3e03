"""Reading a scenario: what its YAML means, the files it names, its marks, and its way back to text."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from desk import DESK, loaded, written

from sim.core.clock import DAY, HOUR
from sim.core.errors import ScenarioError
from sim.models.distributions import Constant, Empirical, Gamma, Lognormal
from sim.models.workflow import LeaveStep, LoopStep, WaitStep, WorkStep
from sim.scenario.loading import dump_yaml, load
from sim.scenario.provenance import SourcedFigure
from sim.scenario.starter import starter

HERE = Path(__file__).parent
WRITTEN = sorted((HERE / "written").glob("*.yaml"))
SHIPPED = sorted((HERE.parent / "scenarios").glob("*.yaml"))


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


@pytest.mark.parametrize("path", [*WRITTEN, *SHIPPED], ids=lambda path: path.stem)
def test_a_scenario_that_is_written_again_is_the_same(path: Path, tmp_path: Path) -> None:
    scenario = load(path).scenario
    again = written(tmp_path, dump_yaml(scenario), path.name)
    for data in path.parent.glob("*.csv"):
        (tmp_path / data.name).write_bytes(data.read_bytes())
    assert load(again).scenario == scenario
    assert dump_yaml(load(again).scenario) == dump_yaml(scenario)


def test_the_starter_runs_as_it_is(tmp_path: Path) -> None:
    result = loaded(tmp_path, starter('our "mailbox": 局长信箱'))
    assert result.scenario.name == 'our "mailbox": 局长信箱'
    assert {figure.mark for figure in result.figures} == {"A", "M", "W"}
    assert set(result.scenario.sla) == {"signed", "contacted", "first_feedback", "closed"}


@pytest.mark.parametrize(
    ("text", "share"), [("15%", 0.15), ("0.15", 0.15), ("15 %", 0.15), ("0", 0.0), ("1", 1.0), ("100%", 1.0)]
)
def test_a_share_is_a_percentage_or_a_fraction(tmp_path: Path, text: str, share: float) -> None:
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
        SourcedFigure("start", "2021-05-03", "S", "the first Monday"),
        SourcedFigure("arrivals", "{per_day: 80}", "S, A", "published, and a guess"),
        SourcedFigure("teams", "{desk: {tier: city, staff: {always: 8}}}", "A", "all of them"),
        SourcedFigure("teams.desk.staff", "{always: 8}", "D", "8 of 20"),
        SourcedFigure("workflow.serve.by", "desk", "W", ""),
        SourcedFigure("workflow.serve.effort", "{exponential: 25 min}", "M", '"#" in the note'),
        SourcedFigure("workflow.look", "{by: desk, effort: 5 min}", "A", "in one line"),
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


@pytest.mark.parametrize(
    ("written", "off", "again"),
    [
        ("china", "2024-04-04", "china"),
        ("GB-ENG", "2024-04-01", "GB-ENG"),
        ("{country: GB, region: ENG}", "2024-04-01", "GB-ENG"),
        (
            "{country: china, days_off: [2024/4/3], working: [2024-04-06]}",
            "2024-04-03",
            {"country": "china", "days_off": ["2024-04-03"], "working": ["2024-04-06"]},
        ),
        ("{days_off: [2024-04-02]}", "2024-04-02", {"days_off": ["2024-04-02"]}),
    ],
)
def test_holidays_in_all_their_forms(tmp_path: Path, written: str, off: str, again: object) -> None:
    text = DESK.replace("2021-05-03", "2024-04-01").replace("window: 1 d", f"window: 7 d\nholidays: {written}")
    scenario = loaded(tmp_path, text).scenario
    calendar = scenario.calendar()
    day = calendar.seconds_of(datetime.fromisoformat(off)) // DAY
    assert calendar.holiday[day]
    assert not calendar.working[day]
    assert scenario.resolved()["holidays"] == again
    assert loaded(tmp_path, dump_yaml(scenario)).scenario == scenario


@pytest.mark.parametrize("written", ["99%", "99％", "９９％", " 99 % ", "0.99"])
def test_shares_as_keyboards_have_them(tmp_path: Path, written: str) -> None:
    text = DESK + f"sla:\n  one: {{until: serve.started, within: 4 h, target: {written}}}\n"
    assert loaded(tmp_path, text).scenario.sla["one"].target == 0.99


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_scenario_is_the_same_in_all_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "desk.yaml"
    path.write_bytes((DESK + "name: 局长信箱\n").encode(encoding))
    assert load(path).scenario.name == "局长信箱"


def test_times_as_chinese_keyboards_have_them(tmp_path: Path) -> None:
    text = DESK.replace("start: 2021-05-03", "start: 2021/5/3").replace("window: 1 d", "window: 7 天")
    surge = "{from: 2021/5/3 9：05, lasts: 3 小时, times: 2}"
    text = text.replace("per_day: 80", f"per_day: 80, surges: [{surge}]") + (
        "rosters: {早班: {daily: ['08：30－12：00']}}\nsla: {一: {until: serve.started, within: 3 个工作日}}\n"
    )
    scenario = loaded(tmp_path, text).scenario
    assert (scenario.start, scenario.window) == (date(2021, 5, 3), 7 * DAY)
    assert scenario.rosters["早班"].daily == ((8.5 * HOUR, 12 * HOUR),)
    assert str(scenario.sla["一"].within) == "3 working days"
    assert scenario.arrivals.surges[0].from_ == datetime(2021, 5, 3, 9, 5)


def test_office_hours_of_the_scenario_and_of_an_sla(tmp_path: Path) -> None:
    text = DESK.replace("window: 1 d", "window: 1 d\noffice_hours: [14：00-17:30, 08:30-12:00]") + (
        "sla:\n"
        "  one: {until: serve.started, within: 4 office hours}\n"
        "  other: {until: serve.started, within: 8 office hours, office_hours: ['00:00-00:10']}\n"
    )
    scenario = loaded(tmp_path, text).scenario
    assert scenario.resolved()["office_hours"] == ["08:30-12:00", "14:00-17:30"]
    assert loaded(tmp_path, dump_yaml(scenario)).scenario == scenario
    # Eight hours of ten minutes a day are 48 working days, and the window ends as a Tuesday begins.
    assert scenario.cooling / DAY == pytest.approx(48 + 2 * 9 + 1, abs=1)
