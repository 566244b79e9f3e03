"""Counts of letters, steps, teams and backlog: hand-worked days, and sums that must agree on any day."""

from mailbox import AGAIN, ENQUIRE, HANDLE, NORTH, SIGN, SOUTH, at, mailbox, marked, simulated, with_other_duty
from typing import Any

import numpy as np
from builder import delay, letters, shifts, work
from hypothesis import given
from strategies import days

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.tables import FINISH, NOT_YET, WORK, Workload
from sim.metrics.hours import window_by_slot
from sim.metrics.measures import MOST_HOURS, Measures, instants_of, measure, open_letters
from sim.metrics.replication import Replication
from sim.metrics.rows import hour_table
from sim.metrics.steps import WAITS
from sim.scenario.setting import Setting

CITY, STATIONS = 0, 1  # teams of the mailbox
ALL_DAY = (NORTH, 0, at(0, day=30), 1)


def measured(setting: Setting, workload: Workload, *each: tuple[int, int, int, int]) -> Measures:
    return measure(simulated(setting, workload, shifts(*each, units=3)))


# Letters


def test_letters_are_those_of_the_window() -> None:
    """The window is from 06:00 to 18:00; the letter of 17 h is closed an hour after it, that of 17:30 never."""
    workload = letters(
        *((at(hour), work(NORTH, at(0, 30))) for hour in (5, 6, 17)),
        (at(17, 30), delay(at(9))),
        (at(18), work(NORTH, 60)),
        (at(18),),
    )
    workload = marked(workload, left=[False, True, False, False, True, False])
    roster = ((NORTH, 0, at(17), 1), (NORTH, at(18, 30), at(24), 1))
    measures = measured(mailbox(warm_up="6 h", window="12 h", cool_down="6 h"), workload, *roster)
    counts, times = measures.counts.letters, measures.times.time_in_system
    assert (counts.received, counts.closed, counts.left) == (3, 2, 1)
    assert times.seconds[times.ended > 0].tolist() == [at(0, 30), at(2)], "the second from 17:00 to 19:00"
    assert times.seconds[times.open > 0].tolist() == [at(6, 30)]
    assert counts.open_at_window_end == 2, "that of 17:00 is still open when the window ends"


def test_letters_of_the_warm_up_may_be_open_at_the_end_of_the_window() -> None:
    counts = measured(mailbox(warm_up="6 h", window="12 h"), letters((at(1), work(NORTH, 60)))).counts.letters
    assert (counts.received, counts.open_at_window_end) == (0, 1)


def test_other_duty_is_no_letter() -> None:
    workload = with_other_duty(letters((at(5), work(NORTH, 60)), (at(6), work(NORTH, 60))), 0)
    counts = measured(mailbox(), workload, ALL_DAY).counts
    assert (counts.letters.received, counts.letters.closed) == (1, 1)
    assert counts.steps.visits.tolist() == [1, 0, 0, 0]


def test_times_in_system() -> None:
    """Two letters take a minute, one a minute and a half, and the one that nobody does is open since 04:00."""
    workload = letters(
        (at(1), work(NORTH, 60)), (at(2), work(NORTH, 60)), (at(3), work(NORTH, 90)), (at(4), work(SOUTH, 1))
    )
    found = measured(mailbox(), workload, ALL_DAY).times.time_in_system
    assert found.seconds.tolist() == [60, 90, at(20)]
    assert (found.ended.tolist(), found.open.tolist()) == ([2, 1, 0], [0, 0, 1])


# Steps


def test_visits_are_counted_by_step_and_those_that_nobody_started_are_open() -> None:
    """Two letters at one person; the enquiry of the first is done twice; nobody handles anything."""
    enquiries = (delay(100), delay(300), delay(120))
    workload = letters((at(9), work(NORTH, 600), *enquiries, work(SOUTH, 60)), (at(9), work(NORTH, 90), delay(0)))
    workload = marked(workload, step=[SIGN, ENQUIRE, AGAIN, ENQUIRE, HANDLE, SIGN, ENQUIRE])
    measures = measured(mailbox(), workload, ALL_DAY)
    steps = measures.counts.steps
    assert steps.visits.tolist() == [2, 3, 1, 1], "in the order of the workflow: sign, enquire, handle, again"
    assert steps.delayed.tolist() == [1, 0, 1, 0]
    assert (steps.visits - steps.started).tolist() == [0, 0, 1, 0]
    assert steps.started.tolist() == [2, 3, 0, 1]
    assert dict(zip(WAITS, steps.longer[SIGN].tolist(), strict=True)) == {wait: int(wait < 600) for wait in WAITS}, (
        "600 s is not longer than 10 min"
    )
    assert measures.times.steps.wait[SIGN].seconds.tolist() == [0, 600]
    assert measures.times.steps.service[ENQUIRE].seconds.tolist() == [0, 100, 120]
    # Of the closed letter alone: ten minutes in the queue, 90 s of work.
    assert (steps.waiting.tolist(), steps.work.tolist(), steps.elapsed.tolist()) == (
        [600, 0, 0, 0],
        [90, 0, 0, 0],
        [0] * 4,
    )


def test_interruptions_make_a_letter_wait_again_but_do_not_count_as_its_wait() -> None:
    """Put down at 09:05 for ten minutes and taken up again at a cost of one minute."""
    patient = work(NORTH, 600, interruptible=True, resume_cost=60)
    workload = letters((at(9), patient), (at(9, 5), work(NORTH, 600, priority=0, interrupts=True)))
    steps = measured(mailbox(), workload, ALL_DAY).counts.steps
    assert (steps.interruptions[SIGN], steps.delayed[SIGN]) == (1, 0)
    assert (steps.waiting[SIGN], steps.work[SIGN]) == (600, 660 + 600)


# Teams


def test_people_and_queues_by_hour_of_the_week() -> None:
    """Tuesday is hour 24 to 47. One person works from 08:00 to 10:00, and finishes at 10:30 what they hold."""
    workload = letters(
        (at(8, 30, day=1), work(NORTH, at(0, 45))), (at(8, 45, day=1), work(NORTH, at(1, 15), at_shift_end=FINISH))
    )
    teams = measured(mailbox(window="2 d"), workload, (NORTH, at(8, day=1), at(10, day=1), 1)).counts.teams
    hours = {
        name: {hour: int(seconds) for hour, seconds in enumerate(getattr(teams, name)[STATIONS]) if seconds}
        for name in ("on_duty", "busy", "other_duty", "overtime", "waiting")
    }
    assert hours == {
        "on_duty": {32: HOUR, 33: HOUR},
        "busy": {32: 30 * MINUTE, 33: HOUR},
        "other_duty": {},
        "overtime": {34: 30 * MINUTE},
        "waiting": {32: 15 * MINUTE, 33: 15 * MINUTE},
    }
    assert teams.queue_max.tolist() == [0, 1]


def test_other_duty_keeps_people_busy_but_is_no_queue() -> None:
    jobs = letters(*((at(9), work(NORTH, at(1))) for _ in range(2)), (at(9), work(NORTH, at(1))))
    teams = measured(mailbox(), with_other_duty(jobs, 0, 1), ALL_DAY).counts.teams
    assert teams.busy[STATIONS].sum() == 3 * HOUR
    assert teams.other_duty[STATIONS].sum() == 2 * HOUR
    assert teams.waiting[STATIONS].sum() == 2 * HOUR, "the letter waits for both jobs"
    assert teams.queue_max.tolist() == [0, 1]


def test_teams_are_looked_at_in_the_window_alone() -> None:
    """From 09:20 to 10:40, which cuts two hours; the work began before and ends after it."""
    workload = letters((at(9), work(NORTH, at(2))), (at(9), work(NORTH, at(2))))
    setting = mailbox(warm_up="560 min", window="80 min", cool_down="9 h")
    teams = measured(setting, workload, (NORTH, at(-1), at(10, 30), 2), (NORTH, at(10, 30), at(20), 1)).counts.teams
    assert teams.on_duty[STATIONS, 9:11].tolist() == [2 * 40 * MINUTE, (2 * 30 + 10) * MINUTE]
    assert teams.busy[STATIONS, 9:11].tolist() == [2 * 40 * MINUTE, (2 * 30 + 10) * MINUTE]
    assert teams.on_duty.sum() == (2 * 70 + 10) * MINUTE
    assert teams.waiting.sum() == 10 * MINUTE
    assert teams.queue_max.tolist() == [0, 1]
    assert window_by_slot(setting)[9:11].tolist() == [40 * MINUTE, 40 * MINUTE]
    assert window_by_slot(setting).sum() == 80 * MINUTE


def test_the_longest_queue_is_over_all_units_of_a_team() -> None:
    """A letter of the north and two of the south wait from 09:00; what leaves in a second makes room for what comes."""
    workload = letters(
        *((at(8), work(unit, at(1))) for unit in (NORTH, SOUTH)),
        *((at(9) - 60, work(unit, at(1))) for unit in (NORTH, SOUTH, SOUTH)),
        (at(9), work(NORTH, at(1))),
    )
    teams = measured(mailbox(), workload, ALL_DAY, (SOUTH, *ALL_DAY[1:])).counts.teams
    assert teams.queue_max.tolist() == [0, 3], "two were put to work at 09:00, when the last one came"


# Backlog


def test_open_letters_and_their_age() -> None:
    """At 02:00 letters of 00:30 and 01:30 are open; one closes in that second and is open just before it."""
    workload = letters((at(0, 30), delay(at(1, 30))), (at(1, 30), delay(at(5))), (at(2), delay(60)))
    found = open_letters(simulated(mailbox(), workload, shifts(units=3)), np.array([at(2), at(3), at(7)]))
    assert found.number.tolist() == [2, 1, 0]
    assert found.age.tolist() == [HOUR, at(1, 30), 0]


def test_the_backlog_is_looked_at_every_hour_or_of_a_long_simulation_every_day() -> None:
    assert instants_of(3 * HOUR + 5).tolist() == [HOUR, 2 * HOUR, 3 * HOUR]
    assert len(instants_of(MOST_HOURS * HOUR)) == MOST_HOURS
    assert instants_of(523 * DAY).tolist() == list(range(DAY, 524 * DAY, DAY))
    assert instants_of(59).tolist() == [59]


# Whatever happens


def everyday(day: Any) -> tuple[Replication, Measures]:
    """A drawn day, in a mailbox whose steps take any unit; the second half of the window counts."""
    half = max(day.horizon // 2, 1)
    setting = mailbox(
        warm_up=f"{half} s",
        window=f"{half} s",
        cool_down=f"{max(day.horizon - 2 * half, 0)} s",
        workflow=[{f"s{n}": {"wait": "1 s"}} for n in range(5)],
        sla={
            "started": {"until": "s0.started", "within": "10 min"},
            "later": {"from": "s0.finished", "until": "s2.finished", "within": "20 min", "paused_during": ["s1"]},
            "closed": {"until": "closed", "within": "30 min"},
        },
    )
    found = simulated(setting, day.workload, day.roster._replace(units=3))
    return found, measure(found)


@given(days(tick=600))
def test_letters_and_slas_add_up(day: Any) -> None:
    found, (counts, times) = everyday(day)
    letters, slas = counts.letters, counts.slas
    over = letters.closed + letters.abandoned
    assert letters.received == found.counted.sum() == over + (found.counted & (found.closed == NOT_YET)).sum()
    assert times.time_in_system.total == letters.received
    assert times.time_in_system.ended.sum() == over
    for sla, causes, elapsed in zip(slas, counts.causes, times.elapsed, strict=True):
        met, late, applies = sla.all
        assert min(met, late, sla.all.undecided) >= 0
        assert applies <= letters.received
        assert causes.by_place.sum() == causes.by_hour.sum() == late
        assert sla.histogram.sum() == met + late
        assert elapsed.total == applies
        assert met <= elapsed.ended.sum() <= met + late
        for group in (sla.by_hour_of_week, sla.by_category, sla.by_channel, sla.by_home):
            assert tuple(column.sum() for column in group) == (met, late, applies)
        assert sla.by_team.letters.sum() <= applies


@given(days(tick=600))
def test_the_time_of_a_closed_letter_is_divided_among_its_steps(day: Any) -> None:
    _, (counts, times) = everyday(day)
    steps, in_system = counts.steps, times.time_in_system
    assert steps.waiting.sum() + steps.work.sum() + steps.elapsed.sum() == in_system.seconds @ in_system.ended
    assert [wait.ended.sum() for wait in times.steps.wait] == (steps.started + steps.abandoned).tolist()
    assert [wait.total for wait in times.steps.wait] == steps.visits.tolist()
    assert [service.total for service in times.steps.service] == steps.visits.tolist()
    assert (steps.longer[:, 0] + steps.visits - steps.started == steps.delayed).all(), (
        "who waits longer than nothing is delayed"
    )
    assert (np.diff(steps.longer, axis=1) <= 0).all()


@given(days(tick=600))
def test_people_are_counted_as_a_clerk_would(day: Any) -> None:
    """The slow and obvious twin: every stretch and every shift, hour by hour."""
    found, measures = everyday(day)
    horizon, team_of = found.setting.scenario.horizon, found.setting.places.team_of
    hours = -(-horizon // HOUR)
    expected = {name: np.zeros((2, hours)) for name in ("on_duty", "busy", "overtime", "waiting")}

    def add(name: str, unit: int, start: int, end: int, people: int = 1) -> None:
        for hour in range(hours):
            within = min(end, hour * HOUR + HOUR, horizon) - max(start, hour * HOUR)
            expected[name][team_of[unit], hour] += people * max(within, 0)

    for unit, start, end, people in zip(*found.roster[:4], strict=True):
        add("on_duty", unit, start, end, people)
    for _, kind, unit, shift, start, end in zip(*found.log.stretches, strict=True):
        over = found.roster.end[shift] if kind == WORK else horizon
        add("busy" if kind == WORK else "waiting", unit, start, min(end, over))
        add("overtime", unit, over, end)
    table = hour_table(found)
    length = np.minimum(horizon - table.hour * HOUR, HOUR)
    for name, seconds in expected.items():
        assert (getattr(table, name) * length).round(6).tolist() == seconds.ravel().tolist()
    teams, window = measures.counts.teams, found.setting.scenario
    assert teams.on_duty.sum() == sum(
        people * max(min(end, window.window_end) - max(start, window.window_start), 0)
        for _, start, end, people in zip(*found.roster[:4], strict=True)
    )
    assert (teams.busy <= teams.on_duty).all()


def test_measure_is_measures_of_an_outcome() -> None:
    found = simulated(mailbox(), letters((at(9), work(NORTH, 300))), shifts(ALL_DAY, units=3))
    counts = measure(found).counts
    assert counts.letters == measure(found).counts.letters
    assert counts.teams.busy.sum() == 300
