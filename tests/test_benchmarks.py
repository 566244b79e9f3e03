"""The benchmarks compare like with like, and have a place for each of their tables."""

import json
import sys
from math import nan
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sim.engine import compiled as engine_compiled

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(autouse=True)
def beside_the_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(BENCHMARKS) in str(sys.modules[name].__file__):
            del sys.modules[name]


def test_plain_simpy_gives_the_same_times_in_system() -> None:
    """It shares nothing with our engines but the letters."""
    import peer_simpy
    from common_model import draw, times_in_system

    model = draw(5)
    log = engine_compiled.simulate(model.workload, model.roster, model.horizon)
    assert sorted(peer_simpy.simulate(model)) == sorted(times_in_system(model, log))


def test_every_section_has_its_place() -> None:
    import run

    for name in run.SECTIONS:
        text = run.PAGES.get(name, run.README).read_text(encoding="utf-8")
        assert (BENCHMARKS / f"{name}.py").exists()
        assert run.filled(text, name, ["| a table |"]).count("| a table |") == 1


SUMMARY = {"scenario": "desk", "sla": {"signed": {"compliance": 0.98, "verdict": "met"}}, "rows": [1, nan, None]}
HOURS = "select * from (values ('desk', 0, 1.5, null), ('desk', 1, 2.0, 'nan'::double)) as _(team, hour, busy, waiting)"


def results(folder: Path, summary: dict[str, Any] = SUMMARY, hours: str = HOURS, run: str = "1a2b") -> Path:
    """A folder as a command writes it."""
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"run": run}), "utf-8")
    (folder / "summary.json").write_text(json.dumps(summary), "utf-8")
    (folder / "roster.csv").write_text("\ufeffteam,people\ndesk,8\n", "utf-8")
    with duckdb.connect() as connection:
        connection.sql(hours).write_parquet(str(folder / "hours.parquet"))
    return folder


def changes(before: Path, now: Path, **renamed: str) -> list[tuple[str, Any, Any]]:
    import same_figures

    return [tuple(each) for each in same_figures.folder_differences(before, now, renamed)]


def test_another_run_of_the_same_figures_is_the_same(tmp_path: Path) -> None:
    reordered = dict(reversed(SUMMARY.items()))
    before, now = results(tmp_path / "before"), results(tmp_path / "now", reordered, run="3c4d")
    assert changes(before, now) == []


def test_a_changed_figure_is_told_with_both_values(tmp_path: Path) -> None:
    sla = {"signed": {"compliance": 0.98 + 1e-15, "verdict": "met"}}
    before, now = results(tmp_path / "before"), results(tmp_path / "now", SUMMARY | {"sla": sla})
    assert changes(before, now) == [("summary.json: sla.signed.compliance", 0.98, 0.98 + 1e-15)]


@pytest.mark.parametrize(
    ("was", "becomes", "where"),
    [
        ([1, 2], [1, 3], "[1]"),
        ([1, 2], [1], "[1]"),
        ([1], [1, 2], "[1]"),
        ({"a": None}, {}, "a"),
        ({}, {"a": None}, "a"),
        ({"a": {"b": [nan]}}, {"a": {"b": [0.0]}}, "a.b[0]"),
        ({"a": [1]}, {"a": {"0": 1}}, "a"),
        ({"a": True}, {"a": 1}, "a"),
        ({"a": 0}, {"a": None}, "a"),
        ({"a": "1"}, {"a": 1}, "a"),
    ],
)
def test_every_kind_of_change_is_noticed(was: Any, becomes: Any, where: str) -> None:
    import same_figures

    assert [each.where for each in same_figures.differences(was, becomes)] == [where]


def test_a_changed_row_is_told(tmp_path: Path) -> None:
    before, now = results(tmp_path / "before"), results(tmp_path / "now", hours=HOURS.replace("2.0", "2.5"))
    (where, old, new), *more = changes(before, now)
    assert (where, float(old), float(new), more) == ("hours.parquet: rows[1].busy", 2.0, 2.5, [])


def test_a_row_more_and_a_table_less_are_told(tmp_path: Path) -> None:
    import same_figures

    before = results(tmp_path / "before")
    now = results(tmp_path / "now", hours=HOURS.replace("'nan'::double)", "0), ('desk', 2, 0, 0)"))
    (now / "roster.csv").unlink()
    found = changes(before, now)
    assert "hours.parquet: rows[2]" in [where for where, *_ in found]
    assert found[-1] == ("roster.csv", "roster.csv", same_figures.MISSING)


def test_a_key_that_was_renamed_is_the_same_figure(tmp_path: Path) -> None:
    before = results(tmp_path / "before")
    now = results(tmp_path / "now", json.loads(json.dumps(SUMMARY).replace("verdict", "judged")))
    assert len(changes(before, now)) == 2
    assert changes(before, now, verdict="judged") == []


def test_what_is_kept_belongs_to_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import same_figures

    ran = []
    monkeypatch.setattr(same_figures, "run_command", lambda *asked: (ran.append(asked[1]), asked[3].mkdir()))
    folders = [same_figures.kept_command(tmp_path, each, tmp_path, tmp_path) for each in ("run a", "run b", "run a")]
    assert ran == ["run a", "run b"]
    assert folders[0] == folders[2] != folders[1]
