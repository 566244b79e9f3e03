"""Detours: steps that only some letters take, and the SLAs that are about them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import DESK, answer, with_line
from desk import loaded
from office import CATEGORIES, TEAMS, drawn, journeys, setting, workload_of

from sim.core.clock import DAY, HOUR, MINUTE
from sim.engine.contract import ENGINES, simulate
from sim.metrics.replication import Fate, Replication
from sim.sampling.expected_visits import expected_visits
from sim.sampling.roster import draw_roster
from sim.scenario.loading import dump_yaml, load
from sim.scenario.setting import setting_of

NOISE_ONLY = {"per_category": {"noise": "100%", "default": "0%"}}


def flow(**detour: Any) -> tuple[dict[str, Any], ...]:
    """Sign for a minute, a detour with two steps, thank for two; numbers 0, 1 (2, 3), 4."""
    steps = [{"ask": {"wait": "1 h"}}, {"judge": {"by": "city", "effort": "5 min"}}]
    return (
        {"sign": {"by": "city", "effort": "1 min"}},
        {"stage2": {"detour": NOISE_ONLY, "steps": steps, **detour}},
        {"thank": {"by": "city", "effort": "2 min"}},
    )


def ways(*steps: dict[str, Any], **keys: Any) -> tuple[list[list[int]], list[list[int]]]:
    """The ways, as numbers of steps, that letters of the first and of the second category take."""
    workload = drawn(*steps, **keys)
    taken = [[step for step, _ in journey] for journey in journeys(workload)]
    both = zip(taken, workload.category.tolist(), strict=True)
    of = [(way, category) for way, category in both]
    found = ([list(way) for way in sorted({tuple(way) for way, each in of if each == code})] for code in (0, 1))
    first, second = found
    return first, second


def test_those_who_take_it_rejoin_the_others() -> None:
    assert ways(*flow()) == ([[0, 4]], [[0, 2, 3, 4]])


def test_those_who_take_it_may_end_there() -> None:
    assert ways(*flow(then="end")) == ([[0, 4]], [[0, 2, 3]])
    assert not drawn(*flow(then="end")).left.any(), "they are closed, and have not left"


def test_it_may_be_the_last_step_and_be_for_some_letters_only() -> None:
    assert ways(*flow(then="end")[:2]) == ([[0]], [[0, 2, 3]])
    assert ways(*flow(detour="100%", **{"for": ["household"]})) == ([[0, 2, 3, 4]], [[0, 4]])


def test_a_share_of_the_letters_takes_it() -> None:
    workload = drawn(*flow(detour="12%"), per_day=6_000)
    share = (workload.step == 3).sum() / workload.letters
    assert share == pytest.approx(0.12, abs=0.0064)  # 42,000 letters, 4 standard errors


def test_a_step_may_leave_it_before_its_end_or_go_round_within_it() -> None:
    leaving = {"give_up": {"leave": "100%"}}
    again = {"again": {"back_to": "ask", "chance": "100%", "at_most": 1}}
    ask, judge = flow()[1]["stage2"]["steps"]
    assert ways(*flow(steps=[ask, leaving, judge])) == ([[0, 5]], [[0, 2]])
    assert ways(*flow(steps=[ask, judge, again], then="end")) == ([[0, 5]], [[0, 2, 3, 2, 3]])


def test_later_steps_may_depend_on_it_or_on_its_steps() -> None:
    after = {"tell": {"by": "city", "effort": "1 min", "only_after": ["stage2"]}}
    without = {"close": {"by": "city", "effort": "1 min", "unless": ["judge"]}}
    assert ways(*flow(), after, without) == ([[0, 4, 6]], [[0, 2, 3, 4, 5]])


def test_who_goes_round_a_loop_takes_it_anew() -> None:
    """Whoever takes it once and passes over it the next time did not take it when last coming by."""
    once = [{"ask": {"wait": "1 h"}}, {"judge": {"by": "city", "effort": "5 min"}}]
    steps = (
        {"sign": {"by": "city", "effort": "1 min"}},
        {"stage2": {"detour": "50%", "steps": once}},
        {"again": {"back_to": "sign", "chance": "100%", "at_most": 1}},
        {"tell": {"by": "city", "effort": "1 min", "only_after": ["judge"]}},
    )
    first, second = ways(*steps)
    assert first == second == [[0, 0], [0, 0, 2, 3, 5], [0, 2, 3, 0], [0, 2, 3, 0, 2, 3, 5]]


def test_nobody_else_draws_anything_else() -> None:
    """The other steps are as hard as in a workflow without the detour."""
    effort = {"by": "city", "effort": {"exponential": "10 min"}, "chance": "60%"}
    steps = ({"sign": effort}, flow()[1], {"thank": effort})
    plain = [[service for _, service in journey] for journey in journeys(drawn(steps[0], steps[2]))]
    with_it = [[service for step, service in journey if step not in (2, 3)] for journey in journeys(drawn(*steps))]
    assert plain == with_it


@pytest.mark.parametrize("then", ["rejoin", "end"])
def test_visits_on_average_are_those_of_the_drawn_letters(then: str) -> None:
    inside = [
        {"ask": {"wait": "1 h", "chance": "70%"}},
        {"judge": {"by": "city", "effort": "5 min"}},
        {"anew": {"back_to": "ask", "chance": "20%", "at_most": 2}},
    ]
    steps = (
        {"sign": {"by": "city", "effort": "1 min"}},
        {"stage2": {"detour": {"per_category": {"noise": "60%", "default": "20%"}}, "steps": inside, "then": then}},
        {"tell": {"by": "city", "effort": "1 min", "unless": ["stage2"]}},
        {"back": {"back_to": "sign", "chance": "30%", "at_most": 1}},
    )
    visits = expected_visits(setting(teams=TEAMS, categories=CATEGORIES, workflow=list(steps)).scenario)[:, :, 0]
    workload = drawn(*steps, per_day=6_000)
    of_category = workload.category[workload.letter_of_visit()]
    letters = np.bincount(workload.category, minlength=2)
    for step in (0, 2, 3, 5):
        for category in range(2):
            seen = ((workload.step == step) & (of_category == category)).sum() / letters[category]
            assert visits[:, category, step].sum() == pytest.approx(seen, abs=0.025)  # about four standard errors


STAGES = """\
start: 2024-01-01
window: 1 d
cool_down: 5 d
arrivals: {trace: letters.csv}
categories: {plain: {share: 50%}, appeal: {share: 50%}}
teams: {desk: {staff: {always: 1}}, head: {staff: {always: 1}}}
workflow:
  - reply: {by: desk, effort: 1 h}
  - stage2:
      detour: {per_category: {appeal: 100%, plain: 0%}}
      steps:
        - ask: {wait: 1 working day}
        - review: {by: head, effort: 2 h}
      then: end
  - file: {by: desk, effort: 30 min}
sla:
  stage1: {until: reply.finished, within: 90 min}
  stage2: {from: ask.queued, until: review.finished, within: 26 h}
  appeals: {until: closed, within: 27 h, only_after: [stage2]}
  others: {until: closed, within: 100 min, unless: [review]}
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_day_with_a_second_stage(engine: str, tmp_path: Path) -> None:
    """Two letters at 08:00, and one that nobody appeals against: of the appeals the second waits for the head.

    The desk replies at 9, 10 and 11, and files the last at 11:30. Asking takes until the same hour of Tuesday; the head
    reviews the first appeal from 9 to 11, the second from 11 to 13, an hour later than asked.
    """
    rows = "received,category\n2024-01-01 08:00,appeal\n2024-01-01 08:00,appeal\n2024-01-01 08:00,plain\n"
    (tmp_path / "letters.csv").write_text(rows, "utf-8")
    office = setting_of(loaded(tmp_path, STAGES).scenario)
    roster = draw_roster(office, 0)
    workload = workload_of(office)
    log = simulate(workload, roster, office.scenario.horizon, engine=engine, stretches=True)
    hours = [[None if each < 0 else each / HOUR for each in column.tolist()] for column in (log.queued, log.finished)]
    assert list(zip(workload.step.tolist(), *hours, strict=True)) == [
        (0, 8, 9), (2, 9, 33), (3, 33, 35),
        (0, 8, 10), (2, 10, 34), (3, 34, 37),
        (0, 8, 11), (4, 11, 11.5),
    ]  # fmt: skip
    found = Replication(office, workload, roster, log)
    fates = {name: clock.fate.tolist() for name, clock in zip(office.scenario.sla, found.clocks, strict=True)}
    met, late, other = Fate.MET, Fate.BREACHED, Fate.NOT_APPLICABLE
    assert fates == {
        "stage1": [met, late, late],
        "stage2": [met, late, other],
        "appeals": [met, late, other],
        "others": [other, other, late],
    }


def test_letters_open_at_one_of_its_steps_go_on_from_there(tmp_path: Path) -> None:
    text = STAGES.replace("{trace: letters.csv}", "{per_day: 0}").replace("then: end", "then: rejoin")
    text = text.replace("  - file: {by: desk,", "  - file: {only_after: [stage2], by: desk,")
    (tmp_path / "open.csv").write_text("received,step\n2023-12-30 08:00,review\n2023-12-31 08:00,file\n", "utf-8")
    workload = workload_of(setting_of(loaded(tmp_path, text + "backlog: open.csv\n").scenario))
    assert journeys(workload) == [[(3, 2 * HOUR), (4, 30 * MINUTE)], [(4, 30 * MINUTE)]]


def test_what_is_written_of_it_is_read_as_the_same(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, STAGES.replace("{trace: letters.csv}", "{per_day: 1}")).scenario
    again = tmp_path / "again.yaml"
    again.write_text(dump_yaml(scenario), "utf-8")
    assert load(again).scenario.workflow == scenario.workflow
    assert [step.name for step in scenario.workflow] == ["reply", "stage2", "ask", "review", "file"]


def test_a_setting_reaches_its_steps(tmp_path: Path) -> None:
    text = STAGES.replace("{trace: letters.csv}", "{per_day: 1}")
    found = loaded(
        tmp_path,
        text,
        "workflow.stage2.steps.review.effort=3 h",
        "workflow[1].steps[0].wait=+50%",
        "workflow.file=null",
    )
    assert list(found.changes) == [
        "workflow.stage2.steps.review.effort: 2 h -> 3 h",
        "workflow.stage2.steps.ask.wait: 1 working day -> 1.5 working day",
        "workflow[2]: {file: {by: desk, effort: 30 min}} -> nothing",
    ]
    of = {step.name: step for step in found.scenario.workflow}
    assert list(of) == ["reply", "stage2", "ask", "review"]
    assert of["ask"].wait.of("plain").distribution.constant == 1.5 * DAY


LATE = "late: {detour: 10%, steps: [{look: {wait: 1 h}}, {say: {by: desk, effort: 1 min}}]}"
"""A detour before the last step of the sound scenario, on its line 8."""

MISTAKES = [
    ("10%", "110%", "detour: must be between 0% and 100% (got 110%)"),
    ("effort", "efort", "steps[1].efort: unknown key; did you mean 'effort'?"),
    ("by: desk", "by: dsk", "steps[1].by: no such team 'dsk'; did you mean 'desk'?"),
    ("look", "serve", "steps[0]: there is a step 'serve' already"),
    ("by: desk, effort", "for: [noise], wait", "steps[1].for: no such category 'noise' (there is letter)"),
    ("wait: 1 h", "back_to: serve, chance: 5%", "steps[0].back_to: must name an earlier step 'serve' (there are none)"),
    ("say: {", "say: {only_after: [lok], ", "steps[1].only_after: no such earlier step 'lok'; did you mean 'look'?"),
    (", steps: [{look: {wait: 1 h}}, {say: {by: desk, effort: 1 min}}]", "", "steps: is missing"),
    (
        "{look: {wait: 1 h}}, {say: {by: desk, effort: 1 min}}",
        "",
        "steps: must have at least 1 entry (got an empty list)",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[said for _, _, said in MISTAKES])
def test_one_mistake_one_answer(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in LATE
    text = with_line("- check", f"- {LATE.replace(old, new, 1)}\n  - check")
    assert answer(tmp_path, text) == [f"line 8   workflow[1].{said}"]


def test_a_detour_has_no_detours(tmp_path: Path) -> None:
    within = LATE.replace("wait: 1 h", "detour: 5%, steps: [{hear: {wait: 1 h}}]")
    needs = "a step of a detour needs one of the keys by, wait, leave, back_to; has detour"
    assert answer(tmp_path, with_line("- check", f"- {within}\n  - check")) == [
        f"line 8   workflow[1].steps[0]: {needs}"
    ]


def test_nobody_goes_back_into_it_or_comes_from_where_letters_end(tmp_path: Path) -> None:
    back = with_line("- check", f"- {LATE}\n  - back: {{back_to: look, chance: 5%}}\n  - check")
    assert answer(tmp_path, back) == [
        "line 9   workflow[2].back_to: must name an earlier step 'look' (there are serve, late)"
    ]
    after = with_line("- check: {", f"- {LATE[:-1]}, then: end}}\n  - check: {{only_after: [look], ")
    assert answer(tmp_path, after) == [
        "line 9   workflow[2].only_after: no such earlier step 'look' (there are serve, late)"
    ]


def test_an_sla_names_what_there_is(tmp_path: Path) -> None:
    assert answer(tmp_path, with_line("until: serve.finished", "until: closed, only_after: [chek]")) == [
        "line 10  sla.served.only_after: no such step or detour 'chek'; did you mean 'check'?"
    ]


def test_an_sla_is_told_which_steps_have_milestones(tmp_path: Path) -> None:
    text = DESK.replace("- check", f"- {LATE}\n  - again: {{back_to: serve, chance: 5%}}\n  - check")
    told = "line 12  sla.served.until: 'late' is a detour, and only its steps have milestones; did you mean"
    for moment, meant in (("finished", "say.finished"), ("queued", "look.queued")):
        assert answer(tmp_path, text.replace("serve.finished", f"late.{moment}")) == [f"{told} '{meant}'?"]
    assert answer(tmp_path, text.replace("serve.finished", "again.finished")) == [
        "line 12  sla.served.until: 'again' takes no time, and has no milestones; there are serve, look, say, check"
    ]


def test_an_sla_must_be_within_reach(tmp_path: Path) -> None:
    ending = DESK.replace("- check", f"- {LATE[:-1]}, then: end}}\n  - check")
    behind = ending.replace("until: serve.finished", "from: say.finished, until: check.finished")
    assert answer(tmp_path, behind) == [
        "line 11  sla.served.until: cannot come after say.finished, at whose detour letters end"
    ]
    all_end = ending.replace("10%", "100%").replace("serve.finished", "check.finished")
    assert answer(tmp_path, all_end) == [
        "line 11  sla.served.until: has a target, and no letter that it is for can reach check.finished"
    ]
    assert answer(tmp_path, ending.replace("serve.finished", "closed")) == []


def test_an_sla_of_a_detour_that_is_switched_off_is_not_judged(tmp_path: Path) -> None:
    ending = DESK.replace("- check", f"- {LATE[:-1]}, then: end}}\n  - check").replace("serve.finished", "say.finished")
    assert answer(tmp_path, ending.replace("10%", "0%")) == []
    for noise in ("{per_category: {letter: 0%, default: 5%}}", "{per_category: {letter: 0%, noise: 100%}}"):
        two = ending.replace("10%", noise) + "categories: {letter: {share: 50%}, noise: {share: 50%}}\n"
        assert answer(tmp_path, two.replace("until: say", "for: [letter], until: say")) == [
            "line 11  sla.served.until: has a target, and no letter that it is for can reach say.finished"
        ]
