"""More stories of the engine contract: shifts that end, units where nobody is on duty, cover and escalation."""

import pytest
from builder import BRANCH, CITY, DESK, STATION, Play, history, letters, shifts, told, work

from sim.core.tables import FINISH, HAND_OVER

# Shift ends


def test_work_is_handed_over_at_the_shift_end(play: Play) -> None:
    """Interruptible or not, and the next person has to get into it."""
    log = play(
        letters((0, work(DESK, 100, resume_cost=5, at_shift_end=HAND_OVER))),
        shifts((DESK, 0, 40, 1), (DESK, 40, 1000, 1)),
    )
    assert told(log) == [(0, 0, 105, DESK, 1)]
    assert history(log) == [(0, "work", DESK, 0, 0, 40), (0, "work", DESK, 1, 40, 105)]


def test_work_handed_over_to_nobody_waits_for_the_next_shift(play: Play) -> None:
    log = play(letters((0, work(DESK, 100))), shifts((DESK, 0, 40, 1), (DESK, 200, 1000, 1)))
    assert told(log) == [(0, 0, 260, DESK, 1)]
    assert history(log)[1] == (0, "wait", DESK, -1, 40, 200)


def test_work_handed_over_keeps_its_rank(play: Play) -> None:
    """Letter 1, put down at 40, comes before letter 2, which has waited since 10."""
    log = play(
        letters((0, work(DESK, 60)), (0, work(DESK, 100)), (10, work(DESK, 10))),
        shifts((DESK, 0, 40, 1), (DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 60, DESK, 0), (0, 0, 120, DESK, 1), (10, 120, 130, DESK, 0)]


def test_work_to_be_finished_stays_with_its_person_in_overtime(play: Play) -> None:
    """It takes no place of the next shift, whose one person serves letter 1 meanwhile."""
    log = play(
        letters((0, work(DESK, 100, at_shift_end=FINISH)), (50, work(DESK, 10))),
        shifts((DESK, 0, 40, 1), (DESK, 40, 1000, 1)),
    )
    assert history(log) == [(0, "work", DESK, 0, 0, 100), (1, "work", DESK, 1, 50, 60)]
    assert told(log) == [(0, 0, 100, DESK, 0), (50, 50, 60, DESK, 0)]


def test_overtime_cannot_be_interrupted(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, priority=9, interruptible=True, at_shift_end=FINISH)),
            (40, work(DESK, 100, priority=5)),
            (50, work(DESK, 10, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 40, 1), (DESK, 40, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (40, 40, 140, DESK, 0), (50, 140, 150, DESK, 0)]


def test_work_to_be_finished_can_be_interrupted_during_the_shift(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 50, interruptible=True, at_shift_end=FINISH)),
            (30, work(DESK, 10, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 45, 1)),
    )
    assert told(log) == [(0, 0, 60, DESK, 1), (30, 30, 40, DESK, 0)]


def test_a_person_goes_home_after_overtime(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 100, at_shift_end=FINISH)), (10, work(DESK, 10))),
        shifts((DESK, 0, 40, 1), (DESK, 200, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (10, 200, 210, DESK, 0)]


@pytest.mark.parametrize("at_shift_end", [HAND_OVER, FINISH])
def test_work_that_finishes_at_the_shift_end_is_finished(play: Play, at_shift_end: int) -> None:
    """But nothing more is started: at its end a shift is no longer on duty."""
    log = play(
        letters((0, work(DESK, 40, at_shift_end=at_shift_end)), (10, work(DESK, 10))),
        shifts((DESK, 0, 40, 1), (DESK, 90, 1000, 1)),
    )
    assert told(log) == [(0, 0, 40, DESK, 0), (10, 90, 100, DESK, 0)]


def test_work_put_down_at_a_shift_end_may_interrupt_in_the_same_second(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, priority=1, interrupts=True)), (10, work(DESK, 100, priority=5, interruptible=True))
        ),
        shifts((DESK, 0, 40, 1), (DESK, 10, 30, 1), (DESK, 25, 1000, 1)),
    )
    # Shift 0 has letter 0 to 40 and shift 1 letter 1 to 30, when it goes on with the person of shift 2.
    assert told(log) == [(0, 0, 100, DESK, 1), (10, 10, 170, DESK, 2)]
    assert history(log) == [
        (0, "work", DESK, 0, 0, 40),
        (0, "work", DESK, 2, 40, 100),
        (1, "work", DESK, 1, 10, 30),
        (1, "work", DESK, 2, 30, 40),
        (1, "wait", DESK, -1, 40, 100),
        (1, "work", DESK, 2, 100, 170),
    ]


# Who is on duty


def test_shifts_reach_beyond_both_ends_of_time(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 60)), (0, work(DESK, 60))), shifts((DESK, -100, 50, 1), (DESK, 50, 10_000, 1)), 100
    )
    assert told(log) == [(0, 0, 60, DESK, 1), (0, 60, -1, -1, 0)]


@pytest.mark.parametrize("nobody", [(DESK, 0, 1000, 0), (DESK, 50, 50, 3), (DESK, -50, 0, 3), (DESK, 1000, 2000, 3)])
def test_a_shift_of_nobody_or_of_no_time_serves_nothing(play: Play, nobody: tuple[int, int, int, int]) -> None:
    log = play(letters((20, work(DESK, 10))), shifts(nobody, (BRANCH, 0, 1000, 1)))
    assert told(log) == [(20, -1, -1, -1, 0)]
    assert history(log) == [(0, "wait", DESK, -1, 20, 1000)]


def test_absence_of_all_is_nobody_on_duty(play: Play) -> None:
    log = play(letters((20, work(DESK, 10, cover=BRANCH))), shifts((DESK, 0, 1000, 0), (BRANCH, 0, 1000, 1)))
    assert told(log) == [(20, 20, 30, BRANCH, 0)]


def test_overlapping_shifts_add_up(play: Play) -> None:
    log = play(letters(*[(0, work(DESK, 100))] * 3), shifts((DESK, 0, 1000, 1), (DESK, 50, 150, 1)))
    assert told(log) == [(0, 0, 100, DESK, 0), (0, 50, 150, DESK, 0), (0, 100, 200, DESK, 0)]


# Cover


def test_a_letter_of_the_night_goes_to_the_cover(play: Play) -> None:
    log = play(
        letters((10, work(STATION, 30, cover=BRANCH)), (10, work(STATION, 30))),
        shifts((BRANCH, 0, 1000, 1), (STATION, 500, 1000, 1)),
    )
    assert told(log) == [(10, 10, 40, BRANCH, 0), (10, 500, 530, STATION, 0)]
    assert history(log)[0] == (0, "work", BRANCH, 0, 10, 40)


def test_cover_is_for_units_where_nobody_is_on_duty_not_for_busy_ones(play: Play) -> None:
    log = play(
        letters((0, work(STATION, 30, cover=BRANCH)), (0, work(STATION, 30, cover=BRANCH))),
        shifts((BRANCH, 0, 1000, 1), (STATION, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 30, STATION, 0), (0, 30, 60, STATION, 0)]


def test_what_waits_or_is_put_down_at_a_shift_end_goes_to_the_cover(play: Play) -> None:
    log = play(
        letters((0, work(STATION, 60, cover=BRANCH)), (10, work(STATION, 60, cover=BRANCH))),
        shifts((BRANCH, 0, 1000, 2), (STATION, 0, 40, 1)),
    )
    assert told(log) == [(0, 0, 60, BRANCH, 1), (10, 40, 100, BRANCH, 0)]
    assert history(log) == [
        (0, "work", STATION, 1, 0, 40),
        (0, "work", BRANCH, 0, 40, 60),
        (1, "wait", STATION, -1, 10, 40),
        (1, "work", BRANCH, 0, 40, 100),
    ]


def test_a_letter_stays_where_nobody_is_on_duty_if_its_cover_sleeps_too(play: Play) -> None:
    """Until one of the two wakes, here the cover."""
    log = play(letters((10, work(STATION, 30, cover=BRANCH))), shifts((BRANCH, 70, 1000, 1), (STATION, 90, 1000, 1)))
    assert history(log) == [(0, "wait", STATION, -1, 10, 70), (0, "work", BRANCH, 0, 70, 100)]


def test_its_own_unit_comes_before_the_cover(play: Play) -> None:
    log = play(letters((10, work(STATION, 30, cover=BRANCH))), shifts((BRANCH, 70, 1000, 1), (STATION, 70, 1000, 1)))
    assert told(log) == [(10, 70, 100, STATION, 0)]


def test_a_letter_stays_with_its_cover_while_somebody_is_on_duty_there(play: Play) -> None:
    """The branch is busy until 100; that the station wakes at 50 does not call letter 1 back."""
    log = play(
        letters((0, work(BRANCH, 100)), (10, work(STATION, 30, cover=BRANCH))),
        shifts((BRANCH, 0, 1000, 1), (STATION, 50, 1000, 1)),
    )
    assert told(log)[1] == (10, 100, 130, BRANCH, 0)


def test_a_letter_comes_back_when_its_cover_goes_to_sleep(play: Play) -> None:
    log = play(
        letters((0, work(BRANCH, 100, at_shift_end=FINISH)), (10, work(STATION, 30, cover=BRANCH))),
        shifts((BRANCH, 0, 60, 1), (STATION, 60, 1000, 1)),
    )
    assert told(log)[1] == (10, 60, 90, STATION, 0)
    assert history(log)[1:] == [(1, "wait", BRANCH, -1, 10, 60), (1, "work", STATION, 1, 60, 90)]


def test_a_letter_left_with_a_sleeping_cover_goes_to_whoever_wakes_first(play: Play) -> None:
    log = play(
        letters((0, work(BRANCH, 100, at_shift_end=FINISH)), (10, work(STATION, 30, cover=BRANCH))),
        shifts((BRANCH, 0, 60, 1), (STATION, 80, 1000, 1), (BRANCH, 90, 1000, 1)),
    )
    assert history(log)[1:] == [(1, "wait", BRANCH, -1, 10, 80), (1, "work", STATION, 1, 80, 110)]


def test_work_goes_on_elsewhere_at_its_rank_and_price(play: Play) -> None:
    """Put down at the station at 40, it comes before the branch's own letter that waits since 30."""
    log = play(
        letters((0, work(BRANCH, 50)), (20, work(STATION, 30, cover=BRANCH, resume_cost=7)), (30, work(BRANCH, 10))),
        shifts((BRANCH, 0, 1000, 1), (STATION, 0, 40, 1)),
    )
    assert told(log) == [(0, 0, 50, BRANCH, 0), (20, 20, 67, BRANCH, 1), (30, 67, 77, BRANCH, 0)]


def test_a_unit_without_any_shift_needs_a_cover(play: Play) -> None:
    log = play(letters((0, work(CITY, 10)), (0, work(CITY, 10, cover=DESK))), shifts((DESK, 0, 1000, 1)))
    assert told(log) == [(0, -1, -1, -1, 0), (0, 0, 10, DESK, 0)]


# Escalation


def test_what_nobody_starts_in_time_is_escalated(play: Play) -> None:
    log = play(
        letters((0, work(STATION, 100)), (5, work(STATION, 10, escalate_after=60, escalate_to=CITY))),
        shifts((STATION, 0, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log)[1] == (5, 65, 75, CITY, 0)
    assert history(log)[1:] == [(1, "wait", STATION, -1, 5, 65), (1, "work", CITY, 1, 65, 75)]


def test_escalation_comes_before_the_start_in_the_same_second(play: Play) -> None:
    """Somebody is free at the station at 60, but at 60 the letter goes to the city, where everybody is busy."""
    log = play(
        letters(
            (0, work(STATION, 60)), (0, work(STATION, 10, escalate_after=60, escalate_to=CITY)), (0, work(CITY, 90))
        ),
        shifts((STATION, 0, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log)[1] == (0, 90, 100, CITY, 0)


def test_escalation_waits_until_somebody_is_on_duty_there(play: Play) -> None:
    log = play(
        letters((0, work(STATION, 500)), (0, work(STATION, 10, escalate_after=60, escalate_to=CITY))),
        shifts((STATION, 0, 1000, 1), (CITY, 90, 1000, 1)),
    )
    assert history(log)[1:] == [(1, "wait", STATION, -1, 0, 90), (1, "work", CITY, 1, 90, 100)]


def test_what_was_started_in_time_or_at_last_is_not_escalated(play: Play) -> None:
    """The one at once, the other at 80, when it was overdue but nobody was on duty in the city."""
    asked = {"escalate_after": 60, "escalate_to": CITY}
    log = play(
        letters((0, work(STATION, 80, **asked)), (0, work(STATION, 100, **asked))),
        shifts((STATION, 0, 1000, 1), (CITY, 90, 1000, 1)),
    )
    assert told(log) == [(0, 0, 80, STATION, 0), (0, 80, 180, STATION, 0)]


def test_what_was_started_and_put_down_is_not_escalated(play: Play) -> None:
    log = play(
        letters((0, work(STATION, 80, escalate_after=60, escalate_to=CITY))),
        shifts((STATION, 0, 30, 1), (STATION, 200, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 250, STATION, 1)]


def test_a_visit_is_escalated_once(play: Play) -> None:
    """The city sleeps from 80, so the letter goes home to a busy station, and stays when the city wakes at 100."""
    log = play(
        letters(
            (0, work(STATION, 300)),
            (0, work(CITY, 300, at_shift_end=FINISH)),
            (0, work(STATION, 10, escalate_after=60, escalate_to=CITY)),
        ),
        shifts((STATION, 0, 1000, 1), (CITY, 0, 80, 1), (CITY, 100, 1000, 1)),
    )
    assert history(log)[2:] == [
        (2, "wait", STATION, -1, 0, 60),
        (2, "wait", CITY, -1, 60, 80),
        (2, "wait", STATION, -1, 80, 300),
        (2, "work", STATION, 0, 300, 310),
    ]


def test_an_escalated_visit_keeps_its_rank(play: Play) -> None:
    """At the city it comes before a letter that joined there before it, but later than it joined at the station."""
    log = play(
        letters(
            (0, work(STATION, 200)),
            (0, work(CITY, 100)),
            (10, work(STATION, 10, escalate_after=60, escalate_to=CITY)),
            (20, work(CITY, 10)),
        ),
        shifts((STATION, 0, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log)[2:] == [(10, 100, 110, CITY, 0), (20, 110, 120, CITY, 0)]


def test_escalation_to_where_it_already_waits_changes_nothing(play: Play) -> None:
    log = play(
        letters((0, work(BRANCH, 100)), (0, work(STATION, 10, cover=BRANCH, escalate_after=60, escalate_to=BRANCH))),
        shifts((BRANCH, 0, 1000, 1)),
    )
    assert history(log)[1:] == [(1, "wait", BRANCH, -1, 0, 100), (1, "work", BRANCH, 0, 100, 110)]


def test_what_waits_where_nobody_is_on_duty_is_escalated_too(play: Play) -> None:
    log = play(letters((0, work(STATION, 10, escalate_after=60, escalate_to=CITY))), shifts((CITY, 0, 1000, 1)))
    assert history(log) == [(0, "wait", STATION, -1, 0, 60), (0, "work", CITY, 0, 60, 70)]
