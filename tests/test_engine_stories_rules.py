"""Stories of who leaves out of patience, and of prompts, as in `test_engine_stories`."""

from builder import BRANCH, CITY, DESK, NOTHING, STATION, Play, Prompt, delay, history, letters, shifts, told, work

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


# Prompts

BUSY = (0, work(DESK, 200))


def test_a_prompt_is_received_while_its_visit_is_not_finished(play: Play) -> None:
    """A prompt sheet of 20 seconds, due at 100; what it is about is finished at 99, at 100, or at 101."""
    for service, sheet in ((99, NOTHING), (100, NOTHING), (101, (100, 100, 120, CITY, 0))):
        log = play(
            letters((0, work(DESK, service)), (100, work(CITY, 20)), prompts={1: Prompt(about=0)}),
            shifts((DESK, 0, 1000, 1), (CITY, 0, 1000, 1)),
        )
        assert told(log) == [(0, 0, service, DESK, 0), sheet]


def test_a_prompt_until_the_start_is_received_in_the_second_of_the_start(play: Play) -> None:
    """Letter 1 is started at 200: what is due before work starts in that second is in time for it."""
    for due, sheet in ((200, (200, 200, 220, CITY, 0)), (201, NOTHING)):
        log = play(
            letters(BUSY, (0, work(DESK, 50)), (due, work(CITY, 20)), prompts={2: Prompt(about=1, until_start=True)}),
            shifts((DESK, 0, 1000, 1), (CITY, 0, 1000, 1)),
        )
        assert told(log)[1:] == [(0, 200, 250, DESK, 0), sheet]


def test_a_prompt_ranks_the_letter_anew_up_to_the_visit_that_it_is_about(play: Play) -> None:
    """Letter 1 is urgent at the desk and at the branch, and ordinary again at the station."""
    steps = [work(unit, 10, priority=6) for unit in (DESK, BRANCH, STATION)]
    rival = [(10, work(BRANCH, 250)), (10, work(STATION, 260)), (20, work(BRANCH, 30)), (20, work(STATION, 30))]
    everybody = shifts(*((unit, 0, 1000, 1) for unit in (DESK, BRANCH, STATION)))
    log = play(
        letters(BUSY, (5, *steps), *rival, (30, work(DESK, 40)), (50,), prompts={7: Prompt(about=2, new_priority=1)}),
        everybody,
    )
    assert told(log)[1:4] == [(5, 200, 210, DESK, 0), (210, 260, 270, BRANCH, 0), (270, 300, 310, STATION, 0)]
    assert told(log)[8] == (30, 210, 250, DESK, 0)


def test_a_prompt_ranks_work_in_hands_anew(play: Play) -> None:
    """From 50 on the first letter cannot be interrupted by what is no more urgent any longer."""
    first, urgent = work(DESK, 100, priority=6, interruptible=True), work(DESK, 10, priority=3, interrupts=True)
    for due, expected in ((50, [(0, 0, 100, DESK, 0), (60, 100, 110, DESK, 0)]),
                          (70, [(0, 0, 110, DESK, 1), (60, 60, 70, DESK, 0)])):  # fmt: skip
        asked = [(60, urgent), (due,)] if due > 60 else [(due,), (60, urgent)]
        number = asked.index((due,)) + 1
        log = play(
            letters((0, first), *asked, prompts={number: Prompt(about=0, new_priority=2)}), shifts((DESK, 0, 1000, 1))
        )
        assert told(log) == expected


def test_a_prompt_that_makes_work_less_urgent_has_it_put_down(play: Play) -> None:
    log = play(
        letters(
            (0, work(DESK, 100, priority=1, interruptible=True)),
            (10, work(DESK, 20, priority=3, interrupts=True)),
            (50,),
            prompts={2: Prompt(about=0, new_priority=4)},
        ),
        shifts((DESK, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 120, DESK, 1), (10, 50, 70, DESK, 0)]


def test_a_prompt_moves_what_waits_to_where_somebody_is_on_duty(play: Play) -> None:
    """It is asked to the city at 40, where nobody is, and at 50; there it is not escalated to the branch at 60."""
    log = play(
        letters(
            BUSY,
            (0, work(DESK, 10, escalate_after=60, escalate_to=BRANCH)),
            (40,),
            (45, work(CITY, 40)),
            (50,),
            prompts={2: Prompt(about=1, move_to=CITY), 4: Prompt(about=1, move_to=CITY)},
        ),
        shifts((DESK, 0, 1000, 1), (BRANCH, 0, 1000, 1), (CITY, 41, 1000, 1)),
    )
    assert told(log)[1:] == [(0, 85, 95, CITY, 0), (45, 45, 85, CITY, 0)]
    assert history(log)[1:4] == [
        (1, "wait", DESK, -1, 0, 50),
        (1, "wait", CITY, -1, 50, 85),
        (1, "work", CITY, 2, 85, 95),
    ]


def test_a_prompt_does_not_move_what_has_just_come_or_is_in_hands(play: Play) -> None:
    """Letter 1 reaches the desk at 50, letter 0 is being worked on: both stay where they are."""
    log = play(
        letters(
            BUSY,
            (0, delay(50), work(DESK, 10)),
            (50,),
            (50,),
            prompts={2: Prompt(about=2, move_to=CITY), 3: Prompt(about=0, move_to=CITY)},
        ),
        shifts((DESK, 0, 1000, 1), (CITY, 0, 1000, 1)),
    )
    assert told(log) == [(0, 0, 200, DESK, 0), (0, 0, 50, -1, 0), (50, 200, 210, DESK, 0)]


def test_of_a_letter_that_has_left_nobody_is_prompted(play: Play) -> None:
    """It leaves at 60, after what is due in that second has come."""
    for due, sheet in ((60, (60, 60, 80, CITY, 0)), (61, NOTHING)):
        log = play(
            letters(BUSY, (0, work(DESK, 10, patience=60)), (due, work(CITY, 20)), prompts={2: Prompt(about=1)}),
            shifts((DESK, 0, 1000, 1), (CITY, 0, 1000, 1)),
        )
        assert told(log)[2] == sheet
