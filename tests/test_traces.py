"""Traces as offices have them: one reader, whatever wrote the file, for scenarios and for replays."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from desk import DESK, loaded
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import ScenarioError
from sim.operations.trace_files import TracedLetter, read_trace
from sim.scenario.loading import Loaded, dump_yaml

TRACE = DESK.replace("{per_day: 80}", "{trace: letters.csv}")

ROWS = [("2021-05-03 09:05:00", "治安/噪音扰民"), ("2021-05-03 00:03:07", "户政"), ("2021-05-03 09:05:00", "户政")]
LETTERS = [
    TracedLetter(datetime(2021, 5, 3, 0, 3, 7), category="户政"),
    TracedLetter(datetime(2021, 5, 3, 9, 5), category="治安/噪音扰民"),
    TracedLetter(datetime(2021, 5, 3, 9, 5), category="户政"),
]


def table(separator: str = ",", ending: str = "\n") -> str:
    return ending.join(separator.join(row) for row in [("received", "category"), *ROWS]) + ending


FORMS: dict[str, bytes] = {
    "utf-8": table().encode(),
    "utf-8 with its mark": table().encode("utf-8-sig"),
    "gb18030": table().encode("gb18030"),
    "gbk, windows": table(ending="\r\n").encode("gbk"),
    "utf-16": table().encode("utf-16"),
    "utf-16, big end first": b"\xfe\xff" + table().encode("utf-16-be"),
    "utf-16 without its mark": table().encode("utf-16-le"),
    "unicode text of a spreadsheet": table("\t", "\r\n").encode("utf-16"),
    "semicolons": table(";").encode(),
    "tabs": table("\t").encode(),
    "bars": table("|").encode(),
    "full-width commas": table("，").encode(),
    "semicolons in gbk": table(";").encode("gbk"),
    "slashes": table().replace("2021-05-03 0", "2021/5/3 ").encode(),
    "dots": table().replace("2021-05-03", "2021.5.3").encode(),
    "chinese dates": table().replace("2021-05-03 ", "2021年5月3日 ").encode(),
    "t": table().replace("2021-05-03 ", "2021-05-03T").encode(),
    "full width": table().translate(str.maketrans("0123456789:", "０１２３４５６７８９：")).encode(),
    "spaces": table(" , ").replace("2021", "  2021").encode(),
    "quotes": table().replace("治安/噪音扰民", '"治安/噪音扰民"').encode(),
    "empty rows and columns": table(ending=",,\n").encode() + b",,,\n\n,,,\n",
    "fractions": table().replace(":07,", ":07.000,").encode(),
    "one zone": table().replace(":00,", ":00+08:00,").replace(":07,", ":07+08:00,").encode(),
    "universal time": table().replace(":00,", ":00Z,").replace(":07,", ":07Z,").encode(),
    "more columns": b"x," + table().replace("\n2", "\n7,2").encode(),
}


def of_scenario(folder: Path, text: str = TRACE) -> Loaded:
    return loaded(folder, text)


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_all_forms_of_a_trace_are_the_same_letters(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "letters.csv").write_bytes(content)
    assert read_trace(tmp_path / "letters.csv") == LETTERS
    trace = of_scenario(tmp_path).scenario.arrivals.trace
    assert trace is not None
    assert trace.letters.received.tolist() == [letter.received for letter in LETTERS]
    assert trace.letters.category == tuple(letter.category for letter in LETTERS)


def test_json_lines_serve_a_scenario_too(tmp_path: Path) -> None:
    rows = [{"received": when, "category": category, "size": 3} for when, category in ROWS]
    (tmp_path / "letters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_trace(tmp_path / "letters.jsonl") == [letter._replace(size=3) for letter in LETTERS]
    trace = of_scenario(tmp_path, TRACE.replace("letters.csv", "letters.jsonl")).scenario.arrivals.trace
    assert trace is not None
    assert trace.letters.category == ("户政", "治安/噪音扰民", "户政")


BAD: dict[str, tuple[bytes, str]] = {
    "two zones": (b"received\n2021-05-03T08:00:00+01:00\n2021-05-03 08:00+02:00\n", "zone"),
    "some with a zone": (b"received\n2021-05-03T08:00:00Z\n2021-05-03 08:00\n", "zone"),
    "days only": (b"received\n2021/5/3\n2021/5/4\n", "on which day letters came and not when"),
    "no such day": (b"received\n2021-02-29 08:00\n", "a date that does not exist"),
    "day first": (b"received\n3/5/2021 08:00\n", "2021-05-03"),
    "latin letters": ("received,category\n2021-05-03 08:00,Stra\u00dfe f\u00fcr\n".encode("latin-1"), "UTF-8"),
    "half a character": (table().encode("utf-16")[:-1], "UTF-16"),
    "events": (b"received,case\n2021-05-03 08:00,7\n2021-05-03 09:00,7\n", "2 rows of 1 cases in its column 'case'"),
    "short rows": (b"received,category\n2021-05-03 08:00\n", "fewer columns|without the 2 fields"),
    "no column of times": (b"when;category\n2021-05-03 08:00;x\n", "has no column 'received'"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD)
def test_what_a_scenario_refuses_a_replay_refuses(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "letters.csv").write_bytes(content)
    with pytest.raises(ScenarioError, match=said):
        read_trace(tmp_path / "letters.csv")
    with pytest.raises(ScenarioError, match=said):
        of_scenario(tmp_path)


def test_an_offset_that_is_left_out_is_known(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n2021-05-03T08:00:00+0800\n2021-05-03T09:00:00+0800\n")
    trace = of_scenario(tmp_path).scenario.arrivals.trace
    assert trace is not None
    assert trace.letters.zone == "+0800"
    assert trace.letters.received[0] == np.datetime64("2021-05-03T08:00:00")


def test_a_day_without_a_time_among_times_counts_at_midnight_and_is_known(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n2021-05-03 08:00\n2021/5/3\n")
    trace = of_scenario(tmp_path).scenario.arrivals.trace
    assert trace is not None
    assert trace.letters.received[0] == np.datetime64("2021-05-03T00:00:00")
    assert trace.letters.days_only == 1


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.sampled_from("-/."), st.sampled_from(["T", " ", "  "])
)
def test_any_time_reads_as_it_is_meant(moment: datetime, sign: str, between: str) -> None:
    from sim.scenario.text_files import read_instants

    moment = moment.replace(microsecond=0)
    short = f"{moment.year}{sign}{moment.month}{sign}{moment.day}{between}{moment.hour}:{moment:%M:%S}"
    read = read_instants([short, moment.isoformat(), str(moment)])
    assert (read.instants.tolist(), read.bad) == ([moment] * 3, [])


# Events of cases


EVENTS = """\
case,activity,category,received
c0,answered,late,2021-05-03 15:00:00
c0,received,noise,2021-05-03 09:00:00
c1,received,case,2021-05-03 09:00:00
c0,sorted,late,2021-05-03 10:00:00
c1,sorted,late,2021-05-03 09:00:00
"""


@pytest.mark.parametrize("column", ["case", "case_id", "Case ID", "case:concept:name", "案件编号", "id"])
def test_the_first_event_of_each_case_is_its_letter(tmp_path: Path, column: str) -> None:
    (tmp_path / "letters.csv").write_text(EVENTS.replace("case,activity", f"{column},activity"), "utf-8")
    text = TRACE.replace("letters.csv}", f"letters.csv, case: '{column}'}}")
    result = of_scenario(tmp_path, text).scenario
    assert result.arrivals.trace is not None
    assert result.arrivals.trace.letters.category == ("noise", "case")
    assert result.category_shares == {"noise": 0.5, "case": 0.5}
    assert loaded(tmp_path, dump_yaml(result)).scenario == result
    if column != "id":
        with pytest.raises(ScenarioError, match=f"5 rows of 2 cases in its column '{column}'.* `case: '{column}'`"):
            of_scenario(tmp_path)


def test_a_column_of_cases_that_do_not_repeat_is_no_log_of_events(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received,case\n2021-05-03 08:00,1\n2021-05-03 09:00,2\n2021-05-03 09:00,\n")
    assert len(read_trace(tmp_path / "letters.csv")) == 3


@pytest.mark.parametrize(
    ("arrivals", "said"),
    [
        ("{trace: letters.csv, case: number}", "has no column 'number' of cases"),
        ("{per_day: 3, case: case}", "case is a column of a trace, and there is none"),
    ],
)
def test_cases_that_are_not_there(tmp_path: Path, arrivals: str, said: str) -> None:
    (tmp_path / "letters.csv").write_text(EVENTS)
    with pytest.raises(ScenarioError, match=said):
        loaded(tmp_path, DESK.replace("{per_day: 80}", arrivals))


def test_an_event_needs_the_name_of_its_case(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text(EVENTS.replace("c1,", ","))
    with pytest.raises(ScenarioError, match="2 rows without the name of their case: line 4 '' "):
        of_scenario(tmp_path, TRACE.replace("letters.csv}", "letters.csv, case: case}"))


# Categories and channels of a trace


def shares(folder: Path, rows: str, text: str = "") -> tuple[dict[str, float], dict[str, float]]:
    (folder / "letters.csv").write_text(f"received,category,channel\n{rows}", "utf-8")
    result = of_scenario(folder, TRACE + text).scenario
    assert loaded(folder, dump_yaml(result)).scenario == result
    return result.category_shares, result.channel_shares


WHEN = "2021-05-03 08:00"


def test_categories_and_channels_come_with_a_trace(tmp_path: Path) -> None:
    rows = f"{WHEN},b.1,微信\n{WHEN},a,微信\n{WHEN},b.1,微信\n{WHEN},b.1,信\n"
    assert shares(tmp_path, rows) == ({"b.1": 0.75, "a": 0.25}, {"微信": 0.75, "信": 0.25})


def test_without_names_in_the_trace_there_is_one_category(tmp_path: Path) -> None:
    assert shares(tmp_path, f"{WHEN},,\n") == ({"letter": 1.0}, {"mailbox": 1.0})


def test_shares_may_be_left_out_where_a_trace_says_them(tmp_path: Path) -> None:
    rows = f"{WHEN},a,\n{WHEN},b,\n{WHEN},a,\n{WHEN},a,\n"
    typed = "categories: {b: {by_hour: mailbox}, a: {}, c: {}}\n"
    assert shares(tmp_path, rows, typed)[0] == {"b": 0.25, "a": 0.75, "c": 0.0}


def test_typed_shares_need_no_sum_where_none_is_drawn(tmp_path: Path) -> None:
    rows = f"{WHEN},a,\n{WHEN},b,\n{WHEN},c,\n"
    typed = "categories: {a: {share: 33.33%}, b: {share: 33.33%}, c: {share: 33.33%}}\n"
    assert set(shares(tmp_path, rows, typed)[0].values()) == {1 / 3}


def test_typed_shares_are_for_letters_without_a_category(tmp_path: Path) -> None:
    rows = f"{WHEN},a,\n{WHEN},,\n"
    assert shares(tmp_path, rows, "categories: {a: {share: 30%}, b: {share: 70%}}\n")[0] == {"a": 0.3, "b": 0.7}
    with pytest.raises(ScenarioError, match=r"categories\.b\.share: is missing"):
        shares(tmp_path, rows, "categories: {a: {share: 30%}, b: {}}\n")


def test_without_a_trace_shares_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"line 9 +categories\.b\.share: is missing"):
        loaded(tmp_path, DESK + "categories:\n  b: {}\n")
