"""Stories of who leaves out of patience, as in `test_engine_stories`."""

from builder import BRANCH, CITY, DESK, NOTHING, STATION, Play, delay, history, letters, shifts, told, work

# Patience


def test_a_letter_that_nobody_starts_in_time_leaves(play: Play) -> None:
    """It makes no further visit, and the person who is free at 100 takes the next one."""
    log = play(
        letters((0, work(DESK, 100)), (30, work(DESK, 50, patience=60), work(DESK, 10)), (40, work(DESK, 20))),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (30, -1, -1, -1, 0), NOTHING, (40, 100, 120, DESK, 0)]
    assert history(log) == [
        (0, "work", DESK, 0, 0, 100),
        (1, "wait", DESK, -1, 30, 90),
        (3, "wait", DESK, -1, 40, 100),
        (3, "work", DESK, 0, 100, 120),
    ]


def test_who_loses_patience_as_somebody_becomes_free_leaves(play: Play) -> None:
    """A second more, and it would have been started."""
    log = play(
        letters((0, work(DESK, 100)), (10, work(DESK, 50, patience=90)), (10, work(DESK, 50, patience=91))),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 100, DESK, 0), (10, -1, -1, -1, 0), (10, 100, 150, DESK, 0)]


def test_what_has_been_started_does_not_leave(play: Play) -> None:
    """It is put down at 20, and waits for longer than its patience."""
    log = play(
        letters(
            (0, work(DESK, 100, interruptible=True, patience=30)),
            (20, work(DESK, 200, priority=0, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 300, DESK, 1), (20, 20, 220, DESK, 0)]


def test_patience_is_that_of_each_visit(play: Play) -> None:
    """The delay costs none, and at the second desk it waits anew."""
    log = play(
        letters((0, work(DESK, 10, patience=5), delay(100), work(BRANCH, 10, patience=40))),
        shifts((DESK, 0, 1000, 1), (BRANCH, 149, 1000, 1)),
    )
    assert told(log) == [(0, 0, 10, DESK, 0), (10, 10, 110, -1, 0), (110, 149, 159, BRANCH, 0)]
    later = shifts((DESK, 0, 1000, 1), (BRANCH, 150, 1000, 1))
    log = play(letters((0, work(DESK, 10, patience=5), delay(100), work(BRANCH, 10, patience=40))), later)
    assert told(log)[2] == (110, -1, -1, -1, 0)


def test_who_leaves_is_neither_escalated_nor_covered_in_that_second(play: Play) -> None:
    """Both lose patience at 60, when the city and the branch come on duty; a second later they would have moved."""
    night = work(STATION, 10, patience=60, cover=BRANCH)
    overdue = work(STATION, 10, patience=60, escalate_after=60, escalate_to=CITY)
    log = play(letters((0, night), (0, overdue)), shifts((BRANCH, 60, 1000, 1), (CITY, 60, 1000, 1)))
    assert told(log) == [(0, -1, -1, -1, 0)] * 2
    assert history(log) == [(0, "wait", STATION, -1, 0, 60), (1, "wait", STATION, -1, 0, 60)]


def test_a_visit_that_has_moved_leaves_from_there(play: Play) -> None:
    """Its patience runs since it joined the queue of its own unit."""
    log = play(
        letters((0, work(CITY, 200)), (10, work(STATION, 10, patience=100, escalate_after=40, escalate_to=CITY))),
        shifts((CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 200, CITY, 0), (10, -1, -1, -1, 0)]
    assert history(log)[1:] == [(1, "wait", STATION, -1, 10, 50), (1, "wait", CITY, -1, 50, 110)]


def test_the_urgent_one_interrupts_when_what_held_it_back_leaves(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, priority=7, interruptible=True)),
            (10, work(DESK, 10, priority=1, patience=30)),
            (20, work(DESK, 10, priority=2, interrupts=True)),
        ),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 110, DESK, 1), (10, -1, -1, -1, 0), (20, 40, 50, DESK, 0)]


def test_what_was_open_before_has_lost_patience_since_then(play: Play) -> None:
    """The first has waited too long already, the second for 40 of 60 seconds, the third has its patience to come."""
    log = play(
        letters(
            (-90, work(STATION, 10, patience=60), work(CITY, 10)),
            (-40, work(STATION, 10, patience=60)),
            (-40, work(CITY, 10), work(STATION, 10, patience=60)),
        ),
        shifts((CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, -1, -1, -1, 0), NOTHING, (0, -1, -1, -1, 0), (0, 0, 10, CITY, 0), (10, -1, -1, -1, 0)]
    assert history(log) == [
        (2, "wait", STATION, -1, 0, 20),
        (3, "work", CITY, 0, 0, 10),
        (4, "wait", STATION, -1, 10, 70),
    ]


def test_who_would_leave_at_the_horizon_waits(play: Play) -> None:
    log = play(letters((0, work(DESK, 10, patience=100)), (0, work(DESK, 10, patience=99))), shifts(), 100)
    assert told(log) == [(0, -1, -1, -1, 0)] * 2
    assert history(log) == [(0, "wait", DESK, -1, 0, 100), (1, "wait", DESK, -1, 0, 99)]
