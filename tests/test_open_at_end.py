"""Letters that are open at the end of a log, and where they stand in a scenario."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from runs import setting, written

from sim.core.clock import DAY, HOUR
from sim.fit.log import LetterLog
from sim.fit.open_at_end import OpenAtEnd, open_at_end
from sim.fit.reading import read_log
from sim.operations.exports import BACKLOG, write_exports
from sim.scenario.open_letters import read_backlog, write_backlog

DESK = """
start: 2024-03-01
window: 5 d
arrivals: {per_day: 40}
categories: {quick: {share: 60%}, hard: {share: 40%}}
teams:
  front: {staff: {always: 2}}
  back: {units: 2, names: [north, south], staff: {daytime: 4}}
workflow:
  - sign: {by: front, effort: {mean: 50 min, cv: 0.5}, interrupts: true}
  - drop: {leave: 10%}
  - ask: {wait: {mean: 12 h, cv: 0.5}}
  - handle: {by: back, effort: {mean: 90 min, cv: 1}, priority: 5}
  - again: {back_to: handle, chance: 15%, after: {exponential: 3 h}}
  - close: {by: back, effort: 3 min, priority: 6}
"""


def rows_of(found: OpenAtEnd, folder: Path) -> list[dict[str, str]]:
    """The open letters as they are written."""
    write_backlog(folder / "open.csv", found.steps, found.rows)
    return list(csv.DictReader((folder / "open.csv").read_text().splitlines()))


def test_of_an_exported_log_they_are_those_that_the_simulation_lists(tmp_path: Path) -> None:
    of = setting(written(tmp_path, DESK))
    office = of.scenario
    write_exports(of, tmp_path, backlog_at=office.horizon - 1)
    log = read_log(tmp_path / "events.csv").log
    found = open_at_end(log, office, {step.name: step.name for step in office.workflow})
    listed = list(csv.DictReader((tmp_path / BACKLOG).read_text().splitlines()))
    assert found.day == date(2024, 3, 1 + office.horizon // DAY)
    listed_too = {row["letter"]: row for row in rows_of(found, tmp_path)}
    assert len(listed) > 10
    assert {row["state"] for row in listed} == {"waiting", "working", "delay"}
    assert listed_too == {row["letter"]: {name: row[name] for name in listed_too[row["letter"]]} for row in listed}


def letters_of(**milestones: list[int]) -> LetterLog:
    """Three letters a day for twenty days, whose last reach milestones at the ages in hours said, or at -1 never."""
    received = np.arange(60, dtype=np.int64) * 8 * HOUR
    late = {
        name: np.where(np.arange(60) >= 60 - len(ages), np.append(np.zeros(60 - len(ages)), ages), 3 + 3 * place)
        for place, (name, ages) in enumerate(milestones.items())
    }
    codes = np.zeros(60, dtype=np.int32)
    return LetterLog(
        origin=date(2024, 3, 1),
        received=received,
        milestones={
            name: np.where(ages < 0, -1, received + ages * HOUR).astype(np.int64) for name, ages in late.items()
        },
        category=codes,
        channel=codes,
        unit=codes - 1,
        handler=codes - 1,
        satisfied=np.zeros(60, dtype=np.int8),
        categories=("letter",),
        channels=("mailbox",),
        units=(),
        handlers=(),
    )


OFFICE = """
start: 2024-03-01
window: 5 d
arrivals: {per_day: 3}
teams: {desk: {staff: {always: 2}}}
workflow:
  - sign: {by: desk, effort: 10 min}
  - ask: {wait: 12 h}
  - handle: {by: desk, effort: 1 h}
  - answer: {by: desk, effort: 10 min}
"""


def test_a_letter_stands_behind_the_last_milestone_that_it_has_reached(tmp_path: Path) -> None:
    # Received on 20 March at 00:00, 08:00 and 16:00; the log ends there with the signature at 19:00.
    log = letters_of(signed=[3, 3, 3], answered=[6, -1, -1])
    found = open_at_end(log, setting(written(tmp_path, OFFICE)).scenario, {"sign": "signed", "answer": "answered"})
    assert found.day == date(2024, 3, 21)
    rows = rows_of(found, tmp_path)
    assert [(row["letter"], row["step"], row["state"], row["since"]) for row in rows] == [
        ("59", "ask", "delay", "2024-03-20T11:00:00"),
        ("60", "ask", "delay", "2024-03-20T19:00:00"),
    ]
    assert rows[0]["done:sign"] == "2024-03-20T11:00:00"
    read = read_backlog((tmp_path / "open.csv").read_bytes())
    assert read.step == ("ask", "ask")


def test_old_letters_that_never_reach_a_milestone_are_not_open(tmp_path: Path) -> None:
    ages = [-1 if number % 3 else 6 for number in range(50)]
    found = open_at_end(
        letters_of(signed=[3, 3, 3], answered=ages), setting(written(tmp_path, OFFICE)).scenario, {"answer": "answered"}
    )
    assert [row[0] for row in found.rows] == [60]


@pytest.mark.parametrize("last", [1, 30], ids=["at noon", "a month later"])
def test_the_end_is_the_midnight_before_and_never_long_after_the_last_receipt(last: int, tmp_path: Path) -> None:
    log = letters_of(signed=[3, 3, (last - 1) * 24 + 1])
    assert open_at_end(log, setting(written(tmp_path, OFFICE)).scenario, {"sign": "signed"}).day == date(2024, 3, 20)
