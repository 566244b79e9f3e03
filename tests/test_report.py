"""The report on a few replications: summary.json to the letter, and the figures that only charts show."""

import json
from dataclasses import fields, is_dataclass, replace
from mailbox import NORTH, SOUTH, at, mailbox, simulated, with_other_duty
from typing import Any

import numpy as np
import pytest
from builder import delay, letters, shifts, work

from sim.core.clock import HOUR
from sim.core.tables import FINISH, Workload
from sim.metrics.compliance import BINS_A_LIMIT
from sim.metrics.figures.slas import SlaFigures, Why
from sim.metrics.measures import Measures, measure
from sim.metrics.report import Report
from sim.metrics.summary import summarise
from sim.scenario.setting import Setting
from sim.statistics import Compliance, Verdict

approx = pytest.approx

SLAS: dict[str, Any] = {
    "signed": {"until": "sign.finished", "within": "10 min", "target": "90%"},
    "handled": {"until": "handle.finished", "within": "7 working days", "for": ["traffic"], "target": "90%"},
    "closed": {"until": "closed", "within": "2 h"},
}


def measured(setting: Setting, *each: Workload, **roster: Any) -> list[Measures]:
    people = shifts(*roster.get("roster", [(NORTH, 0, at(24), 1)]), units=3)
    return [measure(simulated(setting, workload, people)) for workload in each]


def reported(setting: Setting, *each: Workload, **roster: Any) -> Report:
    return summarise(setting, measured(setting, *each, **roster), scenario="story", engine="simpy")


def signed(*minutes: float) -> Workload:
    """Letters of 09:00, 10:00 and so on that take so many minutes to sign."""
    return letters(*((at(9 + hour), work(NORTH, round(60 * each))) for hour, each in enumerate(minutes)))


# What is written


def test_the_summary_of_two_replications_to_the_letter() -> None:
    """One letter is signed in 5 min, in the other replication one in 5 and one in 11."""
    setting = mailbox(sla={"signed": SLAS["signed"]}, seed=7)
    summary = reported(setting, signed(5), signed(5, 11)).summary()

    def e(mean: float, low: float, high: float) -> dict[str, Any]:
        return {"mean": approx(mean), "low": approx(low), "high": approx(high)}

    t = 12.706204736  # with one degree of freedom
    nothing = {"mean": None, "low": None, "high": None}
    zero = e(0, 0, 0)

    def figure(value: float | None = None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
        return {"value": value, "low": low, "high": high, "more_than": None, "at_most": None}

    def spread(mean: dict[str, Any], half: dict[str, Any], others: dict[str, Any], most: dict[str, Any]) -> Any:
        return {"mean": mean, "p50": half, "p90": others, "p95": others, "p99": others, "max": most}

    none_took_place = spread(figure(), figure(), figure(), figure())
    # Without one replication in turn the mean is 8 min, and 5 min; the jackknife variance a half of 2 * 1.5^2.
    # Three letters of two replications are worth 0.07 independent ones: no percentile has a high end.
    mean = {
        key: value if value is None else approx(value) for key, value in figure(7, 7 - t * 1.5, 7 + t * 1.5).items()
    }
    took = spread(mean, figure(5.0, 5.0), figure(11.0, 5.0), figure(11.0))
    at_once = spread(figure(0.0, 0.0, 0.0), figure(0.0, 0.0), figure(0.0, 0.0), figure(0.0))
    two = e(1.5, 1.5 - t * 0.5, 1.5 + t * 0.5)
    idle = dict.fromkeys(("on_duty_hours", "busy_hours", "overtime_hours", "queue_mean", "queue_max"), zero)
    not_reached = {
        "visits": zero,
        "wait_min": none_took_place,
        "delayed_share": nothing,
        "service_min": none_took_place,
    }
    busy = e(10.5 / 60, (10.5 - t * 5.5) / 60, (10.5 + t * 5.5) / 60)
    used = e(10.5 / 60 / 24, 0, (10.5 + t * 5.5) / 60 / 24)
    assert summary == {
        "scenario": "story",
        "engine": "simpy",
        "replications": 2,
        "seed": 7,
        "letters": {
            "received": two,
            "closed": two,
            "closed_share": e(1, 1, 1),
            "open_at_end": zero,
            "growth_per_day": None,
            "time_in_system_min": took,
        },
        "sla": {
            "signed": {
                "limit_min": 10.0,
                "target": 0.9,
                "compliance": e(2 / 3, 0, 1) | {"between": None},
                "verdict": "unclear",
                "letters": two,
                "undecided": zero,
                "elapsed_min": took,
            }
        },
        "units": {"signed": {}},
        "steps": {
            "sign": {
                "visits": two,
                "wait_min": at_once,
                "delayed_share": e(0, 0, 0),
                "service_min": took,
                "interruptions": zero,
            },
            **{name: not_reached | {"interruptions": zero} for name in ("enquire", "handle", "again")},
        },
        "teams": {
            "branch": {"headcount": 1, **idle, "utilisation": nothing},
            "station": {
                **idle,
                "headcount": 0,
                "on_duty_hours": e(24, 24, 24),
                "busy_hours": busy,
                "utilisation": used,
            },
        },
    }
    assert list(summary) == ["scenario", "engine", "replications", "seed", "letters", "sla", "units", "steps", "teams"]
    assert json.loads(json.dumps(summary, allow_nan=False)).keys() == summary.keys()


@pytest.mark.parametrize("sla", [{}, SLAS])
@pytest.mark.parametrize("each", [[signed()], [signed(), signed(5)], [signed(5)]])
def test_a_summary_is_json_whatever_there_is_to_say(sla: dict[str, Any], each: list[Workload]) -> None:
    """Without an SLA, without a letter, of one replication."""
    summary = reported(mailbox(sla=sla), *each).summary()
    assert json.dumps(summary, allow_nan=False)
    keys = {"limit_min", "target", "compliance", "verdict", "letters", "undecided", "elapsed_min"}
    assert all(set(each) == keys for each in summary["sla"].values())


def test_one_replication_has_no_intervals_and_no_verdict_but_unclear() -> None:
    sla = reported(mailbox(sla=SLAS), signed(5, 5)).slas["signed"]
    assert sla.compliance == Compliance(1, None, None)
    assert sla.verdict is Verdict.UNCLEAR


def test_the_order_of_replications_does_not_matter_and_a_generator_will_do() -> None:
    setting = mailbox(sla=SLAS)
    each = measured(setting, signed(5), signed(5, 11), signed(3, 30, 8))
    there, back = (
        summarise(setting, (one for one in order), scenario="story", engine="simpy").summary()
        for order in (each, each[::-1])
    )
    for name in ("compliance", "elapsed_min"):
        assert flat(there["sla"]["signed"][name]) == approx(flat(back["sla"]["signed"][name]))


def flat(value: Any) -> list[float]:
    parts = [each for part in value.values() for each in (flat(part) if isinstance(part, dict) else [part])]
    return [each for each in parts if each is not None]


# Does it hold


@pytest.mark.parametrize(
    ("verdicts", "holds"),
    [
        ([Verdict.MET, None, Verdict.MET], Verdict.MET),
        ([Verdict.MET, Verdict.UNCLEAR], Verdict.UNCLEAR),
        ([Verdict.UNCLEAR, Verdict.MISSED, Verdict.MET], Verdict.MISSED),
        ([Verdict.NOT_JUDGED, Verdict.MET], Verdict.MET),
        ([Verdict.NOT_JUDGED, None], Verdict.NOT_JUDGED),
        ([None], None),
        ([], None),
    ],
)
def test_the_worst_verdict_counts(verdicts: list[Verdict | None], holds: Verdict | None) -> None:
    report = reported(mailbox(sla=SLAS), signed(5))
    sla = report.slas["signed"]
    slas = {str(number): replace(sla, verdict=verdict) for number, verdict in enumerate(verdicts)}
    assert replace(report, slas=slas).verdict is holds


def test_headcount_and_cost() -> None:
    """The chief is not counted, neither as staff nor as cost."""
    teams = {
        "desk": {"tier": "city", "staff": {"always": 2, "office": 3}, "cost": 2},
        "chief": {"tier": "city", "staff": {"office": 1}, "counted": False},
    }
    report = reported(mailbox(teams=teams, workflow=[{"sign": {"by": "desk", "effort": "1 min"}}]), letters())
    assert (report.headcount, report.cost) == (5, 10)


# Figures of charts


def test_where_and_why_letters_breach() -> None:
    """Three letters of the night wait for the morning, one of 09:00 for another that takes an hour, itself late too."""
    night = [(at(hour), work(SOUTH, 60)) for hour in (22, 23)]
    day = letters((at(2), work(NORTH, 60)), (at(9), work(NORTH, at(1))), (at(9), work(NORTH, 60)), *night)
    sla = reported(mailbox(sla=SLAS), day, roster=[(NORTH, at(8), at(18), 1)]).slas["signed"]
    assert [(cause.step, cause.team, cause.why, cause.breaches.mean, cause.share.mean) for cause in sla.causes] == [
        ("sign", "station", Why.NOBODY_ON_DUTY, 3, 0.6),
        ("sign", "station", Why.ALL_BUSY, 1, 0.2),
        ("sign", "station", Why.BEING_WORKED_ON, 1, 0.2),
    ]
    assert sla.breaches.mean == 5
    assert sla.breaches_by_hour.mean.sum() == 5
    assert sla.breaches_by_hour.mean[[2, 22, 23], list(Why).index(Why.NOBODY_ON_DUTY)].tolist() == [1, 1, 1]
    assert [(group.name, group.breaches.mean, group.compliance.mean) for group in sla.by_team] == [("station", 5, 0)]


def test_compliance_by_hour_and_weekday() -> None:
    """A Tuesday letter of 10 h, late, and two of 11 h in different replications, in time."""
    setting = mailbox(sla=SLAS, window="7 d")
    ten, eleven = (at(10, day=1), work(NORTH, 900)), (at(11, day=1), work(NORTH, 60))
    sla = reported(setting, letters(ten, eleven), letters(eleven), roster=[(NORTH, 0, at(0, day=7), 1)]).slas["signed"]
    by_hour = sla.by_hour_of_week
    assert by_hour.share.mean.shape == (7, 24)
    assert by_hour.share.mean[1, 10:12].tolist() == [0, 1]
    assert by_hour.letters[1, 10:12].tolist() == [1, 2]
    assert by_hour.too_few.all()
    assert sla.letters_by_hour_of_week.mean[1, 10:12].tolist() == [0.5, 1]
    assert np.isnan(by_hour.share.mean).sum() == 7 * 24 - 2


def test_the_histogram_sums_to_all_letters_and_up_to_the_limit_to_compliance() -> None:
    sla = reported(mailbox(sla=SLAS), signed(2, 10, 10.5, 29, 45)).slas["signed"]
    assert sla.histogram.edges_min[[0, BINS_A_LIMIT, -1]].tolist() == [0, 10, 30]
    assert sla.histogram.share.mean.sum() + sla.histogram.beyond.mean == approx(1)
    assert sla.histogram.share.mean[:BINS_A_LIMIT].sum() == approx(sla.compliance.mean) == approx(2 / 5)


def test_where_the_time_goes_adds_up_to_the_time_in_system() -> None:
    day = letters((at(9), work(NORTH, 600), delay(300), work(SOUTH, 90)), (at(9), work(NORTH, 60), delay(500)))
    report = reported(mailbox(), day, day, roster=[(NORTH, 0, at(24), 1), (SOUTH, at(10), at(24), 1)])
    steps = report.steps
    assert [steps["sign"].waiting_min.mean, steps["sign"].work_min.mean] == [5, 5.5]
    assert steps["enquire"].elapsed_min.mean == approx((300 + 500) / 2 / 60)
    assert steps["handle"].waiting_min.mean == approx(45 / 2)
    parts = [each.mean for step in steps.values() for each in (step.waiting_min, step.work_min, step.elapsed_min)]
    assert sum(parts) == approx(report.letters.time_in_system_min.mean.value)


def test_waits_longer_than_some_durations() -> None:
    day = letters((at(9), work(NORTH, 601)), (at(9), work(NORTH, 60)), (at(12), work(NORTH, 60)))
    waits = reported(mailbox(), day).steps["sign"].waits
    shares = dict(zip(waits.minutes.tolist(), waits.share.mean.tolist(), strict=True))
    assert [shares[minutes] for minutes in (0, 5, 10, 15)] == [approx(1 / 3), approx(1 / 3), approx(1 / 3), 0]


def test_a_team_over_the_week() -> None:
    """Two weeks of Mondays 08:00 to 10:00: on the first an hour of other duty, and a letter finished in overtime."""
    monday = [
        (at(8), work(NORTH, HOUR)),
        (at(9, 30), work(NORTH, HOUR, at_shift_end=FINISH)),
        (at(9, 45), work(NORTH, 60)),
    ]
    roster = [(NORTH, at(8), at(10), 1), (NORTH, at(8, day=7), at(10, day=7), 1)]
    workload = with_other_duty(letters(*monday), 0)
    team = reported(mailbox(window="14 d"), workload, roster=roster).teams["station"]
    assert (team.units, team.tier, team.headcount, team.counted) == (2, "station", 0, True)
    assert [team.on_duty_hours.mean, team.busy_hours.mean] == [4, approx(1.5 + 1 / 60)]
    assert (team.utilisation.mean, team.overtime_hours.mean) == (approx((1.5 + 1 / 60) / 4), 0.5)
    assert team.queue_max.mean == 1
    week = team.week
    assert week.on_duty.mean[7:11].tolist() == [0, 1, 1, 0]
    assert week.busy.mean[8:11].tolist() == [approx(0.5 + 1 / 120), 0.25, 0]
    assert week.other_duty.mean[8:11].tolist() == [0.5, 0, 0]
    assert week.overtime.mean[9:11].tolist() == [0, 0.25]
    assert week.utilisation.mean[8:10].tolist() == [approx(0.5 + 1 / 120), 0.25]
    assert np.isnan(week.utilisation.mean[7])
    assert team.queue_mean.mean == approx(week.waiting.mean.mean())


def test_the_backlog_is_a_fan_over_replications() -> None:
    """One letter is open from 01:00 on in the one replication, three are in the other."""
    one, three = (letters(*[(at(1), delay(at(30)))] * count) for count in (1, 3))
    backlog = reported(mailbox(), one, three).backlog
    hour = backlog.days.tolist().index(3 / 24)
    assert backlog.open_letters.mean[hour] == 2
    assert (backlog.open_letters.p5[hour], backlog.open_letters.p95[hour]) == (approx(1.1), approx(2.9))
    assert backlog.age_days.p50[hour] == approx(2 / 24)
    assert len(backlog.days) == 24


def test_letters_open_and_closed() -> None:
    day = letters((at(9), work(NORTH, 60)), (at(10), work(SOUTH, 60)), (at(11), work(NORTH, 60)))
    found = reported(mailbox(), day, day).letters
    assert (found.received.mean, found.closed.mean, found.open_at_end.mean) == (3, 2, 1)
    assert (found.open_at_window_end.mean, found.left.mean) == (1, 0)


def test_groups_without_letters_are_left_out() -> None:
    """All letters are noise, on the web, for unit 0 (as the builder's letters are)."""
    sla: SlaFigures = reported(mailbox(sla=SLAS), signed(5)).slas["signed"]
    assert [[group.name for group in groups] for groups in (sla.by_category, sla.by_channel, sla.by_home)] == [
        *(["noise"], ["web"], ["branch"]),
    ]
    handled = reported(mailbox(sla=SLAS), signed(5)).slas["handled"]
    assert (handled.by_category, handled.causes, handled.late_hours, handled.verdict) == (
        *((), (), None, Verdict.NOT_JUDGED),
    )
    assert (handled.limit, handled.limit_min) == ("7 working days", 7 * 24 * 60)


def test_nothing_of_a_report_is_a_bare_numpy_number() -> None:
    """Estimates and plain figures are for JSON and templates; only arrays are NumPy's."""

    def look(value: Any) -> None:
        assert not isinstance(value, np.generic), value
        if is_dataclass(value):
            for each in fields(value):
                look(getattr(value, each.name))
        elif isinstance(value, dict):
            for each in value.values():
                look(each)
        elif isinstance(value, tuple):
            for each in value:
                look(each)

    look(reported(mailbox(sla=SLAS), signed(5, 11), signed(5)))
