"""Letters that are open at the start: hand-worked days, theory, and that nothing else changes with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import answer, with_line
from desk import DESK, loaded, written
from office import journeys, setting, workload_of
from oracles.transient import Plan, course
from runs import report

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.tables import NOT_YET
from sim.engine.contract import simulate
from sim.experiment.cost import estimate
from sim.models.distributions import Constant, Exponential, Lognormal, Uniform
from sim.output.text.answer import run_sentences
from sim.sampling.quantiles import quantile, share_below
from sim.sampling.roster import draw_roster
from sim.scenario.loading import dump_yaml, load
from sim.scenario.setting import setting_of

STEPS = """\
workflow:
  - sign:   {by: desk, effort: 2 min}
  - ask:    {wait: 3 h}
  - handle: {by: desk, effort: 30 min}
"""
OFFICE = DESK.partition("workflow:")[0].replace("per_day: 80", "per_day: 0") + STEPS
"""Nobody writes; signing takes two minutes, asking three hours, handling half an hour."""


def opened(folder: Path, rows: str, text: str = OFFICE) -> Any:
    (folder / "open.csv").write_text(rows, "utf-8")
    return setting_of(loaded(folder, text + "backlog: open.csv\n").scenario)


def test_open_letters_make_the_visits_that_are_left(tmp_path: Path) -> None:
    """Two wait, one has been worked on for 20 of 30 minutes, and one has been waiting for 1 of 3 hours."""
    office = opened(
        tmp_path,
        "received,step,state,since\n"
        "2021-05-02 23:59,sign,waiting,\n"
        "2021-05-01 08:00,handle,working,2021-05-02 23:40\n"
        "2021-05-02 08:00,ask,delay,2021-05-02 23:00\n"
        "2021-04-30 08:00,handle,waiting,2021-05-02 08:00\n",
    )
    workload = workload_of(office)
    assert workload.received.tolist() == [-(2 * DAY + 16 * HOUR), -(DAY + 16 * HOUR), -16 * HOUR, -MINUTE]
    assert journeys(workload) == [
        [(2, 30 * MINUTE)],
        [(2, 10 * MINUTE)],
        [(1, 2 * HOUR), (2, 30 * MINUTE)],
        [(0, 2 * MINUTE), (1, 3 * HOUR), (2, 30 * MINUTE)],
    ]


def test_the_older_letter_is_served_first(tmp_path: Path) -> None:
    rows = "received,step\n2021-05-02 12:00,handle\n2021-05-01 12:00,handle\n2021-05-02 09:00,handle\n"
    office = opened(tmp_path, rows, OFFICE.replace("always: 8", "always: 1"))
    log = simulate(workload_of(office), draw_roster(office, 0), office.scenario.horizon)
    assert log.started.tolist() == [0, 30 * MINUTE, HOUR]


def test_new_letters_are_the_same_with_a_backlog_and_without() -> None:
    """Whoever is compared meets the same letters."""
    alone = workload_of(setting())
    backlog = [{"step": "serve", "letters": 50, "age": {"exponential": "2 d"}}]
    with_backlog = workload_of(setting(backlog=backlog))
    new = with_backlog.received >= 0
    assert np.count_nonzero(~new) == 50
    assert np.array_equal(with_backlog.received[new], alone.received)
    assert np.array_equal(with_backlog.service[np.repeat(new, np.diff(with_backlog.first_visit))], alone.service)


def test_what_is_left_of_a_duration_is_drawn_given_what_is_over() -> None:
    """Of an exponential as much as at first; of a uniform one the rest; of a constant the difference."""
    chance = np.linspace(0.01, 0.99, 99)
    hour = np.full(99, HOUR)

    def left(distribution: Any) -> Any:
        below = share_below(distribution, hour)
        return quantile(distribution, below + chance * (1 - below)) - hour

    exponential = Exponential(exponential="25 min")
    assert left(exponential) == pytest.approx(quantile(exponential, chance), rel=1e-6)
    assert left(Uniform(uniform=["0 s", "2 h"])) == pytest.approx(HOUR * chance)
    assert left(Constant(constant="90 min")) == pytest.approx(30 * MINUTE)
    lognormal = Lognormal(mean="1 h", cv=1)
    assert (left(lognormal) > 0).all()
    assert share_below(lognormal, quantile(lognormal, chance)) == pytest.approx(chance)


def test_a_backlog_is_worked_off_as_a_fluid(tmp_path: Path) -> None:
    """Two people take 96 letters of half an hour a day and 24 more come: of 300 none is left after 300 / 72 days."""
    text = OFFICE.replace("per_day: 0", "per_day: 24").replace("always: 8", "always: 2").replace("1 d", "21 d")
    text = text.replace(STEPS, "workflow:\n  - handle: {by: desk, effort: 30 min}\n").replace(
        "window", "replications: 8\nwindow"
    )
    scenario = loaded(tmp_path, text + "backlog: [{step: handle, letters: 300, age: {exponential: 2 d}}]\n").scenario
    found = report(setting_of(scenario))
    backlog, opening = found.backlog, found.opening
    assert opening is not None
    midnights = np.flatnonzero(backlog.days % 1 == 0)[:4]
    # Poisson, standard deviation of a mean of 8: at most 3.5; 4 of them are exceeded once in 16,000 seeds.
    assert backlog.open_letters.mean[midnights] == pytest.approx([228, 156, 84, 12], abs=14)
    assert opening.letters == 300
    assert opening.back_days is not None
    assert opening.back_days[0] >= 4
    assert opening.back_days[2] <= 6
    assert opening.date_of(5).isoformat() == "2021-05-08"


def test_a_queue_that_begins_full_follows_its_transient_solution() -> None:
    """M/M/3 from 20 in system: the mean number at the hours of the first day, over 400 replications."""
    office = setting(
        window="1 d",
        arrivals={"per_day": 24 * 4},
        teams={"desk": {"staff": {"always": 3}}},
        workflow=[{"serve": {"by": "desk", "effort": {"exponential": "30 min"}}}],
        backlog=[{"step": "serve", "letters": 20, "age": {"exponential": "1 d"}}],
    )
    plan = Plan(np.full(12, 4.0), np.full(12, 3), 1.0, 0.5)
    start = np.eye(1, 501, 20)[0]
    expected = course(plan, start).states @ np.arange(501)
    instants = np.arange(1, 13) * HOUR
    seen = []
    for replication in range(400):
        workload = workload_of(office, replication)
        log = simulate(workload, draw_roster(office, replication), office.scenario.horizon)
        finished = np.where(log.finished == NOT_YET, office.scenario.horizon, log.finished)
        seen.append([np.count_nonzero((workload.received < at) & (finished >= at)) for at in instants])
    spread = np.std(seen, axis=0) / np.sqrt(len(seen))
    # 4 standard deviations at 12 instants are exceeded by chance once in 1,300 seeds.
    assert (np.abs(np.mean(seen, axis=0) - expected[1:]) < 4 * spread).all()


SLA = (
    "sla: {handled: {until: handle.finished, within: 2 d, target: 95%}, signed: {until: sign.finished, within: 1 h}}\n"
)


def test_which_open_letters_are_late_and_which_can_be_saved(tmp_path: Path) -> None:
    """One person handles one letter at a time, half an hour each, all received 47 hours and 15 minutes before.

    Another is late already. Of the others nobody waits for the first, the second is too late; both could be saved.
    """
    rows = "received,step\n" + "2021-05-01 00:45,handle\n" * 2 + "2021-04-30 12:00,handle\n"
    rows += "2021-05-02 23:30,sign\n"
    office = opened(tmp_path, rows, OFFICE.replace("always: 8", "always: 1") + SLA)
    opening = report(office).opening
    assert opening is not None
    handled, signed = opening.slas["handled"], opening.slas["signed"]
    assert [each.mean for each in (handled.open, handled.lost, handled.late)] == [4, 1, 2]
    # What was signed before, nobody counts; the one that was not waits for the three that are older.
    assert [each.mean for each in (signed.open, signed.lost, signed.late)] == [1, 0, 1]


def test_open_letters_that_leave_are_named(tmp_path: Path) -> None:
    """Three letters of a minute ago are to be handled within 2 hours, by one person; who waits for an hour leaves.

    The first takes 90 minutes; of the others none is started within the hour since it began to wait at second 0.
    """
    steps = "handle: {by: desk, effort: 90 min, patience: 1 h}"
    text = OFFICE.replace("handle: {by: desk, effort: 30 min}", steps).replace("always: 8", "always: 1")
    text += "sla: {handled: {until: handle.finished, within: 2 h, target: 95%}}\n"
    found = report(opened(tmp_path, "received,step\n" + "2021-05-02 23:59,handle\n" * 3, text))
    assert found.opening is not None
    handled = found.opening.slas["handled"]
    assert [each.mean for each in (handled.open, handled.lost, handled.late, handled.left)] == [1, 0, 0, 2]
    assert found.opening.abandoned.mean == 2
    english, chinese = (" ".join(run_sentences(found, lang)) for lang in ("en", "zh"))
    assert "2 of them leave because nobody starts them in time" in english
    assert "with these people 0 of those are late; 2 more leave before the limit." in english
    assert "其中 2 件因等不到办理而离开" in chinese


def test_milestones_that_a_file_says_were_reached_are_not_open(tmp_path: Path) -> None:
    """A letter that has been handled, and is now signed again in a loop."""
    rows = "received,step,done:handle\n2021-05-01 00:45,sign,2021-05-02 10:00\n2021-05-01 00:45,sign,\n"
    opening = report(opened(tmp_path, rows, OFFICE + SLA)).opening
    assert opening is not None
    assert opening.slas["handled"].open.mean == 1


def test_a_working_day_clock_of_an_open_letter_runs_since_its_receipt(tmp_path: Path) -> None:
    """Received on Friday at noon, it is Monday at 00:00: half a working day, of one that is allowed."""
    limit = "sla: {handled: {until: handle.finished, within: 1 working days, target: 95%}}\n"
    text = OFFICE.replace("handle: {by: desk, effort: 30 min}", "handle: {by: desk, effort: 11.9 h}") + limit
    rows = "received,step\n2021-04-30 12:00,handle\n2021-04-30 11:50,handle\n"
    opening = report(opened(tmp_path, rows, text)).opening
    assert opening is not None
    assert [opening.slas["handled"].lost.mean, opening.slas["handled"].late.mean] == [1, 0]


def test_a_backlog_is_written_again_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "open.csv").write_text("received,step\n2021-05-01 12:00,handle\n", "utf-8")
    for backlog in ("open.csv", "[{step: handle, letters: 3, age: {mean: 2 d, cv: 1}}]"):
        scenario = loaded(tmp_path, OFFICE + f"backlog: {backlog}\n").scenario
        assert load(written(tmp_path, dump_yaml(scenario), "again.yaml")).scenario == scenario


OF_START = "'2021-05-03 12:00:00'; the backlog is that of the start"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("received\n2021-05-01 12:00\n", ": open.csv has no column 'step' (there is received)"),
        (
            "received,step\n2021-05-03 12:00,serve\n",
            f".file: open.csv: 1 row received after the start, 2021-05-03 00:00: line 2 {OF_START}",
        ),
        (
            "received,step\n2021-05-01 12:00,srve\n",
            ".file: open.csv: 1 row with a step that the scenario does not have: line 2 'srve'; there are serve, check",
        ),
        (
            "received,step,state\n2021-05-01 12:00,serve,asleep\n",
            ": open.csv: 1 row with a state that is none of waiting, working, delay: line 2 'asleep'",
        ),
        (
            "received,step,state\n2021-05-01 12:00,serve,delay\n",
            ".file: open.csv: 1 row in a state that its step does not have: line 2 'serve delay'",
        ),
        (
            "received,step,unit\n2021-05-01 12:00,serve,hall\n",
            ".file: open.csv: 1 row with a unit that the scenario does not have: line 2 'hall'; there is desk",
        ),
        (
            "received,step\nyesterday,serve\n",
            ": open.csv: 1 row without a time such as 2021-05-03 19:30:00, in the column received: line 2 'yesterday'",
        ),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "open.csv").write_text(rows, "utf-8")
    assert answer(tmp_path, with_line("workflow:", "backlog: open.csv\nworkflow:")) == [f"line 6   backlog{said}"]


@pytest.mark.parametrize(
    ("backlog", "said"),
    [
        (
            "[{step: srve, letters: 1, age: 1 d}]",
            ".counts[0].step: no such step at which a letter can be 'srve'; did you mean 'serve'?",
        ),
        ("[{step: serve, letters: -1, age: 1 d}]", "[0].letters: must be 0 or more (got -1)"),
        ("{}", ": needs a file or counts, and not both"),
    ],
)
def test_bad_counts_are_told(tmp_path: Path, backlog: str, said: str) -> None:
    assert answer(tmp_path, with_line("workflow:", f"backlog: {backlog}\nworkflow:")) == [f"line 6   backlog{said}"]


def test_a_backlog_is_part_of_the_cost() -> None:
    alone, with_backlog = (
        estimate(setting(backlog=backlog))
        for backlog in (None, [{"step": "serve", "letters": 5_000, "age": {"exponential": "2 d"}}])
    )
    assert with_backlog.letters == alone.letters + 5_000
    assert with_backlog.bytes > alone.bytes
