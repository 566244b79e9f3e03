"""The engine contract as stories: short days worked out by hand, each with its literal log, on each engine.

A row of the log is (queued, started, finished, served_by, interruptions); -1 is not yet. Who is served, how
delays pass, what interrupts, and where time ends; `test_engine_stories_staff` tells of who is on duty.
"""

import pytest
from builder import BRANCH, CITY, DESK, NOTHING, STATION, Play, delay, history, letters, shifts, told, work

from sim.engine.contract import ENGINES, simulate

# Who is next


def test_a_letter_waits_its_turn(play: Play) -> None:
    log = play(letters((0, work(DESK, 100)), (30, work(DESK, 50))), shifts((DESK, 0, 1000, 1)))
    assert told(log) == [(0, 0, 100, DESK, 0), (30, 100, 150, DESK, 0)]
    assert history(log) == [
        (0, "work", DESK, 0, 0, 100),
        (1, "wait", DESK, -1, 30, 100),
        (1, "work", DESK, 0, 100, 150),
    ]


def test_two_people_work_side_by_side(play: Play) -> None:
    log = play(letters(*[(0, work(DESK, 100))] * 3), shifts((DESK, 0, 1000, 2)))
    assert told(log) == [(0, 0, 100, DESK, 0), (0, 0, 100, DESK, 0), (0, 100, 200, DESK, 0)]


def test_a_letter_goes_from_unit_to_unit(play: Play) -> None:
    log = play(letters((5, work(DESK, 60), work(BRANCH, 30))), shifts((DESK, 0, 1000, 1), (BRANCH, 0, 1000, 1)))
    assert told(log) == [(5, 5, 65, DESK, 0), (65, 65, 95, BRANCH, 0)]


def test_smaller_priority_is_served_first(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 100)), (10, work(DESK, 10, priority=3)), (20, work(DESK, 10, priority=2))),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (10, 110, 120, DESK, 0), (20, 100, 110, DESK, 0)]


def test_a_tie_in_one_second_goes_to_the_earlier_letter(play: Play) -> None:
    """Letter 0 comes over from the branch in the second in which letter 1 is received."""
    log = play(
        letters((0, work(BRANCH, 60), work(DESK, 10)), (60, work(DESK, 10))),
        shifts((BRANCH, 0, 1000, 1), (DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 60, BRANCH, 0), (60, 60, 70, DESK, 0), (60, 70, 80, DESK, 0)]


def test_all_that_happens_in_a_second_comes_before_the_choice(play: Play) -> None:
    """The person free at 60 takes the urgent letter received at 60, not the one that has been waiting."""
    log = play(
        letters((0, work(DESK, 60)), (10, work(DESK, 10)), (60, work(DESK, 10, priority=0))), shifts((DESK, 0, 1000, 1))
    )
    assert told(log) == [(0, 0, 60, DESK, 0), (10, 70, 80, DESK, 0), (60, 60, 70, DESK, 0)]


def test_the_person_whose_shift_ends_last_goes_first(play: Play) -> None:
    log = play(letters((0, work(DESK, 10)), (0, work(DESK, 10))), shifts((DESK, 0, 100, 1), (DESK, 0, 200, 1)))
    assert history(log) == [(0, "work", DESK, 1, 0, 10), (1, "work", DESK, 0, 0, 10)]


def test_of_shifts_that_end_together_the_lowest_goes_first(play: Play) -> None:
    log = play(letters(*[(20, work(DESK, 10))] * 3), shifts((DESK, 0, 100, 1), (DESK, 10, 100, 2), (BRANCH, 0, 100, 1)))
    assert history(log) == [
        (0, "work", DESK, 0, 20, 30),
        (1, "work", DESK, 2, 20, 30),
        (2, "work", DESK, 2, 20, 30),
    ]


# Delays


def test_a_delay_takes_nobody(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 10), delay(100), work(DESK, 10)), (10, work(DESK, 20))), shifts((DESK, 0, 1000, 1))
    )
    assert told(log) == [(0, 0, 10, DESK, 0), (10, 10, 110, -1, 0), (110, 110, 120, DESK, 0), (10, 10, 30, DESK, 0)]
    assert [row[0] for row in history(log)] == [0, 2, 3]


def test_delays_of_zero_follow_each_other_in_one_second(play: Play) -> None:
    log = play(letters((7, delay(0), delay(0), work(DESK, 10), delay(0), delay(0))), shifts((DESK, 0, 1000, 1)))
    assert told(log) == [
        (7, 7, 7, -1, 0),
        (7, 7, 7, -1, 0),
        (7, 7, 17, DESK, 0),
        (17, 17, 17, -1, 0),
        (17, 17, 17, -1, 0),
    ]


def test_delays_end_before_letters_are_received_but_both_before_the_choice(play: Play) -> None:
    log = play(letters((0, delay(50), work(DESK, 10)), (50, work(DESK, 10, priority=0))), shifts((DESK, 0, 1000, 1)))
    assert told(log) == [(0, 0, 50, -1, 0), (50, 60, 70, DESK, 0), (50, 50, 60, DESK, 0)]


def test_a_delay_passes_only_while_its_clock_counts(play: Play) -> None:
    """Clock 1 counts from 100 to 200 and from 300 to 400, clock 2 from 150 on. Letter 4 begins where it does not."""
    log = play(
        letters((0, delay(50, 1)), (120, delay(80, 1)), (120, delay(81, 1)), (120, delay(40, 2)), (250, delay(30, 1))),
        shifts(clocks=[[(100, 200), (300, 400)], [(150, 1000)]]),
    )
    assert told(log) == [
        (0, 0, 150, -1, 0),
        (120, 120, 200, -1, 0),
        (120, 120, 301, -1, 0),
        (120, 120, 190, -1, 0),
        (250, 250, 330, -1, 0),
    ]


def test_a_delay_that_its_clock_does_not_count_to_the_end_never_ends(play: Play) -> None:
    log = play(
        letters((0, delay(150, 1), work(DESK, 10)), (0, delay(151, 1)), (400, delay(0, 1), work(DESK, 10))),
        shifts((DESK, 0, 1000, 1), clocks=[[(-50, 50), (100, 200)]]),
    )
    assert told(log)[:3] == [(0, 0, 200, -1, 0), (200, 200, 210, DESK, 0), (0, 0, -1, -1, 0)]
    assert told(log)[3:] == [(400, 400, 400, -1, 0), (400, 400, 410, DESK, 0)]


def test_the_end_of_a_delay_on_a_clock_comes_before_the_choice(play: Play) -> None:
    """Back at 300, a second after the 90 s of clock 1 have passed, it goes before who has come in the same second."""
    log = play(
        letters((0, delay(100, 1), work(DESK, 10)), (300, work(DESK, 10))),
        shifts((DESK, 0, 1000, 1), clocks=[[(0, 90), (290, 300)]]),
    )
    assert told(log) == [(0, 0, 300, -1, 0), (300, 300, 310, DESK, 0), (300, 310, 320, DESK, 0)]


def test_a_letter_open_before_waits_for_the_rest_on_the_clock(play: Play) -> None:
    log = play(letters((-500, delay(30, 1))), shifts(clocks=[[(-1000, -100), (10, 20), (40, 90)]]))
    assert told(log) == [(0, 0, 60, -1, 0)]


def test_a_loop_is_unrolled(play: Play) -> None:
    handle, call_back = work(DESK, 30), work(BRANCH, 5)
    log = play(letters((0, handle, call_back, handle, call_back)), shifts((DESK, 0, 1000, 1), (BRANCH, 0, 1000, 1)))
    assert told(log) == [(0, 0, 30, DESK, 0), (30, 30, 35, BRANCH, 0), (35, 35, 65, DESK, 0), (65, 65, 70, BRANCH, 0)]


# Interruptions


def test_urgent_work_interrupts(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 100, interruptible=True)), (30, work(DESK, 10, priority=0, interrupts=True))),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 110, DESK, 1), (30, 30, 40, DESK, 0)]
    assert history(log) == [
        (0, "work", DESK, 0, 0, 30),
        (0, "wait", DESK, -1, 30, 40),
        (0, "work", DESK, 0, 40, 110),
        (1, "work", DESK, 0, 30, 40),
    ]


def test_getting_back_into_it_costs_something(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, interruptible=True, resume_cost=20)),
            (30, work(DESK, 10, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log)[0] == (0, 0, 130, DESK, 1)


def test_resume_cost_not_worked_off_stays_owed(play: Play) -> None:
    """Worked 30, then 10 of a resume cost of 20, then the other 10, another 20, and the last 70."""
    urgent = work(DESK, 10, priority=0, interrupts=True)
    log = play(
        letters((0, work(DESK, 100, interruptible=True, resume_cost=20)), (30, urgent), (50, urgent)),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log)[0] == (0, 0, 160, DESK, 2)


def test_urgent_work_takes_a_free_person_if_there_is_one(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 100, interruptible=True)), (30, work(DESK, 10, priority=0, interrupts=True))),
        shifts((DESK, 0, 1000, 2)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (30, 30, 40, DESK, 0)]


@pytest.mark.parametrize(
    "ordinary",
    [work(DESK, 100, priority=5), work(DESK, 100, priority=2, interruptible=True)],
    ids=["not interruptible", "of equal priority"],
)
def test_what_may_not_be_interrupted_is_finished_first(play: Play, ordinary: dict[str, int]) -> None:
    log = play(letters((0, ordinary), (30, work(DESK, 10, priority=2, interrupts=True))), shifts((DESK, 0, 1000, 1)))
    assert told(log) == [(0, 0, 100, DESK, 0), (30, 100, 110, DESK, 0)]


def test_what_ranks_last_is_put_down(play: Play) -> None:
    """Of the visits of priority 6 the younger one; the one of priority 7 may not be interrupted."""
    log = play(
        letters(
            (0, work(DESK, 100, priority=6, interruptible=True)),
            (1, work(DESK, 100, priority=6, interruptible=True)),
            (2, work(DESK, 100, priority=5, interruptible=True)),
            (3, work(DESK, 100, priority=7)),
            (50, work(DESK, 10, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 4)),
    )
    assert [row[4] for row in told(log)] == [0, 1, 0, 0, 0]
    assert told(log)[1] == (1, 1, 111, DESK, 1)


def test_two_urgent_letters_in_one_second_put_down_two(play: Play) -> None:
    """The more urgent one takes the person of what ranks last; both are resumed in the order of rank."""
    log = play(
        letters(
            (0, work(DESK, 100, priority=5, interruptible=True)),
            (0, work(DESK, 100, priority=6, interruptible=True)),
            (50, work(DESK, 10, priority=1, interrupts=True)),
            (50, work(DESK, 20, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 2)),
    )
    assert told(log) == [(0, 0, 110, DESK, 1), (0, 0, 120, DESK, 1), (50, 50, 60, DESK, 0), (50, 50, 70, DESK, 0)]


def test_what_interrupts_can_be_interrupted(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, priority=5, interruptible=True)),
            (10, work(DESK, 50, priority=2, interrupts=True, interruptible=True)),
            (20, work(DESK, 10, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 160, DESK, 1), (10, 10, 70, DESK, 1), (20, 20, 30, DESK, 0)]


def test_urgent_work_interrupts_wherever_it_comes_to(play: Play) -> None:
    log = play(
        letters(
            (0, work(STATION, 100)),
            (0, work(CITY, 100, interruptible=True)),
            (5, work(STATION, 10, priority=0, interrupts=True, escalate_after=55, escalate_to=CITY)),
        ),
        shifts((STATION, 0, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, STATION, 0), (0, 0, 110, CITY, 1), (5, 60, 70, CITY, 0)]


def test_a_visit_without_interrupts_holds_back_the_urgent_one_behind_it(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, interruptible=True)),
            (10, work(DESK, 10, priority=0)),
            (20, work(DESK, 10, priority=1, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (10, 100, 110, DESK, 0), (20, 110, 120, DESK, 0)]


def test_the_urgent_one_interrupts_when_what_held_it_back_is_escalated(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, interruptible=True)),
            (10, work(DESK, 10, priority=0, escalate_after=30, escalate_to=CITY)),
            (20, work(DESK, 10, priority=1, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 110, DESK, 1), (10, 40, 50, CITY, 0), (20, 40, 50, DESK, 0)]


# The horizon


def test_what_would_finish_at_the_horizon_is_open(play: Play) -> None:
    log = play(
        letters((0, work(DESK, 100)), (0, work(DESK, 99), work(DESK, 10)), (0, delay(100)), (0, delay(99))),
        shifts((DESK, 0, 1000, 2)),
        horizon=100,
    )
    assert told(log) == [
        (0, 0, -1, -1, 0),
        (0, 0, 99, DESK, 0),
        (99, 99, -1, -1, 0),
        (0, 0, -1, -1, 0),
        (0, 0, 99, -1, 0),
    ]
    assert history(log) == [(0, "work", DESK, 0, 0, 100), (1, "work", DESK, 0, 0, 99), (2, "work", DESK, 0, 99, 100)]


def test_letters_received_at_the_horizon_or_later_are_ignored(play: Play) -> None:
    log = play(
        letters((99, work(DESK, 10)), (100, work(DESK, 10)), (150, delay(0))), shifts((DESK, 0, 1000, 1)), horizon=100
    )
    assert told(log) == [(99, 99, -1, -1, 0), NOTHING, NOTHING]
    assert history(log) == [(0, "work", DESK, 0, 99, 100)]


def test_a_letter_without_visits_leaves_no_trace(play: Play) -> None:
    log = play(letters((0,), (0, work(DESK, 10)), (5,)), shifts((DESK, 0, 1000, 1)))
    assert told(log) == [(0, 0, 10, DESK, 0)]


@pytest.mark.parametrize("horizon", [0, 100])
def test_without_letters_or_time_nothing_happens(play: Play, horizon: int) -> None:
    assert told(play(letters(), shifts((DESK, 0, 1000, 1)), horizon)) == []
    assert told(play(letters((100, work(DESK, 10))), shifts(), horizon)) == [NOTHING]


@pytest.mark.parametrize("engine", ENGINES)
def test_without_being_asked_for_there_are_no_stretches(engine: str) -> None:
    workload, roster = letters((0, work(DESK, 10))), shifts((DESK, 0, 1000, 1))
    assert simulate(workload, roster, 100, engine=engine).stretches is None


# Letters that were open before


def test_a_letter_that_was_open_before_is_received_in_second_0(play: Play) -> None:
    """It has the visits that are left; a delay goes on for what is left of it."""
    log = play(
        letters((-500, work(DESK, 30), work(BRANCH, 20)), (-400, delay(60), work(DESK, 10))),
        shifts((DESK, 0, 1000, 1), (BRANCH, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 30, DESK, 0), (30, 30, 50, BRANCH, 0), (0, 0, 60, -1, 0), (60, 60, 70, DESK, 0)]


def test_what_was_open_before_ranks_by_when_it_was_received(play: Play) -> None:
    """The second one too, in the queue of its next step: there it has been queued since it came."""
    log = play(
        letters(
            (-500, work(BRANCH, 30), work(DESK, 10)),
            (-400, work(DESK, 100)),
            (-1, work(DESK, 10)),
            (0, work(DESK, 10)),
            (0, work(DESK, 10, priority=0)),
            (20, work(DESK, 10)),
        ),
        shifts((DESK, 0, 1000, 1), (BRANCH, 0, 1000, 1)),
    )
    assert told(log) == [
        (0, 0, 30, BRANCH, 0),
        (30, 140, 150, DESK, 0),
        (0, 10, 110, DESK, 0),
        (0, 110, 120, DESK, 0),
        (0, 120, 130, DESK, 0),
        (0, 0, 10, DESK, 0),
        (20, 130, 140, DESK, 0),
    ]


def test_of_what_was_open_before_the_younger_is_put_down(play: Play) -> None:
    log = play(
        letters(
            (-300, work(DESK, 100, interruptible=True)),
            (-200, work(DESK, 100, interruptible=True)),
            (50, work(DESK, 10, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 2)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (0, 0, 110, DESK, 1), (50, 50, 60, DESK, 0)]


def test_what_was_open_before_is_escalated_as_if_it_had_waited_since_then(play: Play) -> None:
    """The first has waited too long already, the second for 40 of 60 seconds."""
    log = play(
        letters(
            (-90, work(STATION, 10, escalate_after=60, escalate_to=CITY)),
            (-40, work(STATION, 10, escalate_after=60, escalate_to=CITY)),
        ),
        shifts((STATION, 500, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 10, CITY, 0), (0, 20, 30, CITY, 0)]
    assert history(log) == [
        (0, "work", CITY, 0, 0, 10),
        (1, "wait", STATION, -1, 0, 20),
        (1, "work", CITY, 0, 20, 30),
    ]


def test_nothing_is_queued_where_no_second_is_simulated(play: Play) -> None:
    assert told(play(letters((-5, work(DESK, 10))), shifts((DESK, 0, 1000, 1)), 0)) == [NOTHING]
