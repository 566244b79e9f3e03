"""Bad layers and bad files: what wrong settings, extended files, traces and measured durations are answered."""

# ruff: noqa: E501 - an answer is one line, and so is its row

from pathlib import Path

import pytest
from answers import DESK, answer, with_line

SETTINGS = [
    ("arrivals.per_day=-5", "arrivals.per_day: must be 0 or more (got -5)"),
    ("arrivals.per_dya=5", "arrivals.per_dya: unknown key; did you mean 'per_day'?"),
    ("arrivals.per_day=", "arrivals.per_day: is empty"),
    ("arrivals.per_day=.nan", "arrivals.per_day: must be a finite number (got .nan)"),
    ("arrivals.per_day=[1", "arrivals.per_day: is not YAML that can be read: expected ',' or ']', but got '<stream end>'"),
    ("arrivals.trace=letters.csv", "arrivals: says per_day and trace, which exclude each other; leave one, or remove one with null"),
    ("arivals.per_day=5", "arivals: unknown key; did you mean 'arrivals'?"),
    ("teams.dsk.staff.always=3", "teams.dsk.staff.always: there is no 'dsk'; did you mean 'desk'?"),
    ("teams.desk.staff.alway=3", "teams.desk.staff.alway: no such roster 'alway'; did you mean 'always'?"),
    ("teams.desk.staff.office=null", "teams.desk.staff.office: has no value; give it one or leave the key out"),
    ("teams.desk.tier.x=3", "teams.desk.tier: must be text (got {x})"),
    ("workflow.srve.priority=3", "workflow.srve.priority: there is no step 'srve'; did you mean 'serve'?"),
    ("workflow.serve.priority=11", "workflow[0].priority: must be at most 9 (got 11)"),
    ("workflow[1].efort=3 min", "workflow[1].efort: unknown key; did you mean 'effort'?"),
    ("workflow[7].effort=3 min", "workflow[7].effort: there is no entry [7]; workflow has 2, from [0]"),
    ("workflow.serve.effort={mean: 3 min, cv: 1}", "workflow[0].effort: says mean and exponential, which exclude each other; leave one, or remove one with null"),
    ("teams.desk[0]=3", "teams.desk[0]: teams.desk is no list"),
    ("arrivals.by_weekday.monday=3", "arrivals.by_weekday.monday: arrivals.by_weekday is a list; name an entry by its number, such as arrivals.by_weekday[0]"),
    ("arrivals.by_weekday[7]=3", "arrivals.by_weekday[7]: there is no entry [7]; arrivals.by_weekday has 7, from [0]"),
    ("extends=base.yaml", "extends: can only be said in a file"),
    ("window", "must be KEY=VALUE, such as arrivals.per_day=600"),
    ("=3", "must be KEY=VALUE, such as arrivals.per_day=600"),
    (" =3", "must be KEY=VALUE, such as arrivals.per_day=600"),
    ("a..b=3", "must be KEY=VALUE, such as arrivals.per_day=600"),
    ("window=&x 3 d", "window: anchors (&) and aliases (*) are not part of the language; write it out"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "said"), SETTINGS, ids=[setting for setting, _ in SETTINGS])
def test_a_wrong_setting_is_named_instead_of_a_line(tmp_path: Path, setting: str, said: str) -> None:
    (tmp_path / "letters.csv").write_text("received\n2021-05-03 08:00\n")
    text = with_line("{per_day: 80}", "{per_day: 80, by_weekday: [1, 1, 1, 1, 1, 1, 1]}")
    assert answer(tmp_path, text, setting) == [f"--set {setting}   {said}"]


def test_each_wrong_setting_is_answered(tmp_path: Path) -> None:
    assert answer(tmp_path, DESK, "workflow=0", "workflow[1].effort=3") == [
        "--set workflow=0   workflow: must be a list (got 0)",
        "--set workflow[1].effort=3   workflow[1].effort: workflow is no list",
    ]


def test_what_is_wrong_in_the_file_keeps_its_line(tmp_path: Path) -> None:
    assert answer(tmp_path, with_line("{per_day: 80}", "{busyness: {ar1: 0.5}}"), "arrivals.per_day=80") == [
        "line 3   arrivals.busyness.cv: is missing"
    ]


def layers(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)


def test_problems_of_an_extended_file_name_it(tmp_path: Path) -> None:
    layers(tmp_path, base=DESK.replace("always: 8", "always: -8").replace("3 min", "3"))
    assert answer(tmp_path, "extends: base.yaml\nseed: x\n") == [
        "line 2   seed: must be a whole number (got 'x')",
        "base.yaml line 5   teams.desk.staff.always: must be 0 or more (got -8)",
        "base.yaml line 8   workflow[1].effort: must be a number with a unit, such as '10 min' (got 3)",
    ]
    layers(tmp_path, base=DESK + "seed: [1\nx: 2\n")
    assert answer(tmp_path, "extends: base.yaml\n") == [
        "base.yaml line 12   is not YAML that can be read: expected ',' or ']', but got ':' (while parsing a flow sequence from line 11)",
    ]


@pytest.mark.parametrize(
    ("extends", "said"),
    [
        ("bas.yaml", "no such file 'bas.yaml'; did you mean 'base.yaml'?"),
        ("../other/base.yaml", "must stay inside the scenario's folder (got '../other/base.yaml')"),
        ("/etc/passwd", "must stay inside the scenario's folder (got '/etc/passwd')"),
        ("link.yaml", "must stay inside the scenario's folder (got 'link.yaml')"),
        ("peak.yaml", "is a loop: peak.yaml -> peak.yaml"),
        ("[base.yaml]", "must be the path of a scenario file, relative to this one"),
        ("''", "must be the path of a file (got '')"),
        ("'.'", "no such file '.' (there are none)"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, extends: str, said: str) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    for folder in (home, other):
        folder.mkdir()
        layers(folder, base=DESK)
    (home / "link.yaml").symlink_to(other / "base.yaml")
    assert answer(home, f"seed: 1\nextends: {extends}\n") == [f"line 2   extends: {said}"]


def test_a_loop_of_extends_is_told_in_full(tmp_path: Path) -> None:
    layers(tmp_path, a="extends: b.yaml\n", b="seed: 3\nextends: peak.yaml\n")
    assert answer(tmp_path, "extends: a.yaml\n") == [
        "b.yaml line 2   extends: is a loop: peak.yaml -> a.yaml -> b.yaml -> peak.yaml"
    ]


def test_layers_that_exclude_each_other(tmp_path: Path) -> None:
    duty = "other_duty: {per_hour: 1, effort: {mean: 20 min, cv: 1}}"
    layers(tmp_path, base=DESK.replace("tier: city", f"tier: city, {duty}"))
    layer = "extends: base.yaml\nteams:\n  desk:\n    other_duty:\n      effort: {exponential: 5 min%s}\n"
    assert answer(tmp_path, layer % "") == [
        "line 5   teams.desk.other_duty.effort: says mean and exponential, which exclude each other; leave one, or remove one with null"
    ]
    assert answer(tmp_path, layer % ", mean: null, cv: null") == []
    assert answer(tmp_path, "extends: base.yaml\nteams: {desk: {staff: {office: null}}}\n") == [
        "line 2   teams.desk.staff.office: has no value; give it one or leave the key out"
    ]


TRACE = DESK.replace("{per_day: 80}", "{trace: letters.csv}")

TRACES = [
    ("", "letters.csv is empty"),
    ("received\n", "letters.csv has a header and no rows"),
    ("recieved\n2021-05-03 08:00\n", "letters.csv has no column 'received'; did you mean 'recieved'?"),
    ("received,received\n1,2\n", "letters.csv has 2 columns 'received'"),
    ("received\n2021-05-03 08:00\nsoon\n2021-05-03\n\n2021-05-03 08:00\n", "letters.csv: 1 row without a time such as 2021-05-03 19:30:00: line 3 'soon'"),
    ("received\n2021-05-03 08:00\n2021-02-30 08:00\n", "letters.csv: 1 row with a date that does not exist: line 3 '2021-02-30 08:00'"),
    ("received\n2021-05-03\n2021-05-04\n", "letters.csv says on which day letters came and not when, such as 2021-05-03 19:30"),
    ("received\n2021-05-03 08:00\n2021-05-03 24:00\n5/3/2021 8:00\n5/3/2021 8:00\n2021-04-31 8:00\n", "letters.csv: 3 rows without a time such as 2021-05-03 19:30:00: line 4 '5/3/2021 8:00' (2 rows), line 3 '2021-05-03 24:00'; 1 row with a date that does not exist: line 6 '2021-04-31 8:00'"),
    ("received\n2021-05-03T08:00:00Z\n2021-05-03 08:00+08:00\n", "letters.csv: 2 rows with a time zone (write local time, without one): line 2 '2021-05-03T08:00:00Z', line 3 '2021-05-03 08:00+08:00'"),
    ("received,category\n2021-05-03 08:00,\n2021-05-03 08:00\n", "letters.csv: 1 row without the 2 fields of the header: line 3 '2021-05-03 08:00'"),
    ("received,unit\n2021-05-03 08:00,desk\n2021-05-03 08:00,dsk\n", "letters.csv: 1 row with a unit that the scenario does not have: line 3 'dsk'; there is desk. Give the units their names with `names`, or leave the field empty"),
    ("received\n" + "x\n" * 12, "letters.csv: 12 rows without a time such as 2021-05-03 19:30:00: line 2 'x' (12 rows)"),
    ("received\n" + "".join(f"x{n:02}\n" for n in range(12)), "letters.csv: 12 rows without a time such as 2021-05-03 19:30:00: " + ", ".join(f"line {n + 2} 'x{n:02}'" for n in range(10)) + ", ... (12 different in all)"),
    ("received,category\n" + "".join(f"2021-05-03 08:00,{n}\n" for n in range(201)), "letters.csv: its column of each category has 201 different ones; is it another column that is meant?"),
    ("received,category\n2021-05-03 08:00," + "x" * 61 + "\n", "letters.csv: 1 row with a category that cannot be a name (a name has 1 to 60 characters, no space at either end, and no brackets or backslashes): line 2 '" + "x" * 37 + "...'"),
    ("received\n2020-01-01 08:00\n2020-02-01 09:00\n", "letters.csv: no letter lies within the 1 days that are simulated from 2021-05-03; they were received from 2020-01-01 08:00:00 to 2020-02-01 09:00:00"),
    ('received\n"2021-05-03\n', "letters.csv is not CSV that can be read: unexpected end of data (line 2)"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), TRACES, ids=[repr(rows)[:60] for rows, _ in TRACES])
def test_a_trace_names_its_bad_rows(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "letters.csv").write_text(rows)
    assert answer(tmp_path, TRACE) == [f"line 3   arrivals.trace: {said}"]


CATEGORIES = TRACE + "categories: {a: {share: 30%}, b: {share: 70%}}\nchannels: {wechat: {}, paper: {}}\n"


def test_names_that_the_scenario_does_not_have_are_told_with_what_helps(tmp_path: Path) -> None:
    rows = [*["a,wechat"] * 5, *["x,wechat"] * 3, "c,fax", "c,paper"]
    (tmp_path / "letters.csv").write_text(
        "received,category,channel\n" + "".join(f"2021-05-03 08:00,{row}\n" for row in rows)
    )
    (category,) = answer(tmp_path, CATEGORIES)
    assert category == (
        "line 3   arrivals.trace: letters.csv: 5 rows with a category that the scenario does not have: line 7 'x' (3 rows), "
        "line 10 'c' (2 rows); there are a, b. Add it to categories, or leave categories out: they are then those of the trace"
    )


def test_letters_outside_the_simulated_time_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n2020-01-01 08:00\n2021-05-03 09:00\n2022-01-01 08:00\n")
    assert answer(tmp_path, TRACE) == []


def test_a_trace_leaves_no_room_for_a_rate(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("received\n2021-05-03 09:00\n")
    assert answer(tmp_path, TRACE.replace("letters.csv", "letters.csv, by_hour: mailbox")) == [
        "line 3   arrivals: a trace says when letters come, and leaves no room for by_hour"
    ]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("leters.csv", "arrivals.trace: no such file 'leters.csv'; did you mean 'letters.csv'?"),
        ("../letters.csv", "arrivals.trace: must stay inside the scenario's folder (got '../letters.csv')"),
        ("/dev/zero", "arrivals.trace: must stay inside the scenario's folder (got '/dev/zero')"),
        ("''", "arrivals.trace: must be the path of a file (got '')"),
        ("5", "arrivals.trace: must be a mapping (got 5)"),
        ("{file: letters.csv, recieved: x}", "arrivals.trace.recieved: unknown key; did you mean 'received'?"),
    ],
)
def test_a_trace_that_cannot_be_read(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "letters.csv").write_text("received\n2021-05-03 09:00\n")
    assert answer(tmp_path, TRACE.replace("letters.csv", file)) == [f"line 3   {said}"]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_bytes(b"received\n2021-05-03 09:00\n\xff\n")
    (said,) = answer(tmp_path, TRACE)
    assert said == (
        "line 3   arrivals.trace: letters.csv is not text in UTF-8, UTF-16 or GB18030; save it in UTF-8, in a "
        "spreadsheet as 'CSV UTF-8' (line 3)"
    )


@pytest.mark.parametrize(
    ("column", "rows", "said"),
    [
        ("min", "min\n3\n-1\nx\nnan\n1e99\n", "measured.csv: 4 rows without a duration in min between 0 and a hundred years: line 3 '-1', line 4 'x', line 5 'nan', line 6 '1e99'"),
        ("mins", "min\n3\n", "measured.csv has no column 'mins'; did you mean 'min'?"),
        ("effort", "effort\n3\n", "the name of a column of durations ends with its unit, as in handling_min (got 'effort')"),
    ],
)  # fmt: skip
def test_durations_that_are_none(tmp_path: Path, column: str, rows: str, said: str) -> None:
    (tmp_path / "measured.csv").write_text(rows)
    text = with_line("effort: 3 min", f"effort: {{empirical: measured.csv, column: {column}}}")
    assert answer(tmp_path, text) == [f"line 8   workflow[1].effort: {said}"]
