"""What a replay says of a system: percentiles, its course in time, and what was asked of it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.core.errors import ScenarioError
from sim.operations.answers import Answers, Sent, Unanswered, milliseconds, write_percentiles
from sim.operations.destination import ReplayOptions
from sim.operations.replay_report import ReplayReport, report_on
from sim.operations.service_level import ASSUMED, Demand, ServiceLevel, read_demands
from sim.output.text.replay import replay_sentences
from sim.statistics import Verdict

NOTHING_ASKED = Demand()
PLAN = ReplayOptions("http://127.0.0.1/letters")


def answers_of(*outcomes: int, due: float = 0.1, late: float = 0.001, latency: float = 0.02) -> Answers:
    """Letters due one after the other, all answered alike."""
    count = len(outcomes)
    return Answers(
        due=np.arange(count) * due,
        late=np.full(count, late),
        latency=np.full(count, latency, np.float64),
        outcome=np.array(outcomes, dtype=np.int16),
        resent=np.zeros(count, np.bool_),
        waited=np.zeros(count),
        operation=np.zeros(count, np.int16),
        letter=np.arange(count),
    )


def served(letters_a_second: float, served_a_second: float, seconds: float) -> Answers:
    """Letters that come evenly to one clerk who serves them evenly, one after the other."""
    count = round(letters_a_second * seconds)
    answers = answers_of(*[201] * count, due=1 / letters_a_second)
    start = 0.0
    for row, due in enumerate(answers.due):
        start = max(start, float(due)) + 1 / served_a_second
        answers.latency[row] = start - due
    return answers


def asking(most: float, headroom: float | None = None, level: ServiceLevel = ASSUMED) -> Demand:
    """As many letters in a second, a minute and an hour."""
    return Demand(level, dict.fromkeys(("second", "minute", "hour"), most), headroom)


def report(
    answers: Answers, demand: Demand = NOTHING_ASKED, *, stopped: bool = False, aborted: bool = False
) -> ReplayReport:
    return report_on(Sent(answers, stopped, aborted), PLAN, "letters.csv", {"receive": demand})


def said(report: ReplayReport) -> list[str]:
    return list(replay_sentences(report, "en"))


def verdicts(report: ReplayReport) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in report.checks}


# Percentiles


def test_percentiles_count_from_the_moment_a_letter_is_due() -> None:
    latencies = np.arange(1, 1_001) / 1_000
    told = milliseconds(latencies)
    expected = (500, 900, 950, 990, 999, 1_000)
    assert (told.p50, told.p90, told.p95, told.p99, told.p999, told.max) == pytest.approx(expected, rel=1e-3)
    assert told.mean == pytest.approx(500.5, rel=1e-3)
    assert milliseconds(np.empty(0)).p99 is None


def test_percentiles_can_be_plotted_by_other_tools(tmp_path: Path) -> None:
    write_percentiles(np.array([0.2, 0.2, 0.4]), tmp_path / "latency.hgrm")
    text = (tmp_path / "latency.hgrm").read_text("utf-8")
    assert text.split("\n")[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    first = text.split("\n")[2].split()
    assert [float(each) for each in first] == pytest.approx([200, 0, 2, 1], rel=1e-3)
    assert "400.127, TotalCount     =            3]" in text


def test_all_of_a_file_of_percentiles_is_in_milliseconds(tmp_path: Path) -> None:
    """The mean and the standard deviation too: of 100 and 300 ms these are 200 and 100."""
    write_percentiles(np.array([0.1, 0.3]), tmp_path / "latency.hgrm")
    (footer,) = [line for line in (tmp_path / "latency.hgrm").read_text("utf-8").splitlines() if "Mean" in line]
    figures = [float(part.split("=")[1].strip(" ]")) for part in footer.split(",")]
    assert figures == pytest.approx([200, 100], rel=1e-3)


def test_failed_letters_have_percentiles_of_their_own() -> None:
    answers = answers_of(201, 201, Unanswered.TIMED_OUT, 503)
    answers.latency[:] = [0.010, 0.020, 30.0, 0.001]
    told = report(answers)
    assert told.latency.max == pytest.approx(20, rel=1e-3)
    assert told.failed_latency.max == pytest.approx(30_000, rel=1e-3)
    assert told.failed_latency.p50 == pytest.approx(1, rel=1e-3)


# The course


def test_the_course_of_a_replay() -> None:
    answers = answers_of(200, 200, 500, 200, due=0.5)
    answers.latency[:] = [0.010, 0.730, 9.0, 0.020]
    course = report(answers).course
    assert course.seconds.tolist() == [0.5, 1.5]
    assert course.asked.tolist() == [2, 2]
    assert course.achieved.tolist() == [1, 2]
    assert course.waiting.tolist() == [1, 1]
    assert course.max_ms == pytest.approx([730, 20])
    assert course.lost.tolist() == [0, 1]


def test_the_summary_is_plain() -> None:
    answers = answers_of(200, 503, due=2)
    summary = json.loads(json.dumps(report(answers).summary(), allow_nan=False))
    assert summary["letters"] == 2
    assert summary["accepted"] == 1
    assert summary["losses"] == {"503": 1}
    assert summary["latency"]["p50"] == pytest.approx(20, rel=1e-3)
    assert summary["verdict"] == "missed"
    assert summary["service_level"] == {"latency_ms": {"p99": 1_000}, "errors": 0.01, "assumed": True}
    assert summary["course"]["asked"] == [1, 0, 1]
    assert summary["course"]["p99_ms"] == [20, None, None]


@pytest.mark.parametrize(
    ("accepted", "said_of_them"), [(1, "The only letter was accepted."), (2, "All 2 letters were accepted.")]
)
def test_one_is_told_as_one(accepted: int, said_of_them: str) -> None:
    told = said(report(answers_of(*[201] * accepted), asking(1)))
    assert said_of_them in told
    noun = "letter" if accepted == 1 else "letters"
    assert any(each.startswith(f"The busiest hour asked for {accepted} {noun}, and") for each in told)


def test_one_that_is_not_counted_is_told_as_one() -> None:
    sent = Sent(answers_of(201, 201, due=1.0), received_before=1, counted_from=0.5)
    told = [each for each in said(report_on(sent, PLAN, "letters.csv", {})) if "not counted" in each]
    assert told == [
        "The one letter of the first 0.5 s, while the load grew and the system warmed up, is not counted.",
        "One letter that came before the stretch was taken in first, to get its id; that is not counted.",
    ]


def test_an_operation_without_a_call_is_not_judged() -> None:
    sent = Sent(answers_of(*[201] * 30), operations=("receive", "read.lookups"))
    told = report_on(sent, PLAN, "calls.csv", {"receive": asking(10)})
    assert [each.verdict for each in told.operations.values()] == [Verdict.MET, Verdict.NOT_JUDGED]
    assert "Operations that meet what is asked of them: receive." in said(told)


# What was asked


def test_a_system_that_keeps_what_is_asked() -> None:
    level = ServiceLevel({"p50": 100, "p999": 500}, 0.001)
    told = report(answers_of(*[201] * 30), asking(10, headroom=60.6, level=level))
    assert told.verdict is Verdict.MET
    assert said(told) == [
        "Accepted 30, failed 0, not sent 0, in 2.9 s; the busiest second had 10.",
        (
            "Service level: 50% answered within 100 ms and 99.9% answered within 500 ms, and at most 0.1% of the "
            "letters not accepted."
        ),
        "The sender kept pace: 99% of the letters were begun within 1.0 ms of their time.",
        "All 30 letters were accepted.",
        "50% of the letters were answered within 20.0 ms; the level is 100 ms.",
        "99.9% of the letters were answered within 20.0 ms; the level is 500 ms.",
        "The busiest second asked for 10 letters, and up to 10 were accepted in one; the target is 10.",
        "The busiest minute asked for 30 letters, and up to 30 were accepted in one; the target is 10.",
        "The busiest hour asked for 30 letters, and up to 30 were accepted in one; the target is 10.",
        "Headroom before the staff's SLA: each call may take 60.6 s, and 99% take 20.0 ms at most.",
    ]


@pytest.mark.parametrize(
    ("answers", "demand", "verdict", "sentence"),
    [
        (
            answers_of(201, 503, 503),
            asking(1),
            Verdict.MISSED,
            "2 of 3 letters were not accepted, 66.7%; at most 1% may be.",
        ),
        (
            answers_of(201, latency=2.5),
            asking(1),
            Verdict.MISSED,
            "99% of the letters were answered within 2,500.6 ms, but the level is 1,000 ms.",
        ),
        (
            answers_of(201),
            asking(2),
            Verdict.UNCLEAR,
            (
                "The busiest second asked for 1 letter, the target is 2: too gentle to tell; "
                "a higher --speed asks for more."
            ),
        ),
        (
            answers_of(201, late=0.5),
            asking(1),
            Verdict.UNCLEAR,
            (
                "The sender did not keep pace, so this says little of the system: "
                "1% of the letters were begun 500 ms late or more, and 0 met an error of this machine."
            ),
        ),
    ],
)
def test_what_is_not_kept(answers: Answers, demand: Demand, verdict: Verdict, sentence: str) -> None:
    told = report(answers, demand)
    assert told.verdict is verdict
    assert sentence in said(told)


def test_a_system_of_25_seconds_a_letter_does_not_pass_for_the_staffs_headroom() -> None:
    """The staff could wait a minute; whoever writes a letter does not."""
    slow = answers_of(*[201] * 10, latency=25)
    told = report(slow, asking(1, headroom=60.6))
    assert told.verdict is Verdict.MISSED
    assert verdicts(told)["latency"] is Verdict.MISSED
    assert verdicts(told)["headroom"] is Verdict.MET
    patient = report(slow, asking(1, headroom=60.6, level=ServiceLevel({"p99": 30_000}, 0.01)))
    assert patient.verdict is Verdict.MET
    assert report(slow, asking(1, headroom=20.0, level=patient.service_level)).verdict is Verdict.MISSED


def test_a_level_that_nobody_asked_for_is_marked() -> None:
    told = report(answers_of(201))
    assert told.service_level.assumed
    assert said(told)[1].startswith(
        "Nobody said how long an answer may take, so this is assumed: 99% answered within 1,000"
    )


@pytest.mark.parametrize("errors", [0.01, 1.0])
def test_a_dead_server_never_passes(errors: float) -> None:
    for outcome in (503, Unanswered.TIMED_OUT, Unanswered.NO_CONNECTION, Unanswered.UNSENT):
        told = report(answers_of(*[outcome] * 10), Demand(ServiceLevel({"p99": 1_000}, errors)))
        assert told.verdict is Verdict.MISSED
    assert report(answers_of(*[Unanswered.NO_CONNECTION] * 10), aborted=True).verdict is Verdict.MISSED


def test_some_letters_may_fail_but_not_more() -> None:
    one_of_200, three_of_200 = answers_of(*[201] * 199, 503), answers_of(*[201] * 197, *[503] * 3)
    assert report(one_of_200).verdict is Verdict.MET
    assert "1 of 200 letters were not accepted, 0.5%; at most 1% may be." in said(report(one_of_200))
    assert report(three_of_200).verdict is Verdict.MISSED
    assert report(one_of_200, Demand(ServiceLevel({"p99": 1_000}, 0.001))).verdict is Verdict.MISSED


def test_what_ctrl_c_cut_off_is_no_failure() -> None:
    answers = answers_of(201, 201, Unanswered.STOPPED, Unanswered.UNSENT)
    told = report(answers, stopped=True)
    assert told.verdict is Verdict.UNCLEAR
    assert "It was stopped when 2 of 2 letters that were due were accepted." in said(told)
    assert report(answers_of(201, 503, Unanswered.UNSENT), stopped=True).verdict is Verdict.MISSED
    assert report(answers_of(Unanswered.UNSENT), stopped=True).verdict is Verdict.UNCLEAR


def test_an_error_of_our_own_is_not_the_systems() -> None:
    told = report(answers_of(201, 201, Unanswered.OUR_ERROR))
    assert verdicts(told)["errors"] is Verdict.MET
    assert told.verdict is Verdict.UNCLEAR


def test_many_letters_on_connections_just_closed_leave_it_open_whether_they_were_dropped() -> None:
    answers = answers_of(*[201] * 100)
    answers.resent[:1] = True
    assert report(answers).verdict is Verdict.MET
    answers.resent[:5] = True
    assert report(answers).verdict is Verdict.UNCLEAR


# Throughput


def test_throughput_is_what_was_achieved_and_not_what_was_asked() -> None:
    """Twenty letters a second to somebody who takes not quite ten: the targets of fifteen a second are not met."""
    patient = ServiceLevel({"p99": 60_000}, 0.01)
    told = report(served(20, 9.9, seconds=5), asking(15, level=patient))
    assert told.verdict is Verdict.MISSED
    assert "The busiest second asked for 20 letters, but at most 10 were accepted in one; the target is 15." in said(
        told
    )
    # Ten a second is what was asked then, and twenty were only sent.
    assert report(served(20, 9.9, seconds=5), asking(10, level=patient)).verdict is Verdict.MET


@pytest.mark.parametrize("answers", [served(20, 25, seconds=5), served(3, 1_000, seconds=20)])
def test_who_keeps_up_has_the_throughput_that_was_asked(answers: Answers) -> None:
    most = report(answers).busiest["second"]
    assert report(answers, asking(most)).verdict is Verdict.MET


def test_answers_that_vary_by_less_than_a_second_are_no_lack_of_throughput() -> None:
    """Three letters of one second, of which the last is answered in the next but one."""
    answers = answers_of(*[201] * 3, due=0.45)
    answers.latency[:] = [0.05, 0.1, 0.9]
    told = report(answers, Demand(ASSUMED, {"second": 3}, None))
    assert verdicts(told)["throughput"] is Verdict.MET


def test_bunches_may_take_the_time_that_the_level_allows() -> None:
    """A hundred letters of one instant, twenty served a second, where nobody said what throughput is wanted."""
    bunch = served(1e6, 20, seconds=1e-4)
    assert report(bunch).verdict is Verdict.MISSED
    assert report(bunch, Demand(ServiceLevel({"p99": 10_000}, 0.01))).verdict is Verdict.MET


def test_a_level_missed_for_our_own_delay_says_nothing_of_the_system() -> None:
    """Answers take 1.5 s from the time due, of which a second was ours: within the 1 s of the level but for us."""
    late = answers_of(*[201] * 30, late=1.0, latency=1.5)
    assert verdicts(report(late))["latency"] is Verdict.UNCLEAR
    assert any("Without our own delay in sending it would be 500." in each for each in said(report(late)))
    assert verdicts(report(answers_of(*[201] * 30, late=1.0, latency=2.5)))["latency"] is Verdict.MISSED


# Targets in files


def receive(**others: object) -> str:
    """The part of a targets.json that a replay reads."""
    most = {f"per_{period}": {"max": 3} for period in ("second", "minute", "hour")}
    return json.dumps({"operations": {"receive": {**most, "headroom_s": 60.6, **others}}})


def test_what_a_file_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "targets.json"
    load = {"second": 3, "minute": 3, "hour": 3}
    path.write_text(receive(), "utf-8")
    assert read_demands(path, [])["receive"] == Demand(ASSUMED, load, 60.6)
    path.write_text(receive(headroom_s=None, service_level={"latency_ms": {"p95": 300}, "errors": 0.001}), "utf-8")
    agreed = ServiceLevel({"p95": 300}, 0.001)
    assert read_demands(path, [])["receive"] == Demand(agreed, load, None)


@pytest.mark.parametrize(
    ("ask", "level"),
    [
        (lambda demand: demand.asking({}, None), ServiceLevel({"p95": 300}, 0.001)),
        (lambda demand: demand.asking({"p99": 500}, None), ServiceLevel({"p99": 500}, 0.001)),
        (lambda demand: demand.asking({}, 0.05), ServiceLevel({"p95": 300}, 0.05)),
    ],
)
def test_who_asks_on_the_command_line_overrules_the_file(ask: Callable[[Demand], Demand], level: ServiceLevel) -> None:
    assert ask(Demand(ServiceLevel({"p95": 300}, 0.001))).level == level


def test_a_level_is_assumed_as_long_as_nobody_says_how_long_an_answer_may_take() -> None:
    assert Demand().asking({}, 0.05).level == ServiceLevel({"p99": 1_000}, 0.05, assumed=True)
    assert Demand().asking({"p50": 100}, None).level == ServiceLevel({"p50": 100}, 0.01)


@pytest.mark.parametrize("text", ["", "[]", '{"operations": {}}', '{"operations": {"receive": {"per_second": 3}}}'])
def test_targets_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "targets.json"
    with pytest.raises(ScenarioError, match=r"cannot be read as a targets\.json: No such file"):
        read_demands(path, [])
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError, match="it is not what `lettersim targets` writes"):
        read_demands(path, [])


@pytest.mark.parametrize(
    ("others", "problems"),
    [
        ({"per_hour": {"max": "many"}}, ["per_hour.max: must be a number, 0 or more (got 'many')"]),
        ({"headroom_s": float("nan")}, ["headroom_s: must be a number, 0 or more (got nan)"]),
        (
            {"per_hour": {"max": -1}, "service_level": {"latency_ms": {"p99": True, "p98": 3}, "errors": 0.01}},
            [
                "per_hour.max: must be a number, 0 or more (got -1)",
                "service_level.latency_ms.p99: must be a number, 0 or more (got True)",
                "service_level.latency_ms: must be some of p50, p90, p95, p99, p999 (got p99, p98)",
            ],
        ),
        (
            {"service_level": {"latency_ms": {"p99": 3}, "errors": 5}},
            ["service_level.errors: must be a share between 0 and 1 (got 5)"],
        ),
        (
            {"service_level": {"latency_ms": {}, "errors": 0}},
            ["service_level.latency_ms: must be some of p50, p90, p95, p99, p999 (got none)"],
        ),
    ],
)
def test_targets_that_cannot_be_meant(tmp_path: Path, others: dict[str, object], problems: list[str]) -> None:
    path = tmp_path / "targets.json"
    path.write_text(receive(**others), "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_demands(path, [])
    assert [str(each) for each in refused.value.problems] == [f"operations.receive.{each}" for each in problems]
