"""How far logs are from each other, and logs as they stood at an instant, by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.core.clock import DAY, HOUR
from sim.core.tables import NOT_YET
from sim.experiment.replications import simulate_replication
from sim.fit.as_of import as_of, hold_out_instant, received_from
from sim.fit.distances import MEASURES, area_between, field_distances, halves, kolmogorov_smirnov, measures_there
from sim.fit.log import NO_CODE, EventLog, LetterLog, Spells
from sim.fit.reading import read_log
from sim.fit.simulated_log import simulated_log
from sim.operations.exports import write_exports
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

needs_measures = pytest.mark.skipif(not measures_there(), reason="the extra [fit] is not installed")


def log_of(rows: list[tuple[int, str, int, int]], cases: int) -> EventLog:
    """Cases received at their first start; rows are case, activity, start, end in hours."""
    names = tuple(sorted({activity for _, activity, _, _ in rows}))
    case, start, end = (np.array([row[place] for row in rows]) for place in (0, 2, 3))
    begun, over = start * HOUR, np.where(end < 0, NOT_YET, end * HOUR)
    nobody = np.full(len(rows), NO_CODE, dtype=np.int32)
    zeros = np.zeros(cases, dtype=np.int32)
    done = np.flatnonzero(over != NOT_YET)
    return EventLog(
        origin=date(2024, 3, 4), receipts=False,
        received=np.array([begun[case == each].min() for each in range(cases)]),
        category=zeros, channel=zeros, home=zeros - 1, ids=tuple(map(str, range(cases))),
        case=case, activity=np.array([names.index(row[1]) for row in rows], dtype=np.int32),
        queued=np.full(len(rows), NOT_YET), started=begun, finished=over, resource=nobody, unit=nobody,
        spells=Spells(done, begun[done], over[done], nobody[done], nobody[done]),
        activities=names, categories=("letter",), channels=("mailbox",), resources=(), units=(), teams=(),
    )  # fmt: skip


def test_curves_are_compared_where_they_differ_most_and_by_the_area_between() -> None:
    one, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 3.0, 4.0, 5.0])
    assert kolmogorov_smirnov(one, other) == 0.25
    assert area_between(one, other, 10) == pytest.approx(1.0)  # each is an hour later
    assert kolmogorov_smirnov(one, one) == area_between(one, one, 10) == 0
    never = np.array([1.0, 2.0, np.inf, np.inf])
    assert kolmogorov_smirnov(one, never) == 0.5
    assert np.isnan(kolmogorov_smirnov(one, np.array([])))


def test_a_log_as_it_stood_knows_nothing_of_later() -> None:
    log = log_of([(0, "a", 1, 3), (0, "b", 5, 6), (1, "a", 2, 9), (2, "a", 7, 8)], 3)
    known = as_of(log, 6 * HOUR)
    assert known.ids == ("0", "1")
    assert known.case.tolist() == [0, 0, 1]
    assert known.finished.tolist() == [3 * HOUR, NOT_YET, NOT_YET]
    assert known.spells.event.tolist() == [0]
    later = received_from(log, 2 * HOUR)
    assert later.ids == ("1", "2")
    assert later.spells.event.tolist() == [0, 1]


def test_letters_as_they_stood() -> None:
    letters = np.array([0, 10, 20])
    none = np.full(3, NO_CODE, dtype=np.int32)
    log = LetterLog(
        date(2024, 3, 4), letters, {"closed": np.array([15, NOT_YET, 21])}, none + 1, none + 1, none, none,
        np.zeros(3, np.int8), ("letter",), ("mailbox",), (), (),
    )  # fmt: skip
    known = as_of(log, 16)
    assert (known.received.tolist(), known.milestones["closed"].tolist()) == ([0, 10], [15, NOT_YET])


def test_the_last_quarter_begins_at_midnight_where_days_allow() -> None:
    log = log_of([(day, "a", 24 * day + 9, 24 * day + 10) for day in range(20)], 20)
    assert hold_out_instant(log, 0.25) == 15 * DAY
    one_day = log_of([(case, "a", case, case + 1) for case in range(20)], 20)
    assert hold_out_instant(one_day, 0.25) == 15 * HOUR


@needs_measures
def test_the_field_s_measures_of_two_small_logs() -> None:
    same = log_of([(0, "a", 9, 10), (0, "b", 10, 12), (1, "a", 11, 12), (1, "b", 12, 14)], 2)
    assert field_distances(same, same) == dict.fromkeys(MEASURES, 0)
    later = log_of([(0, "a", 9, 10), (0, "b", 10, 14), (1, "a", 11, 12), (1, "b", 12, 16)], 2)
    found = field_distances(same, later)
    assert (found["2-gram"], found["case-arrivals"]) == (0, 0)
    assert found["cycle-times"] == 2  # each case takes two hours longer
    assert found["relative-events"] == 0.5  # two of eight instants come two hours later
    other = log_of([(0, "a", 9, 10), (1, "a", 11, 12)], 2)
    # of aa: -a, a-; of ab: -a, ab, b-; two of each
    assert field_distances(same, other)["2-gram"] == pytest.approx((4 + 2) / (6 + 4))


def test_halves_share_no_case_and_have_as_many() -> None:
    log = log_of([(case, "a", case, case + 1) for case in range(7)], 7)
    one, other = halves(log)
    assert (one.cases, other.cases) == (3, 3)
    assert not set(one.ids) & set(other.ids)


def test_a_simulated_log_is_the_one_that_is_exported(tmp_path: Path) -> None:
    loaded = load(Path("scenarios/nankang.yaml"), ["window=14 d", "warm_up=0 d", "cool_down=7 d"])
    setting = setting_of(loaded.scenario)
    write_exports(setting, tmp_path)
    exported = read_log(tmp_path / "events.csv").log
    ours = simulated_log(simulate_replication(setting, 0))
    assert isinstance(exported, EventLog)
    for name in ("origin", "receipts", "case", "started", "finished"):
        assert np.array_equal(getattr(ours, name), getattr(exported, name))
    assert np.array_equal(ours.received, exported.received)
    for name in ("event", "started", "finished"):
        assert np.array_equal(getattr(ours.spells, name), getattr(exported.spells, name))
    some = simulated_log(simulate_replication(setting, 0), {"sign": "签收"})
    assert some.activities == ("签收",)
    assert some.events == (np.array(ours.activities)[ours.activity] == "sign").sum()
