"""Writers who write again: when and about what, what becomes of their letters, and what is said of them."""

from mailbox import at
from pathlib import Path

import numpy as np
import pytest
from oracles.queueing import mmc_wait_longer
from runs import agree, report, setting, written
from scipy.optimize import brentq

from sim.core.errors import ScenarioError
from sim.core.tables import NO_VISIT, OTHER_DUTY
from sim.engine.contract import first_difference, simulate
from sim.engine.verify import prove
from sim.experiment.replications import simulate_replication
from sim.metrics.causes import breaches
from sim.metrics.letter_timeline import EventKind
from sim.metrics.measures import measure
from sim.metrics.replication import Replication
from sim.metrics.rows import letter_table
from sim.metrics.summary import summarise
from sim.metrics.supervision import received_prompts
from sim.metrics.timeline import timelines
from sim.output.folders.parquet import letter_columns
from sim.output.text.answer import run_sentences
from sim.sampling.kept_letters import KeptLetters, letters_name
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload, with_other_duty
from sim.scenario.setting import Setting
from sim.statistics import Estimate

STORY = """
schema: 1
start: 2024-01-01
window: 2 d
cool_down: 1 d
arrivals: {trace: letters.csv}
teams:
  desk: {staff: {always: 1}}
  clerk: {staff: {always: 1}}
workflow:
  - handle: {by: desk, effort: 2 h}
  - look: {wait: 1 h}
sla:
  handled: {until: handle.finished, within: 3 h}
"""
AGAIN = "join: {by: clerk, effort: 10 min}"


def story(folder: Path, rule: str, **other: str) -> Setting:
    """Two letters of 08:00: one is handled by 10:00, in time, one by 12:00, late; each is over an hour after that."""
    (folder / "letters.csv").write_text("received\n" + "2024-01-01 08:00:00\n" * 2, "utf-8")
    text = STORY + f"repeat_letters: {{{rule}, {AGAIN}}}\n"
    for old, new in other.items():
        text = text.replace(old, new)
    return setting(written(folder, text))


def found(office: Setting) -> Replication:
    prove(office)
    return simulate_replication(office, 0)


def received(replication: Replication) -> list[int]:
    return replication.received.tolist()


def test_who_was_late_writes_a_letter_of_its_own_once_the_case_is_over(tmp_path: Path) -> None:
    """The limit is 11:00; three hours and a second later the second case is over, and there is a third letter."""
    replication = found(story(tmp_path, "when_late: {sla: handled, chance: 100%}, after: 3 h"))
    assert received(replication) == [at(8), at(8), at(14, 0, 1)]
    workload = replication.workload
    repeat = replication.letters[2]
    assert workload.about[repeat] == 3, "the look of the second letter, its last visit"
    assert workload.category[repeat] == workload.category[0]
    assert replication.closed[2] == at(17, 0, 1)
    told = summarise(replication.setting, [measure(replication)], scenario="", engine="compiled")
    assert told.slas["handled"].letters.mean == 3
    said = told.summary()["repeat_letters"]
    assert (said["letters"]["mean"], said["joined"]["mean"], said["work_hours"]["mean"]) == (1, 0, 2)
    assert said["work_share"]["mean"] == pytest.approx(2 / 6)
    assert any("1 letters of their own and 0 that joined" in each for each in run_sentences(told, "en"))


def test_the_rows_of_letters_say_which_one_is_repeated(tmp_path: Path) -> None:
    office = story(tmp_path, "when_late: {sla: handled, chance: 100%}, after: 3 h")
    replication = found(office)
    table = letter_table(replication, breaches(replication))
    assert table.letter.tolist() == [0, 1, 2]
    assert letter_columns(office, 0, table)["repeat_of"].tolist() == [None, None, 1]  # type: ignore[union-attr]
    without = setting(written(tmp_path, STORY))
    once = found(without)
    assert "repeat_of" not in letter_columns(without, 0, letter_table(once, breaches(once)))


def test_while_the_case_is_open_it_is_work_and_no_letter(tmp_path: Path) -> None:
    """Half an hour after the limit the second case is still open; the clerk puts the letter to it in ten minutes."""
    replication = found(story(tmp_path, "when_late: {sla: handled, chance: 100%}, after: 30 min"))
    assert received(replication) == [at(8)] * 2
    workload, log = replication.workload, replication.log
    joins = np.flatnonzero((workload.about != NO_VISIT) & (log.queued[workload.first_visit[:-1]] >= 0))
    assert workload.received[joins].tolist() == [at(11, 30, 1)]
    assert workload.category[joins].tolist() == [OTHER_DUTY]
    assert log.finished[workload.first_visit[joins]].tolist() == [at(11, 40, 1)]
    told_of_both = [[event.kind for event in way.events] for way in timelines(replication, [0, 1])]
    assert [kinds.count(EventKind.WRITTEN_AGAIN) for kinds in told_of_both] == [0, 1]
    told = summarise(replication.setting, [measure(replication)], scenario="", engine="compiled")
    said = told.summary()["repeat_letters"]
    assert (said["letters"]["mean"], said["joined"]["mean"]) == (0, 1)
    assert said["work_hours"]["mean"] == pytest.approx(1 / 6)


def test_who_was_in_time_may_write_again_too(tmp_path: Path) -> None:
    rule = "chance: 100%, when_late: {sla: handled, chance: 0%}, after: 3 h"
    assert received(found(story(tmp_path, rule))) == [at(8), at(8), at(14, 0, 1)]
    rule = "chance: 100%, when_late: {sla: handled, chance: 100%}, after: 3 h"
    assert len(received(found(story(tmp_path, rule)))) == 4


def test_a_repeat_letter_is_repeated_if_it_is_late_itself(tmp_path: Path) -> None:
    """With limits of an hour all are late; one more letter of each matter comes, or two."""
    for at_most in (1, 2):
        rule = f"when_late: {{sla: handled, chance: 100%}}, after: 8 h, at_most: {at_most}"
        replication = found(story(tmp_path, rule, **{"within: 3 h": "within: 1 h"}))
        matters = 2 * (1 + at_most)
        assert len(received(replication)) == matters
        assert received(replication)[-1] == at(8) + at_most * (9 * 3600 + 1)


def test_what_was_not_written_again_is_not_repeated_again(tmp_path: Path) -> None:
    """The second letter is late, its repeat at 14:00:01 is handled in time, and nobody writes a third one."""
    rule = "when_late: {sla: handled, chance: 100%}, after: 3 h, at_most: 3"
    assert received(found(story(tmp_path, rule))) == [at(8), at(8), at(14, 0, 1)]


def test_only_writers_of_some_categories_write_again(tmp_path: Path) -> None:
    rows = "2024-01-01 08:00:00,noise\n2024-01-01 08:00:00,traffic\n"
    text = (
        STORY + f"repeat_letters: {{for: [traffic], when_late: {{sla: handled, chance: 100%}}, after: 8 h, {AGAIN}}}\n"
    )
    text = text.replace("within: 3 h", "within: 1 h") + "categories: {noise: {share: 50%}, traffic: {share: 50%}}\n"
    (tmp_path / "letters.csv").write_text("received,category\n" + rows, "utf-8")
    replication = found(setting(written(tmp_path, text)))
    assert replication.workload.category[replication.letters].tolist() == [0, 1, 1]


BUSY = """
schema: 1
start: 2024-01-01
window: 20 d
seed: 4
arrivals: {per_day: 40}
teams:
  desk: {staff: {always: 1}, other_duty: {per_hour: 0.2, effort: 10 min}}
  clerk: {units: 3, weights: [1, 2, 3], staff: {always: 3}}
workflow:
  - handle: {by: desk, effort: {exponential: 30 min}}
  - look: {by: clerk, effort: {exponential: 30 min}, chance: 50%, when_late: {sla: handled, chance: 90%}}
sla:
  handled: {until: handle.finished, within: 2 h}
supervise: [{sla: handled, at: 80%, task: {by: clerk, effort: 5 min}}]
"""
OFTEN = "repeat_letters: {chance: 10%, when_late: {sla: handled, chance: 60%}, after: {exponential: 1 d}, at_most: 2, "


def test_the_same_letters_meet_every_rule_and_staffing(tmp_path: Path) -> None:
    """Who writes again changes nothing of the first letters, and more people nothing of what may be written again."""
    with_rule = setting(written(tmp_path, BUSY + OFTEN + AGAIN + "}\n"))
    without = setting(written(tmp_path, BUSY))
    first, all_letters = (draw_workload(each, draw_roster(each, 0), 0) for each in (without, with_rule))
    mine = np.flatnonzero((all_letters.about == NO_VISIT) & (all_letters.category != OTHER_DUTY))
    theirs = np.flatnonzero((first.about == NO_VISIT) & (first.category != OTHER_DUTY))
    assert np.array_equal(all_letters.received[mine], first.received[theirs])
    assert np.array_equal(all_letters.service[all_letters.first_visit[mine]], first.service[first.first_visit[theirs]])
    rarely = setting(written(tmp_path, (BUSY + OFTEN + AGAIN + "}\n").replace("60%", "30%")))
    fewer = draw_workload(rarely, draw_roster(rarely, 0), 0)
    assert set(fewer.received.tolist()) < set(all_letters.received.tolist())


def test_both_engines_and_the_audit_agree_on_busy_weeks(tmp_path: Path) -> None:
    office = setting(written(tmp_path, BUSY + OFTEN + AGAIN + "}\n"))
    prove(office)
    replication = simulate_replication(office, 0)
    assert np.array_equal(replication.as_drawn.received, draw_workload(office, draw_roster(office, 0), 0).received)
    once_more = simulate(replication.workload, replication.roster, office.scenario.horizon)
    assert first_difference(once_more, replication.log) is None, "of what came the same becomes once more"
    again = replication.workload.about[replication.letters] != NO_VISIT
    assert again.sum() > 50
    assert (replication.log.queued[replication.workload.first_visit[replication.letters[again]]] >= 0).all()
    assert np.array_equal(replication.received, np.sort(replication.received))
    figures = summarise(office, [measure(replication)], scenario="", engine="compiled").repeat_letters
    assert figures is not None
    assert figures.letters.mean == np.count_nonzero(again & replication.counted)


def test_nobody_is_prompted_about_a_letter_that_was_not_written(tmp_path: Path) -> None:
    """All prompts that were received are due as four fifths of the limit of their own letter have passed."""
    replication = simulate_replication(setting(written(tmp_path, BUSY + OFTEN + AGAIN + "}\n")), 0)
    prompts = received_prompts(replication)
    assert len(prompts.row) > 50
    due = replication.workload.received[prompts.prompt]
    assert (due - replication.received[prompts.row] == 0.8 * 2 * 3600).all()


def test_a_limit_in_office_hours_is_known_for_what_would_be_written_after_the_end(tmp_path: Path) -> None:
    busy = BUSY.replace("within: 2 h", "within: 2 office hours")
    replication = found(setting(written(tmp_path, busy + OFTEN.replace("1 d", "9 d") + AGAIN + "}\n")))
    assert (replication.workload.about[replication.letters] != NO_VISIT).any()


def test_kept_letters_and_thinned_ones_have_their_repeats(tmp_path: Path) -> None:
    office = setting(written(tmp_path, BUSY + OFTEN + AGAIN + "}\n"))
    roster = draw_roster(office, 0)
    kept = with_other_duty(office, roster, 0, *KeptLetters().drawn(letters_name(office), office, 0))
    whole = draw_workload(office, roster, 0)
    assert all(np.array_equal(one, other) for one, other in zip(kept, whole, strict=True))
    half = draw_workload(office, roster, 0, keep=0.5)
    assert set(half.received.tolist()) < set(whole.received.tolist())
    stays = np.ones(whole.letters, np.bool_)
    stays[np.flatnonzero(whole.category != OTHER_DUTY)[0]] = False
    fewer = whole.some_letters(stays)
    about = fewer.about[fewer.about != NO_VISIT]
    assert (about < fewer.visits).all()
    assert len(about) < np.count_nonzero(whole.about != NO_VISIT)
    other_limit = setting(written(tmp_path, (BUSY + OFTEN + AGAIN + "}\n").replace("2 h", "3 h")))
    assert letters_name(office) != letters_name(other_limit)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("when_late: {sla: closed, chance: 5%}, after: 1 d", "no such SLA 'closed' (there is handled)"),
        ("when_late: {sla: handled, chance: 5%}", "after"),
        ("when_late: {sla: handled, chance: 5%}, after: 1 d, for: [noise]", "no such category 'noise'"),
        (
            "when_late: {sla: handled, chance: {per_channel: {web: 5%, default: 1%}}}, after: 1 d",
            "no such channel 'web'",
        ),
    ],
)
def test_what_is_unknown_is_refused(rule: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        story(tmp_path, rule)
    assert problem in str(error.value)


def test_an_sla_that_waits_for_what_hangs_on_lateness_is_refused(tmp_path: Path) -> None:
    text = BUSY.replace("sla:\n", "sla:\n  looked: {until: look.finished, within: 1 d}\n")
    with pytest.raises(ScenarioError, match=r"must not wait for what hangs on lateness itself, as look\.finished does"):
        setting(written(tmp_path, text + (OFTEN + AGAIN + "}\n").replace("sla: handled", "sla: looked")))


def test_a_loop_through_which_an_sla_hangs_on_lateness_is_named(tmp_path: Path) -> None:
    loop = (
        "  - tell: {by: clerk, effort: 5 min, only_after: [look]}\n"
        "  - redo: {back_to: look, chance: 1%, at_most: 1, when_late: {sla: handled, chance: 50%}}\n"
    )
    text = BUSY.replace(", when_late: {sla: handled, chance: 90%}", "").replace("sla:\n", loop + "sla:\n", 1)
    text = text.replace("sla:\n", "sla:\n  told: {until: tell.finished, within: 1 d}\n")
    with pytest.raises(ScenarioError, match=r"as tell\.finished does through redo; take an SLA until an earlier step"):
        setting(written(tmp_path, text + (OFTEN + AGAIN + "}\n").replace("sla: handled", "sla: told")))


@pytest.mark.parametrize(
    ("sure", "of_tell", "refused"),
    [
        ("", ", chance: 50%", True),
        ("", ", chance: 0%", False),
        (", chance: 50%", ", only_after: [look]", True),
        ("", ", only_after: [look]", False),
    ],
)
def test_an_sla_that_some_letters_come_to_only_by_a_loop_that_hangs_on_lateness_is_refused(
    sure: str, of_tell: str, refused: bool, tmp_path: Path
) -> None:
    loop = (
        f"  - tell: {{by: clerk, effort: 5 min{of_tell}}}\n"
        "  - redo: {back_to: look, chance: 1%, at_most: 1, when_late: {sla: handled, chance: 50%}}\n"
    )
    text = BUSY.replace(", chance: 50%, when_late: {sla: handled, chance: 90%}", sure)
    text = text.replace("sla:\n", loop + "sla:\n", 1)
    text = text.replace("sla:\n", "sla:\n  told: {until: tell.finished, within: 1 d}\n")
    text += (OFTEN + AGAIN + "}\n").replace("sla: handled", "sla: told")
    if not refused:
        setting(written(tmp_path, text))
        return
    with pytest.raises(ScenarioError, match=r"as tell\.finished does through redo; take an SLA until an earlier step"):
        setting(written(tmp_path, text))


def test_what_is_wrong_with_the_workflow_is_said_before_what_hangs_on_lateness(tmp_path: Path) -> None:
    loop = "  - redo: {back_to: loook, chance: 1%, when_late: {sla: handled, chance: 50%}}\n"
    with pytest.raises(ScenarioError, match="must name an earlier step 'loook'"):
        setting(written(tmp_path, BUSY.replace("sla:\n", loop + "sla:\n", 1) + OFTEN + AGAIN + "}\n"))


FEEDBACK = """
schema: 1
start: 2024-01-01
warm_up: 90 d
window: 98 d
cool_down: 2 d
replications: 30
seed: 4
arrivals: {per_day: 70}
teams: {desk: {staff: {always: 2}}, clerk: {staff: {always: 1}}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
sla:
  started: {until: serve.started, within: 10 min}
repeat_letters: {chance: 5%, when_late: {sla: started, chance: 50%}, after: {uniform: [2 d, 30 d]}, AGAIN}
"""


def test_lateness_and_the_load_that_it_makes_come_to_their_fixed_point(tmp_path: Path) -> None:
    """Rate = first letters x (1 + chance of a repeat), of which the waits of M/M/2 at that rate decide.

    From 70 letters a day 92.9 come of it, and 38% in time instead of 66%. The repeats of each day were made late over
    four weeks, so that they come nearly as Poisson's letters do.
    """
    first = 70.0

    def late(rate: float) -> float:
        return mmc_wait_longer(2, rate / (24 * 60), 25, 10)

    rate = brentq(lambda rate: first * (1 + 0.5 * late(rate) + 0.05 * (1 - late(rate))) - rate, first, 110)
    told = report(setting(written(tmp_path, FEEDBACK.replace("AGAIN", AGAIN))))
    assert agree(told.letters.received, 98 * rate, replications=30, tight=0.01)
    compliance = told.slas["started"].compliance
    assert agree(
        Estimate(compliance.mean, compliance.low, compliance.high), 1 - late(rate), replications=30, tight=0.04
    )
    assert late(rate) > 1.5 * late(first)
    repeats = told.repeat_letters
    assert repeats is not None
    assert agree(repeats.letters, 98 * (rate - first), replications=30, tight=0.03)
