"""What an office exports, in the formats and spellings of offices, becomes the arrays of a log; all else is refused."""

import gzip
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
from openpyxl import Workbook

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.errors import ScenarioError
from sim.fit.log import NO_CODE, SATISFIED_UNKNOWN, EventLog, LetterLog
from sim.fit.reading import read_log
from sim.fit.reading.roster_file import read_roster
from sim.operations.exports import write_exports
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

EIGHT = 8 * HOUR

LETTERS = """received,signed,closed,category,unit,satisfied
2024-03-01 08:05:00,2024-03-01 08:09:00,2024-03-03 10:00:00,noise,north,yes
2024-03-01 08:00:00,2024-03-01 08:10:00,,,south,
"""

EVENTS = """case,activity,start,end,resource
1,check,2024-03-01 08:00:00,2024-03-01 08:10:00,ann
1,decide,2024-03-01 09:00:00,2024-03-01 09:30:00,bob
2,check,2024-03-01 08:05:00,,ann
"""

HEADING = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
<string key="concept:name" value="the log, and no case"/>
"""

CONTENT = """<trace>
<string key="concept:name" value="{case}"/><string key="category" value="noise"/>
{events}
</trace>
"""


def xes_event(activity: str, moment: str, clock: str, person: str = "ann") -> str:
    return (
        f'<event><string key="concept:name" value="{activity}"/><string key="lifecycle:transition" value="{moment}"/>'
        f'<date key="time:timestamp" value="2024-03-01T{clock}:00+08:00"/>'
        f'<string key="org:resource" value="{person}"/></event>'
    )


def written(folder: Path, text: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def letters(path: Path, **how: object) -> LetterLog:
    log = read_log(path, **how).log  # type: ignore[arg-type]
    assert isinstance(log, LetterLog)
    return log


def events(path: Path, **how: object) -> EventLog:
    log = read_log(path, **how).log  # type: ignore[arg-type]
    assert isinstance(log, EventLog)
    return log


def refusal(path: Path, **how: object) -> str:
    with pytest.raises(ScenarioError) as refused:
        read_log(path, **how)  # type: ignore[arg-type]
    return str(refused.value)


def test_letters_come_by_receipt_and_empty_categories_are_their_own(tmp_path: Path) -> None:
    log = letters(written(tmp_path, LETTERS))
    assert log.origin == date(2024, 3, 1)
    assert log.received.tolist() == [EIGHT, EIGHT + 5 * MINUTE]
    assert {name: each.tolist() for name, each in log.milestones.items()} == {
        "signed": [EIGHT + 10 * MINUTE, EIGHT + 9 * MINUTE],
        "closed": [-1, 2 * DAY + 10 * HOUR],
    }
    assert [log.categories[code] for code in log.category] == ["unspecified", "noise"]
    assert [log.units[code] for code in log.unit] == ["south", "north"]
    assert log.satisfied.tolist() == [SATISFIED_UNKNOWN, 1]
    assert log.channels == ("mailbox",)
    assert log.until == 2 * DAY + 10 * HOUR + 1


def test_a_plain_trace_has_no_milestones(tmp_path: Path) -> None:
    log = letters(written(tmp_path, "时间\n2024-03-01 08:00\n2024-03-01 09:00\n"))
    assert log.received.tolist() == [EIGHT, EIGHT + HOUR]
    assert log.milestones == {}


def test_events_are_sorted_by_case_and_open_ones_have_no_spell(tmp_path: Path) -> None:
    log = events(written(tmp_path, EVENTS))
    assert log.received.tolist() == [EIGHT, EIGHT + 5 * MINUTE]
    assert not log.receipts
    assert log.ids == ("1", "2")
    assert [(int(case), log.activities[code]) for case, code in zip(log.case, log.activity, strict=True)] == [
        (0, "check"), (0, "decide"), (1, "check"),
    ]  # fmt: skip
    assert log.finished.tolist() == [EIGHT + 10 * MINUTE, EIGHT + 90 * MINUTE, -1]
    assert [log.resources[code] for code in log.resource] == ["ann", "bob", "ann"]
    assert log.spells.event.tolist() == [0, 1]
    assert log.first_event().tolist() == [0, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_columns_and_values_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = "来信时间；首次反馈时间；信件类别；承办单位；是否满意\n"
    text += "2024年3月1日 8:05；2024-03-02 9:00；噪声扰民；南山；不满意\n"
    text += "2024年3月1日 9:05；；户籍业务；福田；满意\n"
    log = letters(written(tmp_path, text.encode(encoding)))
    assert log.received.tolist() == [EIGHT + 5 * MINUTE, EIGHT + 65 * MINUTE]
    assert log.milestones["first_feedback"].tolist() == [DAY + 9 * HOUR, -1]
    assert log.categories == ("噪声扰民", "户籍业务")
    assert log.units == ("南山", "福田")
    assert log.satisfied.tolist() == [0, 1]


def test_columns_can_be_said_and_any_other_role_is_a_milestone(tmp_path: Path) -> None:
    path = written(tmp_path, "上报,回访,x\n2024-03-01 08:00,2024-03-01 09:00,a\n2024-03-01 08:30,,b\n")
    log = letters(path, columns={"received": "上报", "surveyed": "回访", "category": "x"})
    assert log.milestones["surveyed"].tolist() == [EIGHT + HOUR, -1]
    assert log.categories == ("a", "b")
    assert "did you mean '回访'" in refusal(path, columns={"received": "上报", "surveyed": "回访问"})
    assert "no column that is known as received; there are 上报, 回访, x" in refusal(path)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        (["45352.3333333333", "45352.5"], [EIGHT, 12 * HOUR]),
        (["3/14/2025 1:20", "3/2/2025 8:00"], [12 * DAY + HOUR + 20 * MINUTE, EIGHT]),
        (["14.3.2025 01:20", "02.03.2025 08:00"], [12 * DAY + HOUR + 20 * MINUTE, EIGHT]),
        (["03/14/2025 12:20:00 AM", "03/14/2025 1:20:00 PM"], [20 * MINUTE, 13 * HOUR + 20 * MINUTE]),
        (["2025/3/14 上午 8:00", "2025/3/14 下午 1:20"], [EIGHT, 13 * HOUR + 20 * MINUTE]),
        (["2024-03-01 09:05:00+08:00", "2024-03-01 10:05:00+08:00"], [9 * HOUR + 300, 10 * HOUR + 300]),
        (["2024-03-30T09:00:00.5+01:00", "2024-03-31T09:00:00+02:00"], [9 * HOUR, DAY + 9 * HOUR]),
    ],
)
def test_instants_as_offices_write_them(tmp_path: Path, fields: list[str], seconds: list[int]) -> None:
    log = letters(written(tmp_path, "\n".join(["received", *fields])))
    assert sorted(log.received.tolist()) == sorted(seconds)


def test_what_was_done_with_zones_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "received\n2024-03-01T20:00:00Z\n2024-03-01T21:00:00Z\n")
    assert [(note.kind, dict(note.figures)) for note in read_log(path).notes] == [
        ("zone-dropped", {"offsets": "+00:00"})
    ]
    log, _, notes = read_log(path, zone="Asia/Shanghai")
    assert (log.origin, log.received.tolist()) == (date(2024, 3, 2), [4 * HOUR, 5 * HOUR])
    assert notes[0].kind == "zone-converted"
    assert "must be a zone such as Asia/Shanghai" in refusal(path, zone="Mars/Olympus")


def test_zones_of_several_places_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "received\n2024-03-01T08:00:00+08:00\n2024-03-01T08:00:00Z\n")
    text = refusal(path)
    assert "instants of several zones: +00:00 (2024-03-01T08:00:00), +08:00 (2024-03-01T08:00:00)" in text
    assert letters(path, zone="+08:00").received.tolist() == [EIGHT, 16 * HOUR]


def test_a_date_with_two_readings_is_asked_for_with_both(tmp_path: Path) -> None:
    path = written(tmp_path, "received\n3/4/2025 1:20\n5/6/2025 1:20\n")
    assert "can be read as 2025-04-03 and 2025-03-04 (such as '3/4/2025 1:20'), and no row decides" in refusal(path)
    assert letters(path, dates="day-month").origin == date(2025, 4, 3)
    assert letters(path, dates="month-day").origin == date(2025, 3, 4)
    both = written(tmp_path, "received\n13/4/2025 1:20\n4/13/2025 1:20\n")
    assert "has days first ('13/4/2025 1:20') and months first ('4/13/2025 1:20')" in refusal(both)


def test_day_and_time_in_two_columns(tmp_path: Path) -> None:
    path = written(tmp_path, "来信日期,来信时间\n2024-03-01,08:00\n2024-03-02,9:30:15\n")
    log, columns, _ = read_log(path)
    assert log.received.tolist() == [EIGHT, DAY + 9 * HOUR + 30 * MINUTE + 15]
    assert columns["received"] == "来信日期+来信时间"
    path = written(tmp_path, "d,t\n3/14/2025,8:00\n3/15/2025,9:00\n")
    assert letters(path, columns={"received": "d+t"}).received.tolist() == [EIGHT, DAY + 9 * HOUR]


def test_bad_rows_are_listed_by_kind_and_left_out_if_asked(tmp_path: Path) -> None:
    rows = [f"{case},a,2024-03-01 08:00:{case:02},2024-03-01 09:00:00,ann" for case in range(10)]
    rows[2] = "2,a,never,2024-03-01 09:00:00,ann"
    rows[4] = "4,a,2024-03-01 08:00:00,2024-03-01 07:00:00,ann"
    rows[5] = "5,a,2024-03-01 08:00:00"
    rows[6] = ",a,2024-03-01 08:00:00,2024-03-01 09:00:00,ann"
    rows[7:9] = ["7,a,soon,,ann", "8,a,later,,ann"]
    path = written(tmp_path, "\n".join(["case,activity,start,end,resource", *rows]))
    text = refusal(path)
    assert "3 rows without a time such as 2021-05-03 19:30:00 in 'start': lines 4, 9, 10 (such as 'never')" in text
    assert "1 row that end before they start: line 6" in text
    assert "1 row with fewer fields than the first line has: line 7" in text
    assert "1 row without the name of their case: line 8" in text
    assert "--skip-bad leaves out 6 of 10 rows" in text
    log, _, notes = read_log(path, skip_bad=True)
    assert isinstance(log, EventLog)
    assert log.ids == ("0", "1", "3", "9")
    assert [note.kind for note in notes] == ["left-out"] * 4


def test_a_milestone_before_the_receipt_is_a_bad_row(tmp_path: Path) -> None:
    path = written(tmp_path, LETTERS.replace("2024-03-03", "2024-02-03"))
    assert "with an instant of 'closed' before the receipt: line 2" in refusal(path)


def test_a_lifecycle_is_put_together_and_work_put_down_has_spells(tmp_path: Path) -> None:
    happened = [
        xes_event("receive", "complete", "08:00"),
        xes_event("sign", "schedule", "08:00"),
        xes_event("sign", "start", "08:02"),
        xes_event("sign", "suspend", "08:04"),
        xes_event("sign", "reassign", "08:05", "bob"),
        xes_event("sign", "resume", "08:06", "bob"),
        xes_event("sign", "complete", "08:09", "bob"),
        xes_event("sign", "start", "10:00"),
        xes_event("sign", "oddity", "10:01"),
        xes_event("wait", "start", "11:00"),
    ]
    later = [xes_event("sign", "complete", "12:00")]
    traces = [CONTENT.format(case=case, events="".join(each)) for case, each in ((7, later), (8, happened))]
    text = HEADING + "".join(traces) + "</log>"
    path = written(tmp_path, gzip.compress(text.encode()), "log.xes.gz")
    log, _, notes = read_log(path)
    assert isinstance(log, EventLog)
    assert log.receipts
    assert log.ids == ("8", "7")
    assert log.categories == ("noise",)
    own = log.case == 0
    assert [log.activities[code] for code in log.activity[own]] == ["sign", "sign", "wait"]
    assert log.queued[own].tolist() == [EIGHT, -1, -1]
    assert log.started[own].tolist() == [EIGHT + 120, EIGHT + 2 * HOUR, EIGHT + 3 * HOUR]
    assert log.finished[own].tolist() == [EIGHT + 540, -1, -1]
    assert log.resources[log.resource[0]] == "bob"
    spells = np.flatnonzero(log.spells.event == 0)
    assert log.spells.started[spells].tolist() == [EIGHT + 120, EIGHT + 360]
    assert log.spells.finished[spells].tolist() == [EIGHT + 240, EIGHT + 540]
    assert [log.resources[code] for code in log.spells.resource[spells]] == ["ann", "bob"]
    assert [(note.kind, note.figures["n"]) for note in notes if note.kind == "transitions"] == [("transitions", 1)]


def test_who_is_assigned_waits_where_it_was_scheduled_and_what_is_withdrawn_never_was(tmp_path: Path) -> None:
    happened = [
        xes_event("sign", "schedule", "08:00"),
        xes_event("sign", "assign", "08:01", "bob"),
        xes_event("sign", "start", "08:02", "bob"),
        xes_event("sign", "complete", "08:09", "bob"),
        xes_event("call", "assign", "09:00"),
        xes_event("call", "ate_abort", "09:05"),
        xes_event("visit", "schedule", "10:00"),
        xes_event("visit", "withdraw", "10:30"),
        xes_event("write", "start", "11:00"),
        xes_event("write", "ate_abort", "11:20"),
    ]
    later = [xes_event("sign", "complete", "12:00")]
    traces = [CONTENT.format(case=case, events="".join(each)) for case, each in ((7, later), (8, happened))]
    log, _, notes = read_log(written(tmp_path, HEADING + "".join(traces) + "</log>", "log.xes"))
    assert isinstance(log, EventLog)
    own = log.case == 0
    assert [log.activities[code] for code in log.activity[own]] == ["sign", "write"]
    assert log.queued[own].tolist() == [EIGHT, -1]
    assert log.started[own].tolist() == [EIGHT + 120, EIGHT + 3 * HOUR]
    assert log.finished[own].tolist() == [EIGHT + 540, EIGHT + 3 * HOUR + 1200]
    assert "transitions" not in {note.kind for note in notes}


def test_starts_and_ends_of_one_row_go_before_its_transition(tmp_path: Path) -> None:
    text = """case:concept:name,concept:name,lifecycle:transition,start_timestamp,time:timestamp
1,check,complete,2024-03-01 08:00:00,2024-03-01 08:10:00
2,check,complete,2024-03-01 08:05:00,2024-03-01 08:20:00
"""
    log = events(written(tmp_path, text))
    assert log.started.tolist() == [EIGHT, EIGHT + 300]
    assert log.finished.tolist() == [EIGHT + 600, EIGHT + 1200]


def test_a_table_of_transitions_reads_like_an_event_log(tmp_path: Path) -> None:
    text = """case:concept:name,concept:name,lifecycle:transition,time:timestamp,org:resource
1,check,start,2024-03-01 08:00:00,ann
1,check,complete,2024-03-01 08:10:00,ann
2,check,complete,2024-03-01 08:20:00,bob
"""
    log = events(written(tmp_path, text))
    assert log.started.tolist() == [EIGHT, -1]
    assert log.finished.tolist() == [EIGHT + 600, EIGHT + 1200]


def test_roles_stand_in_for_units(tmp_path: Path) -> None:
    log = events(written(tmp_path, EVENTS.replace("resource", "role")))
    assert (log.units, log.teams) == (("ann", "bob"), ("ann", "bob"))
    assert (log.resource == NO_CODE).all()


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "jsonl"])
def test_other_files_of_rows_read_like_csv(tmp_path: Path, kind: str) -> None:
    rows = [
        {"received": datetime(2024, 3, 1, 8, 5), "closed": datetime(2024, 3, 3, 10), "category": "noise"},
        {"received": datetime(2024, 3, 1, 8), "closed": None, "category": None},
    ]
    path = tmp_path / f"log.{kind}"
    if kind == "xlsx":
        book = Workbook()
        book.active.append(list(rows[0]))
        for row in rows:
            book.active.append(list(row.values()))
        book.save(path)
    elif kind == "parquet":
        table = "select * from (values {}) as t(received, closed, category)".format(
            ", ".join(
                f"(timestamp '{row['received']}', "
                + (f"timestamp '{row['closed']}', 'noise')" if row["closed"] else "null, null)")
                for row in rows
            )
        )
        duckdb.sql(table).write_parquet(str(path))
    else:
        path.write_text("\n".join(json.dumps(row, default=str) for row in rows))
    log = letters(path)
    assert log.received.tolist() == [EIGHT, EIGHT + 300]
    assert log.milestones["closed"].tolist() == [-1, 2 * DAY + 10 * HOUR]
    assert [log.categories[code] for code in log.category] == ["unspecified", "noise"]


def spreadsheet(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


TABLE: list[list[object]] = [
    ["来信时间", "办结时间"],
    [datetime(2024, 3, 1, 8), datetime(2024, 3, 2)],
    [datetime(2024, 3, 1, 9), None],
]


def test_titles_stand_above_the_names_of_columns(tmp_path: Path) -> None:
    titled = [["局长信箱来信台账"], ["导出时间：", "2024-03-04"], *TABLE]
    path = spreadsheet(tmp_path / "log.xlsx", 台账=titled)
    assert letters(path).received.tolist() == [EIGHT, EIGHT + HOUR]
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in titled)
    assert letters(written(tmp_path, text)).received.tolist() == [EIGHT, EIGHT + HOUR]
    assert "line 5" in refusal(written(tmp_path, text.replace("09:00", "29:00")))


def test_the_sheet_with_known_columns_is_read_and_of_several_those_that_are_said(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path / "log.xlsx", 说明=[["本表由系统导出"]], 数据=TABLE)
    log, _, notes = read_log(path)
    assert len(log.received) == 2
    assert [(note.kind, note.figures["sheet"]) for note in notes] == [("sheet", "数据")]
    april = [["来信时间", "类别"], [datetime(2024, 4, 1, 8), "噪音"], ["合计", None]]
    path = spreadsheet(tmp_path / "months.xlsx", 三月=TABLE, 四月=april)
    assert "has 2 sheets with such columns; there are 三月, 四月" in refusal(path)
    assert "1 row without a time such as 2021-05-03 19:30:00 in '来信时间': line 四月!3" in refusal(
        path, sheets=["三月", "四月"]
    )
    log = letters(path, sheets=["三月", "四月"], skip_bad=True)
    assert log.received.tolist() == [EIGHT, EIGHT + HOUR, 31 * DAY + EIGHT]
    assert (log.milestones["closed"] >= 0).tolist() == [True, False, False]
    assert "has no sheet '五月'" in refusal(path, sheets=["五月"])
    assert "is no spreadsheet" in refusal(written(tmp_path, LETTERS), sheets=["三月"])


def test_seconds_and_milliseconds_since_1970_are_instants_in_utc(tmp_path: Path) -> None:
    text = "received\n1709280000\n1709283600000\n"
    log, _, notes = read_log(written(tmp_path, text))
    assert log.received.tolist() == [EIGHT, EIGHT + HOUR]
    assert [note.kind for note in notes] == ["zone-dropped"]
    assert letters(written(tmp_path, text), zone="+08:00").received.tolist() == [2 * EIGHT, 2 * EIGHT + HOUR]


def test_instants_years_away_from_all_others_are_slips(tmp_path: Path) -> None:
    days = [f"2024-03-{day:02} 08:00,2024-04-{day:02} 08:00" for day in range(1, 31)]
    odd = ["1970-01-01 00:00,2024-03-01", "1900-01-00,", "2024-03-31 08:00,2204-04-01"]
    said = refusal(written(tmp_path, "\n".join(["received,closed", *days, *odd])))
    assert "1 row 10 years or more from all others in 'received': line 32" in said
    assert "1 row 10 years or more from all others in 'closed': line 34" in said
    early = ["2016-03-01 08:00,", "2017-03-01 08:00,", *days]  # a few years are possible
    assert letters(written(tmp_path, "\n".join(["received,closed", *early]))).letters == 32


def test_an_event_with_a_day_only_ends_that_day(tmp_path: Path) -> None:
    log, columns, notes = read_log(written(tmp_path, "case,activity,date\n1,a,2024-03-01\n2,a,2024-03-02\n"))
    assert isinstance(log, EventLog)
    assert (columns["time"], log.finished.tolist()) == ("date", [0, DAY])
    assert [note.kind for note in notes] == ["days-only"]


def test_what_targets_exports_comes_back(tmp_path: Path) -> None:
    loaded = load(Path("scenarios/nankang.yaml"), ["window=14 d", "warm_up=0 d", "cool_down=7 d"])
    count = write_exports(setting_of(loaded.scenario), tmp_path)
    for name in ("letters.csv", "letters.jsonl"):
        assert letters(tmp_path / name).letters == count
    xes, ocel = events(tmp_path / "events.xes"), events(tmp_path / "events.ocel.json")
    assert xes.cases == ocel.cases == count
    assert xes.receipts
    assert ocel.receipts
    for name in ("received", "case", "activity", "queued", "started", "finished", "category"):
        assert getattr(xes, name).tolist() == getattr(ocel, name).tolist()
    assert xes.origin == ocel.origin == loaded.scenario.start
    table = events(tmp_path / "events.csv")
    for name in ("received", "case", "started", "finished"):
        assert getattr(table, name).tolist() == getattr(xes, name).tolist()
    for name in ("event", "started", "finished"):
        assert getattr(table.spells, name).tolist() == getattr(xes.spells, name).tolist()
    for name, code in (("resources", "resource"), ("units", "unit"), ("activities", "activity")):
        named, expected = (np.array([*getattr(log, name), ""])[getattr(log, code)] for log in (table, xes))
        assert named.tolist() == expected.tolist()
    roster = read_roster(tmp_path / "roster.csv", table.origin)
    assert set(roster.units) <= {*table.units, *roster.units}


def test_a_roster_is_counted_from_the_log_s_first_day(tmp_path: Path) -> None:
    text = "unit,from,to,people\nnorth,2024-03-02 08:00,2024-03-02 16:00,3\nsouth,2024-02-29 22:00,2024-03-01 06:00,1\n"
    roster = read_roster(written(tmp_path, text), date(2024, 3, 1))
    assert roster.units == ("north", "south")
    assert roster.unit.tolist() == [1, 0]
    assert roster.start.tolist() == [-2 * HOUR, DAY + EIGHT]
    assert roster.people.tolist() == [1, 3]
    wrong = text.replace(",3", ",-3").replace("2024-03-01 06:00", "2024-02-01 06:00")
    with pytest.raises(ScenarioError, match="number of people") as refused:
        read_roster(written(tmp_path, wrong), date(2024, 3, 1))
    assert "that end before they begin: line 3" in str(refused.value)


BOMB = "<!DOCTYPE log [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
) + "]><log><trace>&j;</trace></log>"  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "declares a document type or entities"),
        ('<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "declares a document type or entities"),
        ("<html><p>no</p></html>", "is XML with the root 'html'"),
        ("<log><trace>", "is not XML that can be read"),
        (HEADING + "</log>", "no column that is known as received"),
        (gzip.compress(b"<log>" + b" " * 40_000_000, mtime=0), "MB without an element"),
        (gzip.compress(b"<log>", mtime=0)[:-9], "cannot be unpacked"),
        (b"received,category\n" + b"x" * 3_000_000, "a line of more than 1,000,000 bytes"),
        (b"received\n2024-03-01 08:00\n2024-03-01 \x0009:00\n", "NUL bytes"),
        (b"", "is empty"),
        (b"PK\x03\x04 and nothing more", "is not a spreadsheet that can be read"),
        (b"PAR1 and nothing more", "is not Parquet that can be read"),
        (b'{"events": 3, "objects": []}', "not an event log in OCEL 2.0"),
        (b'{"events": [' + b"[" * 100_000, "JSON"),
        ("received\n", "has a header and no rows"),
        ("received\n2024-03-01 08:00\n", "has 1 letter, and a fit needs many"),
        ("received\n2024-03-01\n2024-03-02\n", "on which day letters came and not when"),
        ("received\n2024-03-01 08:00\n2024-03-01 08:00\n", "received at one second"),
        ("case,activity,start\n1,a,2024-03-01 08:00\n2,a,2024-03-01 09:00\n", "has no ends"),
        ("case,activity,start,end\n1,a,2024-03-01 08:00,2024-03-01 09:00\n", "has 1 case, and"),
        ("case,activity\n1,a\n", "no column that is known as start, end or time"),
        ("case,received\n1,2024-03-01 08:00\n1,2024-03-01 09:00\n", "so they are events"),
        ("received\n=1+1\n=cmd|' /C calc'!A0\n", "2 rows without a time such as"),
        (b"received\n\x93\xfa\x96{\x8c\xea\xff\n", "is not text in UTF-8"),
    ],
)
def test_what_is_no_log_is_refused_in_a_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(written(tmp_path, content, "log"))


def test_a_spreadsheet_with_formulas_is_read_by_what_they_show(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["received", "category"], ["=NOW()", "a"], [datetime(2024, 3, 1, 8), "b"]):
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")  # by a program that does not compute what formulas show
    assert "1 row without a time of receipt: line 2" in refusal(tmp_path / "log.xlsx")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "none.csv")
