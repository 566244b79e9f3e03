"""The cool-down that SLAs need, seen on a pilot: hand-worked clocks, pauses and late begins."""

from math import exp, log
from pathlib import Path

import pytest
from runs import setting, written

from sim.core.clock import DAY, HOUR
from sim.experiment.cool_down import raised, undecided_allowed
from sim.experiment.cost import prepare
from sim.output.text.cautions import caution
from sim.scenario.loading import load

OFFICE = """
schema: 1
start: 2024-03-04
window: 10 d
replications: 20
arrivals: {per_day: 240}
teams: {desk: {tier: city, staff: {always: 4}}}
workflow:
  - look: {by: desk, effort: 5 min}
  - enquire: {wait: 12 h}
  - answer: {by: desk, effort: 5 min}
sla:
  answered: {until: answer.started, within: 4 d, target: 90%}
"""


def needed(folder: Path, *changes: str) -> float:
    """Days of cool-down that a changed office gets."""
    return raised(setting(written(folder, OFFICE), *changes)).scenario.cooling / DAY


@pytest.mark.parametrize(
    ("target", "share"), [(None, 0.01), (0.5, 0.01), (0.95, 0.005), (0.999, 0.0001), (0.9999, 0.0001)]
)
def test_a_tenth_of_the_lateness_that_is_allowed_may_stay_undecided(target: float | None, share: float) -> None:
    assert undecided_allowed(target) == pytest.approx(share)


def test_a_limit_from_receipt_needs_no_pilot(tmp_path: Path) -> None:
    assert needed(tmp_path) == 4
    assert needed(tmp_path, "cool_down=9 d") == 9, "what is typed is never shortened"


def test_a_typed_cool_down_is_raised(tmp_path: Path) -> None:
    """All but a hundredth of the letters of ten days are decided 4 days after they come: after 3.9 days."""
    assert needed(tmp_path, "cool_down=0 s") == pytest.approx(3.9, abs=0.05)


def test_a_clock_that_begins_late_and_one_that_stands_still(tmp_path: Path) -> None:
    """5 min of work and 12 h of waiting before the clock begins, or during which it stands still."""
    late = needed(tmp_path, "sla.answered.from=enquire.finished")
    paused = needed(tmp_path, "sla.answered.paused_during=[enquire]")
    assert late == pytest.approx(4.5 - 0.1, abs=0.05)
    assert paused == pytest.approx(4.5 - 0.1, abs=0.05)


def test_a_begin_that_varies_needs_its_percentile(tmp_path: Path) -> None:
    """Letters of the last day begin an exponential time of a day later; 1% of those of one day may be later still."""
    changes = ("window=1 d", "arrivals.per_day=4000", "workflow.enquire.wait={exponential: 1 d}",
               "sla.answered.from=enquire.finished")  # fmt: skip
    # The share of P(u + W > 1 + c) over u uniform in [0, 1], with W exponential, is exp(-c) (e - 1) / e.
    expected = log((1 - exp(-1)) / 0.01)
    assert needed(tmp_path, *changes) == pytest.approx(4 + expected, abs=0.35)


def test_a_raise_is_bounded_and_what_lacks_is_said(tmp_path: Path) -> None:
    """A clock that begins after 100 days: 60 days are simulated, and 104 would be needed."""
    path = written(tmp_path, OFFICE)
    changes = ("workflow.enquire.wait=100 d", "sla.answered.from=enquire.finished")
    ready = raised(setting(path, *changes))
    assert ready.scenario.cooling == 60 * DAY
    assert ready.cool_down is not None
    assert ready.cool_down.lacking is None, "the pilot sees no further"
    kinds = {each.kind: each for each in prepared_cautions(path, *changes)}
    assert caution(kinds["cool_down unknown"], "en").startswith("The simulation ends 60 days after the window")
    once_seen = raised(setting(path, *changes, "cool_down=101 d"))
    assert once_seen.cool_down is not None
    assert once_seen.cool_down.lacking == pytest.approx(2.9 * DAY, abs=HOUR)


def prepared_cautions(path: Path, *changes: str) -> tuple:  # type: ignore[type-arg]
    from sim.forecast.cautions import cautions

    return cautions(prepare(load(path, changes)).setting)


def test_a_raise_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, OFFICE)
    (said,) = [each for each in prepared_cautions(path, "cool_down=1 d") if each.kind == "cool_down raised"]
    assert caution(said, "en").startswith("The cool-down of 1 days was raised to 3.9")
    assert "延长到" in caution(said, "zh")
    assert not [each for each in prepared_cautions(path) if each.kind.startswith("cool_down")]


def test_staffings_that_are_compared_get_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, OFFICE)
    assert prepare(load(path), cool_down=7 * DAY).setting.scenario.cooling == 7 * DAY
    assert prepare(load(path), cool_down=DAY).setting.scenario.cooling == 4 * DAY


def test_a_trace_is_its_own_pilot(tmp_path: Path) -> None:
    """One letter an hour for ten days: 2 of 240 may stay undecided at 90%."""
    hours = [f"2024-03-{4 + hour // 24:02} {hour % 24:02}:00:00" for hour in range(240)]
    (tmp_path / "letters.csv").write_text("received\n" + "\n".join(hours) + "\n", encoding="utf-8")
    got = needed(tmp_path, "arrivals.per_day=null", "arrivals.trace=letters.csv", "cool_down=1 h")
    # Only the last two may be undecided: the third last came at 21:00 of the last day.
    assert got == pytest.approx((4 * DAY - 3 * HOUR) / DAY, abs=1 / DAY + 1e-9)
