"""Live what-if: figures are those of a run and a comparison, chance is told only where there is some, nobody waits."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from runs import report
from shown import small

from sim.comparison import compare
from sim.core.errors import ScenarioError
from sim.core.options import Options
from sim.experiment.cost import Cost
from sim.metrics.report import Report
from sim.sampling.kept_letters import KeptLetters, letters_name
from sim.sampling.roster import draw_roster
from sim.sampling.workload import with_other_duty
from sim.scenario.loading import Loaded, ScenarioFile, load
from sim.scenario.setting import setting_of
from sim.whatif.live_run import FIRST, LOOKS, Kind, LiveRun, Task, shown_replications
from sim.whatif.outlook import Pairing, details, outlook, worse_districts
from sim.whatif.scheduler import Scheduler
from sim.whatif.what_if import Asked, WhatIf

FEWER = "teams.city.staff.four_teams_three_shifts=5"
LOOK = LOOKS[0]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> ScenarioFile:
    folder = tmp_path_factory.mktemp("whatif")
    small(folder)
    return ScenarioFile(folder / "small.yaml")


@pytest.fixture(scope="module")
def what_if(file: ScenarioFile) -> Iterator[WhatIf]:
    opened = WhatIf([file], Options(workers=1))
    yield opened
    opened.close()


def simulated(pairing: Pairing, replications: int) -> Pairing:
    """A pairing with so many replications of both, simulated here and now."""
    for run in pairing:
        fresh = LiveRun(run.loaded, run.setting, run.cost, at_once=1, kept=KeptLetters())
        while fresh.done < replications:
            task = fresh.next_task()
            assert task is not None
            fresh.begin(task)
            fresh.work(task, lambda: True)
        pairing = Pairing(*(fresh if each is run else each for each in pairing))
    return pairing


@pytest.fixture(scope="module")
def pairing(what_if: WhatIf) -> Pairing:
    """The small mailbox with fewer people at the desk against itself, after the first look and all that follows."""
    found = simulated(what_if.pairing(Asked(0, (FEWER,))), LOOK)
    while (task := found.run.next_task()) is not None and task.kind is not Kind.REPLICATION:
        found.run.begin(task)
        found.run.work(task, lambda: True)
    return found


def wait_for(condition: object) -> None:
    until = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.005)


def replications(loaded: Loaded, count: int) -> Report:
    return report(setting_of(loaded.scenario.model_copy(update={"replications": count})))


# The figures


def test_levels_are_those_of_a_run_digit_for_digit(what_if: WhatIf, pairing: Pairing) -> None:
    ran = replications(what_if.scenario(Asked(0, (FEWER,))), LOOK)
    shown = outlook(pairing)
    assert (shown.done, shown.shown, shown.headcount) == (LOOK, LOOK, ran.headcount)
    for name, sla in shown.slas.items():
        assert sla.compliance == ran.slas[name].compliance
        assert sla.verdict == ran.slas[name].verdict
        more = details(pairing, shown, name, "city")
        assert more.by_hour is not None
        np.testing.assert_array_equal(more.by_hour.share.mean, ran.slas[name].by_hour_of_week.share.mean)
        np.testing.assert_array_equal(more.by_hour.share.low, ran.slas[name].by_hour_of_week.share.low)
        assert {each.name: each.compliance for each in more.districts} == {
            each.name: each.compliance for each in ran.slas[name].by_home
        }
        assert more.backlog is not None
        np.testing.assert_array_equal(more.backlog.open_letters.mean, ran.backlog.open_letters.mean)


def test_hours_of_teams_are_those_of_a_run_with_the_first_replications(what_if: WhatIf, pairing: Pairing) -> None:
    ran = replications(what_if.scenario(Asked(0, (FEWER,))), FIRST)
    week = details(pairing, outlook(pairing), "signed", "station").week
    assert week is not None
    np.testing.assert_array_equal(week.on_duty.mean, ran.teams["station"].week.on_duty.mean)
    np.testing.assert_array_equal(week.busy.high, ran.teams["station"].week.busy.high)


def test_differences_are_those_of_a_comparison_digit_for_digit(file: ScenarioFile, pairing: Pairing) -> None:
    both = [
        Loaded(each.scenario.model_copy(update={"replications": LOOK}), each.source, stem, each.changes, each.figures)
        for stem, each in (("today", file.with_changes()), ("fewer", file.with_changes([FEWER])))
    ]
    (pair,) = compare(both).pairs
    assert {name: sla.change for name, sla in outlook(pairing).slas.items()} == pair.slas
    districts = {each.name: each.change for each in details(pairing, outlook(pairing), "signed", "city").districts}
    assert districts == {each.district: each for each in pair.districts if each.sla == "signed"}
    assert set(worse_districts(pairing, outlook(pairing))) == {each.district for each in pair.worse_districts}


def test_what_is_expected_is_the_base_and_the_difference(pairing: Pairing) -> None:
    signed, base = outlook(pairing).slas["signed"], outlook(Pairing(pairing.base, pairing.base)).slas["signed"]
    assert signed.change is not None
    assert signed.expected == base.compliance.mean + signed.change.paired.mean  # type: ignore[operator]
    assert base.change is None


def test_districts_that_surely_get_worse_are_named(pairing: Pairing) -> None:
    assert worse_districts(pairing, outlook(pairing)) == ("station-1", "station-2", "station-3")
    other = Pairing(pairing.run, pairing.base)
    assert worse_districts(other, outlook(other)) == ()


def test_chance_is_told_from_the_fifth_replication_on_and_verdicts_at_looks_only(what_if: WhatIf) -> None:
    pairing = what_if.pairing(Asked(0, (FEWER,)))
    for count in (1, FIRST - 1, FIRST, LOOK - 1, LOOK, LOOK + 2):
        shown = outlook(simulated(pairing, count))
        signed = shown.slas["signed"]
        assert signed.compliance.mean is not None
        assert signed.change is not None
        assert (signed.compliance.low is not None) == (signed.change.paired.low is not None) == (count >= FIRST)
        assert (signed.verdict is not None) == (count >= LOOK)
        assert shown.shown == min(count, LOOK)


@pytest.mark.parametrize(("done", "shown"), [(0, 0), (3, 3), (19, 19), (20, 20), (59, 20), (199, 60), (399, 200)])
def test_levels_stay_between_looks(done: int, shown: int) -> None:
    assert shown_replications(done, 400) == shown
    assert shown_replications(400, 400) == 400


# Letters that are kept


@pytest.mark.parametrize("change", [FEWER, "teams.city.absence=40%", "sla.signed.target=90%", "teams.station.cost=2"])
def test_staffing_changes_no_letter(file: ScenarioFile, change: str) -> None:
    today, changed = (setting_of(file.with_changes(each).scenario) for each in ([], [change]))
    assert letters_name(today) == letters_name(changed)
    kept = KeptLetters()
    assert kept.drawn(letters_name(today), today, 3) is not None
    letters, visits = kept.drawn(letters_name(today), today, 3)
    fresh, others = KeptLetters().drawn("", changed, 3)
    np.testing.assert_array_equal(letters.received, fresh.received)
    roster = draw_roster(today, 3)
    ours, theirs = (with_other_duty(today, roster, 3, letters, each) for each in (visits, others))
    np.testing.assert_array_equal(ours.service, theirs.service)


@pytest.mark.parametrize("change", ["arrivals.per_day=130", "workflow.sign.effort.mean=5 min", "seed=6", "window=8 d"])
def test_other_changes_bring_other_letters(file: ScenarioFile, change: str) -> None:
    today, changed = (setting_of(file.with_changes(each).scenario) for each in ([], [change]))
    assert letters_name(today) != letters_name(changed)


def test_letters_are_kept_up_to_a_limit_and_the_last_replications_go_first(file: ScenarioFile) -> None:
    setting = setting_of(file.with_changes().scenario)
    made = int(KeptLetters().drawn("", setting, 0)[1].made.sum())
    kept = KeptLetters(most=int(2.5 * made))
    first = kept.drawn("", setting, 0)
    for number in (1, 2):
        kept.drawn("", setting, number)
    assert kept.drawn("", setting, 0)[0] is first[0]


# Who simulates when


class Slow(LiveRun):
    """Does nothing of what it is asked, and says in which order."""

    def __init__(self, name: str, told: list[str], gate: threading.Event, seconds: float = 0.1) -> None:
        self.name, self.told, self.gate = name, told, gate
        self.most, self.failure, self.count, self.cost = 200, "", 0, Cost(1, 1, 1, 1, seconds)

    @property
    def done(self) -> int:
        return self.count

    def next_task(self) -> Task | None:
        return Task(Kind.REPLICATION, self.count) if self.count < self.most else None

    def begin(self, task: Task) -> None:
        self.count += 1

    def work(self, task: Task, wanted: object) -> None:
        self.told.append(self.name)
        self.gate.wait()


def test_first_replications_of_anybody_come_before_the_later_ones_of_others() -> None:
    told: list[str] = []
    gate = threading.Event()
    scheduler = Scheduler(1, lambda _: None)
    busy, others = Slow("busy", told, gate), [Slow(name, told, gate) for name in "ab"]
    busy.count = 50
    scheduler.want("one", [busy])
    wait_for(lambda: told)
    scheduler.want("two", [others[0]])
    scheduler.want("three", [others[1]])
    gate.set()
    wait_for(lambda: len(told) > 20)
    scheduler.close()
    assert set(told[1:9]) == {"a", "b"}
    assert 4 <= told[1:11].count("a") <= 6
    assert "busy" not in told[1:11]


def test_a_viewer_of_many_staffings_takes_no_more_than_one_of_a_single_one() -> None:
    told: list[str] = []
    gate = threading.Event()
    scheduler = Scheduler(1, lambda _: None)
    scheduler.want("many", [Slow(f"many {number}", told, gate) for number in range(6)])
    scheduler.want("single", [Slow("single", told, gate)])
    gate.set()
    wait_for(lambda: len(told) > 12)
    scheduler.close()
    assert told[:10].count("single") in (4, 5)


def test_heavy_replications_leave_a_thread_for_others() -> None:
    told: list[str] = []
    gate = threading.Event()
    scheduler = Scheduler(2, lambda _: None)
    scheduler.want("one", [Slow(f"heavy {number}", told, gate, seconds=9.0) for number in range(3)])
    wait_for(lambda: told)
    scheduler.want("two", [Slow("light", told, gate)])
    wait_for(lambda: len(told) == 2)
    gate.set()
    scheduler.close()
    assert told[1] == "light"


def test_what_nobody_wants_any_more_is_not_simulated(what_if: WhatIf) -> None:
    run = simulated(what_if.pairing(Asked(0, (FEWER,))), 0).run
    for answers in ([False], [True, False]):
        task = Task(Kind.REPLICATION)
        run.begin(task)
        run.work(task, lambda answers=answers: answers.pop(0))  # type: ignore[misc]
        assert run.done == 0
        assert run.next_task() == task


def test_equal_changes_of_several_viewers_are_one_run(what_if: WhatIf) -> None:
    mine, same, spelt = (
        what_if.pairing(Asked(0, changes)).run
        for changes in ((FEWER,), (FEWER,), (FEWER, "teams.city.absence=0.1", "name=Mine"))
    )
    assert mine is same is spelt
    assert what_if.pairing(Asked(0, ("name=Other",))).run is what_if.base


def test_a_viewer_sees_each_change_until_it_is_done(file: ScenarioFile) -> None:
    seen: list[LiveRun] = []
    what_if = WhatIf([file], Options(workers=2), changed=seen.append)
    (found,) = what_if.watch("me", [Asked(0, (FEWER,))])
    assert isinstance(found, Pairing)
    wait_for(lambda: found.paired >= LOOK and found.run.needs)
    what_if.leave("me")
    what_if.close()
    assert seen.count(found.run) >= LOOK
    assert outlook(found).slas["signed"].verdict is not None


# What goes wrong


def test_wrong_changes_are_refused_as_on_the_command_line(what_if: WhatIf, file: ScenarioFile) -> None:
    wrong = "teams.city.staff.four_teams_three_shifts=-1"
    (found,) = what_if.watch("me", [Asked(0, (wrong,))])
    with pytest.raises(ScenarioError) as typed:
        load(file.source, [wrong])
    assert str(found) == str(typed.value)
    what_if.leave("me")


def test_a_replication_that_fails_is_told_and_others_go_on(what_if: WhatIf, monkeypatch: pytest.MonkeyPatch) -> None:
    run = simulated(what_if.pairing(Asked(0, (FEWER,))), 1).run

    def fail(*_: object) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr("sim.whatif.live_run.draw_roster", fail)
    task = run.next_task()
    assert task is not None
    run.begin(task)
    run.work(task, lambda: True)
    assert run.failure == "MemoryError: no more"
    assert run.next_task() is None
    assert outlook(Pairing(run, run)).failure == run.failure


def test_a_heavy_scenario_shows_a_forecast_first(what_if: WhatIf) -> None:
    base = what_if.base
    heavy = LiveRun(base.loaded, base.setting, Cost(1, 1, 1, 1, 5.0), at_once=1, kept=KeptLetters())
    task = heavy.next_task()
    assert task == Task(Kind.FORECAST)
    heavy.begin(task)
    heavy.work(task, lambda: True)
    assert outlook(Pairing(heavy, heavy)).forecast["signed"] is not None
    assert heavy.next_task() == Task(Kind.REPLICATION)


def test_there_must_be_memory(file: ScenarioFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.cost.free_memory", lambda: 10.0)
    with pytest.raises(ScenarioError, match="needs about"):
        WhatIf([file])


def test_changes_are_saved_as_a_short_file_that_extends(file: ScenarioFile, what_if: WhatIf) -> None:
    changes = [FEWER, "workflow.sign.effort.mean=5 min", "teams.station.absence=5%"]
    text = file.extension(changes, "Mine")
    saved = Path(file.source).with_name("mine.yaml")
    saved.write_text(text, "utf-8")
    assert text.startswith("extends: small.yaml\nname: Mine\n")
    assert load(saved).scenario == load(file.source, [*changes, "name=Mine"]).scenario
