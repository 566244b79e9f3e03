"""What is exported for load tests and process mining is what was simulated, and other tools can read it."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest
import xmlschema
from click.testing import CliRunner

from sim.commands.main import cli
from sim.core.options import Options
from sim.core.tables import NO_UNIT, NOT_YET, WORK
from sim.experiment.replications import simulate_replication
from sim.metrics.replication import Replication
from sim.operations.exports import BACKLOG, EXPORTS, write_exports
from sim.operations.exports.backlog import write_backlog_at
from sim.operations.exports.events import Reason, Transition, events_of
from sim.operations.exports.people import person_numbers
from sim.operations.exports.simulated import Simulated, letter_sizes
from sim.operations.trace_files import read_trace
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of

SCENARIO = """
start: 2024-05-01
window: 2 d
cool_down: 0 d
arrivals: {per_day: 40}
channels: {wechat: {share: 50%}, "p&<q>": {share: 50%}}
categories: {noise: {share: 50%}, traffic: {share: 50%}}
teams:
  desk: {tier: city, staff: {always: 2}}
  station: {tier: station, units: 3, within: desk, staff: {always: 3}, names: [desk, "东 & 西", c]}
workflow:
  - sign: {by: desk, effort: {exponential: 10 min}}
  - enquire: {wait: {exponential: 2 h}}
  - handle: {by: station, effort: {exponential: 1 h}}
"""
PUBLISHED = Path(__file__).with_name("published")
XES = "{http://www.xes-standard.org/}"


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(SCENARIO, "utf-8")
    return setting_of(load(path).scenario)


@pytest.fixture(scope="module")
def simulated(setting: Setting) -> Replication:
    return simulate_replication(setting, 0, Options(engine="simpy"))


@pytest.fixture(scope="module")
def folder(setting: Setting, simulated: Replication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "letters"
    folder.mkdir()
    assert write_exports(setting, folder, Options(engine="simpy")) == len(simulated.workload.received)
    return folder


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_whole_and_the_same_again(
    name: str, setting: Setting, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = tmp_path_factory.mktemp("again")
    write_exports(setting, again, Options())  # by the other engine
    assert (folder / name).read_bytes() == (again / name).read_bytes() != b""
    assert (folder / name).read_text("utf-8").endswith("\n")
    assert {each.name for each in folder.iterdir()} == set(EXPORTS)


def test_the_trace_holds_every_letter_in_order(setting: Setting, simulated: Replication, folder: Path) -> None:
    letters = read_trace(folder / "letters.csv")
    assert letters == read_trace(folder / "letters.jsonl")
    midnight = datetime(2024, 5, 1)
    assert [letter.received for letter in letters] == [
        midnight + timedelta(seconds=seconds) for seconds in simulated.workload.received.tolist()
    ]
    channels, categories = list(setting.scenario.channels), list(setting.scenario.categories)
    assert [letter.channel for letter in letters] == [channels[code] for code in simulated.workload.channel]
    assert [letter.category for letter in letters] == [categories[code] for code in simulated.workload.category]
    assert [letter.unit for letter in letters] == [setting.places.names[unit] for unit in simulated.workload.home]


def test_the_trace_can_drive_a_scenario(setting: Setting, simulated: Replication, folder: Path) -> None:
    path = folder.parent / "traced.yaml"
    path.write_text(SCENARIO.replace("{per_day: 40}", "{trace: letters/letters.csv}"), "utf-8")
    again = simulate_replication(setting_of(load(path).scenario), 0, Options(engine="simpy")).workload
    for column in ("received", "channel", "category", "home"):
        np.testing.assert_array_equal(getattr(again, column), getattr(simulated.workload, column))


def test_sizes_are_lognormal_and_the_same_again() -> None:
    sizes = letter_sizes(20_000, 900.0, 1, 0)
    assert sizes.min() >= 1
    # The mean of 20,000 with a cv of 1 is within 4 standard errors but once in 16,000 seeds.
    assert sizes.mean() == pytest.approx(900, rel=4 / np.sqrt(20_000))
    np.testing.assert_array_equal(sizes, letter_sizes(20_000, 900.0, 1, 0))
    assert (letter_sizes(5, 900.0, 1, 1) != sizes[:5]).any()


def test_the_xes_log_tells_each_letter_event_by_event(setting: Setting, simulated: Replication, folder: Path) -> None:
    traces = ElementTree.parse(folder / "events.xes").getroot().findall(f"{XES}trace")
    assert len(traces) == len(simulated.letters)
    number = next(row for row, closed in enumerate(simulated.closed) if closed != NOT_YET)
    told = [{each.get("key"): each.get("value") for each in event} for event in traces[number].findall(f"{XES}event")]
    assert [(event["concept:name"], event["lifecycle:transition"]) for event in told] == [
        ("receive", "complete"),
        ("sign", "schedule"),
        ("sign", "start"),
        ("sign", "complete"),
        ("enquire", "start"),
        ("enquire", "complete"),
        ("handle", "schedule"),
        ("handle", "start"),
        ("handle", "complete"),
    ]
    assert [event["concept:instance"] for event in told] == list("011122333")
    first, units = simulated.workload.first_visit[number], setting.places.names
    assert told[3]["time:timestamp"] == written(simulated.log.finished[first])
    assert told[7]["time:timestamp"] == written(simulated.log.started[first + 2])
    # A desk and a station have the same name; what people look for has the name of the team too.
    home, desk = units[simulated.workload.home[number]].replace("desk", "station: desk"), "desk: desk"
    assert [event.get("org:group") for event in told] == [home, desk, desk, desk, None, None, home, home, home]
    people = [event.get("org:resource", "").rpartition("/")[0] for event in told]
    assert people == ["", "", desk, desk, "", "", "", home, home]


def test_the_xes_log_has_every_start_and_finish(simulated: Replication, folder: Path) -> None:
    text = (folder / "events.xes").read_text("utf-8")
    letters, log = len(simulated.workload.received), simulated.log
    assert text.count('value="start"') == np.count_nonzero(log.started != NOT_YET)
    # One more is the default that the standard wants said.
    assert text.count('value="complete"') == letters + np.count_nonzero(log.finished != NOT_YET) + 1
    assert text.count('value="p&amp;&lt;q&gt;"') == np.count_nonzero(simulated.workload.channel == 1)
    assert text.count('key="counted" value="true"') == np.count_nonzero(simulated.counted)


def test_the_ocel_log_is_sound(simulated: Replication, folder: Path) -> None:
    log = json.loads((folder / "events.ocel.json").read_text("utf-8"))
    kinds = {kind["name"]: {each["name"] for each in kind["attributes"]} for kind in log["objectTypes"]}
    assert set(kinds) == {"letter", "unit", "person"}
    objects = {each["id"]: each for each in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert sum(each["type"] != "person" for each in log["objects"]) == len(simulated.workload.received) + 4
    assert {each["id"] for each in log["objects"] if each["type"] == "person"} == {
        *(f"desk: desk/{number}" for number in (1, 2)),
        *(f"station: {unit}/1" for unit in ("desk", "东 & 西", "c")),
    }
    for each in objects.values():
        assert {value["name"] for value in each["attributes"]} == kinds[each["type"]]
        assert all(isinstance(value["value"], str) for value in each["attributes"])
        assert all(other["objectId"] in objects for other in each.get("relationships", []))
    # A desk and a station have the same name, and are two objects.
    assert objects["desk: desk"] != objects["station: desk"]
    events = log["events"]
    assert len({event["id"] for event in events}) == len(events)
    assert {event["type"] for event in events} == {kind["name"] for kind in log["eventTypes"]}
    assert all(related["objectId"] in objects for event in events for related in event["relationships"])
    moments = {"receive", "sign.schedule", "handle.schedule"}
    moments |= {f"{step}.{moment}" for step in ("sign", "enquire", "handle") for moment in ("start", "finish")}
    assert {event["type"] for event in events} == moments
    waits = simulated.workload.unit == NO_UNIT
    assert len(events) == len(simulated.workload.received) + sum(
        np.count_nonzero(column != NOT_YET)
        for column in (simulated.log.started, simulated.log.finished, simulated.log.queued[~waits])
    )


def test_other_tools_can_mine_the_logs(folder: Path, simulated: Replication) -> None:
    pm4py = pytest.importorskip("pm4py")
    assert pm4py.read_xes(str(folder / "events.xes"))["case:concept:name"].nunique() == len(simulated.workload.received)
    log = pm4py.read_ocel2_json(str(folder / "events.ocel.json"))
    assert sorted(pm4py.ocel_get_object_types(log)) == ["letter", "person", "unit"]


STORY = """
start: 2024-05-01
warm_up: 1 h
window: 1 d
cool_down: 1 d
arrivals: {trace: story.csv}
rosters: {morning: {daily: [09:00-11:00]}}
teams:
  city: {staff: {always: 1}}
  desk: {within: city, staff: {morning: 1}}
workflow:
  - sign: {by: desk, effort: 10 min, priority: 0, interrupts: true, cover: city, escalate: {after: 5 min, to: city}}
  - enquire: {wait: 5 min}
  - handle: {by: desk, effort: 1 h, resume_cost: 2 min}
"""
TOLD = """
letter 1, counted: receive complete 09:00:00 desk
1 sign schedule 09:00:00 desk
1 sign start 09:00:00 desk/1
1 sign complete 09:10:00 desk/1
2 enquire start 09:10:00
2 enquire complete 09:15:00
3 handle schedule 09:15:00 desk
3 handle start 09:15:00 desk/1
3 handle suspend 09:30:00 desk/1 urgent work
3 handle resume 09:40:00 desk/1
3 handle complete 10:27:00 desk/1
letter 2, counted: receive complete 09:30:00 desk
1 sign schedule 09:30:00 desk
1 sign start 09:30:00 desk/1
1 sign complete 09:40:00 desk/1
2 enquire start 09:40:00
2 enquire complete 09:45:00
3 handle schedule 09:45:00 desk
3 handle start 10:27:00 desk/1
3 handle suspend 11:00:00 desk/1 shift end
3 handle resume 09:00:00 desk/1
3 handle complete 09:29:00 desk/1
letter 3, counted: receive complete 09:32:00 desk
1 sign schedule 09:32:00 desk
1 sign reassign 09:37:00 city escalation
1 sign start 09:37:00 city/1
1 sign complete 09:47:00 city/1
2 enquire start 09:47:00
2 enquire complete 09:52:00
3 handle schedule 09:52:00 desk
3 handle start 09:29:00 desk/1
3 handle complete 10:29:00 desk/1
letter 4, not counted: receive complete 02:00:00 desk
1 sign schedule 02:00:00 desk
1 sign reassign 02:00:00 city cover
1 sign start 02:00:00 city/1
1 sign complete 02:10:00 city/1
2 enquire start 02:10:00
2 enquire complete 02:15:00
3 handle schedule 02:15:00 desk
3 handle start 10:29:00 desk/1
3 handle suspend 11:00:00 desk/1 shift end
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    path = tmp_path_factory.mktemp("story") / "story.yaml"
    path.write_text(STORY, "utf-8")
    received = ["2024-05-01 09:00", "2024-05-01 09:30", "2024-05-01 09:32", "2024-05-02 02:00"]
    path.with_suffix(".csv").write_text("\n".join(["received", *received]) + "\n", "utf-8")
    return Simulated(simulate_replication(setting_of(load(path).scenario), 0, Options(engine="simpy")))


def test_interruptions_moves_and_people_are_told(story: Simulated) -> None:
    told = []
    for number, events in enumerate(story.events(), start=1):
        counted = "counted" if story.replication.counted[number - 1] else "not counted"
        for event in events:
            unit = "" if event.unit == NO_UNIT else story.units[event.unit]
            who = story.person(event.unit, event.person) or unit
            which = str(event.instance) if event.instance else f"letter {number}, {counted}:"
            parts = (which, event.activity, event.transition.name.lower(), event.when[11:19], who, event.reason.text)
            told.append(" ".join(part for part in parts if part))
    assert told == TOLD.strip().splitlines()


def test_the_csv_log_has_a_row_a_stretch_of_work(story: Simulated, tmp_path: Path) -> None:
    EXPORTS["events.csv"](story, tmp_path / "events.csv")
    rows = [row for row in read_rows(tmp_path / "events.csv") if row["activity"] == "handle"]
    spans = ("queued", "start", "end")
    assert [(row["case"], *(row[span][5:16] for span in spans), row["ended"], row["resource"]) for row in rows] == [
        ("1", "05-01T09:15", "05-01T09:15", "05-01T09:30", "suspend", "desk/1"),
        ("1", "05-01T09:15", "05-01T09:40", "05-01T10:27", "complete", "desk/1"),
        ("2", "05-01T09:45", "05-01T10:27", "05-01T11:00", "suspend", "desk/1"),
        ("2", "05-01T09:45", "05-02T09:00", "05-02T09:29", "complete", "desk/1"),
        ("3", "05-01T09:52", "05-02T09:29", "05-02T10:29", "complete", "desk/1"),
        ("4", "05-02T02:15", "05-02T10:29", "05-02T11:00", "suspend", "desk/1"),
    ]
    assert {(row["instance"], row["unit"], row["team"], row["home"]) for row in rows} == {("3", "desk", "desk", "desk")}


def test_the_event_logs_are_valid_by_the_schemas_of_their_standards(
    story: Simulated, folder: Path, tmp_path: Path
) -> None:
    for name in ("events.xes", "events.ocel.json"):
        EXPORTS[name](story, tmp_path / name)
    for files in (folder, tmp_path):
        xmlschema.validate(files / "events.xes", PUBLISHED / "xes.xsd")
        schema = json.loads((PUBLISHED / "ocel20.schema.json").read_text("utf-8"))
        jsonschema.validate(json.loads((files / "events.ocel.json").read_text("utf-8")), schema)


@pytest.mark.parametrize(
    ("instant", "listed"),
    [
        ("2024-05-01T08:59:59", []),
        (
            "2024-05-01T09:37:00",  # the second at which the sign of letter 3 moves, and starts
            [
                ["1", "handle", "waiting", "2024-05-01T09:30:00", "2024-05-01T09:10:00", "2024-05-01T09:15:00", ""],
                ["2", "sign", "working", "2024-05-01T09:30:00", "", "", ""],
                ["3", "sign", "working", "2024-05-01T09:37:00", "", "", ""],
            ],
        ),
        (
            "2024-05-02T02:12:00",
            [
                ["2", "handle", "waiting", "2024-05-01T11:00:00", "2024-05-01T09:40:00", "2024-05-01T09:45:00", ""],
                ["3", "handle", "waiting", "2024-05-01T09:52:00", "2024-05-01T09:47:00", "2024-05-01T09:52:00", ""],
                ["4", "enquire", "delay", "2024-05-02T02:10:00", "2024-05-02T02:10:00", "", ""],
            ],
        ),
    ],
)
def test_the_backlog_lists_what_lies_on_the_desks(
    story: Simulated, tmp_path: Path, instant: str, listed: list[list[str]]
) -> None:
    seconds = story.setting.calendar.seconds_of(datetime.fromisoformat(instant))
    assert write_backlog_at(story, seconds, tmp_path / BACKLOG) == len(listed)
    heading, *rows = (tmp_path / BACKLOG).read_text("utf-8").splitlines()
    done = "done:sign,done:enquire,done:handle"
    assert heading == f"letter,received,channel,category,unit,step,state,since,{done}"
    assert [(row := line.split(","))[:1] + row[5:] for line in rows] == listed


def test_another_scenario_begins_with_the_backlog_that_was_written(story: Simulated, tmp_path: Path) -> None:
    midnight = story.setting.calendar.seconds_of(datetime(2024, 5, 2))
    assert write_backlog_at(story, midnight, tmp_path / BACKLOG) == 2
    (tmp_path / "story.csv").write_text("received\n2024-05-02 02:00\n", "utf-8")
    later = STORY.replace("2024-05-01", "2024-05-02").replace("warm_up: 1 h\n", f"backlog: {BACKLOG}\n")
    (tmp_path / "later.yaml").write_text(later, "utf-8")
    again = Simulated(simulate_replication(setting_of(load(tmp_path / "later.yaml").scenario), 0, Options()))
    assert [letter.received.isoformat() for letter in again.letters] == [
        "2024-05-01T09:30:00",
        "2024-05-01T09:32:00",
        "2024-05-02T02:00:00",
    ]
    # What was open before is in the event logs, and no load to be sent.
    assert again.arrivals == again.letters[2:]
    EXPORTS["events.csv"](again, tmp_path / "events.csv")
    started = {(row["case"], row["activity"]): row["start"] for row in read_rows(tmp_path / "events.csv")}
    assert started[("1", "handle")] == "2024-05-02T09:00:00"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--backlog-at", "day 1 08:00"], "--backlog-at needs --export"),
        (["--export", "out", "--backlog-at", "tomorrow"], "must be like 'day 10 19:30'"),
        (["--export", "out", "--backlog-at", "2024-05-03 00:00"], "from 2024-05-01 00:00 to before 2024-05-03 00:00"),
    ],
)
def test_a_backlog_is_of_a_moment_that_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO, "utf-8")
    asked = CliRunner().invoke(cli, ["targets", "small.yaml", *more], env={"COLUMNS": "200"})
    assert asked.exit_code == 2
    assert told in asked.output
    assert not Path("out").exists()


BUSY = ["arrivals.per_day=60", "window=4 d", "warm_up=0 d", "cool_down=1 d"]


@pytest.fixture(scope="module")
def busy_day() -> Simulated:
    """A mailbox with urgent work, shift ends, cover, escalations and other duty."""
    loaded = load(Path("scenarios/nankang.yaml"), BUSY)
    return Simulated(simulate_replication(setting_of(loaded.scenario), 0, Options()))


@pytest.fixture(scope="module")
def busy(busy_day: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("busy")
    for name, write in EXPORTS.items():
        write(busy_day, folder / name)
    return folder


def test_every_interruption_is_one_suspension(busy_day: Simulated) -> None:
    events = events_of(busy_day.replication)
    letters = busy_day.replication.row_of_visit >= 0
    interrupted = int(busy_day.replication.log.interruptions[letters].sum())
    assert np.count_nonzero(events.transition == Transition.SUSPEND) == interrupted > 100
    reasons = np.unique(events.reason[events.transition == Transition.SUSPEND])
    assert reasons.tolist() == [Reason.URGENT_WORK, Reason.SHIFT_END]


def test_efforts_add_up_to_what_was_worked(busy_day: Simulated, busy: Path) -> None:
    replication = busy_day.replication
    workload, log = replication.workload, replication.log
    done = np.flatnonzero((log.finished != NOT_YET) & (workload.unit != NO_UNIT) & (replication.row_of_visit >= 0))
    worked: dict[tuple[int, int], float] = {}
    for row in read_rows(busy / "events.csv"):
        if row["resource"] and row["end"]:
            key = int(row["case"]), int(row["instance"])
            seconds = (datetime.fromisoformat(row["end"]) - datetime.fromisoformat(row["start"])).total_seconds()
            worked[key] = worked.get(key, 0) + seconds
    letter = replication.row_of_visit[done]
    nth = done - workload.first_visit[replication.letters[letter]] + 1
    effort = workload.service[done] + workload.resume_cost[done] * log.interruptions[done]
    assert [worked[key] for key in zip((letter + 1).tolist(), nth.tolist(), strict=True)] == effort.tolist()


def test_nobody_works_at_two_things_or_outside_a_shift(busy_day: Simulated) -> None:
    roster, stretches = busy_day.replication.roster, busy_day.replication.log.stretches
    assert stretches is not None
    numbers = person_numbers(roster, stretches)
    work = np.flatnonzero(stretches.kind == WORK)
    assert (numbers[work] >= 1).all()
    assert np.count_nonzero(numbers) == len(work)
    unit, number, start, end = (each[work] for each in (stretches.unit, numbers, stretches.start, stretches.end))
    order = np.lexsort((start, number, unit))
    same = (np.diff(unit[order]) == 0) & (np.diff(number[order]) == 0)
    assert (start[order][1:] >= end[order][:-1])[same].all()
    # No more numbers are given than there are people of shifts that meet, with those in overtime.
    for each in range(roster.units):
        shifts = np.flatnonzero((roster.unit == each) & (roster.people > 0))
        late = stretches.end[work][unit == each] - roster.end[stretches.shift[work]][unit == each]
        until = roster.end[shifts] + max(int(late.max(initial=0)), 0)
        most = max(
            (
                int(roster.people[shifts][(roster.start[shifts] <= at) & (until > at)].sum())
                for at in roster.start[shifts]
            ),
            default=0,
        )
        assert number[unit == each].max(initial=0) <= most


def test_the_roster_says_who_is_on_duty(busy_day: Simulated, busy: Path) -> None:
    roster, rows = busy_day.replication.roster, list(read_rows(busy / "roster.csv"))
    begun = roster.start < busy_day.setting.scenario.horizon
    assert len(rows) == np.count_nonzero(begun)
    assert [int(row["people"]) for row in rows] == roster.people[begun].tolist()
    assert [row["unit"] for row in rows] == [busy_day.units[unit] for unit in roster.unit[begun]]
    seconds = busy_day.setting.calendar.seconds_of
    assert [seconds(datetime.fromisoformat(row["to"])) for row in rows] == roster.end[begun].tolist()


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def written(seconds: int) -> str:
    return (datetime(2024, 5, 1) + timedelta(seconds=int(seconds))).isoformat() + ".000+08:00"
