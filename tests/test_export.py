"""What is exported for load tests and process mining is what was simulated, and other tools can read it."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from sim.core.options import Options
from sim.core.tables import NOT_YET
from sim.experiment.replications import simulate_replication
from sim.metrics.replication import Replication
from sim.operations.exports import EXPORTS, export
from sim.operations.exports.locust import write_locust_file
from sim.operations.exports.simulated import SIZE_MEAN, letter_sizes
from sim.operations.trace_files import TracedLetter, read_trace
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
    assert export(setting, folder, Options(engine="simpy")) == len(simulated.workload.received)
    return folder


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_whole_and_the_same_again(
    name: str, setting: Setting, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = tmp_path_factory.mktemp("again")
    export(setting, again, Options())  # by the other engine
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
    sizes = letter_sizes(20_000, 1, 0)
    assert sizes.min() >= 1
    # The mean of 20,000 with a cv of 1 is within 4 standard errors but once in 16,000 seeds.
    assert sizes.mean() == pytest.approx(SIZE_MEAN, rel=4 / np.sqrt(20_000))
    np.testing.assert_array_equal(sizes, letter_sizes(20_000, 1, 0))
    assert (letter_sizes(5, 1, 1) != sizes[:5]).any()


def test_the_xes_log_tells_each_letter_event_by_event(setting: Setting, simulated: Replication, folder: Path) -> None:
    log = ElementTree.parse(folder / "events.xes").getroot()
    assert log.get("xes.version") == "1.0"
    # The schema of the standard wants names without blanks, and the parts of the log in this order.
    for named in (*log.findall(f"{XES}extension"), *log.findall(f"{XES}classifier")):
        assert re.fullmatch(r"\w+", named.get("name", ""))
    parts = [child.tag.removeprefix(XES) for child in log]
    assert sorted(parts, key=("extension", "global", "classifier", "string", "trace").index) == parts
    traces = log.findall(f"{XES}trace")
    assert len(traces) == len(simulated.letters)
    number = next(row for row, closed in enumerate(simulated.closed) if closed != NOT_YET)
    told = [{each.get("key"): each.get("value") for each in event} for event in traces[number].findall(f"{XES}event")]
    assert [(event["concept:name"], event["lifecycle:transition"]) for event in told] == [
        ("receive", "complete"),
        ("sign", "start"),
        ("sign", "complete"),
        ("enquire", "start"),
        ("enquire", "complete"),
        ("handle", "start"),
        ("handle", "complete"),
    ]
    first, units = simulated.workload.first_visit[number], setting.places.names
    assert told[2]["time:timestamp"] == written(simulated.log.finished[first])
    assert told[5]["time:timestamp"] == written(simulated.log.started[first + 2])
    home = units[simulated.workload.home[number]]
    assert [event.get("org:resource") for event in told] == [home, "desk", "desk", None, None, home, home]


def test_the_xes_log_has_every_start_and_finish(simulated: Replication, folder: Path) -> None:
    text = (folder / "events.xes").read_text("utf-8")
    letters, log = len(simulated.workload.received), simulated.log
    assert text.count('value="start"') == np.count_nonzero(log.started != NOT_YET)
    # One more is the default that the standard wants said.
    assert text.count('value="complete"') == letters + np.count_nonzero(log.finished != NOT_YET) + 1
    assert text.count('value="p&amp;&lt;q&gt;"') == np.count_nonzero(simulated.workload.channel == 1)


def test_the_ocel_log_is_sound(simulated: Replication, folder: Path) -> None:
    log = json.loads((folder / "events.ocel.json").read_text("utf-8"))
    kinds = {kind["name"]: {each["name"] for each in kind["attributes"]} for kind in log["objectTypes"]}
    assert set(kinds) == {"letter", "unit"}
    objects = {each["id"]: each for each in log["objects"]}
    assert len(objects) == len(log["objects"]) == len(simulated.workload.received) + 4
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
    moments = {"receive", *(f"{step}.{moment}" for step in ("sign", "enquire", "handle") for moment in MOMENTS)}
    assert {event["type"] for event in events} == moments
    assert len(events) == len(simulated.workload.received) + sum(
        np.count_nonzero(column != NOT_YET) for column in (simulated.log.started, simulated.log.finished)
    )


def test_other_tools_can_mine_the_logs(folder: Path, simulated: Replication) -> None:
    pm4py = pytest.importorskip("pm4py")
    assert pm4py.read_xes(str(folder / "events.xes"))["case:concept:name"].nunique() == len(simulated.workload.received)
    log = pm4py.read_ocel2_json(str(folder / "events.ocel.json"))
    assert sorted(pm4py.ocel_get_object_types(log)) == ["letter", "unit"]


def test_the_locust_file_follows_the_arrival_curve(tmp_path: Path) -> None:
    start = datetime(2024, 5, 1, 1)
    letters = [TracedLetter(start + timedelta(hours=hour)) for hour in (0, 0, 2, 23)]
    write_locust_file(letters, tmp_path / "locustfile.py")
    source = (tmp_path / "locustfile.py").read_text("utf-8")
    compile(source, "locustfile.py", "exec")
    assert "[\n    0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n    1,\n]" in source


@pytest.mark.skipif(find_spec("locust") is None, reason="no locust on this machine")
def test_locust_takes_the_locust_file(folder: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", str(folder / "locustfile.py"), "--list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Writer" in listed.stdout + listed.stderr


MOMENTS = ("start", "finish")


def written(seconds: int) -> str:
    return (datetime(2024, 5, 1) + timedelta(seconds=int(seconds))).isoformat() + ".000+08:00"
