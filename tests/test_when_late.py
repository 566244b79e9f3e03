"""Steps that letters take more often, or not at all, when they missed an SLA."""

from mailbox import at
from pathlib import Path

import numpy as np
import pytest
from runs import setting, written

from sim.core.errors import ScenarioError
from sim.core.tables import ANYHOW, FINISHED_IN_TIME, FINISHED_LATE, NOT_YET, STARTED_LATE
from sim.engine.verify import prove
from sim.experiment.replications import simulate_replication
from sim.metrics.replication import Fate
from sim.sampling.kept_letters import letters_name
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.setting import Setting

STORY = """
schema: 1
start: 2024-01-01
window: 1 d
arrivals: {trace: letters.csv}
teams:
  desk: {staff: {always: 1}}
workflow:
  - sign: {by: desk, effort: 20 min}
STEPS
  - file: {by: desk, effort: 5 min}
sla:
  signed: {until: sign.finished, within: 30 min}
  closed: {until: closed, within: 8 h}
"""


def story(folder: Path, *steps: str, backlog: str = "") -> Setting:
    """Two letters of 08:00, the first is signed at 08:20, in time, the second at 08:40 or later, and late."""
    (folder / "letters.csv").write_text("received\n" + "2024-01-01 08:00:00\n" * 2, "utf-8")
    return setting(written(folder, STORY.replace("STEPS", "\n".join(f"  - {step}" for step in steps)) + backlog))


def visits_of(office: Setting) -> list[list[str]]:
    """The steps that each letter came to, of a day that both engines and the audit agree on."""
    prove(office)
    found = simulate_replication(office, 0)
    names = [step.name for step in office.scenario.workflow]
    each = np.split(found.workload.step, found.workload.first_visit[1:-1])
    assert (found.log.finished != NOT_YET).all()
    assert (found.closed == found.log.finished[found.workload.first_visit[1:] - 1]).all()
    return [[names[step] for step in steps.tolist()] for steps in each]


LATE = "when_late: {sla: signed, chance: 100%}"
NOT_LATE = "when_late: {sla: signed, chance: 0%}"


@pytest.mark.parametrize(
    ("steps", "in_time", "late"),
    [
        ([f"call: {{wait: 1 h, chance: 0%, {LATE}}}"], "sign file", "sign call file"),
        ([f"call: {{wait: 1 h, {NOT_LATE}}}"], "sign call file", "sign file"),
        (
            [f"call: {{wait: 1 h, chance: 0%, {LATE}}}", "thank: {wait: 1 h, unless: [call]}"],
            "sign thank file",
            "sign call file",
        ),
        (
            [f"call: {{wait: 1 h, chance: 0%, {LATE}}}", "report: {by: desk, effort: 1 h, only_after: [call]}"],
            "sign file",
            "sign call report file",
        ),
        (
            ["handle: {by: desk, effort: 10 min}", f"rework: {{back_to: handle, chance: 0%, at_most: 2, {LATE}}}"],
            "sign handle file",
            "sign handle handle handle file",
        ),
        (
            ["handle: {wait: 10 min}", f"rework: {{back_to: handle, chance: 0%, at_most: 1, after: 1 h, {LATE}}}"],
            "sign handle file",
            "sign handle rework handle file",
        ),
        (
            [f"stage2: {{detour: 0%, {LATE}, steps: [study: {{wait: 1 h}}, answer: {{wait: 1 h}}]}}"],
            "sign file",
            "sign study answer file",
        ),
        (
            [
                "handle: {wait: 10 min}",
                f"call: {{wait: 1 h, {NOT_LATE}}}",
                f"rework: {{back_to: handle, chance: 0%, at_most: 1, {LATE}}}",
            ],
            "sign handle call file",
            "sign handle handle file",
        ),
    ],
)
def test_a_letter_goes_by_whether_it_was_late(steps: list[str], in_time: str, late: str, tmp_path: Path) -> None:
    assert visits_of(story(tmp_path, *steps)) == [in_time.split(), late.split()]


def test_chance_is_drawn_once_and_the_engine_chooses(tmp_path: Path) -> None:
    """By shares of 20% and 70%, half of the letters hang on whether they were late, and these shares come out."""
    steps = "call: {by: desk, effort: 1 min, chance: 20%, when_late: {sla: signed, chance: 70%}}"
    office = story(tmp_path, steps)
    text = (tmp_path / "scenario.yaml").read_text("utf-8")
    text = text.replace("{trace: letters.csv}", "{per_day: 55}").replace("1 d", "60 d")
    office = setting(written(tmp_path, text.replace("20 min", "{exponential: 20 min}")))
    workload = draw_workload(office, draw_roster(office, 0), 0)
    calls = workload.made_if[workload.step == 1]
    letters = workload.letters
    assert set(np.unique(calls).tolist()) == {ANYHOW, FINISHED_LATE}
    # Standard errors of some 3,300 letters are below 1%; five of them.
    assert np.count_nonzero(calls == FINISHED_LATE) / letters == pytest.approx(0.5, abs=0.045)
    assert np.count_nonzero(calls == ANYHOW) / letters == pytest.approx(0.2, abs=0.036)
    found = simulate_replication(office, 0)
    fate, called = found.clocks[0].fate, found.first_visits("call") >= 0
    for of, share in ((Fate.MET, 0.2), (Fate.BREACHED, 0.7)):
        mine = called[fate == of]
        assert mine.mean() == pytest.approx(share, abs=5 * 0.5 / len(mine) ** 0.5)


def test_with_less_chance_when_late_a_visit_hangs_on_being_in_time(tmp_path: Path) -> None:
    office = story(tmp_path, f"thank: {{wait: 1 min, {NOT_LATE}}}")
    workload = draw_workload(office, draw_roster(office, 0), 0)
    assert workload.made_if.tolist() == [ANYHOW, FINISHED_IN_TIME, ANYHOW] * 2
    assert workload.made_late_from[1] == at(8, 30, 1)
    assert workload.made_if_back[[1, 4]].tolist() == [1, 1]


def test_the_start_or_the_arrival_may_be_what_counts(tmp_path: Path) -> None:
    """`queued` is as the visit before is finished; the first one is queued at once, and never late."""
    text = STORY.replace("STEPS", f"  - call: {{wait: 1 h, chance: 0%, {LATE}}}")
    hangs = []
    for moment in ("sign.started", "sign.queued"):
        (tmp_path / "letters.csv").write_text("received\n2024-01-01 08:00:00\n", "utf-8")
        office = setting(written(tmp_path, text.replace("sign.finished", moment)))
        workload = draw_workload(office, draw_roster(office, 0), 0)
        hangs.append(workload.made_if.tolist())
    assert hangs == [[ANYHOW, STARTED_LATE, ANYHOW], [ANYHOW, ANYHOW]]


def test_letters_of_other_categories_keep_their_chance(tmp_path: Path) -> None:
    text = STORY.replace("STEPS", f"  - call: {{wait: 1 h, chance: 0%, {LATE}}}").replace(
        "30 min}", "30 min, for: [noise]}"
    )
    text += "categories: {noise: {share: 50%}, traffic: {share: 50%}}\n"
    rows = "2024-01-01 08:00:00,noise\n2024-01-01 08:00:00,noise\n2024-01-01 08:00:00,traffic\n"
    (tmp_path / "letters.csv").write_text("received,category\n" + rows, "utf-8")
    assert visits_of(setting(written(tmp_path, text))) == [["sign", "file"], ["sign", "call", "file"], ["sign", "file"]]


def test_an_open_letter_was_late_if_the_file_says_so(tmp_path: Path) -> None:
    """Both are checked; one was signed after 20 minutes, the other after 40."""
    rows = [f"2023-12-31 08:00:00,check,,2023-12-31 08:{minute}:00\n" for minute in (20, 40)]
    (tmp_path / "open.csv").write_text("received,step,since,done:sign\n" + "".join(rows), "utf-8")
    steps = "check: {wait: 1 h}", f"call: {{wait: 1 h, chance: 0%, {LATE}}}"
    office = story(tmp_path, *steps, backlog="backlog: {file: open.csv}\n")
    assert visits_of(office)[:2] == [["check", "file"], ["check", "call", "file"]]


def test_what_is_late_is_of_the_letters_name(tmp_path: Path) -> None:
    """Letters that were drawn for another limit are other letters."""
    names = set()
    for limit in ("30 min", "40 min"):
        (tmp_path / "letters.csv").write_text("received\n2024-01-01 08:00:00\n", "utf-8")
        text = STORY.replace("STEPS", f"  - call: {{wait: 1 h, chance: 0%, {LATE}}}").replace("30 min", limit)
        names.add(letters_name(setting(written(tmp_path, text))))
    assert len(names) == 2


def test_what_is_neither_in_time_nor_late_at_the_end_is_taken_to_be_in_time(tmp_path: Path) -> None:
    """The desk signs the first letter all day; the limit of the second passes before the end, of the third after it."""
    text = STORY.replace("STEPS", f"  - call: {{wait: 1 h, chance: 0%, {LATE}}}").replace("20 min", "30 h")
    days = ["08:00", "09:00", "23:50"]
    (tmp_path / "letters.csv").write_text("received\n" + "".join(f"2024-01-01 {day}:00\n" for day in days), "utf-8")
    office = setting(written(tmp_path, text + "cool_down: 5 min\n"))
    calls = simulate_replication(office, 0).first_visits("call")
    assert (calls >= 0).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("call: {wait: 1 h, when_late: {sla: sign, chance: 1%}}", "no such SLA 'sign'; did you mean 'signed'?"),
        (
            "call: {wait: 1 h, when_late: {sla: closed, chance: 1%}}",
            "must be an SLA that is decided before this step; closed runs until closed",
        ),
        ("call: {wait: 1 h, when_late: {sla: signed, chance: 2}}", "must be between 0% and 100% (got 200%)"),
        (
            f"handle: {{wait: 1 h}}\n  - rework: {{back_to: handle, chance: 1%, {LATE}}}",
            "a chance of 100% without at_most would never end",
        ),
        (
            f"stage2: {{detour: 1%, {LATE}, then: end, steps: [study: {{wait: 1 h}}]}}",
            "must not hang on lateness, since letters end here",
        ),
        (
            f"call: {{wait: 1 h, {NOT_LATE}}}\n  - refer: {{leave: 5%, only_after: [call]}}",
            "must not hang on lateness, since letters end here",
        ),
        (
            f"call: {{wait: 1 h, {NOT_LATE}}}\n  - hand: {{wait: 1 h, when_late: {{sla: called, chance: 1%}}}}",
            "must be signed, as of the first step that says so: the way of a letter hangs on one SLA",
        ),
        (
            "call: {wait: 1 h, when_late: {sla: signed, chance: {per_category: {noise: 1%}}}}",
            "no such category 'noise'",
        ),
    ],
)
def test_what_cannot_be_known_is_refused(step: str, problem: str, tmp_path: Path) -> None:
    called = "  called: {until: sign.started, within: 1 h}\n"
    with pytest.raises(ScenarioError) as error:
        story(tmp_path, step, backlog=called)
    assert problem in str(error.value)
