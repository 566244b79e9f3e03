"""Which letters come when: the statistics of what is drawn, surges, registration, traces."""

from typing import Any

import numpy as np
import pytest
from office import CHINA, GUANGDONG, MONDAY, setting

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.errors import SimError
from sim.models.traces import TraceLetters
from sim.sampling.arrival_rate import expected_letters
from sim.sampling.arrivals import Letters, draw_letters, letters_expected
from sim.scenario.setting import Setting, setting_of


def letters(office: Setting, replication: int = 0, keep: float = 1.0) -> Letters:
    return draw_letters(office, replication, keep)


def kept(drawn: Letters) -> Letters:
    return Letters(*(column[drawn.kept] for column in drawn))


def test_letters_come_in_whole_seconds_within_the_horizon_and_at_home() -> None:
    office = setting(window="90 min", arrivals={"per_day": 24_000})
    drawn = letters(office)
    assert drawn.kept.all()
    assert drawn.received.dtype == np.int64
    assert drawn.received.min() >= 0
    assert drawn.received.max() < 90 * MINUTE
    assert (drawn.home == 0).all()


def test_replications_and_seeds_differ_and_repeat() -> None:
    assert np.array_equal(letters(setting()).received, letters(setting()).received)
    assert not np.array_equal(letters(setting()).received, letters(setting(), 1).received)
    assert not np.array_equal(letters(setting()).received, letters(setting(seed=2)).received)


def test_the_guangdong_launch_draws_the_published_letters() -> None:
    # Poisson, standard deviation 243: 4 of them are exceeded once in 16,000 seeds.
    assert letters(setting(window="153 d", arrivals=GUANGDONG)).kept.sum() == pytest.approx(58_884, abs=970)


def days_drawn(office: Setting, days: int) -> Any:
    return np.bincount(kept(letters(office)).received // DAY, minlength=days)


def test_without_busyness_days_are_poisson() -> None:
    counts = days_drawn(setting(window="2000 d", arrivals={"per_day": 50}), 2000)
    # Mean +- 4 standard errors; the index of dispersion has standard error sqrt(2 / 2000): one in 8,000 each.
    assert counts.mean() == pytest.approx(50, abs=4 * np.sqrt(50 / 2000))
    assert counts.var() / counts.mean() == pytest.approx(1, abs=4 * np.sqrt(2 / 2000))


def test_instants_are_spread_over_the_hour() -> None:
    seconds = letters(setting(window="100 d", arrivals={"per_day": 240})).received % HOUR
    quarters = np.bincount(seconds // (15 * MINUTE), minlength=4)
    # Chi-square with 3 degrees of freedom exceeds 21.1 once in 10,000.
    assert ((quarters - quarters.mean()) ** 2 / quarters.mean()).sum() < 21.1


def test_busyness_makes_days_overdispersed() -> None:
    office = setting(window="4000 d", arrivals={"per_day": 100, "busyness": {"cv": 0.2}})
    counts = days_drawn(office, 4000)
    # Variance = mean + (cv x mean)^2 = 500; its standard error is about 500 x sqrt(2 / 4000), here 4 of them.
    assert counts.var() == pytest.approx(500, abs=4 * 500 * np.sqrt(2 / 4000))


def test_all_categories_of_a_day_are_busy_together() -> None:
    office = setting(
        window="2000 d",
        arrivals={"per_day": 400, "busyness": {"cv": 0.3}},
        categories={"household": {"share": "50%"}, "noise": {"share": "50%"}},
    )
    drawn = letters(office)
    each = [np.bincount(drawn.received[drawn.category == number] // DAY, minlength=2000) for number in (0, 1)]
    # Covariance (200 x 0.3)^2 = 3600 of variances 3800; standard error about 0.0025.
    assert np.corrcoef(*each)[0, 1] == pytest.approx(3600 / 3800, abs=0.01)


def test_a_busyness_of_none_changes_nothing() -> None:
    calm = setting(arrivals={"per_day": 24, "busyness": {"cv": 0}})
    assert np.array_equal(letters(calm).received, letters(setting()).received)


def test_a_longer_horizon_keeps_the_letters_of_the_shorter() -> None:
    short, long = letters(setting(window="7 d")), letters(setting(window="9 d"))
    assert np.array_equal(short.received, long.received[: len(short.received)])


def test_categories_and_channels_come_by_share() -> None:
    office = setting(
        window="100 d",
        arrivals={"per_day": 400},
        channels={"wechat": {"share": "80%"}, "paper": {"share": "20%"}},
        categories={"household": {"share": "30%"}, "noise": {"share": "70%"}},
    )
    drawn = letters(office)
    # 40,000 letters, 4 standard errors.
    assert (drawn.category == 1).mean() == pytest.approx(0.7, abs=0.0095)
    assert (drawn.channel == 1).mean() == pytest.approx(0.2, abs=0.0085)


def test_letters_of_a_smaller_share_are_among_those_of_a_larger() -> None:
    office = setting(window="30 d", arrivals={"per_day": 1000})
    half, most, every = (letters(office, keep=keep) for keep in (0.5, 0.9, 1.0))
    assert every.kept.all()
    assert (most.kept >= half.kept).all()
    assert half.kept.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(30_000))
    assert most.kept.mean() == pytest.approx(0.9, abs=4 * 0.3 / np.sqrt(30_000))
    for column in ("received", "category", "channel", "home"):
        assert np.array_equal(getattr(half, column), getattr(every, column))


def test_nothing_kept_is_nothing() -> None:
    assert not letters(setting(), keep=0).kept.any()


@pytest.mark.parametrize("keep", [-0.1, 1.5, float("nan")])
def test_a_share_to_keep_is_a_share(keep: float) -> None:
    with pytest.raises(SimError, match=r"keep must be in \[0, 1\], got"):
        letters(setting(), keep=keep)


DISTRICTS = {
    "city": {"tier": "city", "staff": {"always": 1}},
    "branch": {"tier": "branch", "units": 2, "within": "city", "names": ["Baoan", "Futian"], "weights": [3, 1]},
    "station": {"tier": "station", "units": [2, 2], "within": "branch"},
}
STEPS = [{"serve": {"by": "city", "effort": "10 min"}}]


def surged(*surges: dict[str, Any], **keys: Any) -> Setting:
    return setting(
        **{"window": "20 d", "teams": DISTRICTS, "workflow": STEPS} | keys,
        arrivals={"per_day": 2400, "surges": list(surges)},
        categories={"household": {"share": "50%"}, "noise": {"share": "50%"}},
    )


def test_a_surge_adds_letters_of_its_hours_and_changes_no_other() -> None:
    plain = letters(surged())
    surge = letters(surged({"from": "day 10 19:30", "lasts": "6 h", "times": 4, "category": "noise"}))
    ordinary = len(plain.received)
    for before, after in zip(plain, surge, strict=True):
        assert np.array_equal(before, after[:ordinary])
    added = surge.received[ordinary:]
    assert added.min() >= 10 * DAY + 19.5 * HOUR
    assert added.max() < 11 * DAY + 1.5 * HOUR
    assert (surge.category[ordinary:] == 1).all()
    # 3 x 50 an hour for 6 h, standard deviation 30.
    assert len(added) == pytest.approx(900, abs=120)


@pytest.mark.parametrize(("unit", "homes", "expected"), [("Baoan", [3, 4], 900), ("station-3", [5], 150)])
def test_a_surge_may_concern_one_place(unit: str, homes: list[int], expected: int) -> None:
    plain = letters(surged())
    surge = letters(surged({"from": "day 10", "lasts": "6 h", "times": 3, "unit": unit}))
    added = surge.home[len(plain.home) :]
    # 2 x 100 an hour for 6 h, of which the place has its share; 4 standard deviations.
    assert set(added) == set(homes)
    assert len(added) == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_letters_of_a_channel_come_at_its_hours() -> None:
    """The others too: a channel is drawn by what each brings of a category at that hour."""
    office = setting(
        window="100 d",
        arrivals={"per_day": 240},
        categories={"household": {"share": "50%"}, "noise": {"share": "50%", "by_hour": [0] * 12 + [1] * 12}},
        channels={"web": {"share": "60%"}, "fax": {"share": "0%"},
                  "phone": {"share": "40%", "by_hour": [0] * 8 + [1] * 8 + [0] * 8}},
    )  # fmt: skip
    drawn = kept(letters(office))
    hour = drawn.received // HOUR % 24
    assert set(hour[drawn.channel == 2]) == set(range(8, 16))
    assert set(hour[(drawn.channel == 0) & (drawn.category == 1)]) == set(range(12, 24))
    assert set(hour[(drawn.channel == 0) & (drawn.category == 0)]) == set(range(24))
    # Of 24,000 letters; 4 standard errors.
    assert np.bincount(drawn.channel) / len(hour) == pytest.approx([0.6, 0, 0.4], abs=0.013)
    among = (drawn.category == 0) & (hour == 10)  # web 3 an hour, phone 6: of 900 letters
    assert (drawn.channel[among] == 2).mean() == pytest.approx(2 / 3, abs=4 * np.sqrt(2 / 9 / 900))


def test_where_a_surge_alone_brings_letters_their_channel_is_drawn_by_share() -> None:
    night = [1] * 4 + [0] * 20
    office = setting(
        window="20 d",
        arrivals={"per_day": 240, "surges": [{"from": "day 0", "times": 3, "by_hour": night}]},
        channels={each: {"share": "50%", "by_hour": [0] * 8 + [1] * 16} for each in ("web", "phone")},
    )
    drawn = kept(letters(office))
    at_night = drawn.received // HOUR % 24 < 4
    assert at_night.sum() == pytest.approx(9_600, abs=4 * np.sqrt(9_600))
    assert drawn.channel[at_night].mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(9_600))


def test_surges_that_meet_multiply() -> None:
    twice = {"from": "day 10", "lasts": "6 h", "times": 2}
    drawn = letters(surged(twice, twice | {"from": "day 10 03:00", "category": "noise", "unit": "Baoan"}))
    real = kept(drawn)
    meets = (real.category == 1) & (real.home < 5)
    hours = real.received // HOUR - 240
    # Noise of Baoan: 37.5 an hour; twice that, four times that, twice that, each for 3 h.
    found = [(meets & (hours >= first) & (hours < first + 3)).sum() for first in (0, 3, 6, 9)]
    for count, expected in zip(found, [225, 450, 225, 112], strict=True):
        assert count == pytest.approx(expected, abs=4 * np.sqrt(expected))
    # All others are only in the first surge.
    others = (~meets & (hours >= 0) & (hours < 6)).sum()
    assert others == pytest.approx(2 * 62.5 * 6, abs=4 * np.sqrt(750))
    assert not drawn.kept.all()


def test_a_lull_takes_letters_out() -> None:
    plain = letters(surged())
    lull = letters(surged({"from": "day 5", "lasts": "5 d", "times": "20%", "unit": "Futian"}))
    concerned = (plain.received >= 5 * DAY) & (plain.received < 10 * DAY) & (plain.home >= 5)
    assert np.array_equal(plain.received, lull.received)
    assert lull.kept[~concerned].all()
    # 3,000 letters, 4 standard errors.
    assert lull.kept[concerned].mean() == pytest.approx(0.2, abs=4 * 0.4 / np.sqrt(3000))


def test_a_lull_keeps_shares_nested() -> None:
    lull = surged({"from": "day 5", "lasts": "5 d", "times": "20%"})
    assert (letters(lull, keep=0.8).kept >= letters(lull, keep=0.3).kept).all()


def test_surges_beyond_the_horizon_are_clipped() -> None:
    late = {"from": "day 19 12:00", "lasts": "5 d", "times": 2}
    drawn = letters(surged(late))
    assert drawn.kept.all()
    assert drawn.received.max() < 20 * DAY
    assert len(letters(surged(late | {"from": "day 25"})).received) == len(letters(surged()).received)


def test_letters_are_registered_when_their_roster_is_on_duty() -> None:
    office = setting(
        **CHINA,
        arrivals={"per_day": 240},
        channels={"wechat": {"share": "50%"}, "paper": {"share": "50%", "registered": "office"}},
    )
    at_once = letters(setting(**CHINA, arrivals={"per_day": 240}))
    drawn = letters(office)
    sent, paper = at_once.received, drawn.channel == 1
    assert np.array_equal(sent[~paper], drawn.received[~paper])
    opens, closes = 8.5 * HOUR, 18 * HOUR
    # On the holidays nothing is registered, on the make-up Saturday it is.
    working = [3, 4, 5, 7, 8, 9, 10, 11]
    for second, received in zip(sent[paper], drawn.received[paper], strict=True):
        shifts = [day * DAY for day in working if second < day * DAY + closes]
        expected = max(second, shifts[0] + opens) if shifts else 14 * DAY
        assert received == expected
    # What would be registered after the horizon stays out.
    assert not drawn.kept[paper & (sent >= 11 * DAY + closes)].any()
    assert drawn.kept[sent < 11 * DAY + closes].all()


@pytest.mark.parametrize("roster", ["always", "four_teams_two_shifts"])
def test_rosters_round_the_clock_register_at_once(roster: str) -> None:
    office = setting(channels={"paper": {"share": 1, "registered": roster}})
    assert np.array_equal(letters(office).received, letters(setting()).received)


class Recorded:
    """Stands in for the reader of CSV files."""

    def read_trace(self, file: str, columns: tuple[str, ...]) -> TraceLetters:
        """Six letters, two of them outside the first week."""
        stamps = ["2021-05-09T23:59:59", "2021-05-10T00:00:00", "2021-05-10T09:30:00.7", "2021-05-16T23:59:59"]
        received = np.array([*stamps, "2021-05-17T00:00:00", "2021-05-17T00:00:00"], dtype="datetime64[ms]")
        return TraceLetters(
            received=received,
            category=("noise", "noise", "", "household", "", ""),
            channel=("", "paper", "wechat", "", "", ""),
            unit=("", "station-4", "station-1", "", "", ""),
            size=np.zeros(6, np.int64),
            digest="of the file",
            line=np.arange(2, 8),
        )


def traced(**keys: Any) -> Setting:
    return setting(
        context=Recorded(),
        arrivals={"trace": "letters.csv"},
        teams=DISTRICTS,
        workflow=STEPS,
        channels={"wechat": {"share": "50%"}, "paper": {"share": "50%"}},
        categories={"household": {"share": "50%"}, "noise": {"share": "50%"}},
        **keys,
    )


def test_a_trace_is_taken_as_it_is() -> None:
    drawn = letters(traced())
    assert drawn.kept.tolist() == [False, True, True, True, False, False]
    assert drawn.received.tolist()[1:4] == [0, 9.5 * HOUR, 7 * DAY - 1]
    assert drawn.category[[1, 3]].tolist() == [1, 0]
    assert drawn.channel[[1, 2]].tolist() == [1, 0]
    assert drawn.home[[1, 2]].tolist() == [6, 3]


def test_what_a_trace_does_not_say_is_drawn() -> None:
    office = traced()
    drawn = [letters(office, replication) for replication in range(200)]
    # 200 draws, 4 standard deviations.
    assert sum(each.category[2] for each in drawn) == pytest.approx(100, abs=28)
    assert sum(each.channel[3] for each in drawn) == pytest.approx(100, abs=28)
    assert sum(each.home[3] < 5 for each in drawn) == pytest.approx(150, abs=24)


def test_a_trace_expects_no_drawn_letters_and_can_be_thinned() -> None:
    assert expected_letters(traced()).sum() == 0
    assert letters(traced(start=MONDAY), keep=0.0).kept.sum() == 0


def test_growth_is_compounded_and_counted_from_day_0() -> None:
    """Ten percent a year on 100 a day: 365 days bring 100 x (1.1^(365/365.25) - 1) / ln 1.1 x 365.25 letters."""
    office = setting(window="365 d", arrivals={"per_day": 100, "growth": "10% a year"})
    of_days = expected_letters(office).reshape(-1, 24).sum(axis=1)
    assert of_days.sum() == pytest.approx(100 * 365.25 * (1.1 ** (365 / 365.25) - 1) / np.log(1.1), rel=1e-6)
    assert of_days[364] / of_days[0] == pytest.approx(1.1 ** (364 / 365.25))
    later = office.scenario.stretch(100, warm_up=0, window=DAY, cool_down=0)
    assert expected_letters(setting_of(later)).sum() == pytest.approx(of_days[100])


def test_months_differ_around_the_same_average() -> None:
    months = [2.0, *[1.0] * 10, 0.0]
    office = setting(start="2021-01-01", window="365 d", arrivals={"per_day": 12, "by_month": months})
    of_days = expected_letters(office).reshape(-1, 24).sum(axis=1)
    assert of_days[:31] == pytest.approx(24.0)
    assert of_days[31:334] == pytest.approx(12.0)
    assert of_days[334:] == pytest.approx(0.0)


CAMPAIGN = {"from": "day 1", "until": "day 4", "times": "300%", "by_hour": [*[0.0] * 12, 3.0, 1.0, *[0.0] * 10]}


def test_a_campaign_brings_its_letters_at_its_own_hours() -> None:
    """Twice as many more on three days, all between 12 and 14, and the letters of every day stay as they are."""
    base = letters(setting(arrivals={"per_day": 2_400}))
    office = setting(arrivals={"per_day": 2_400, "surges": [CAMPAIGN]})
    drawn = letters(office)
    assert np.array_equal(drawn.received[: len(base.received)], base.received)
    added = drawn.received[len(base.received) :]
    # Poisson, standard deviation 120: 4 of them are exceeded once in 16,000 seeds.
    assert len(added) == pytest.approx(3 * 4_800, abs=480)
    assert ((added >= DAY) & (added < 4 * DAY)).all()
    assert set(added // HOUR % 24) == {12, 13}
    assert np.mean(added // HOUR % 24 == 12) == pytest.approx(0.75, abs=0.02)
    assert letters_expected(office, 0, 7 * DAY) == pytest.approx(7 * 2_400 + 3 * 4_800)
    assert letters_expected(office, DAY + 12 * HOUR, DAY + 13 * HOUR) == pytest.approx(100 + 0.75 * 4_800)


def test_a_new_level_from_a_date_on() -> None:
    office = setting(arrivals={"per_day": 2_400, "surges": [{"from": "2021-05-13", "times": 1.5}]})
    assert letters_expected(office, 0, 7 * DAY) == pytest.approx(3 * 2_400 + 4 * 3_600)
    assert len(kept(letters(office)).received) == pytest.approx(21_600, abs=4 * 147)
    lull = setting(arrivals={"per_day": 2_400, "surges": [{"from": "day 3", "times": 0.5}]})
    assert letters_expected(lull, 0, 7 * DAY) == pytest.approx(3 * 2_400 + 4 * 1_200)
