"""Bad input: what each mistake is answered, word for word, with the line on which it stands."""

# ruff: noqa: E501 - an answer is one line, and so is its row

import os
from pathlib import Path
from typing import Any, get_args

import pytest
from answers import DESK, answer, with_line
from pydantic_core.core_schema import ErrorType

from sim.core.errors import ScenarioError
from sim.scenario.loading import load


def test_the_desk_is_sound(tmp_path: Path) -> None:
    assert answer(tmp_path, DESK) == []


def test_all_problems_at_once_in_the_format_of_the_design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = DESK.replace("always: 8", "office: -5").replace("check: {by: desk, effort", "check: {by: desk, efort")
    Path("scenarios").mkdir()
    Path("scenarios/peak.yaml").write_text(text)
    with pytest.raises(ScenarioError) as refused:
        load("scenarios/peak.yaml")
    assert str(refused.value) == (
        "scenarios/peak.yaml has 2 problems\n"
        "  line 5   teams.desk.staff.office: must be 0 or more (got -5)\n"
        "  line 8   workflow[1].efort: unknown key; did you mean 'effort'?"
    )


MISTAKES: list[tuple[str, str, str]] = [
    # of types and forms
    ("start: 2021-05-03", "start: 2021-02-30", "line 1   start: is a date that does not exist (got '2021-02-30')"),
    ("start: 2021-05-03", "start: 20210503", "line 1   start: must be a date between 1950 and 2100, such as 2021-05-03 (got 20210503)"),
    ("start: 2021-05-03", "start: 0001-01-01", "line 1   start: must be a date between 1950 and 2100, such as 2021-05-03 (got '0001-01-01')"),
    ("window: 1 d", "window: 28", "line 2   window: must be a number with a unit, such as '10 min' (got 28)"),
    ("window: 1 d", "window: true", "line 2   window: must be a number with a unit, such as '10 min' (got true)"),
    ("window: 1 d", "window: 5 months", "line 2   window: must have one of the units s, min, h, d, week (got '5 months')"),
    ("window: 1 d", "window: -1 d", "line 2   window: must be 0 or more (got '-1 d')"),
    ("window: 1 d", "window: 0 d", "line 2   window: must be 1 s or more (got '0 d')"),
    ("window: 1 d", "window: 1000000000 d", "line 2   window: must be at most 36525 d, a hundred years (got '1000000000 d')"),
    ("window: 1 d", "window: [1 d]", "line 2   window: must be a number with a unit, such as '10 min' (got a list of 1)"),
    ("window: 1 d", "window: {d: 1}", "line 2   window: must be a number with a unit, such as '10 min' (got {d})"),
    ("window: 1 d", "window:", "line 2   window: has no value; give it one or leave the key out"),
    ("window: 1 d", "window: ''", "line 2   window: must be a number with a unit, such as '10 min' (got '')"),
    ("window: 1 d", "about: x", "window: is missing"),
    ("window: 1 d", "windo: 1 d", "line 2   windo: unknown key; did you mean 'window'?"),
    ("window: 1 d", "window: 1 d\nname: 2021", "line 3   name: must be text (got 2021)"),
    ("window: 1 d", "window: 1 d\nseed: -1", "line 3   seed: must be 0 or more (got -1)"),
    ("window: 1 d", "window: 1 d\nseed: 9223372036854775808", "line 3   seed: must be less than 9223372036854775808 (got 9223372036854775808)"),
    ("window: 1 d", "window: 1 d\nreplications: 1.5", "line 3   replications: must be a whole number (got 1.5)"),
    ("window: 1 d", "window: 1 d\nreplications: '20'", "line 3   replications: must be a whole number (got '20')"),
    ("window: 1 d", "window: 1 d\nreplications: 100001", "line 3   replications: must be at most 100000 (got 100001)"),
    ("window: 1 d", "window: 1 d\nreplications: 1" + "0" * 50, "line 3   replications: must have at most 40 digits (got 51)"),
    ("window: 1 d", "window: 1 d\nschema: 2", "line 3   schema: must be 1 (got 2)"),
    ("window: 1 d", "window: 1 d\nholidays: mars", "line 3   holidays: must be 'china' or an ISO country code (got 'mars')"),
    ("window: 1 d", "window: 1 d\nholidays: GB-LON", "line 3   holidays: GB has no region 'LON'; those that are known: ENG, NIR, SCT, WLS"),
    ("window: 1 d", "window: 1 d\nholidays: {region: BY}", "line 3   holidays: the region 'BY' needs the country that it is part of"),
    ("window: 1 d", "window: 1 d\nholidays: {country: china, days_off: [2027-02-29]}", "line 3   holidays.days_off[0]: is a date that does not exist (got '2027-02-29')"),
    ("window: 1 d", "window: 1 d\nholidays: {country: china, days_off: [2027-02-06], working: [2027-02-06]}", "line 3   holidays: 2027-02-06 is both a day off and a working day"),
    ("window: 1 d", "window: 1 d\nholidays: {days_of: [2027-02-06]}", "line 3   holidays.days_of: unknown key; did you mean 'days_off'?"),
    ("window: 1 d", "window: 1 d\noffice_hours: []", "line 3   office_hours: must name at least one span, such as 08:30-18:00"),
    ("window: 1 d", "window: 1 d\noffice_hours: [22:00-06:00]", "line 3   office_hours: office hours end on the day on which they begin"),
    ("within: 30 min", "within: 30 min, office_hours: [09:00-17:00]", "line 10  sla.served: office_hours mean nothing for '30 min'; they are for 'office hours' and 'end of working day'"),
    # of arrivals
    ("{per_day: 80}", "{per_day: '80'}", "line 3   arrivals.per_day: must be a number of letters a day, or {start, floor, half_life} (got '80')"),
    ("{per_day: 80}", "{per_day: true}", "line 3   arrivals.per_day: must be a number of letters a day, or {start, floor, half_life} (got true)"),
    ("{per_day: 80}", "{per_day: -1}", "line 3   arrivals.per_day: must be 0 or more (got -1)"),
    ("{per_day: 80}", "{per_day: .nan}", "line 3   arrivals.per_day: must be a finite number (got .nan)"),
    ("{per_day: 80}", "{per_day: -.inf}", "line 3   arrivals.per_day: must be a finite number (got -.inf)"),
    ("{per_day: 80}", "{per_day: 1e999}", "line 3   arrivals.per_day: must be a finite number (got 1e999)"),
    ("{per_day: 80}", "{per_day: 1e8}", "line 3   arrivals.per_day: must be at most 10000000 (got 100000000.0)"),
    ("{per_day: 80}", "{}", "line 3   arrivals: needs per_day or trace"),
    ("{per_day: 80}", "80", "line 3   arrivals: must be a mapping (got 80)"),
    ("{per_day: 80}", "{per_day: {start: 250, floor: 80}}", "line 3   arrivals.per_day.half_life: is missing"),
    ("{per_day: 80}", "{per_day: {start: 250, floor: 80, half_life: 0 d}}", "line 3   arrivals.per_day.half_life: must be more than 0 s (got '0 d')"),
    ("{per_day: 80}", "{per_day: 80, by_hour: mailbx}", "line 3   arrivals.by_hour: must be 24 weights or the name of a profile, not 'mailbx'; did you mean 'mailbox'?"),
    ("{per_day: 80}", "{per_day: 80, by_hour: [1, 2]}", "line 3   arrivals.by_hour: must be 24 weights (got 2)"),
    ("{per_day: 80}", "{per_day: 80, by_weekday: [0, 0, 0, 0, 0, 0, 0]}", "line 3   arrivals.by_weekday: must have at least one weight above 0"),
    ("{per_day: 80}", "{per_day: 80, by_weekday: [0, 0, 0, 0, 0, 0, x]}", "line 3   arrivals.by_weekday[6]: must be a number (got 'x')"),
    ("{per_day: 80}", "{per_day: 80, on_holidays: much}", "line 3   arrivals.on_holidays: must be a share such as 15% or 0.15 (got 'much')"),
    ("{per_day: 80}", "{per_day: 80, on_holidays: -5%}", "line 3   arrivals.on_holidays: must be between 0 and 1000 (got -0.05)"),
    ("{per_day: 80}", "{per_day: 80, busyness: {cv: 0.2, ar1: 1}}", "line 3   arrivals.busyness.ar1: must be less than 1 (got 1)"),
    ("{per_day: 80}", "{per_day: 80, surges: {from: day 1}}", "line 3   arrivals.surges: must be a list (got {from})"),
    ("{per_day: 80}", "{per_day: 80, surges: [{from: noon, lasts: 1 h, times: 2}]}", "line 3   arrivals.surges[0].from: must be like 'day 10 19:30' or '2021-05-13 19:30' (got 'noon')"),
    ("{per_day: 80}", "{per_day: 80, surges: [{from: 2021-05-13 19:30Z, lasts: 1 h, times: 2}]}", "line 3   arrivals.surges[0].from: must be like 'day 10 19:30' or '2021-05-13 19:30' (got '2021-05-13 19:30Z')"),
    ("{per_day: 80}", "{per_day: 80, surges: [{from: 2020-05-13, lasts: 1 h, times: 2}]}", "line 3   arrivals.surges[0].from: must not be before the start, 2021-05-03"),
    ("{per_day: 80}", "{per_day: 80, surges: [{from: day 0, lasts: 1 h, times: 2, category: noise}]}", "line 3   arrivals.surges[0].category: no such category 'noise' (there is letter)"),
    ("{per_day: 80}", "{per_day: 80, surges: [{from: day 0, lasts: 1 h, times: 2, unit: dsk}]}", "line 3   arrivals.surges[0].unit: no such unit where letters come from 'dsk'; did you mean 'desk'?"),
    ("{per_day: 80}", "{per_day: 80}\ncategories: {a: {share: 30%}, b: {share: 60%}}", "line 4   categories: shares must sum to 100% (got 90%)"),
    ("{per_day: 80}", "{per_day: 80}\ncategories: {a: {share: 130%}}", "line 4   categories.a.share: must be between 0% and 100% (got 130%)"),
    ("{per_day: 80}", "{per_day: 80}\ncategories: {'a[b.': {share: 1}}", "line 4   categories.\"a[b.\": a name has 1 to 60 characters, no space at either end, and no brackets or backslashes (got 'a[b.')"),
    ("{per_day: 80}", "{per_day: 80}\ncategories: {}", "line 4   categories: must have at least 1 entry (got an empty mapping)"),
    ("{per_day: 80}", "{per_day: 80}\ncategories: {default: {share: 1}}", "line 4   categories.default: 'default' cannot be the name of a category"),
    ("{per_day: 80}", "{per_day: 80}\nchannels: {a: {share: 99%}}", "line 4   channels: shares must sum to 100% (got 99%)"),
    ("{per_day: 80}", "{per_day: 80}\nchannels: {a: {share: 1, registered: ofice}}", "line 4   channels.a.registered: no such roster 'ofice'; did you mean 'office'?"),
    # of teams
    ("{always: 8}", "{always: 1.5}", "line 5   teams.desk.staff.always: must be a whole number (got 1.5)"),
    ("{always: 8}", "{alway: 8}", "line 5   teams.desk.staff.alway: no such roster 'alway'; did you mean 'always'?"),
    ("{always: 8}", "8", "line 5   teams.desk.staff: must be a mapping (got 8)"),
    ("{always: 8}", "{always: 8}, absence: 5%", "line 5   teams.desk.absence: a seat of the roster 'always' is never empty; absence needs shifts"),
    ("tier: city", "tier: city, units: 1.5", "line 5   teams.desk.units: must be a whole number (got 1.5)"),
    ("tier: city", "tier: city, units: 0", "line 5   teams.desk.units: must be 1 or more (got 0)"),
    ("tier: city", "tier: city, units: [2, 3]", "line 5   teams.desk.units: a list needs `within`: it says how many units each unit above has"),
    ("tier: city", "tier: city, within: dsk", "line 5   teams.desk.within: no such team 'dsk'; did you mean 'desk'?"),
    ("tier: city", "tier: city, within: desk", "line 5   teams.desk.within: lies within itself: desk -> desk"),
    ("tier: city", "tier: city, within: b}\n  b: {tier: city, within: desk", "line 5   teams.desk.within: lies within itself: desk -> b -> desk"),
    ("tier: city", "tier: city, units: 1}\n  b: {tier: city, within: desk, units: [2, 3]", "line 6   teams.b.units: must have one number for each of the 1 units of desk (got 2)"),
    ("tier: city", "tier: city, units: 1}\n  b: {tier: city, within: desk, units: [0]", "line 6   teams.b.units: must have at least one unit"),
    ("tier: city", "tier: city, units: 2, weights: [0, 0]", "line 5   teams.desk.weights: must have at least one weight above 0"),
    ("tier: city", "tier: city, units: 2, staff_by: weights", "line 5   teams.desk.staff_by: 'weights' needs weights"),
    ("tier: city", "tier: city, units: 2, names: [a, a]", "line 5   teams.desk.names: must be different names"),
    ("tier: city", "tier: city, units: 100001", "line 5   teams.desk.units: must be at most 100000 (got 100001)"),
    ("tier: city", "tier: city}\n  a: {tier: x, units: 2}\n  b: {tier: city, within: a, units: [60000, 60000]", "line 7   teams.b.units: must have at most 100000 units (got 120000)"),
    ("tier: city", "tier: city, weights: [1, 2]", "line 5   teams.desk.weights: must be 1 weights, one a unit (got 2)"),
    ("tier: city", "tier: city, counted: yes", "line 5   teams.desk.counted: must be true or false (got 'yes')"),
    ("tier: city", "tier: city, counted: 1", "line 5   teams.desk.counted: must be true or false (got 1)"),
    ("tier: city", "tier: city, units: 2, staff_by: [1]", "line 5   teams.desk.staff_by: must be 2 weights, one a unit, and one above 0"),
    ("tier: city", "tier: city, staff_by: load", "line 5   teams.desk.staff_by: must be 'evenly' or 'weights' (got 'load')"),
    ("tier: city", "tier: city, names: [a, b]", "line 5   teams.desk.names: must be 1 names, one a unit (got 2)"),
    ("workflow:", "rosters: {a: {}}\nworkflow:", "line 6   rosters.a: needs exactly one of daily, working_days, weekly, cycle"),
    ("workflow:", "rosters: {a: {daily: []}}\nworkflow:", "line 6   rosters.a: needs at least one shift"),
    ("workflow:", "rosters: {a: {daily: [8-20]}}\nworkflow:", "line 6   rosters.a.daily[0]: must be like '08:00-20:00' (got '8-20')"),
    ("workflow:", "rosters: {a: {daily: [08:00-25:00]}}\nworkflow:", "line 6   rosters.a.daily[0]: must be times of day between 00:00 and 24:00 (got '08:00-25:00')"),
    ("workflow:", "rosters: {a: {daily: [08:00-12:00, 11:00-15:00]}}\nworkflow:", "line 6   rosters.a: has shifts of one day that overlap"),
    ("workflow:", "rosters: {a: {weekly: {monday: [08:00-12:00]}}}\nworkflow:", "line 6   rosters.a.weekly.monday: must be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun' (got 'monday')"),
    ("workflow:", "rosters: {office: {daily: [08:00-12:00]}}\nworkflow:", "line 6   rosters.office: is the name of a built-in roster; choose another"),
    # of steps
    ("effort: 3 min", "effort: 3", "line 8   workflow[1].effort: must be a number with a unit, such as '10 min' (got 3)"),
    ("effort: 3 min", "effort: [3 min]", "line 8   workflow[1].effort: must be a duration such as '10 min', {mean, cv}, or one of exponential, gamma, uniform, triangular, empirical (got a list of 1)"),
    ("effort: 3 min", "effort: {men: 3 min, cv: 1}", "line 8   workflow[1].effort: must be a duration such as '10 min', {mean, cv}, or one of exponential, gamma, uniform, triangular, empirical (got {men, cv})"),
    ("effort: 3 min", "effort: {mean: 3 min}", "line 8   workflow[1].effort.cv: is missing"),
    ("effort: 3 min", "effort: {mean: 3 min, cv: -1}", "line 8   workflow[1].effort.cv: must be 0 or more (got -1)"),
    ("effort: 3 min", "effort: {mean: 3 min, cv: 1, cw: 1}", "line 8   workflow[1].effort.cw: unknown key; there are mean, cv"),
    ("effort: 3 min", "effort: {mean: 3 min, cv: 1, exponential: 3 min}", "line 8   workflow[1].effort: says mean and exponential, which exclude each other; leave one, or remove one with null"),
    ("effort: 3 min", "effort: {uniform: [5 min]}", "line 8   workflow[1].effort.uniform: must be a list of 2 durations (got a list of 1)"),
    ("effort: 3 min", "effort: {uniform: [5 min, 3 min]}", "line 8   workflow[1].effort: uniform needs the smaller duration first"),
    ("effort: 3 min", "effort: {uniform: [5 min, 9]}", "line 8   workflow[1].effort.uniform[1]: must be a number with a unit, such as '10 min' (got 9)"),
    ("effort: 3 min", "effort: {triangular: [5 min, 3 min, 9 min]}", "line 8   workflow[1].effort: triangular needs least, most likely and greatest in this order"),
    ("effort: 3 min", "effort: {gamma: 3 min}", "line 8   workflow[1].effort.gamma: must be a mapping (got '3 min')"),
    ("effort: 3 min", "effort: {per_category: {ltter: 3 min}}", "line 8   workflow[1].effort.per_category.ltter: no such category 'ltter'; did you mean 'letter'?"),
    ("effort: 3 min", "effort: {per_category: {}}", "line 8   workflow[1].effort.per_category: needs a value for letter, or a default"),
    ("effort: 3 min", "effort: {per_category: {letter: 3}}", "line 8   workflow[1].effort.per_category.letter: must be a number with a unit, such as '10 min' (got 3)"),
    ("effort: 3 min", "effort: {per_category: {letter: 3 min}, default: 3 min}", "line 8   workflow[1].effort.default: unknown key; there are per_category, per_channel"),
    ("effort: 3 min", "effort: {per_channel: {mailbx: 3 min}}", "line 8   workflow[1].effort.per_channel.mailbx: no such channel 'mailbx'; did you mean 'mailbox'?"),
    ("effort: 3 min", "effort: {per_channel: {mailbox: 3 min, default: 1 min}, per_category: {letter: 3 min}}", "line 8   workflow[1].effort.per_channel.default: excludes per_category, whose values are those of all other channels"),
    ("effort: 3 min", "effort: {per_channel: {mailbox: 3 min}, per_category: {letter: 3 min}}", "line 8   workflow[1].effort.per_category: means nothing, since per_channel names every channel"),
    ("effort: 3 min", "effort: {per_channel: {mailbox: 3}}", "line 8   workflow[1].effort.per_channel.mailbox: must be a number with a unit, such as '10 min' (got 3)"),
    ("effort: 3 min", "effort: 3 min, for_channel: [mailbx]", "line 8   workflow[1].for_channel: no such channel 'mailbx'; did you mean 'mailbox'?"),
    ("effort: 3 min", "effort: 3 min, for_channel: []", "line 8   workflow[1].for_channel: must name at least one channel"),
    ("effort: 3 min", "effort: 3 working days", "line 8   workflow[1].effort: must have one of the units s, min, h, d, week (got '3 working days')"),
    ("by: desk, effort: 3 min, priority: 3", "wait: {uniform: [1 working day, 3 d]}", "line 8   workflow[1].wait: must be in working days, as the other durations are (got '3 d')"),
    ("by: desk, effort: 3 min, priority: 3", "wait: {mean: 3 working days, cv: -1}", "line 8   workflow[1].wait.cv: must be 0 or more (got -1)"),
    ("by: desk, effort: 3 min, priority: 3", "wait: {uniform: [2 office hours, 1 office hour]}", "line 8   workflow[1].wait: uniform needs the smaller duration first"),
    ("by: desk, effort: 3 min, priority: 3", "wait: -3 working days", "line 8   workflow[1].wait: must be 0 or more (got '-3 working days')"),
    ("priority: 3", "priority: 10", "line 8   workflow[1].priority: must be at most 9 (got 10)"),
    ("priority: 3", "priority: {per_category: {default: 10}}", "line 8   workflow[1].priority.per_category.default: must be at most 9 (got 10)"),
    ("priority: 3", "at_shift_end: go home", "line 8   workflow[1].at_shift_end: must be 'hand over' or 'finish' (got 'go home')"),
    ("priority: 3", "cover: dsk", "line 8   workflow[1].cover: no such team 'dsk'; did you mean 'desk'?"),
    ("priority: 3", "cover: desk", "line 8   workflow[1].cover: must be another team than the one that does the step, desk"),
    ("priority: 3", "escalate: {after: 7 min, to: desk}", "line 8   workflow[1].escalate.to: must be another team than the one that does the step, desk"),
    ("priority: 3", "escalate: {after: 0.5 s, to: desk}", "line 8   workflow[1].escalate.after: must be 1 s or more (got '0.5 s')"),
    ("priority: 3", "escalate: 7 min", "line 8   workflow[1].escalate: must be a mapping (got '7 min')"),
    ("priority: 3", "for: letter", "line 8   workflow[1].for: must be a list (got 'letter')"),
    ("priority: 3", "for: []", "line 8   workflow[1].for: must name at least one category"),
    ("priority: 3", "name: x", "line 8   workflow[1]: unknown key 'name'; a step's name stands before its colon"),
    ("check: {by: desk", "check: {by: {desk: 60%}", "line 8   workflow[1].by: shares must sum to 100% (got 60%)"),
    ("check: {by: desk", "check: {by: dsk", "line 8   workflow[1].by: no such team 'dsk'; did you mean 'desk'?"),
    ("check: {by: desk", "check: {by: [desk]", "line 8   workflow[1].by: must be a mapping (got a list of 1)"),
    ("check: {by: desk", "check: {bye: desk", "line 8   workflow[1]: a step needs one of the keys by, wait, leave, back_to, detour ('bye': unknown key; did you mean 'by'?)"),
    ("check: {by: desk", "check: {by: desk, wait: 5 min", "line 8   workflow[1]: a step needs one of the keys by, wait, leave, back_to, detour; has by and wait"),
    ("check: {by: desk", "serve: {by: desk", "line 8   workflow[1]: there is a step 'serve' already"),
    ("check: {by: desk, effort: 3 min, priority: 3}", "check", "line 8   workflow[1]: must be one step, `- name: {...}`; is what belongs to it indented below it?"),
    ("check: {by: desk, effort: 3 min, priority: 3}", "check:\n    by: desk", "line 8   workflow[1]: must be one step, `- name: {...}`; is what belongs to it indented below it?"),
    ("check: {by: desk, effort: 3 min, priority: 3}", "check: {back_to: srve, chance: 5%}", "line 8   workflow[1].back_to: must name an earlier step 'srve'; did you mean 'serve'?"),
    ("check: {by: desk, effort: 3 min, priority: 3}", "check: {back_to: serve, chance: 1}", "line 8   workflow[1].chance: a chance of 100% without at_most would never end"),
    ("check: {by: desk, effort: 3 min, priority: 3}", "check: {leave: 15 percent}", "line 8   workflow[1].leave: must be a share such as 15% or 0.15 (got '15 percent')"),
    # of SLAs
    ("within: 30 min", "within: 30", "line 10  sla.served.within: must be a number with a unit, such as '10 min' (got 30)"),
    ("within: 30 min", "within: 3 workdays", "line 10  sla.served.within: must have one of the units s, min, h, d, week, office hours, working days, or be like 'end of working day 7' (got '3 workdays')"),
    ("within: 30 min", "within: 0 min", "line 10  sla.served.within: must be at least 1 s (got '0 min')"),
    ("target: 95%", "target: 950%", "line 10  sla.served.target: must be between 0% and 100% (got 950%)"),
    ("until: serve.finished", "until: srve.finished", "line 10  sla.served.until: no such step 'srve'; did you mean 'serve'?"),
    ("until: serve.finished", "until: serve.done", "line 10  sla.served.until: must be received, closed, or STEP.queued, STEP.started or STEP.finished (got 'serve.done')"),
    ("until: serve.finished", "until: received", "line 10  sla.served.until: must come after received"),
    ("until: serve.finished", "from: check.queued, until: serve.finished", "line 10  sla.served.until: must come after check.queued"),
    ("until: serve.finished", "from: serve.finished, until: serve.started", "line 10  sla.served.until: must come after serve.finished"),
    ("until: serve.finished", "from: serve.started, until: serve.started", "line 10  sla.served.until: must come after serve.started"),
    ("workflow:", "workflow:\n  - gone: {leave: 100%}", "line 11  sla.served.until: has a target, and no letter that it is for can reach serve.finished"),
    ("target: 95%", "paused_during: [serve]", "line 10  sla.served.paused_during: leaves no step between received and serve.finished at which the clock runs"),
    ("until: serve.finished", "from: serve.finished, until: check.finished, paused_during: [check]", "line 10  sla.served.paused_during: leaves no step between serve.finished and check.finished at which the clock runs"),
    ("target: 95%", "target: 95%, for: [letter], from: check.finished", "line 10  sla.served.until: must come after check.finished"),
    ("until: serve.finished", "from: closed, until: serve.finished", "line 10  sla.served.from: must come before closed"),
    ("until: serve.finished", "until: closed, paused_during: [srve]", "line 10  sla.served.paused_during: no such step 'srve'; did you mean 'serve'?"),
    ("until: serve.finished", "until: closed, for: [noise]", "line 10  sla.served.for: no such category 'noise' (there is letter)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[new.replace("\n", " ") for _, new, _ in MISTAKES])
def test_one_mistake_one_answer(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert answer(tmp_path, with_line(old, new)) == [said]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # some letters come to the step, or the target is none
        ("effort: {exponential: 25 min}", "effort: 5 min, chance: 0.1%"),
        ("- serve: {by", "- serve: {for: [a], by"),
        ("effort: {exponential: 25 min}", "effort: 5 min, chance: {per_category: {a: 0, b: 1}}"),
        ("effort: {exponential: 25 min}", "effort: 5 min, chance: {per_category: {b: 0, default: 1}}"),
        ("- serve: {by", "- gone: {leave: 100%, for: [b]}\n  - serve: {by"),
        ("target: 95%", "for: [a]"),
        ("until: serve.finished", "until: check.queued, paused_during: [check]"),
        ("until: serve.finished", "from: serve.started, until: check.started, paused_during: [check]"),
        # a team covers for another one that does a part of the step
        ("check: {by: desk", "check: {by: {desk: 50%, pool: 50%}, cover: desk, escalate: {after: 1 h, to: desk}"),
        ("check: {by: desk", "check: {by: {per_category: {a: desk, b: pool}}, cover: desk"),
    ],
)
def test_what_can_be_meant_is_not_refused(tmp_path: Path, old: str, new: str) -> None:
    text = with_line(old, new).replace("\nworkflow", "\n  pool: {staff: {always: 1}}\nworkflow")
    assert answer(tmp_path, text + "categories: {a: {share: 50%}, b: {share: 50%}}\n") == []


def test_no_type_of_error_is_without_words() -> None:
    """Every type of error that the language's validators can raise has a rule in the reader's words."""
    from sim.models.scenario import Scenario
    from sim.scenario.problems import RULES

    kinds: set[str] = set()
    _collect(Scenario.__pydantic_core_schema__, kinds)
    possible = {error for kind in kinds for error in ERRORS_OF[kind]}
    assert set(RULES) == possible - {"missing", "value_error"}
    assert set(RULES) <= set(get_args(ErrorType))


# Of each kind of validator in the schema, what it can refuse a YAML value with. Values are text, whole or
# broken numbers, true or false, None, lists and mappings with keys that are text.
ERRORS_OF = {
    "bool": ("bool_type",),
    "date": (),
    "datetime": (),
    "default": (),
    "definition-ref": (),
    "definitions": (),
    "dict": ("dict_type", "mapping_type", "too_short", "too_long"),
    "float": ("float_type", "finite_number", "greater_than", "greater_than_equal", "less_than", "less_than_equal"),
    "function-after": ("value_error",),
    "function-before": ("value_error",),
    "function-wrap": ("value_error",),
    "int": ("int_type", "greater_than", "greater_than_equal", "less_than", "less_than_equal"),
    "literal": ("literal_error",),
    "model": ("model_type",),
    "model-field": (),
    "model-fields": ("model_type", "missing"),
    "nullable": (),
    "str": ("string_type", "string_too_long", "string_too_short"),
    "tagged-union": (),
    "tuple": ("tuple_type", "too_short", "too_long"),
    "enum": (),
    "dataclass": (),
    "dataclass-args": (),
    "dataclass-field": (),
    "union": (),
}


def _collect(schema: Any, kinds: set[str]) -> None:
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            kinds.add(schema["type"])
        for key, value in schema.items():
            if key not in ("serialization", "metadata", "default", "function"):
                _collect(value, kinds)
    elif isinstance(schema, list | tuple):
        for value in schema:
            _collect(value, kinds)


def test_several_mistakes_in_the_whole_and_in_entries(tmp_path: Path) -> None:
    text = (
        DESK.replace("always: 8", "alway: 8")
        .replace("effort: 3 min", "effort: 3")
        .replace("serve.finished", "srve.finished")
        .replace("window: 1 d", "window: 1")
    )
    assert answer(tmp_path, text) == [
        "line 2   window: must be a number with a unit, such as '10 min' (got 1)",
        "line 5   teams.desk.staff.alway: no such roster 'alway'; did you mean 'always'?",
        "line 8   workflow[1].effort: must be a number with a unit, such as '10 min' (got 3)",
        "line 10  sla.served.until: no such step 'srve'; did you mean 'serve'?",
    ]


def test_what_a_wrong_entry_leaves_open_is_not_guessed(tmp_path: Path) -> None:
    text = DESK + "categories: {a: {share: 30}, b: {share: 70%, by_hour: mailbx}}\n"
    assert answer(tmp_path, text) == [
        "line 11  categories.a.share: must be between 0% and 100% (got 3000%)",
        "line 11  categories.b.by_hour: must be 24 weights or the name of a profile, not 'mailbx'; did you mean 'mailbox'?",
    ]
    assert answer(tmp_path, DESK.replace("workflow:", "wrkflow:")) == [
        "line 6   wrkflow: unknown key; did you mean 'workflow'?"
    ]


YAML = [
    (b"", "is empty"),
    (b"# nothing\n", "is empty"),
    (b"- a\n- b\n", "line 1   must be a mapping with keys such as start, arrivals, teams (got a list)"),
    (b"hello\n", "line 1   must be a mapping with keys such as start, arrivals, teams (got 'hello')"),
    (b"a: 1\nb: {c: 1\nd: 2\n", "line 3   is not YAML that can be read: expected ',' or '}', but got ':' (while parsing a flow mapping from line 2)"),
    (b"a: 1\n b: 2\n", "line 2   is not YAML that can be read: a ':' where no key can be; is the line indented like its neighbours?"),
    (b"a:\n\tb: 1\n", "line 2   tabs cannot indent or separate in YAML; use spaces"),
    (b"a: 1\x00\n", "line 1   has a character that is not allowed in YAML (U+0000)"),
    (b"a: 1\nb: \x07\n", "line 2   has a character that is not allowed in YAML (U+0007)"),
    (b"a: 1\nb: \xff\n", "line 2   is not text in UTF-8, UTF-16 or GB18030; save it in UTF-8, in a spreadsheet as 'CSV UTF-8'"),
    ("a: 1\n".encode("utf-16")[:-1], "line 1   is not text in UTF-16-LE, as its first bytes say"),
    ("start：2021-05-03\nwindow: 1 d\n".encode(), "line 2   is not YAML that can be read: a ':' where no key can be; is the line indented like its neighbours?; line 1 has a full-width '：', which YAML takes for text"),
    ("a: {b: 1，c: 2}\n".encode(), "line 1   is not YAML that can be read: expected ',' or '}', but got ':'; line 1 has a full-width '，', which YAML takes for text"),
    (b"a: &x 1\nb: *x\n", "line 1   anchors (&) and aliases (*) are not part of the language; write it out"),
    (b"a: 1\n<<: *x\n", "line 2   anchors (&) and aliases (*) are not part of the language; write it out"),
    (b"a: !!python/object:os.system x\n", "line 1   tags such as tag:yaml.org,2002:python/object:os.system are not part of the language"),
    (b"%YAML 1.1\n---\na: 1\n", "line 2   directives such as %TAG are not part of the language"),
    (b"a: 1\n---\nb: 2\n", "line 2   one file is one scenario; a second document starts here"),
    (b"? [a]\n: 1\n", "line 1   a key must be text"),
    (b"a: " + b"[" * 30 + b"]" * 30, "line 1   is nested more than 20 levels deep"),
    (b"a: [" + b"1, " * 60_000 + b"]", "line 1   has more than 50000 values"),
    (b"a: " + b"x" * 1_000_001, "has 1.0 MB; must be at most 1 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), YAML, ids=[str(content[:20]) for content, _ in YAML])
def test_what_is_no_yaml_of_ours(tmp_path: Path, content: bytes, said: str) -> None:
    assert answer(tmp_path, content) == [said]


def test_an_alias_bomb_is_refused_before_it_explodes(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert answer(tmp_path, bomb) == ["line 1   anchors (&) and aliases (*) are not part of the language; write it out"]


def test_duplicate_keys_name_both_lines(tmp_path: Path) -> None:
    text = DESK.replace("check: {", "check: {by: desk, ").replace("workflow:", "  desk: {tier: x}\nworkflow:")
    assert answer(tmp_path, text) == [
        "line 6   teams.desk: duplicate key; the first is on line 5",
        "line 9   workflow[1].by: duplicate key; the first is on this line",
    ]


def test_files_that_are_none(tmp_path: Path) -> None:
    def said(path: Path | str) -> list[str]:
        with pytest.raises(ScenarioError) as refused:
            load(path)
        return [str(problem) for problem in refused.value.problems]

    assert said(tmp_path / "nowhere.yaml") == ["no such file"]
    assert said(tmp_path) == ["is a folder, not a file"]
    os.mkfifo(tmp_path / "pipe")
    assert said(tmp_path / "pipe") == ["is not a file"]
    assert said("\0") == ["is not a path that can be followed: embedded null byte"]
    (tmp_path / "round.yaml").symlink_to(tmp_path / "round.yaml")
    # Which of them depends on the version of Python.
    assert said(tmp_path / "round.yaml")[0].startswith(("is not a path", "cannot be read", "no such file"))
