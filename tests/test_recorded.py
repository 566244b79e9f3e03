"""Recorded letters instead of drawn ones: the shipped synthetic trace, and real requests where they are at hand.

The real ones are two years of one department's requests to a city's service line (public domain). They lie beside
the repository and not in it; without them the tests that use them are skipped.
"""

import csv
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from runs import ROOT, SCENARIOS, counted, setting, written

from sim.experiment.replications import simulate_replication
from sim.sampling.arrivals import draw_letters
from sim.scenario.setting import Setting

REQUESTS = ROOT.parent / "shared" / "data" / "boston_311_requests_2018_2019.csv"
FIRST, DAYS = date(2018, 1, 1), 730

needs_requests = pytest.mark.skipif(not REQUESTS.is_file(), reason="the real requests are not beside the repository")

Row = dict[str, str]
Ints = npt.NDArray[np.int64]


def test_the_shipped_trace_comes_in_as_it_is_written() -> None:
    recorded = setting(SCENARIOS / "trace.yaml")
    with (SCENARIOS / "trace_synthetic.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    letters = draw_letters(recorded, 0, keep=1.0)
    assert letters.kept.all()
    assert [str(recorded.calendar.date_of(int(instant))) for instant in letters.received] == [
        r["received"] for r in rows
    ]
    assert [list(recorded.scenario.categories)[each] for each in letters.category] == [r["category"] for r in rows]
    assert [recorded.places.names[home] for home in letters.home] == [r["unit"] for r in rows]


def test_paper_that_comes_after_the_office_has_closed_is_received_when_it_opens(tmp_path: Path) -> None:
    """Before the Spring Festival of 2024, after which the first working day is Sunday 18 February."""
    rows = "\n".join(f"2024-02-09 {time},paper" for time in ("17:59:59", "18:00:00", "19:00:00"))
    (tmp_path / "t.csv").write_text(f"received,channel\n{rows}\n")
    post = written(
        tmp_path,
        """
start: 2024-02-09
window: 10 d
holidays: china
arrivals: {trace: t.csv}
channels: {paper: {registered: office}}
teams: {desk: {staff: {office: 1}}}
workflow:
  - read: {by: desk, effort: 1 min}
""",
    )
    office = setting(post)
    received = [office.calendar.date_of(int(each)) for each in draw_letters(office, 0, keep=1.0).received]
    assert received == [datetime(2024, 2, 9, 17, 59, 59)] + [datetime(2024, 2, 18, 8, 30)] * 2


@pytest.fixture(scope="module")
def requests() -> list[Row]:
    """The real requests, with names that can be keys of a scenario."""
    with REQUESTS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row |= {column: re.sub(r"\W+", "_", row[column]) for column in ("category", "channel")}
    return rows


@pytest.fixture
def animal_care(requests: list[Row], tmp_path: Path) -> Path:
    """A scenario driven by the real requests: categories and channels with the shares they have in the file."""
    with (tmp_path / "requests.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["received", "category", "channel"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(requests)
    return written(
        tmp_path,
        f"""
schema: 1
start: {FIRST}
warm_up: 10 d
window: 710 d
cool_down: 10 d
replications: 2
arrivals: {{trace: requests.csv}}
channels: {_shares(requests, "channel")}
categories: {_shares(requests, "category")}
teams: {{desk: {{tier: city, staff: {{four_teams_two_shifts: 12}}, absence: 10%, at_least: 1}}}}
workflow:
  - answer: {{by: desk, effort: {{mean: 25 min, cv: 1}}}}
sla:
  answered: {{until: answer.started, within: 30 min, target: 95%}}
""",
    )


def _shares(rows: list[Row], column: str) -> str:
    """Shares of the values of a column, as a YAML mapping."""
    counts = Counter(row[column] for row in rows)
    return "{" + ", ".join(f"{name}: {{share: {count / len(rows):.12f}}}" for name, count in counts.items()) + "}"


@needs_requests
def test_every_real_request_comes_in(requests: list[Row], animal_care: Path) -> None:
    recorded = setting(animal_care)
    workload = simulate_replication(recorded, 0).workload
    assert workload.letters == len(requests)
    for column, numbers, names in (
        ("category", workload.category, list(recorded.scenario.categories)),
        ("channel", workload.channel, list(recorded.scenario.channels)),
    ):
        assert Counter(names[number] for number in numbers) == Counter(row[column] for row in requests)


@needs_requests
def test_the_desk_answers_the_real_requests(requests: list[Row], animal_care: Path) -> None:
    in_window = np.count_nonzero((_days(requests) >= 10) & (_days(requests) < 720))
    one, other = counted(setting(animal_care))
    assert one.letters.received == other.letters.received == in_window
    assert one.slas[0].by_category.letters.sum() == in_window
    assert 0.5 < one.slas[0].all.met / one.slas[0].all.letters < 1
    assert one.slas[0].all.met != other.slas[0].all.met  # the work is drawn, the letters are not


@needs_requests
def test_real_requests_are_far_from_poisson_and_busyness_says_how_far(requests: list[Row], tmp_path: Path) -> None:
    """Variance over mean of daily counts within a weekday: 1 for Poisson, about 4 here.

    A gamma factor on each day with cv^2 = (ratio - 1) / mean brings drawn letters as far.
    """
    real = np.bincount(_days(requests), minlength=DAYS)
    assert 3.5 < _dispersion(real) < 4.5
    cv = np.sqrt((_dispersion(real) - 1) / real.mean())
    hours = np.bincount([_received(row).hour for row in requests], minlength=24)
    weekdays = np.bincount([_received(row).weekday() for row in requests], minlength=7)
    drawn = f"""
schema: 1
start: {FIRST}
window: {DAYS} d
cool_down: 0 d
arrivals:
  per_day: {real.mean()}
  by_hour: {hours.tolist()}
  by_weekday: {weekdays.tolist()}
  busyness: {{cv: {cv}}}
teams: {{desk: {{tier: city, staff: {{always: 1}}}}}}
workflow:
  - answer: {{by: desk, effort: 1 min}}
"""
    fitted = setting(written(tmp_path, drawn))
    plain = setting(written(tmp_path, drawn), "arrivals.busyness=null")
    assert 3.5 < np.mean([_dispersion(_drawn_by_day(fitted, number)) for number in range(10)]) < 4.5
    assert 0.9 < np.mean([_dispersion(_drawn_by_day(plain, number)) for number in range(10)]) < 1.1
    letters = draw_letters(plain, 0, keep=1.0).received
    profile = np.bincount(letters // 3600 % 24, minlength=24) / len(letters)
    assert np.abs(profile - hours / hours.sum()).max() < 0.01


def _received(row: Row) -> datetime:
    return datetime.fromisoformat(row["received"])


def _days(rows: list[Row]) -> Ints:
    return np.array([(_received(row).date() - FIRST).days for row in rows])


def _drawn_by_day(of: Setting, replication: int) -> Ints:
    return np.bincount(draw_letters(of, replication, keep=1.0).received // 86_400, minlength=DAYS)


def _dispersion(by_day: Ints) -> float:
    """Variance over mean of daily counts, within each weekday and then averaged."""
    return float(np.mean([by_day[weekday::7].var(ddof=1) / by_day[weekday::7].mean() for weekday in range(7)]))
