"""What an SLA says of a letter, as stories of one letter and one SLA."""

from mailbox import AGAIN, BRANCH, ENQUIRE, HANDLE, NORTH, SIGN, SOUTH, at, mailbox, marked, simulated
from typing import Any

import numpy as np
import pytest
from builder import delay, letters, shifts, work

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.tables import NOT_YET, Roster, Workload
from sim.metrics.compliance import BINS, BINS_A_LIMIT, sla_counts
from sim.metrics.replication import Fate, Replication

MET, BREACHED, UNDECIDED, NOT_APPLICABLE = Fate.MET, Fate.BREACHED, Fate.UNDECIDED, Fate.NOT_APPLICABLE

ALL_DAY = shifts((NORTH, 0, at(0, day=9), 1), units=3)


def outcome(sla: dict[str, Any], workload: Workload, roster: Roster = ALL_DAY, **keys: Any) -> Replication:
    return simulated(mailbox(sla={"signed": sla}, **keys), workload, roster)


def judged(found: Replication) -> list[tuple[int, Fate]]:
    """Seconds on the clock, and what the SLA says, of each letter."""
    (run,) = found.clocks
    return [(elapsed, Fate(fate)) for elapsed, fate in zip(run.elapsed.tolist(), run.fate.tolist(), strict=True)]


# In time or not


@pytest.mark.parametrize(("service", "says"), [(600, MET), (601, BREACHED)])
def test_the_limit_itself_is_in_time(service: int, says: Fate) -> None:
    found = outcome({"until": "sign.finished", "within": "10 min"}, letters((at(9), work(NORTH, service))))
    assert judged(found) == [(service, says)]


@pytest.mark.parametrize(
    ("received", "elapsed", "says"),
    [(at(23, 50), 600, UNDECIDED), (at(23, 49, 59), 601, BREACHED)],
)
def test_a_letter_that_is_never_signed_is_late_once_the_limit_has_passed(
    received: int, elapsed: int, says: Fate
) -> None:
    """The simulation ends at midnight, where a letter of 23:50 could still be signed in time."""
    sla = {"until": "sign.finished", "within": "10 min"}
    assert judged(outcome(sla, letters((received, work(NORTH, 60))), shifts(units=3))) == [(elapsed, says)]


def test_letters_to_which_it_does_not_apply() -> None:
    """The first letter is of another category, the second leaves before it is handled, the third does neither."""
    workload = letters(*[(at(8), work(NORTH, 60), delay(0), work(NORTH, 60))] * 3)
    workload = marked(
        workload, category=[1, 0, 0], step=[SIGN, ENQUIRE, HANDLE, SIGN, ENQUIRE, ENQUIRE, SIGN, ENQUIRE, HANDLE]
    )
    found = outcome({"until": "handle.finished", "within": "10 min", "for": ["noise"]}, workload)
    assert judged(found) == [(NOT_YET, NOT_APPLICABLE), (NOT_YET, NOT_APPLICABLE), (6 * 60, MET)]


def test_an_sla_may_be_for_some_channels() -> None:
    workload = marked(letters(*[(at(8), work(NORTH, 60))] * 3), channel=[0, 1, 2])
    channels = {name: {"share": share} for name, share in (("web", 0.5), ("phone", 0.3), ("paper", 0.2))}
    sla = {"until": "sign.finished", "within": "10 min", "for_channel": ["phone", "web"]}
    found = outcome(sla, workload, channels=channels)
    assert judged(found) == [(60, MET), (120, MET), (NOT_YET, NOT_APPLICABLE)]


def test_closed_applies_to_those_that_stay() -> None:
    workload = marked(letters((at(8), work(NORTH, 60)), (at(8), work(NORTH, 60)), (at(8),)), left=[True, False, False])
    found = outcome({"until": "closed", "within": "1 h"}, workload)
    assert judged(found) == [(NOT_YET, NOT_APPLICABLE), (120, MET), (0, MET)]
    assert found.closed.tolist() == [at(8) + 60, at(8) + 120, at(8)], "a letter without visits closes at once"


# From when, until when


def test_the_clock_can_start_later_than_the_letter() -> None:
    workload = letters((at(8), work(NORTH, 60), delay(1000), work(NORTH, 300)))
    found = outcome({"from": "enquire.finished", "until": "handle.finished", "within": "10 min"}, workload)
    assert judged(found) == [(300, MET)]


def test_a_clock_that_has_not_begun_decides_nothing() -> None:
    workload = letters((at(8), work(NORTH, 60), delay(at(20)), work(NORTH, 300)))
    found = outcome({"from": "enquire.finished", "until": "handle.finished", "within": "10 min"}, workload)
    assert judged(found) == [(NOT_YET, UNDECIDED)]


def test_what_came_before_the_clock_began_was_in_time() -> None:
    """Handled without an enquiry at first, which came when the letter went back."""
    workload = letters((at(8), work(NORTH, 60), work(NORTH, 300), delay(0), delay(1000), work(NORTH, 300)))
    workload = marked(workload, step=[SIGN, HANDLE, AGAIN, ENQUIRE, HANDLE])
    found = outcome({"from": "enquire.finished", "until": "handle.finished", "within": "10 min"}, workload)
    assert judged(found) == [(0, MET)]


def test_the_first_time_at_a_step_counts() -> None:
    """Handled twice: after 360 s for the first time."""
    workload = letters((at(8), work(NORTH, 60), delay(0), work(NORTH, 300), delay(500), work(NORTH, 300)))
    workload = marked(workload, step=[SIGN, ENQUIRE, HANDLE, AGAIN, HANDLE])
    assert judged(outcome({"until": "handle.finished", "within": "1 h"}, workload)) == [(360, MET)]
    assert judged(outcome({"until": "closed", "within": "1 h"}, workload)) == [(1160, MET)]


# Pauses


def test_the_clock_stands_still_at_paused_steps() -> None:
    """Twice at the enquiry, 1,000 s and 2,000 s, and 60 + 300 + 300 s of work."""
    workload = letters(
        (at(8), work(NORTH, 60), delay(1000), work(NORTH, 300), delay(2000), work(NORTH, 300)),
    )
    workload = marked(workload, step=[SIGN, ENQUIRE, HANDLE, ENQUIRE, HANDLE])
    sla = {"until": "closed", "within": "11 min", "paused_during": ["enquire"]}
    assert judged(outcome(sla, workload)) == [(660, MET)]
    assert judged(outcome(sla | {"from": "sign.finished", "until": "handle.finished"}, workload)) == [(300, MET)]


def test_a_pause_that_goes_on_lasts_until_the_simulation_ends() -> None:
    workload = letters((at(8), work(NORTH, 60), delay(at(20)), work(NORTH, 300)))
    sla = {"until": "handle.finished", "within": "11 min", "paused_during": ["enquire"]}
    assert judged(outcome(sla, workload)) == [(60, UNDECIDED)]


def test_waiting_for_a_paused_step_is_a_pause_too() -> None:
    """An hour in the queue and ten minutes of work at the step that stops the clock."""
    workload = letters((at(8), work(NORTH, 600)))
    sla = {"until": "closed", "within": "1 min", "paused_during": ["sign"]}
    found = outcome(sla, workload, shifts((NORTH, at(9), at(24), 1), units=3))
    assert judged(found) == [(0, MET)]


def test_a_pause_counts_on_the_clock_of_the_sla() -> None:
    """Friday 17:00 to Monday 09:00 holds 1.5 office hours, and the enquiry in it, from 17:30 on, one of them."""
    workload = letters((at(17, day=4), work(NORTH, 1800), delay(at(8, day=7) - at(17, 30, day=4)), work(NORTH, 3600)))
    sla = {"until": "closed", "within": "8 office hours", "paused_during": ["enquire"]}
    found = outcome(sla, workload, window="9 d")
    assert judged(found) == [(30 * MINUTE + 30 * MINUTE, MET)]


def test_a_pause_over_night_stands_still_on_working_clocks_and_runs_on_the_calendar() -> None:
    """Monday 08:30 to Tuesday 09:30 is 25 hours and 10.5 office hours; the enquiry took 17:00 to 09:00 of them."""
    workload = letters((at(8, 30), work(NORTH, at(17) - at(8, 30)), delay(at(9, day=1) - at(17)), work(NORTH, 1800)))
    for within, elapsed in (("20 office hours", 9 * HOUR), ("30 h", 9 * HOUR)):
        sla = {"until": "closed", "within": within, "paused_during": ["enquire"]}
        assert judged(outcome(sla, workload, window="9 d")) == [(elapsed, MET)]


@pytest.mark.parametrize("within", ["20 office hours", "30 h", "2 working days"])
def test_a_pause_over_a_weekend_leaves_an_hour_on_every_clock(within: str) -> None:
    """Friday 17:00 to Monday 09:00, of which the enquiry took 17:30 to 08:30."""
    friday, monday = 4, 7
    pause = delay(at(8, 30, day=monday) - at(17, 30, day=friday))
    workload = letters((at(17, day=friday), work(NORTH, 1800), pause, work(NORTH, 1800)))
    sla = {"until": "closed", "within": within, "paused_during": ["enquire"]}
    assert judged(outcome(sla, workload, window="9 d")) == [(HOUR, MET)]


@pytest.mark.parametrize(("last", "says"), [(at(24, day=2), MET), (at(24, day=2) + 1, BREACHED)])
def test_a_limit_at_the_end_of_a_working_day_does_not_count_the_day_of_receipt(last: int, says: Fate) -> None:
    """Received on Monday at 08:00: working day 2 is Wednesday, and ends at 24:00."""
    workload = letters((at(8), work(NORTH, last - at(8))))
    found = outcome({"until": "closed", "within": "end of working day 2"}, workload, window="9 d")
    assert [fate for _, fate in judged(found)] == [says]


@pytest.mark.parametrize(("last", "says"), [(at(17, 30, day=2), MET), (at(17, 30, day=2) + 1, BREACHED)])
def test_a_limit_at_the_end_of_a_working_day_with_office_hours_ends_as_the_office_closes(last: int, says: Fate) -> None:
    workload = letters((at(8), work(NORTH, last - at(8))))
    sla = {"until": "closed", "within": "end of working day 2", "office_hours": ["08:30-12:00", "14:00-17:30"]}
    assert [fate for _, fate in judged(outcome(sla, workload, window="9 d"))] == [says]


def test_a_pause_on_the_day_of_receipt_takes_nothing_off_a_limit_that_does_not_count_it() -> None:
    """Received on Monday; the enquiry of 09:00 to Tuesday 06:00 takes the first six hours of Tuesday."""
    pause = delay(at(6, day=1) - at(9))
    workload = letters((at(8), work(NORTH, HOUR), pause, work(NORTH, at(24, day=2) - at(6, day=1))))
    sla = {"until": "closed", "within": "end of working day 2", "paused_during": ["enquire"]}
    assert judged(outcome(sla, workload, window="9 d")) == [(2 * DAY - 6 * HOUR, MET)]


# Clocks


@pytest.mark.parametrize(
    ("within", "elapsed"),
    [
        ("4 d", at(8, 40, day=7) - at(17, 50, day=4)),
        ("20 office hours", 20 * MINUTE),  # to 18:00, and from 08:30
        ("7 working days", at(6, 10) + at(8, 40)),  # what is left of Friday, and what has passed of Monday
    ],
)
def test_each_clock_counts_a_weekend_differently(within: str, elapsed: int) -> None:
    """Friday 17:50 to Monday 08:40."""
    workload = letters((at(17, 50, day=4), work(NORTH, at(8, 40, day=7) - at(17, 50, day=4))))
    found = outcome({"until": "sign.finished", "within": within}, workload, window="9 d")
    assert judged(found) == [(elapsed, MET)]


@pytest.mark.parametrize("within", ["7 working days", "63 office hours", "4 d", "10 min", "end of working day 3"])
@pytest.mark.parametrize("day", range(7))
def test_the_usual_cool_down_lets_every_limit_pass(within: str, day: int) -> None:
    """A letter of the last second of the window, whichever day that is, is decided if it is never closed."""
    keys = {"until": "closed", "within": within}
    setting = mailbox(sla={"closed": keys}, window=f"{day + 1} d", cool_down=None)
    found = simulated(setting, letters((setting.scenario.window_end - 1, work(NORTH, 60))), shifts(units=3))
    assert found.clocks[0].fate.tolist() == [BREACHED]


# Counting


def test_letters_are_counted_by_all_that_tells_them_apart() -> None:
    """Two letters on Monday at 09 for the north, one met; one at 10 for the south, which the branch covers, met."""
    south = work(SOUTH, 100, cover=BRANCH)
    workload = letters((at(9), work(NORTH, 300)), (at(9), work(NORTH, 301)), (at(10), south), (at(23), work(NORTH, 9)))
    workload = marked(workload, category=[0, 1, 1, 0], channel=[0, 0, 1, 0], home=[1, 1, 2, 1])
    roster = shifts((BRANCH, 0, at(0, day=2), 1), (NORTH, 0, at(0, day=2), 1), units=3)
    found = outcome({"until": "sign.finished", "within": "5 min"}, workload, roster, window="23 h", cool_down="1 h")
    (counts,) = sla_counts(found)
    assert [int(column) for column in counts.all] == [2, 1, 3], "met, late, all; that of 23:00 is not of the window"
    assert {hour: [int(column[hour]) for column in counts.by_hour_of_week] for hour in (8, 9, 10, 23)} == {
        8: [0, 0, 0],
        9: [1, 1, 2],
        10: [1, 0, 1],
        23: [0, 0, 0],
    }
    assert [column.tolist() for column in counts.by_category] == [[1, 1], [0, 1], [1, 2]]
    assert [column.tolist() for column in counts.by_channel] == [[1, 1], [1, 0], [2, 1]]
    assert [column.tolist() for column in counts.by_home] == [[0, 1, 1], [0, 1, 0], [0, 2, 1]]
    assert [column.tolist() for column in counts.by_team] == [[1, 1], [0, 1], [1, 2]]


def test_a_letter_that_waits_belongs_to_the_team_of_its_own_unit() -> None:
    workload = letters((at(9), work(NORTH, 300, cover=BRANCH)), (at(9), delay(0)))
    (counts,) = sla_counts(outcome({"until": "closed", "within": "5 min"}, workload, shifts(units=3)))
    assert [int(column) for column in counts.all] == [1, 1, 2]
    assert [column.tolist() for column in counts.by_team] == [[0, 0], [0, 1], [0, 1]], "nobody works on a delay"


def test_elapsed_times_fall_into_twentieths_of_the_limit() -> None:
    """Bins of 30 s that hold their upper edge: a letter at once, at 30 s, at 31 s, at the limit, beyond, far beyond."""
    times = [0, 30, 31, 600, 601, 1800, 1801]
    workload = letters(*((at(9), delay(seconds)) for seconds in times))
    (counts,) = sla_counts(outcome({"until": "closed", "within": "10 min"}, workload))
    filled = {index: letters for index, letters in enumerate(counts.histogram.tolist()) if letters}
    assert filled == {0: 2, 1: 1, BINS_A_LIMIT - 1: 1, BINS_A_LIMIT: 1, BINS - 1: 1, BINS: 1}
    assert counts.histogram[:BINS_A_LIMIT].sum() == counts.all.met


def test_no_sla_no_count() -> None:
    assert sla_counts(simulated(mailbox(), letters((at(9), work(NORTH, 300))), ALL_DAY)) == ()


def test_compliance_can_be_counted_without_stretches() -> None:
    found = outcome({"until": "sign.finished", "within": "5 min"}, letters((at(9), work(NORTH, 300))))
    bare = Replication(found.setting, found.workload, found.roster, found.log._replace(stretches=None))
    for one, other in zip(sla_counts(bare)[0], sla_counts(found)[0], strict=True):
        assert np.array_equal(one, other)
