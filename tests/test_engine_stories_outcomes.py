"""Stories of visits and letters that hang on what became of an earlier visit, as in `test_engine_stories`."""

import pytest
from builder import BRANCH, CITY, DESK, NOTHING, Play, Prompt, delay, history, letters, shifts, told, work

from sim.core.tables import FINISHED_IN_TIME, FINISHED_LATE, STARTED_IN_TIME, STARTED_LATE, Workload

EVERYBODY = shifts(*((unit, 0, 1000, 1) for unit in (DESK, BRANCH, CITY)))


@pytest.mark.parametrize(
    ("service", "late"),
    [(99, False), (100, True), (101, True)],
)
def test_a_visit_is_made_if_an_earlier_one_was_late(service: int, late: bool, play: Play) -> None:
    """In time is before second 100. Rework is for who was late; the thanks are for who was in time."""
    rework = work(DESK, 30, made_if=FINISHED_LATE, made_if_back=1, made_late_from=100)
    thanks = work(CITY, 5, made_if=FINISHED_IN_TIME, made_if_back=2, made_late_from=100)
    log = play(letters((0, work(DESK, service), rework, thanks, work(BRANCH, 10))), EVERYBODY)
    if late:
        then = [(service, service, service + 30, DESK, 0), NOTHING, (service + 30, service + 30, service + 40, 1, 0)]
    else:
        then = [NOTHING, (service, service, service + 5, CITY, 0), (service + 5, service + 5, service + 15, BRANCH, 0)]
    assert told(log) == [(0, 0, service, DESK, 0), *then]
    assert len(history(log)) == 3, "what is passed over has no stretch"


def test_what_counts_may_be_the_start(play: Play) -> None:
    """Both wait for the desk; the first is started at 40 and the second at 90, late is from 90 on."""
    asked = {"made_if_back": 1, "made_late_from": 90}
    first, second = (
        (0, work(DESK, 50), delay(5, made_if=outcome, **asked)) for outcome in (STARTED_IN_TIME, STARTED_LATE)
    )
    log = play(letters((0, work(DESK, 40)), first, second), EVERYBODY)
    assert told(log)[1:] == [(0, 40, 90, DESK, 0), (90, 90, 95, -1, 0), (0, 90, 140, DESK, 0), (140, 140, 145, -1, 0)]
    first, second = (
        (0, work(DESK, 50), delay(5, made_if=outcome, **asked)) for outcome in (STARTED_LATE, STARTED_IN_TIME)
    )
    log = play(letters((0, work(DESK, 40)), first, second), EVERYBODY)
    assert told(log)[1:] == [(0, 40, 90, DESK, 0), NOTHING, (0, 90, 140, DESK, 0), NOTHING]


def test_what_hangs_on_a_visit_that_was_passed_over_takes_it_for_late(play: Play) -> None:
    """It is neither finished nor started in time. The letter is over when nothing is left to be made."""
    skipped = work(DESK, 10, made_if=FINISHED_LATE, made_if_back=1, made_late_from=100)
    late, in_time = (
        delay(0, made_if=outcome, made_if_back=back, made_late_from=100)
        for back, outcome in ((1, FINISHED_LATE), (2, FINISHED_IN_TIME))
    )
    log = play(letters((0, work(DESK, 20), skipped, late, in_time)), EVERYBODY)
    assert told(log) == [(0, 0, 20, DESK, 0), NOTHING, (20, 20, 20, -1, 0), NOTHING]


@pytest.mark.parametrize("once_over", [False, True])
def test_a_letter_comes_while_the_case_is_open_or_once_it_is_over(once_over: bool, play: Play) -> None:
    """The case is over at 100: of three letters about it at 99, 100 and 101, the first comes, or both others."""
    about = Prompt(about=1, once_over=once_over)
    log = play(
        letters(
            (0, work(DESK, 40), work(DESK, 60)),
            *((second, work(CITY, 1)) for second in (99, 100, 101)),
            prompts=dict.fromkeys((1, 2, 3), about),
        ),
        EVERYBODY,
    )
    come = [queued for queued, *_ in told(log)[2:] if queued >= 0]
    assert come == ([100, 101] if once_over else [99])


@pytest.mark.parametrize(
    ("outcome", "late_from", "comes"),
    [
        (FINISHED_LATE, 40, True),
        (FINISHED_LATE, 41, False),
        (FINISHED_IN_TIME, 40, False),
        (FINISHED_IN_TIME, 41, True),
        (STARTED_LATE, 0, True),
        (STARTED_IN_TIME, 1, True),
    ],
)
def test_who_was_answered_late_writes_again(outcome: int, late_from: int, comes: bool, play: Play) -> None:
    """The answer is finished at 40, the case is open until 100; the writer writes again at 70."""
    again = Prompt(about=1, received_if=outcome, received_if_back=1, received_late_from=late_from)
    log = play(letters((0, work(DESK, 40), work(DESK, 60)), (70, work(CITY, 10)), prompts={1: again}), EVERYBODY)
    assert told(log)[2] == ((70, 70, 80, CITY, 0) if comes else NOTHING)


def test_a_repeat_letter_may_be_repeated_if_it_came(play: Play) -> None:
    """The first letter is over at 10, so that one comes about it at 20 and not the other, nor what is about that."""

    def chain(first: Prompt) -> Workload:
        steps = [(second, work(CITY, 5)) for second in (20, 40)]
        return letters((0, work(DESK, 10)), *steps, prompts={1: first, 2: Prompt(about=1, once_over=True)})

    log = play(chain(Prompt(about=0, once_over=True)), EVERYBODY)
    assert told(log)[1:] == [(20, 20, 25, CITY, 0), (40, 40, 45, CITY, 0)]
    assert told(play(chain(Prompt(about=0)), EVERYBODY))[1:] == [NOTHING, NOTHING]


def test_a_visit_is_over_once_it_is_passed_over(play: Play) -> None:
    """It is at 50, when the letter goes on with the third, that would be put first, and is not."""
    skipped = work(BRANCH, 10, made_if=FINISHED_LATE, made_if_back=1, made_late_from=100)
    steps = work(DESK, 50), skipped, work(CITY, 100)
    for due, comes in ((49, True), (50, False)):
        log = play(letters((0, *steps), (due, work(BRANCH, 20)), prompts={1: Prompt(about=1)}), EVERYBODY)
        assert told(log) == [
            (0, 0, 50, DESK, 0),
            NOTHING,
            (50, 50, 150, CITY, 0),
            (due, due, due + 20, BRANCH, 0) if comes else NOTHING,
        ]


def test_who_left_is_late_and_his_case_is_over(play: Play) -> None:
    """He calls again at 200, having hung up at 60."""
    again = Prompt(about=1, once_over=True, received_if=STARTED_LATE, received_late_from=30)
    log = play(
        letters((0, work(DESK, 150)), (0, work(DESK, 5, patience=60)), (200, work(DESK, 5)), prompts={2: again}),
        EVERYBODY,
    )
    assert told(log)[1:] == [(0, -1, -1, -1, 0), (200, 200, 205, DESK, 0)]
