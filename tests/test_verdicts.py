"""Small offices whose compliance is known by hand, judged as the command line judges them."""

import json
from math import exp
from pathlib import Path

import pytest
from click.testing import CliRunner
from runs import report, written

import cli
from sim.comparison import compare
from sim.experiment.cost import prepare
from sim.metrics.report import Report
from sim.scenario.loading import load
from sim.statistics import Verdict

WAITS = """
schema: 1
start: 2024-03-04
window: 10 d
replications: 20
arrivals: {per_day: 200}
teams: {desk: {staff: {always: 4}}}
workflow:
  - look: {by: desk, effort: 4 min}
  - enquire: {wait: {exponential: 40 h}}
  - answer: {by: desk, effort: 4 min}
sla:
  answered: {until: answer.started, within: 3 d, target: 85%}
"""

OVERLOADED = """
schema: 1
start: 2024-03-04
window: 10 d
cool_down: 1 d
replications: 10
arrivals: {per_day: 240}
teams: {desk: {staff: {always: 1}}}
workflow:
  - answer: {by: desk, effort: 12 min}
sla:
  answered: {until: answer.finished, within: 1 d, target: 90%}
"""

TWO_KINDS = """
schema: 1
start: 2024-03-04
window: 5 d
replications: 5
arrivals: {per_day: 40}
categories: {common: {share: 100%}, rare: {share: 0%}}
teams: {desk: {staff: {always: 4}}}
workflow:
  - answer: {by: desk, effort: 5 min}
sla:
  all: {until: answer.started, within: 1 h, target: 90%}
  some: {until: answer.started, within: 10 min, target: 99%, for: [rare]}
"""


def judged(folder: Path, text: str, *changes: str) -> Report:
    """The report of a run."""
    return report(prepare(load(written(folder, text), changes)).setting)


@pytest.mark.parametrize("cool_down", [None, "0 s", "1 d", "8 d"])
def test_quick_letters_do_not_count_more_than_slow_ones(tmp_path: Path, cool_down: str | None) -> None:
    """Nobody queues, so 1 - exp(-72 / 40) of the letters are answered in three days, whatever the cool-down."""
    sla = judged(tmp_path, WAITS, *([f"cool_down={cool_down}"] if cool_down else [])).slas["answered"]
    truth = 1 - exp(-72 / 40)
    assert sla.compliance.mean == pytest.approx(truth, abs=0.006)
    assert sla.compliance.low < truth < sla.compliance.high  # type: ignore[operator]
    assert sla.verdict is Verdict.MISSED


def test_a_clock_that_begins_late_is_waited_for(tmp_path: Path) -> None:
    """Of those whose enquiry ends, 1 - exp(-1) are answered within the mean of a second wait."""
    changes = ("sla.answered.from=enquire.finished", "sla.answered.within=20 h", "sla.answered.target=65%")
    text = WAITS.replace("  - answer:", "  - settle: {wait: {exponential: 20 h}}\n  - answer:")
    sla = judged(tmp_path, text, *changes).slas["answered"]
    assert sla.compliance.mean == pytest.approx(1 - exp(-1), abs=0.01)
    assert sla.verdict is Verdict.MISSED


def test_who_is_still_open_took_longer_than_it_is_known(tmp_path: Path) -> None:
    """One person does 120 letters a day of 240: who comes on day t waits t days, half of them up to 5."""
    cut = judged(tmp_path, OVERLOADED).slas["answered"].elapsed_min
    assert cut.p50.value is None
    assert cut.p50.more_than == pytest.approx(3 * 1440, rel=0.1)
    assert cut.mean.value is None
    assert cut.max.value is None
    whole = judged(tmp_path, OVERLOADED, "cool_down=30 d").slas["answered"].elapsed_min
    assert whole.p50.value == pytest.approx(5 * 1440, rel=0.1)
    assert whole.p95.value == pytest.approx(9.5 * 1440, rel=0.1)
    assert whole.max.value is not None


def test_what_nobody_writes_about_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = judged(tmp_path, TWO_KINDS)
    assert [sla.verdict for sla in report.slas.values()] == [Verdict.MET, Verdict.NOT_JUDGED]
    assert report.verdict is Verdict.MET
    monkeypatch.chdir(tmp_path)
    run = ["run", "scenario.yaml", "--no-report", "--fail-on-breach"]
    told = CliRunner().invoke(cli.cli, run)
    assert told.exit_code == 3
    assert "Every target that can be judged is met; some has no letters and is not judged." in " ".join(
        told.output.split()
    )
    assert CliRunner().invoke(cli.cli, [*run, "--allow-not-judged"]).exit_code == 0
    summary = json.loads(CliRunner().invoke(cli.cli, [*run, "--json"]).output)
    assert summary["sla"]["some"]["verdict"] == "not judged"
    assert "作结论" in CliRunner().invoke(cli.cli, ["run", "scenario.yaml", "--no-report", "--lang", "zh"]).output


def test_copies_of_one_month_say_nothing_about_chance(tmp_path: Path) -> None:
    """Recorded letters, constant work and nobody absent: every replication is the same month."""
    hours = [f"2024-03-{4 + hour // 24:02} {hour % 24:02}:{minute:02}" for hour in range(240) for minute in (0, 1, 30)]
    (tmp_path / "letters.csv").write_text("received\n" + "\n".join(hours) + "\n", encoding="utf-8")
    text = OVERLOADED.replace("{per_day: 240}", "{trace: letters.csv}").replace("12 min", "18 min")
    report = judged(tmp_path, text, "sla.answered.within=20 min")
    sla = report.slas["answered"]
    assert report.copies
    # The first of each hour is answered in 18 min, the second only after 35, the third in 24.
    assert sla.compliance.mean == pytest.approx(1 / 3, abs=0.01)
    assert (sla.compliance.low, sla.compliance.high, sla.verdict) == (None, None, Verdict.UNCLEAR)
    assert "copies" in {each.kind for each in report.cautions}
    drawn = judged(tmp_path, text, "workflow.answer.effort={mean: 18 min, cv: 0.2}")
    assert not drawn.copies
    assert drawn.slas["answered"].compliance.low is not None


def test_a_backlog_that_grows_is_said_in_the_line_of_the_verdict(tmp_path: Path) -> None:
    """240 letters a day and 120 answered: it grows by 120 a day."""
    report = judged(tmp_path, OVERLOADED, "warm_up=7 d", "window=21 d", "replications=5")
    growth = report.letters.growth_per_day
    assert growth is not None
    assert growth.low < 120 < growth.high  # type: ignore[operator]
    assert report.letters.grew
    assert judged(tmp_path, OVERLOADED, "warm_up=6 d", "window=21 d").letters.growth_per_day is None
    steady = judged(tmp_path, OVERLOADED, "warm_up=7 d", "window=21 d", "arrivals.per_day=60")
    assert not steady.letters.grew


def test_compared_staffings_end_at_the_same_time(tmp_path: Path) -> None:
    """One of the two needs to go on for longer; both do, and neither gains by the other's haste."""
    quick, slow = tmp_path / "quick.yaml", tmp_path / "slow.yaml"
    quick.write_text(WAITS, encoding="utf-8")
    slow.write_text(WAITS.replace("exponential: 40 h", "exponential: 60 h"), encoding="utf-8")
    found = compare([load(path, ["cool_down=1 d", "replications=3"]) for path in (quick, slow)])
    assert "cool_down" not in found.differing
    assert len({report.backlog.days[-1] for report in found.reports.values()}) == 1
