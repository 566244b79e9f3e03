"""What any planner expects of a mailbox, held with the same letters before and after: more people help, absence hurts.

Every claim compares two systems that meet the same chance, so that the difference has a narrow paired interval. A
claim of harm or help must show: the whole interval on its side. A claim that something never hurts allows for noise.
Seeds are fixed; by chance alone a claim fails with one seed in forty.
"""

from itertools import pairwise
from pathlib import Path

import pytest
from runs import setting, sla_counts_of, written

from sim.experiment.replications import simulate_replication
from sim.metrics.compliance import SlaCounts
from sim.statistics import Decided, Difference, paired_difference

NOISE = 0.003
"""Compliance that one person more may cost by chance: letters meet other people at other times."""

# A small bureau of three tiers that is stretched, so that every change shows.
BUREAU = """
schema: 1
start: 2024-01-01
warm_up: 3 d
window: 14 d
cool_down: 4 d
replications: 20
seed: 7
arrivals: {per_day: 130, by_hour: mailbox, busyness: {cv: 0.1}}
categories: {plain: {share: 70%}, hard: {share: 30%}}
teams:
  city: {tier: city, staff: {always: 2}}
  branch: {tier: branch, units: 2, within: city, staff: {four_teams_two_shifts: 16}, absence: 10%, at_least: 1}
  station:
    tier: station
    units: 6
    within: branch
    staff: {daytime: 16}
    absence: 10%
    other_duty: {per_hour: 0.3, effort: {mean: 20 min, cv: 1}, priority: 0, interrupts: true, interruptible: false}
workflow:
  - sign: {by: city, effort: {mean: 7 min, cv: 0.8}, priority: 0}
  - contact:
      by: station
      effort: {mean: 8 min, cv: 1}
      priority: 1
      interrupts: true
      interruptible: false
      at_shift_end: finish
      cover: branch
      escalate: {after: 12 min, to: branch}
  - enquire: {wait: {per_category: {plain: {mean: 10 h, cv: 0.6}, hard: {mean: 30 h, cv: 0.6}}}}
  - handle:
      by: {station: 80%, branch: 20%}
      effort: {per_category: {plain: {mean: 30 min, cv: 1.2}, hard: {mean: 60 min, cv: 1.2}}}
      resume_cost: 1 min
  - feedback: {by: station, effort: {mean: 10 min, cv: 0.8}, priority: 3}
sla:
  signed: {until: sign.finished, within: 20 min}
  contacted: {until: contact.started, within: 30 min}
  first_feedback: {until: feedback.finished, within: 4 d}
"""
SLAS = ("signed", "contacted", "first_feedback")


class Bureau:
    """The bureau as it is, and what becomes of its SLAs when something is changed."""

    def __init__(self, folder: Path) -> None:
        self.path = written(folder, BUREAU)
        self.before = sla_counts_of(setting(self.path))

    def after(self, *changes: str, keep: float = 1.0) -> tuple[SlaCounts, ...]:
        return sla_counts_of(setting(self.path, *changes), keep=keep)

    def change(self, sla: str, *changes: str) -> Difference:
        """Change of compliance, paired by replication."""
        number = SLAS.index(sla)
        return paired_difference(self.before[number].all, self.after(*changes)[number].all)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    return Bureau(tmp_path_factory.mktemp("bureau"))


def helps(difference: Difference) -> bool:
    assert difference.paired.low is not None
    assert difference.paired.low > 0, difference
    return True


def hurts(difference: Difference) -> bool:
    assert difference.paired.high is not None
    assert difference.paired.high < 0, difference
    return True


def never_hurts(difference: Difference) -> bool:
    assert difference.paired.mean is not None
    assert difference.paired.mean > -NOISE, difference
    return True


def test_the_bureau_is_stretched(bureau: Bureau) -> None:
    """Each SLA is met for some and not for others, or nothing could change."""
    for counts in bureau.before:
        assert 0.5 < counts.all.met.sum() / counts.all.letters.sum() < 0.99


@pytest.mark.parametrize(
    ("one_more", "sla"),
    [
        ("teams.city.staff.always=3", "signed"),
        ("teams.branch.staff.four_teams_two_shifts=20", "contacted"),
        ("teams.station.staff.daytime=20", "first_feedback"),
    ],
)
def test_more_people_help_where_they_are_and_hurt_nowhere(bureau: Bureau, one_more: str, sla: str) -> None:
    assert helps(bureau.change(sla, one_more))
    for other in SLAS:
        assert never_hurts(bureau.change(other, one_more))


@pytest.mark.parametrize("station", range(17, 21))
def test_one_person_more_never_hurts(bureau: Bureau, station: int) -> None:
    fewer = bureau.after(f"teams.station.staff.daytime={station - 1}")
    more = bureau.after(f"teams.station.staff.daytime={station}")
    for one, other in zip(fewer, more, strict=True):
        assert never_hurts(paired_difference(one.all, other.all))


def test_more_letters_never_help(bureau: Bureau) -> None:
    """The letters of a lower rate are some of those of a higher one, and each is as hard as there."""
    rates = [bureau.after(keep=keep) for keep in (0.4, 0.6, 0.8)] + [bureau.before]
    for fewer, more in pairwise(rates):
        for one, other in zip(fewer, more, strict=True):
            assert paired_difference(one.all, other.all).paired.mean < NOISE
    for one, other in zip(rates[0], rates[-1], strict=True):
        assert hurts(paired_difference(one.all, other.all))


def test_cover_helps_at_night_and_hurts_nobody_by_day(bureau: Bureau) -> None:
    alone = bureau.after("workflow.contact.cover=null", "workflow.contact.escalate=null")
    covered = bureau.after("workflow.contact.escalate=null")
    by_night = [_hours(counts[1], night=True) for counts in (alone, covered)]
    assert helps(paired_difference(*by_night))
    alone_at_night = by_night[0]
    assert alone_at_night.met.sum() < 0.05 * alone_at_night.letters.sum()  # at night no station is staffed


def _hours(counts: SlaCounts, *, night: bool) -> Decided:
    """Compliance of the letters received from 19 to 07, when no station is staffed, or in the other hours."""
    hours = [hour for hour in range(24) if (hour >= 19 or hour < 7) == night]
    by_hour = (column.reshape(-1, 7, 24)[:, :, hours].sum(axis=(1, 2)) for column in counts.by_hour_of_week)
    return Decided(*by_hour)


def test_escalation_helps_the_minutes(bureau: Bureau) -> None:
    assert hurts(bureau.change("contacted", "workflow.contact.escalate=null"))


def test_urgent_work_that_may_interrupt_starts_sooner_and_the_rest_later(bureau: Bureau) -> None:
    assert hurts(bureau.change("contacted", "workflow.contact.interrupts=false"))
    patient = bureau.after("workflow.contact.interrupts=false", "workflow.contact.priority=9")
    assert hurts(paired_difference(patient[2].all, bureau.before[2].all))


def test_absence_hurts(bureau: Bureau) -> None:
    absent = ("teams.station.absence=25%", "teams.branch.absence=25%")
    assert hurts(bureau.change("contacted", *absent))
    assert hurts(bureau.change("first_feedback", *absent))


def test_shorter_work_helps(bureau: Bureau) -> None:
    assert helps(bureau.change("signed", "workflow.sign.effort={mean: 5 min, cv: 0.8}"))
    shorter = "workflow.handle.effort.per_category.hard.mean=45 min"
    assert helps(bureau.change("first_feedback", shorter))
    assert never_hurts(bureau.change("contacted", shorter))


def test_finding_ones_place_again_costs(bureau: Bureau) -> None:
    assert hurts(bureau.change("first_feedback", "workflow.handle.resume_cost=15 min"))


def test_other_duty_costs(bureau: Bureau) -> None:
    busier = "teams.station.other_duty.per_hour=0.9"
    assert hurts(bureau.change("contacted", busier))
    assert hurts(bureau.change("first_feedback", busier))


def test_one_desk_for_all_is_better_than_two_halves(bureau: Bureau) -> None:
    """Pooling: the same people and letters at one place instead of two."""
    merged = ("teams.branch.units=1",)
    assert helps(bureau.change("contacted", *merged))
    assert never_hurts(bureau.change("first_feedback", *merged))


def test_a_longer_limit_is_never_kept_less(bureau: Bureau) -> None:
    for minutes in (20, 30, 45, 60):
        shorter = bureau.after(f"sla.contacted.within={minutes} min")[1].all
        longer = bureau.after(f"sla.contacted.within={minutes + 15} min")[1].all
        assert (shorter.met <= longer.met).all()
        assert (shorter.letters == longer.letters).all()


def test_the_same_letters_meet_every_staffing(bureau: Bureau) -> None:
    """Common random numbers: who is on duty changes nothing about who writes, when, and how hard it is."""
    one = simulate_replication(setting(bureau.path), 3).workload
    other = simulate_replication(
        setting(bureau.path, "teams.city.staff.always=5", "teams.station.staff.daytime=30"), 3
    ).workload
    for column in ("received", "category", "channel", "home"):
        a, b = getattr(one, column), getattr(other, column)
        assert (a[one.category >= 0] == b[other.category >= 0]).all()
    steps = [(each.step >= 0, each.service) for each in (one, other)]
    assert (steps[0][1][steps[0][0]] == steps[1][1][steps[1][0]]).all()
