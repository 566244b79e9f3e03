"""How well a scenario tells the truth about a log: the true one does, and one that is wrong is told so, worst first."""

from pathlib import Path

import numpy as np
import pytest
from judged import STEPS, recorded, scenario

from sim.core.json_text import jsonable, restored
from sim.fit.as_of import hold_out_instant
from sim.fit.distances import measures_there
from sim.fit.judgement import Judgement
from sim.fit.judging import judge_fit
from sim.fit.log import KnownRoster, LetterLog
from sim.fit.looks import first_reached, held_out, other_log, says_who_worked
from sim.scenario.setting import setting_of


@pytest.fixture
def no_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the package with the field's measures, which take their time, is not installed."""
    monkeypatch.setattr("sim.fit.judging.measures_there", lambda: False)


@pytest.mark.usefixtures("no_measures")
def test_the_true_scenario_is_within_chance(tmp_path: Path) -> None:
    file = scenario(tmp_path)
    log, roster = recorded(file)
    names = setting_of(file.with_changes().scenario).places.names
    known = KnownRoster(roster.unit, roster.start, roster.end, roster.people, names)
    judged = judge_fit(file, STEPS, held_out(log, hold_out_instant(log, 0.25)), roster=known, replications=8)
    assert judged.known_staffing
    assert judged.busy_by == "unit"
    assert [curve.milestone for curve in judged.curves] == ["answer", "sign", "ask", "closed"]
    assert (
        max(misfit.size for misfit in judged.misfits or judged.busy[:0] or [judged]) < 0.1 if judged.misfits else True
    )
    for curve in judged.curves:
        assert curve.ks < 0.1
    assert {each.name for each in judged.slas} == {"signed", "answered"}
    for sla in judged.slas:
        assert sla.simulated.low - 0.03 <= sla.real <= sla.simulated.high + 0.03
    assert restored(Judgement, jsonable(judged)).curves[0].ks == judged.curves[0].ks


@pytest.mark.usefixtures("no_measures")
def test_what_is_wrong_comes_first(tmp_path: Path) -> None:
    file = scenario(tmp_path)
    log, _ = recorded(file, "workflow.sign.effort.mean=9 min")
    judged = judge_fit(file, STEPS, held_out(log, hold_out_instant(log, 0.25)), replications=4)
    worst = judged.misfits[0]
    assert (worst.kind, worst.subject) in {("sooner", "sign"), ("sla", "signed")}
    assert ("sooner", "sign") in {(each.kind, each.subject) for each in judged.misfits}
    signed = next(each for each in judged.misfits if (each.kind, each.subject) == ("sooner", "sign"))
    assert signed.figures["simulated"] < signed.figures["real"]
    sizes = [each.size for each in judged.misfits]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.skipif(not measures_there(), reason="the extra [fit] is not installed")
def test_another_log_is_met_with_the_letters_of_its_period(tmp_path: Path) -> None:
    file = scenario(tmp_path)
    log, _ = recorded(file, "start=2024-03-04", "window=4 d", "cool_down=3 d")
    judged = judge_fit(file, STEPS, other_log(log), replications=2)
    assert not judged.held_out
    assert judged.letters.real == log.cases
    assert 0.7 * log.cases < judged.letters.simulated.low <= judged.letters.simulated.high < 1.3 * log.cases
    assert {each.name: each.unit for each in judged.distances}["cycle-times"] == "h"
    for each in judged.distances:
        assert each.simulated.mean >= 0
        assert each.halves >= 0


def test_letters_have_milestones_and_no_measures_of_events(tmp_path: Path) -> None:
    file = scenario(tmp_path)
    log, _ = recorded(file)
    nobody = np.full(log.cases, -1, dtype=np.int32)
    letters = LetterLog(
        log.origin, log.received,
        {name: first_reached(log, step, "finished") for name, step in (("signed", "sign"), ("closed", "answer"))},
        log.category, log.channel, nobody, nobody, nobody.astype(np.int8), log.categories, log.channels, (), (),
    )  # fmt: skip
    steps = {"sign": "signed", "answer": "closed"}
    judged = judge_fit(file, steps, held_out(letters, hold_out_instant(letters, 0.25)), replications=3)
    assert [curve.milestone for curve in judged.curves] == ["signed", "closed"]
    assert judged.distances == ()
    assert judged.busy == ()
    assert max(curve.ks for curve in judged.curves) < 0.12


def test_spells_that_one_person_has_at_once_are_no_work(tmp_path: Path) -> None:
    log, _ = recorded(scenario(tmp_path))
    one = np.zeros(len(log.spells.event), dtype=np.int32)
    assert says_who_worked(log)
    assert not says_who_worked(log._replace(spells=log.spells._replace(resource=one)))
    assert not says_who_worked(log._replace(spells=log.spells._replace(finished=log.spells.finished + 86_400)))
