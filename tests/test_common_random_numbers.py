"""Chance that nothing else can shift: staffing, other steps, other categories, other shares."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from office import FLOW, TEAMS, drawn, efforts, journeys, service

from sim.core.tables import Workload


def same(one: Workload, other: Workload) -> bool:
    return all(np.array_equal(*columns) for columns in zip(one, other, strict=True))


def test_a_replication_can_be_drawn_again() -> None:
    assert same(drawn(*FLOW), drawn(*FLOW))
    assert not same(drawn(*FLOW), drawn(*FLOW, seed=7))


@pytest.mark.parametrize(
    "change",
    [
        {"staff": {"daytime": 13}},
        {"staff": {"duty_24_48": 40}, "absence": "30%", "at_least": 1},
        {"staff": {}},
        {"tier": "village", "cost": 2, "counted": False},
    ],
)
def test_letters_are_the_same_under_every_staffing(change: dict[str, Any]) -> None:
    assert same(drawn(*FLOW), drawn(*FLOW, teams=TEAMS | {"station": TEAMS["station"] | change}))


def test_a_step_more_shifts_no_other() -> None:
    before = drawn(*FLOW)
    after = drawn(service("triage"), *FLOW[:2], service("archive", chance="50%"), {"rest": {"wait": "1 h"}}, *FLOW[2:])
    for old, new in ((0, 1), (2, 5), (3, 6)):
        assert efforts(before, old) == efforts(after, new)
        assert np.array_equal(before.unit[before.step == old], after.unit[after.step == new])
    assert np.array_equal(before.left, after.left)


def test_another_effort_or_route_of_a_step_shifts_no_other() -> None:
    before = drawn(*FLOW)
    handle = {"handle": {"by": {"station": "10%", "branch": "90%"}, "effort": {"mean": "3 h", "cv": 2}}}
    after = drawn(*FLOW[:2], handle, *FLOW[3:])
    assert np.array_equal(before.step, after.step)
    for step in (0, 3):
        assert efforts(before, step) == efforts(after, step)
    # A letter that is hard for one is hard for the other.
    one, other = np.array(efforts(before, 2)), np.array(efforts(after, 2))
    assert (np.diff(other[np.lexsort((other, one))]) >= 0).all()


def test_another_chance_only_adds_letters_or_takes_them_away() -> None:
    few, many = (drawn(*FLOW[:3], service("callback", chance=chance)) for chance in ("30%", "80%"))
    called_few, called_many = (set(each.letter_of_visit()[each.step == 3].tolist()) for each in (few, many))
    assert called_few < called_many
    effort = dict(zip(many.letter_of_visit()[many.step == 3].tolist(), efforts(many, 3), strict=True))
    letters = few.letter_of_visit()[few.step == 3].tolist()
    assert [effort[letter] for letter in letters] == efforts(few, 3)


def test_another_category_shifts_no_effort_of_the_others() -> None:
    one = {"handle": {"by": "city", "effort": {"per_category": {"noise": "1 h", "default": {"exponential": "1 h"}}}}}
    other = {"handle": {"by": "city", "effort": {"exponential": "1 h"}}}
    before, after = drawn(one), drawn(other)
    household = before.category == 0
    assert np.array_equal(before.service[household], after.service[household])


def test_letters_of_a_smaller_share_are_as_hard_as_in_a_larger() -> None:
    some, every = (
        Counter(zip(each.received.tolist(), each.home.tolist(), map(tuple, journeys(each)), strict=True))
        for each in (drawn(*FLOW, keep=0.3), drawn(*FLOW))
    )
    assert some <= every
    assert some.total() == pytest.approx(0.3 * every.total(), rel=0.2)
