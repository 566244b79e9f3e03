"""Work besides letters: who has it when, and that letters do not notice."""

from typing import Any

import numpy as np
import pytest
from office import CATEGORIES, FLOW, TEAMS, drawn, efforts, setting, workload_of

from sim.core.clock import DAY, HOUR
from sim.core.tables import HAND_OVER, NO_UNIT, OTHER_DUTY, Workload
from sim.sampling.roster import draw_roster

DUTY = {"per_hour": 2, "effort": {"mean": "20 min", "cv": 1}, "priority": 3, "interrupts": True, "interruptible": False}


def on_patrol(staff: dict[str, int], **duty: Any) -> dict[str, Any]:
    return TEAMS | {"station": TEAMS["station"] | {"staff": staff, "other_duty": DUTY | duty}}


def jobs(workload: Workload) -> list[tuple[int, int, int]]:
    """Received, unit and effort of each job of other duty."""
    visit = workload.step == OTHER_DUTY
    letter = workload.letter_of_visit()[visit]
    return list(
        zip(workload.received[letter].tolist(), workload.unit[visit].tolist(), efforts(workload, -1), strict=True)
    )


def test_other_duty_comes_while_somebody_is_on_duty() -> None:
    workload = drawn(*FLOW, teams=on_patrol({"daytime": 4}))
    office = setting(teams=on_patrol({"daytime": 4}), categories=CATEGORIES, workflow=list(FLOW))
    roster = draw_roster(office, 0)
    found = jobs(workload)
    assert found
    for second, unit, _ in found:
        assert ((roster.unit == unit) & (roster.start <= second) & (second < roster.end)).any()
    # Four stations with one person each, five days of 9.5 h in the week: 380 jobs, 4 standard deviations.
    assert len(found) == pytest.approx(380, abs=78)
    assert np.mean([effort for *_, effort in found]) == pytest.approx(1200, abs=4 * 1200 / np.sqrt(380))


def test_other_duty_is_a_letter_of_its_own_kind() -> None:
    workload = drawn(*FLOW, teams=on_patrol({"always": 4}))
    duty = workload.category == OTHER_DUTY
    visit = workload.step == OTHER_DUTY
    assert np.array_equal(workload.channel == OTHER_DUTY, duty)
    assert np.array_equal(np.diff(workload.first_visit)[duty], np.ones(duty.sum()))
    assert np.array_equal(workload.unit[visit], workload.home[duty])
    assert not workload.left[duty].any()
    assert set(workload.priority[visit]) == {3}
    assert workload.interrupts[visit].all()
    assert not workload.interruptible[visit].any()
    assert set(workload.cover[visit]) == {NO_UNIT}
    assert set(workload.at_shift_end[visit]) == {HAND_OVER}
    assert (np.diff(workload.received) >= 0).all()


def test_letters_do_not_depend_on_other_duty() -> None:
    without, with_duty = drawn(*FLOW), drawn(*FLOW, teams=on_patrol({"daytime": 12}))
    letters, visit = with_duty.category != OTHER_DUTY, with_duty.step != OTHER_DUTY
    assert np.array_equal(without.received, with_duty.received[letters])
    assert np.array_equal(without.service, with_duty.service[visit])
    assert np.array_equal(without.step, with_duty.step[visit])


def test_other_duty_is_the_same_as_far_as_both_rosters_are_on_duty() -> None:
    always, daytime, office = (
        jobs(drawn(*FLOW, teams=on_patrol({name: 28}))) for name in ("always", "daytime", "office")
    )
    assert set(office) < set(daytime) < set(always)


def test_nobody_on_duty_has_no_other_duty() -> None:
    away = on_patrol({"office": 4})
    away["station"]["absence"] = "100%"
    assert jobs(drawn(*FLOW, teams=away)) == jobs(drawn(*FLOW, teams=on_patrol({}))) == []


def test_other_duty_is_not_thinned() -> None:
    teams = on_patrol({"daytime": 12})
    assert jobs(drawn(*FLOW, teams=teams, keep=0.1)) == jobs(drawn(*FLOW, teams=teams))


def test_other_duty_before_midnight_of_many_units_and_a_long_time() -> None:
    # Units times seconds pass 32 bits here.
    teams = {"desk": {"tier": "city", "units": 40, "staff": {"daytime": 280}, "other_duty": DUTY | {"per_hour": 0.01}}}
    found = jobs(workload_of(setting(teams=teams, window="1000 d")))
    assert {unit for _, unit, _ in found} == set(range(40))
    assert all(8.5 * HOUR <= second % DAY < 18 * HOUR for second, *_ in found)
    # 40 units, 1,000 days of 9.5 h; 4 standard deviations.
    assert len(found) == pytest.approx(3800, abs=250)
