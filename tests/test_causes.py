"""Why letters breached: a story for each cause, and a second-by-second twin on small offices."""

from collections import Counter
from mailbox import BRANCH, ENQUIRE, HANDLE, NORTH, SIGN, SOUTH, at, mailbox, marked, simulated, with_other_duty
from typing import Any

from builder import delay, letters, shifts, work
from hypothesis import given
from hypothesis import strategies as st
from strategies import days

from sim.core.clock import DAY, HOUR, Clock
from sim.core.tables import FINISH, NO_UNIT, NOT_YET, WORK, Roster, Workload
from sim.metrics.causes import breaches, cause_counts
from sim.metrics.figures.slas import Why
from sim.metrics.replication import Fate, Replication

ALL_DAY = (NORTH, 0, at(0, day=30), 1)
SIGNED = {"until": "sign.finished", "within": "10 min"}
HANDLED = {"until": "handle.finished", "within": "2 h"}
TEAMS = {BRANCH: "branch", NORTH: "station", SOUTH: "station", NO_UNIT: None}


def causes(
    sla: dict[str, Any], workload: Workload, roster: Roster, **keys: Any
) -> list[tuple[int, int, Any, Why, int]]:
    """Letter, step, team, cause of each breach, and the hour at which the longest piece of it began."""
    found = simulated(mailbox(sla={"signed": sla}, **keys), workload, roster)
    return [(row, step, TEAMS[unit], list(Why)[why], hour) for row, step, unit, why, _, hour in told(found)]


def told(found: Replication) -> list[tuple[int, ...]]:
    (late,) = breaches(found)
    return list(zip(*(column.tolist() for column in late), strict=True))


# A story for each cause


def test_a_wait_at_a_unit_where_no_shift_is_on_is_nobody_on_duty() -> None:
    """Received at 03:00, nobody comes before 08:00."""
    found = causes(SIGNED, letters((at(3), work(NORTH, 60))), shifts((NORTH, at(8), at(18), 1), units=3))
    assert found == [(0, SIGN, "station", Why.NOBODY_ON_DUTY, 3)]


def test_a_wait_while_everybody_on_duty_is_busy_is_all_busy() -> None:
    found = causes(SIGNED, letters((at(9), work(NORTH, 540)), (at(9), work(NORTH, 90))), shifts(ALL_DAY, units=3))
    assert found == [(1, SIGN, "station", Why.ALL_BUSY, 9)]


def test_a_wait_is_divided_where_the_shift_begins() -> None:
    """Both come at 06:00; from 08:00 on the first is worked on, for less than two hours or for more."""
    roster = shifts((NORTH, at(8), at(18), 1), units=3)
    for service, why, hour in ((at(1, 59), Why.NOBODY_ON_DUTY, 6), (at(2, 1), Why.ALL_BUSY, 8)):
        found = causes(SIGNED, letters((at(6), work(NORTH, service)), (at(6), work(NORTH, 60))), roster)
        assert found[1] == (1, SIGN, "station", why, hour)


def test_once_a_shift_was_there_nights_are_no_excuse() -> None:
    """Received on Monday evening, it waits for a night of 14 h, a day that is full, and another night."""
    roster = [(NORTH, at(8, day=day), at(18, day=day), 1) for day in range(3)]
    workload = letters((at(9), work(NORTH, at(19))), (at(18), work(NORTH, 60)))
    found = causes(SIGNED, workload, shifts(*roster, units=3), window="3 d")
    assert found[1] == (1, SIGN, "station", Why.ALL_BUSY, 8)
    found = causes(SIGNED, workload, shifts(roster[0], roster[2], units=3), window="3 d")
    assert found[1] == (1, SIGN, "station", Why.NOBODY_ON_DUTY, 18)


def test_a_wait_after_urgent_work_came_in_between_is_interrupted() -> None:
    """A letter of priority 5 gives way to two urgent ones of an hour each."""
    urgent = work(NORTH, at(1), priority=0, interrupts=True)
    workload = letters((at(9), work(NORTH, 600, interruptible=True)), (at(9, 5), urgent), (at(10, 5), urgent))
    found = causes(SIGNED | {"within": "1 h"}, workload, shifts(ALL_DAY, units=3))
    assert found == [(0, SIGN, "station", Why.INTERRUPTED, 9)]


def test_a_wait_after_the_end_of_a_shift_is_put_down_at_shift_end() -> None:
    """Half done at 18:00, it waits for the morning: not for want of people, but because it was handed over."""
    roster = shifts((NORTH, at(8), at(18), 1), (NORTH, at(8, day=1), at(18, day=1), 1), units=3)
    found = causes(SIGNED, letters((at(17, 30), work(NORTH, at(1)))), roster, window="2 d")
    assert found == [(0, SIGN, "station", Why.PUT_DOWN_AT_SHIFT_END, 18)]


def test_finished_in_overtime_it_was_being_worked_on() -> None:
    roster = shifts((NORTH, at(8), at(18), 1), units=3)
    found = causes(SIGNED, letters((at(17, 30), work(NORTH, at(1), at_shift_end=FINISH))), roster)
    assert found == [(0, SIGN, "station", Why.BEING_WORKED_ON, 17)]


def test_a_delay_is_an_elapsed_wait() -> None:
    workload = letters((at(9), work(NORTH, 60), delay(at(3)), work(NORTH, 60)))
    assert causes(HANDLED, workload, shifts(ALL_DAY, units=3)) == [(0, ENQUIRE, None, Why.ELAPSED_WAIT, 9)]


def test_a_letter_that_is_never_done_is_judged_by_what_it_did_so_far() -> None:
    workload = letters((at(9), work(NORTH, 60), delay(0), work(SOUTH, 60)))
    assert causes(HANDLED, workload, shifts(ALL_DAY, units=3)) == [(0, HANDLE, "station", Why.NOBODY_ON_DUTY, 9)]


# What the largest part is


def test_many_small_parts_of_one_visit_count_together() -> None:
    """Worked on for 40 min in four pieces, and put down three times for 15 min: 45 min."""
    urgent = work(NORTH, at(0, 15), priority=0, interrupts=True)
    later = [(at(9, minute), urgent) for minute in (10, 35)] + [(at(10), urgent)]
    workload = letters((at(9), work(NORTH, at(0, 40), interruptible=True)), *later)
    found = causes(SIGNED | {"within": "1 h"}, workload, shifts(ALL_DAY, units=3))
    assert found == [(0, SIGN, "station", Why.INTERRUPTED, 10)]  # of pieces as long as each other, the last


def test_the_part_belongs_to_the_place_where_most_of_it_passed() -> None:
    """It waits at the station that sleeps for 20 min, until the branch is awake; there it waits for 3 h more."""
    workload = letters((at(7, 40), work(SOUTH, 60, cover=BRANCH)), (at(8), work(BRANCH, at(3), priority=0)))
    found = causes(SIGNED, workload, shifts((BRANCH, at(8), at(18), 1), units=3))
    assert found[0] == (0, SIGN, "branch", Why.ALL_BUSY, 8)


def test_a_long_wait_outweighs_the_last_one() -> None:
    """Behind three hours of work it waits for an hour at the station, then for ten minutes at the branch."""
    escalating = work(NORTH, 60, escalate_after=at(1), escalate_to=BRANCH)
    workload = letters((at(9), work(NORTH, at(3))), (at(9), work(BRANCH, at(1, 10))), (at(9), escalating))
    found = causes(SIGNED | {"within": "71 min"}, workload, shifts(ALL_DAY, (BRANCH, 0, at(24), 1), units=3))
    assert found == [(0, SIGN, "station", Why.BEING_WORKED_ON, 9)]
    found = causes(SIGNED | {"within": "70 min"}, workload, shifts(ALL_DAY, (BRANCH, 0, at(24), 1), units=3))
    assert found[1] == (2, SIGN, "station", Why.ALL_BUSY, 9)


def test_what_comes_after_the_milestone_does_not_matter() -> None:
    """It is started after 15 min; that it then takes hours is another matter."""
    workload = letters((at(9), work(NORTH, 900)), (at(9), work(NORTH, at(5))))
    found = causes({"until": "sign.started", "within": "10 min"}, workload, shifts(ALL_DAY, units=3))
    assert found == [(1, SIGN, "station", Why.ALL_BUSY, 9)]


def test_what_was_before_the_clock_began_does_not_matter() -> None:
    """Five hours in vain, and two of enquiry; then half an hour of waiting and an hour of work."""
    workload = letters((at(3), work(NORTH, 60), delay(at(2)), work(NORTH, at(1))), (at(10), work(NORTH, at(0, 32))))
    workload = marked(workload, step=[SIGN, ENQUIRE, HANDLE, SIGN])
    sla = {"from": "enquire.finished", "until": "handle.finished", "within": "1 h"}
    found = causes(sla, workload, shifts((NORTH, at(8), at(18), 1), units=3))
    assert found == [(0, HANDLE, "station", Why.BEING_WORKED_ON, 10)]


def test_paused_steps_are_nobodys_fault() -> None:
    workload = letters((at(9), work(NORTH, 60), delay(at(3)), work(NORTH, at(2))))
    sla = HANDLED | {"paused_during": ["enquire"]}
    assert causes(sla, workload, shifts(ALL_DAY, units=3)) == [(0, HANDLE, "station", Why.BEING_WORKED_ON, 12)]


def test_a_weekend_weighs_nothing_on_an_office_clock() -> None:
    """Friday 17:00 to Monday 10:00 without anybody is 2.5 office hours; the work, 3 h of them, takes longer."""
    workload = letters((at(17, day=4), work(NORTH, at(3))))
    roster = shifts((NORTH, at(10, day=7), at(18, day=7), 1), units=3)
    sla = {"until": "sign.finished", "within": "4 office hours"}
    assert causes(sla, workload, roster, window="8 d") == [(0, SIGN, "station", Why.BEING_WORKED_ON, 10)]
    sla = {"until": "sign.finished", "within": "4 h"}
    assert causes(sla, workload, roster, window="8 d") == [(0, SIGN, "station", Why.NOBODY_ON_DUTY, 17)]


def test_breaches_outside_the_window_and_other_duty_do_not_count() -> None:
    workload = letters((at(1), work(NORTH, at(1))), (at(3), work(NORTH, at(1))), (at(5), work(NORTH, at(1))))
    found = causes(SIGNED, with_other_duty(workload, 1), shifts(ALL_DAY, units=3), warm_up="2 h", window="22 h")
    assert found == [(1, SIGN, "station", Why.BEING_WORKED_ON, 5)]


def test_breaches_are_counted_by_place_and_hour() -> None:
    workload = letters((at(3), work(SOUTH, 60)), (at(9), work(NORTH, at(1))), (at(9), work(NORTH, 60)))
    found = simulated(mailbox(sla={"signed": SIGNED, "handled": HANDLED}), workload, shifts(ALL_DAY, units=3))
    counts, nothing = cause_counts(found.setting, breaches(found))
    why = list(Why)
    expected = {Why.NOBODY_ON_DUTY: 3, Why.BEING_WORKED_ON: 9, Why.ALL_BUSY: 9}
    assert counts.by_place.sum() == counts.by_hour.sum() == 3
    for cause, hour in expected.items():
        assert counts.by_place[SIGN, 1, why.index(cause)] == 1
        assert counts.by_hour[hour, why.index(cause)] == 1
    assert nothing.by_place.sum() == nothing.by_hour.sum() == 0


# Its slow and obvious twin


@given(days(tick=2, ticks=12), st.integers(0, 20), st.sampled_from(["office hours", "s"]))
def test_it_is_what_a_clerk_would_find_second_by_second(day: Any, limit: int, unit: str) -> None:
    """At 08:30 the office opens, so that an office clock counts the day from its second half on."""
    shift = at(8, 30) - day.horizon // 2
    within = f"{max(limit, 1)} s" if unit == "s" else f"{max(limit, 1) / 3600} office hours"
    keys = {"window": f"{day.horizon + shift} s", "workflow": [{f"s{n}": {"wait": "1 s"}} for n in range(5)]}
    setting = mailbox(sla={"closed": {"until": "closed", "within": within}}, **keys)
    units = [NORTH, SOUTH, BRANCH]
    roster = day.roster._replace(start=day.roster.start + shift, end=day.roster.end + shift, units=len(units))
    found = simulated(setting, day.workload._replace(received=day.workload.received + shift), roster)
    clerk = [_clerk(found, row) for row in range(len(found.letters)) if found.clocks[0].fate[row] == Fate.BREACHED]
    breached = told(found)
    assert len(breached) == len(clerk)
    for (row, step, unit, why, seconds, hour), (parts, place, begins) in zip(breached, clerk, strict=True):
        assert parts.total() == found.clocks[0].elapsed[row]
        assert parts[step, list(Why)[why]] == max(parts.values()) == seconds
        assert unit in (place[step, list(Why)[why]] if list(Why)[why] is not Why.ELAPSED_WAIT else {-1})
        assert hour in {second % DAY // HOUR for second in begins[step, list(Why)[why]]}


def _clerk(found: Replication, row: int) -> tuple[Counter[Any], dict[Any, set[int]], dict[Any, set[int]]]:
    """Seconds of a letter's clock by step and cause, the units where they passed, and when stretches of them began."""
    workload, log, scenario = found.workload, found.log, found.setting.scenario
    (run,), (sla,) = found.clocks, scenario.sla.values()
    stretches = list(zip(*(column.tolist() for column in log.stretches), strict=True))
    letter = found.letters[row]
    parts: Counter[Any] = Counter()
    places: dict[Any, set[int]] = {}
    begins: dict[Any, set[int]] = {}
    for visit in range(workload.first_visit[letter], workload.first_visit[letter + 1]):
        if log.queued[visit] == NOT_YET:
            continue
        step, shift_ended, attended = int(workload.step[visit]), None, False
        mine = [rest for number, *rest in stretches if number == visit]
        if workload.unit[visit] == NO_UNIT:
            end = log.finished[visit] if log.finished[visit] != NOT_YET else scenario.horizon
            mine = [(None, NO_UNIT, -1, log.queued[visit], end)]
        for kind, unit, shift, start, end in mine:
            before = None
            for second in range(start, end):
                if kind is None:
                    why = Why.ELAPSED_WAIT
                elif kind == WORK:
                    why = Why.BEING_WORKED_ON
                elif shift_ended is not None:
                    why = Why.PUT_DOWN_AT_SHIFT_END if shift_ended else Why.INTERRUPTED
                else:
                    attended = attended or _on_duty(found.roster, unit, second)
                    why = Why.ALL_BUSY if attended else Why.NOBODY_ON_DUTY
                if not run.begin[row] <= second < run.end[row]:
                    continue
                if why is not before:
                    begins.setdefault((step, why), set()).add(second)
                before = why
                if _ticks(second, sla.within.clock):
                    parts[step, why] += 1
                    places.setdefault((step, why), set()).add(unit)
            if kind == WORK:
                shift_ended = end >= found.roster.end[shift]
    return parts, places, begins


def _on_duty(roster: Roster, unit: int, second: int) -> bool:
    on_duty = (roster.unit == unit) & (roster.start <= second) & (second < roster.end)
    return bool((roster.people[on_duty] > 0).any())


def _ticks(second: int, clock: Clock) -> bool:
    return clock is Clock.CALENDAR or at(8, 30) <= second < at(18)
