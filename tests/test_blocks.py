"""A simulation in blocks of time tells the same as one in one piece, to the last digit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from busy import Office, busy_day
from strategies import Day

from sim.core.clock import DAY
from sim.core.errors import ScenarioError, SimError
from sim.core.options import Options
from sim.core.streams import Purpose, subject, uniforms, uniforms_at
from sim.core.tables import WAIT, Int64s, Stretches, Workload, dtypes
from sim.engine import compiled as engine_compiled
from sim.engine.by_blocks import BlockLog, EngineByBlocks
from sim.engine.compiled.preparation import uses_of
from sim.experiment import cost
from sim.experiment.blocks import BlockSimulation
from sim.experiment.cost import can_be_cut, prepare
from sim.experiment.replications import simulate_replication
from sim.metrics.blocks import measure_blocks
from sim.metrics.measures import Measures, measure
from sim.output.results.run import run
from sim.output.words import languages, say
from sim.sampling.blocks import BlockDraw
from sim.sampling.roster import draw_roster
from sim.sampling.workload import draw_workload
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of

ROOT = Path(__file__).parents[1]

BLOCKS = (1, 2, 7, 40)

OFFICES = {
    "everything": Office(prompts=0),
    "single seconds": Office(tick=1, ticks=5_000, prompts=0),
    "nobody leaves": Office(asked=Office().asked - {"patience"}, prompts=0),
    "nothing moves": Office(asked=frozenset({"interrupts", "interruptible", "resume_cost"}), prompts=0),
    "as they come": Office(asked=frozenset(), prompts=0),
}


def everything(*changes: str) -> Setting:
    """The scenario with every key of the language, without what cannot be cut, and with fewer letters."""
    written = [
        "arrivals.per_day=30",
        "warm_up=3 d",
        "window=9 d",
        "cool_down=8 d",
        "supervise=[]",
        "extension=[]",
        *changes,
    ]
    scenario = load(ROOT / "tests" / "written" / "everything.yaml", written).scenario
    return setting_of(scenario.changed(backlog=None, repeat_letters=None))


def mailbox_of(name: str, *changes: str) -> Setting:
    """A scenario that is shipped, changed."""
    return setting_of(load(ROOT / "scenarios" / f"{name}.yaml", changes).scenario)


SHORT = ("warm_up=2 d", "window=7 d", "cool_down=5 d")

OF_SCENARIOS: dict[str, Callable[[], Setting]] = {
    "everything": everything,
    "passed over": lambda: everything("sla.signed.within=1 min", "workflow.approve.when_late.chance=0%"),
    "shenzhen": lambda: mailbox_of("shenzhen_stress_600", "arrivals.per_day=150", *SHORT),
    "beijing": lambda: mailbox_of("beijing_12345", "arrivals.per_day=200", *SHORT),
    "recorded": lambda: mailbox_of("trace", "supervise=[]", "window=30 d"),
    "a queue": lambda: mailbox_of("mm8", "warm_up=1 d", "window=7 d"),
}
"""Together they have channels with registration hours, surges, busy days, absence, overtime, escalation, cover,
patience, detours, loops, other duty and changes of staff."""


def edges_of(horizon: int, blocks: int) -> list[int]:
    return np.unique(np.linspace(0, horizon, blocks + 1).astype(int)).tolist()


def numbered(day: Day) -> Day:
    """The same day with each letter's number as its home, and none received before it begins."""
    received = np.maximum(day.workload.received, 0)
    homes = np.arange(day.workload.letters, dtype=np.int32)
    return day._replace(workload=day.workload._replace(received=received, home=homes))


def some_letters(workload: Workload, start: int, end: int) -> Workload:
    return workload.some_letters((workload.received >= start) & (workload.received < end))


def in_blocks(day: Day, blocks: int) -> Iterator[BlockLog]:
    uses = uses_of(day.workload, stretches=True)
    engine = EngineByBlocks(day.roster, day.horizon, uses)
    for start, end in pairwise(edges_of(day.horizon, blocks)):
        yield engine.advance(some_letters(day.workload, start, end), end)


def waits(stretches: Stretches, start: int, end: int) -> Int64s:
    """Unit, start and end of each wait, cut to a block and sorted."""
    begin, until = np.maximum(stretches.start, start), np.minimum(stretches.end, end)
    rows = np.flatnonzero((stretches.kind == WAIT) & (begin < until))
    found = np.stack([stretches.unit[rows], begin[rows], until[rows]])
    return found[:, np.lexsort(found)]


@pytest.mark.parametrize("office", OFFICES.values(), ids=OFFICES)
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("blocks", BLOCKS)
def test_the_log_of_every_letter_is_the_same_in_blocks(office: Office, seed: int, blocks: int) -> None:
    day = numbered(busy_day(seed, office))
    whole = engine_compiled.simulate(*day, stretches=True)
    assert whole.stretches is not None
    first, seen = day.workload.first_visit, []
    for block in in_blocks(day, blocks):
        letters, log = block.over
        assert log.stretches is not None
        assert block.still_open.log.stretches is not None
        seen += letters.home.tolist()
        visits = np.concatenate([[], *(np.arange(first[each], first[each + 1]) for each in letters.home)]).astype(int)
        for name, of_block, of_whole in zip(log._fields[:-1], log[:-1], whole[:-1], strict=True):
            np.testing.assert_array_equal(of_block, of_whole[visits], name)
        rows = np.flatnonzero(np.isin(whole.stretches.visit, visits))
        np.testing.assert_array_equal(visits[log.stretches.visit], whole.stretches.visit[rows])
        for name in Stretches._fields[1:]:
            np.testing.assert_array_equal(getattr(log.stretches, name), getattr(whole.stretches, name)[rows], name)
        # Whatever waits in a block is told in it, by letters that are over or still open.
        told = [waits(each.log.stretches, block.start, block.end) for each in (block.over, block.still_open)]
        both = np.concatenate(told, axis=1)
        np.testing.assert_array_equal(both[:, np.lexsort(both)], waits(whole.stretches, block.start, block.end))
    assert sorted(seen) == np.flatnonzero(day.workload.received < day.horizon).tolist()


def test_letters_of_another_time_or_with_other_uses_are_refused() -> None:
    day = numbered(busy_day(1, OFFICES["everything"]))
    uses = uses_of(day.workload, stretches=True)
    with pytest.raises(SimError, match="letters must be received from 0 to 59, got"):
        EngineByBlocks(day.roster, day.horizon, uses).advance(day.workload, 60)
    with pytest.raises(SimError, match="letters of a block use more than was said: leaves"):
        EngineByBlocks(day.roster, day.horizon, uses._replace(leaves=False)).advance(day.workload, day.horizon)
    with pytest.raises(SimError, match="an edge must be from 1 to"):
        EngineByBlocks(day.roster, day.horizon, uses).advance(day.workload, day.horizon + 1)


def test_uniforms_are_those_of_their_rows_however_far_apart() -> None:
    key = (5, 1, Purpose.SERVICE, subject("sign"))
    every = uniforms(60_000, *key)
    for each in ([], [0], [59_999], [3, 4, 4_000, 9_000, 9_001, 40_000, 59_999]):
        rows = np.array(each, dtype=np.int64)
        assert uniforms_at(rows, *key).tolist() == every[rows].tolist()


@pytest.fixture(scope="module", params=OF_SCENARIOS)
def setting(request: pytest.FixtureRequest) -> Setting:
    found = OF_SCENARIOS[request.param]()
    assert can_be_cut(found.scenario)
    return found


@pytest.mark.parametrize("blocks", BLOCKS)
def test_the_letters_drawn_in_blocks_are_those_drawn_at_once(setting: Setting, blocks: int) -> None:
    roster = draw_roster(setting, 1)
    whole, draw = draw_workload(setting, roster, 1), BlockDraw(setting, roster, 1)
    each = [draw.between(*edges) for edges in pairwise(edges_of(setting.scenario.horizon, blocks))]
    assert draw.letters == whole.letters == sum(block.letters for block in each)
    for name in dtypes(Workload):
        column = getattr(whole, name)
        parts = [getattr(block, name) for block in each]
        if name == "first_visit":
            column, parts = np.diff(column), [np.diff(part) for part in parts]
        np.testing.assert_array_equal(np.concatenate(parts), column, name)
        assert {part.dtype for part in parts} == {column.dtype}, name


@pytest.fixture(scope="module")
def measures(setting: Setting) -> Measures:
    """Of all letters at once."""
    return measure(simulate_replication(setting, 1))


@pytest.mark.parametrize("blocks", BLOCKS)
def test_the_measures_in_blocks_are_the_same(setting: Setting, measures: Measures, blocks: int) -> None:
    length = -(-setting.scenario.horizon // blocks)
    found = measure_blocks(BlockSimulation(setting, 1, length).blocks())
    for path, of_blocks, of_whole in leaves("measures", found, measures):
        if not path.endswith(".fingerprint"):
            np.testing.assert_array_equal(of_blocks, of_whole, path)
            assert of_blocks.dtype == of_whole.dtype, path


def test_a_large_run_without_tables_is_cut_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(ROOT / "scenarios" / "shenzhen_stress_600.yaml", ["arrivals.per_day=150", "replications=2", *SHORT])
    wanted = Options(tables=False, report=False)
    whole = run(loaded, replace(wanted, out=tmp_path / "whole"))
    monkeypatch.setattr(cost, "_MOST_AT_ONCE", 0)
    monkeypatch.setattr(cost, "_VISITS_OF_A_BLOCK", 3_000)
    cut = run(loaded, replace(wanted, out=tmp_path / "cut"))
    cautions = [{each["kind"] for each in found.summary.pop("cautions")} for found in (cut, whole)]
    assert cut.summary == whole.summary
    assert cautions[0] == cautions[1]
    assert cut.manifest["cross_check"]["agrees"]
    for lang in languages():
        sentence = say(lang, "answer.in-blocks")
        said = [sentence in found.answer(lang).replace("\n", " ") for found in (cut, whole)]
        assert said == [True, False], lang
    assert prepare(loaded, replace(wanted, tables=True)).cost.block is None
    cannot = load(ROOT / "scenarios" / "nankang.yaml", ["supervise=[{sla: signed, at: 80%, priority: 0}]"])
    assert prepare(cannot, wanted).cost.block is None


def test_who_is_refused_for_memory_hears_what_blocks_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "free_memory", lambda: 4e9)
    large = load(ROOT / "scenarios" / "mm8.yaml", ["arrivals.per_day=100000", "window=300 d"])
    with pytest.raises(ScenarioError, match=r"and 4\.0 GB are free; a run with --no-tables needs about \d\.\d GB"):
        prepare(large)
    found = prepare(large, Options(tables=False)).cost
    assert found.block == 6 * DAY
    assert found.bytes < 4e9
    for cannot in (Options(tables=False, engine="simpy"), Options(tables=False, cluster="tcp://host:8786")):
        with pytest.raises(ScenarioError, match="lower arrivals, window"):
            prepare(large, cannot)


def leaves(path: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """All arrays of two records of the same shape, with their path."""
    if not isinstance(one, tuple):
        yield path, one, other
        return
    names = getattr(one, "_fields", range(len(one)))
    for name, left, right in zip(names, one, other, strict=True):
        yield from leaves(f"{path}.{name}", left, right)
