"""How many letters to expect: rates worked out by hand, and the published curves."""

import numpy as np
import pytest
from office import CHINA, GUANGDONG, setting

from sim.core.clock import DAY, HOUR
from sim.models.weights import HOUR_PROFILES
from sim.sampling.arrival_rate import busyness_of_days, expected_between, expected_letters


def test_a_flat_day_expects_the_same_in_every_hour() -> None:
    assert expected_letters(setting()).tolist() == [[pytest.approx(1.0)]] * 168


def test_hours_share_a_day_by_their_weights() -> None:
    expected = expected_letters(setting(arrivals={"per_day": 600, "by_hour": "mailbox"}))
    assert expected[:24].sum() == pytest.approx(600)
    assert expected[10, 0] == pytest.approx(600 * 7.2 / sum(HOUR_PROFILES["mailbox"]))


def test_weekdays_keep_the_mean_of_a_week() -> None:
    days = expected_letters(setting(arrivals={"per_day": 80, "by_weekday": [2, 1, 1, 1, 1, 1, 0]})).reshape(7, 24)
    assert days.sum(axis=1) == pytest.approx(np.array([2, 1, 1, 1, 1, 1, 0]) * 80)


def test_a_public_holiday_thins_letters_and_a_make_up_working_day_does_not() -> None:
    days = expected_letters(setting(**CHINA, arrivals={"per_day": 80, "on_holidays": "75%"})).reshape(14, 24)
    assert days.sum(axis=1) == pytest.approx(np.array([60] * 3 + [80] * 11))


def test_a_category_may_have_its_own_hours_weekdays_and_holidays() -> None:
    office = setting(
        **CHINA,
        arrivals={"per_day": 100, "on_holidays": "50%"},
        categories={
            "household": {"share": "60%"},
            "noise": {
                "share": "40%",
                "by_hour": [1] + [0] * 23,
                "by_weekday": [0, 1, 0, 0, 0, 1, 0],
                "on_holidays": 1.3,
            },
        },
    )
    household, noise = expected_letters(office).reshape(14, 24, 2).transpose(2, 0, 1)
    assert household.sum(axis=1) == pytest.approx(np.array([30] * 3 + [60] * 11))
    assert noise.sum(axis=1) == pytest.approx(40 * 3.5 * np.array([0, 1.3, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0]))
    assert noise[:, 1:].sum() == 0


def test_a_channel_may_have_its_own_hours_which_go_before_those_of_a_category() -> None:
    office = setting(
        arrivals={"per_day": 240},
        categories={"household": {"share": "50%"}, "noise": {"share": "50%", "by_hour": [1] + [0] * 23}},
        channels={
            "web": {"share": "75%"},
            "phone": {"share": "25%", "by_hour": [0] * 12 + [1] * 12, "by_weekday": [7, 0, 0, 0, 0, 0, 0]},
        },
    )
    days = expected_letters(office).reshape(7, 24, 2)
    # Web: 3.75 an hour of households at any hour, 90 of noise from 0 to 1. Phone: both by day, on Mondays.
    phone = 240 * 0.25 * 0.5 * 7 / 12
    assert days[0, 18] == pytest.approx([3.75 + phone, phone])
    assert days[0, 0] == pytest.approx([3.75, 90])
    assert days[1:, 12:] == pytest.approx(np.broadcast_to([3.75, 0], (6, 12, 2)))
    assert days.sum() == pytest.approx(7 * 240)
    assert expected_between(office, 17 * HOUR + HOUR // 2, DAY) == pytest.approx(days[0, 18:].sum(0) + days[0, 17] / 2)


def test_a_horizon_within_an_hour_cuts_its_letters() -> None:
    assert expected_letters(setting(window="90 min"))[:, 0] == pytest.approx([1.0, 0.5])


SHENZHEN = {"per_day": {"start": 250, "floor": 80, "half_life": "52 d"}}


def test_the_launch_of_guangdong_expects_the_published_letters() -> None:
    assert expected_letters(setting(window="153 d", arrivals=GUANGDONG)).sum() == pytest.approx(58_884, abs=10)
    # The day on which the published rate is back at 300 a day.
    assert expected_letters(setting(window="574 d", arrivals=GUANGDONG))[-24:].sum() == pytest.approx(300, abs=0.2)


def test_the_first_year_of_shenzhen_expects_about_42_000_letters() -> None:
    assert expected_letters(setting(window="365 d", arrivals=SHENZHEN)).sum() == pytest.approx(42_000, rel=0.01)


def test_a_decay_starts_at_its_start_and_halves_in_its_half_life() -> None:
    days = expected_letters(setting(window="105 d", arrivals=SHENZHEN)).reshape(105, 24).sum(axis=1)
    assert (days - 80)[[0, 52, 104]] == pytest.approx((days[0] - 80) * np.array([1, 0.5, 0.25]))
    assert 248 < days[0] < 250


def test_busy_days_are_gamma_tied_to_the_day_before() -> None:
    office = setting(arrivals={"per_day": 1, "busyness": {"cv": 0.2, "ar1": 0.5}})
    busyness = office.scenario.arrivals.busyness
    assert busyness is not None
    factors = busyness_of_days(busyness, 20_000, 1, 0)
    # Standard errors with the autocorrelation of 0.5: mean 0.0024, cv about 0.0014, correlation 0.006; 4 of each.
    assert factors.mean() == pytest.approx(1, abs=0.01)
    assert factors.std() == pytest.approx(0.2, abs=0.006)
    assert np.corrcoef(factors[1:], factors[:-1])[0, 1] == pytest.approx(0.5, abs=0.025)
