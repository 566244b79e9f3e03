"""Folders of results, of all commands alike: found again, not trusted when damaged, never over what is yours."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept import COMMANDS, FOUND_AGAIN, TYPICAL, ask, contents, copied, words_of, write_files

from sim.commands.main import cli
from sim.commands.options import BREACHED, COULD_NOT
from sim.core import program_key as key_file
from sim.core.errors import SimError
from sim.core.options import Options
from sim.output.folders.manifest import condition_of
from sim.output.folders.result_folder import Lookup, ResultFolder

DIARY = "dear diary\n"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder that each kind of command wrote, to be copied and not to be changed."""
    folders: dict[str, Path] = {}

    def of(kind: str) -> Path:
        if kind not in folders:
            home = tmp_path_factory.mktemp(kind)
            write_files(home)
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(home)
                answer = ask(kind, "out")
            assert answer.exit_code == 0, answer.output
            folders[kind] = home / "out"
        return folders[kind]

    return of


def damage(path: Path, how: str) -> None:
    if how == "deleted":
        path.unlink()
    elif how == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


def manifest(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return told


def rewrite(folder: Path, **changes: object) -> None:
    """Change the manifest; None removes a key."""
    kept = {key: value for key, value in manifest(folder).items() if key not in changes}
    told = {**kept, **{key: value for key, value in changes.items() if value is not None}}
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")


# the manifest


@pytest.mark.parametrize("kind", COMMANDS)
def test_the_manifest_lists_every_file_and_what_it_depends_on(written: Callable[[str], Path], kind: str) -> None:
    folder = written(kind)
    told = manifest(folder)
    assert set(told["files"]) == set(contents(folder, ["manifest.json"]))
    assert {"lettersim", "python", "numpy", "numba", "scipy", "duckdb"} <= set(told["versions"])
    assert condition_of(folder).sound
    assert TYPICAL[kind] in told["files"]


@pytest.mark.parametrize("kind", FOUND_AGAIN)
def test_the_same_seed_gives_the_same_bytes(written: Callable[[str], Path], here: Path, kind: str) -> None:
    assert ask(kind, "again", "--workers", "1").exit_code == 0
    first, second = contents(written(kind), ["manifest.json"]), contents(here / "again", ["manifest.json"])
    assert [name for name in {*first, *second} if first.get(name) != second.get(name)] == []


# found again


@pytest.mark.parametrize("kind", FOUND_AGAIN)
def test_it_is_found_again_and_not_touched(written: Callable[[str], Path], here: Path, kind: str) -> None:
    folder = copied(written(kind), here / "out")
    (folder / "notes.txt").write_text(DIARY)
    before = contents(folder), folder.stat().st_ino
    answer = ask(kind, "out")
    assert answer.exit_code == 0, answer.output
    assert answer.stderr == ""
    assert (contents(folder), folder.stat().st_ino) == before


@pytest.mark.parametrize("how", ["deleted", "truncated", "changed"])
@pytest.mark.parametrize("kind", FOUND_AGAIN)
def test_what_is_damaged_is_computed_again_and_says_so(
    written: Callable[[str], Path], here: Path, kind: str, how: str
) -> None:
    folder = copied(written(kind), here / "out")
    names = sorted(contents(folder, ["manifest.json"]))
    for name in {names[0], names[-1], TYPICAL[kind]}:
        damage(folder / name, how)
    assert not condition_of(folder).sound
    answer = ask(kind, "out")
    assert answer.exit_code == 0, answer.output
    assert "out was there and is computed again: " in answer.stderr
    assert TYPICAL[kind] in answer.stderr
    assert contents(folder, ["manifest.json"]) == contents(written(kind), ["manifest.json"])
    assert condition_of(folder).sound


def test_an_edited_summary_does_not_pass_a_gate(here: Path) -> None:
    strict = ("--set", "sla.started.target=99.9%", "--set", "teams.desk.staff.always=2", "--replications", "5")
    assert ask("run", "out", *strict).exit_code == 0
    summary = here / "out" / "summary.json"
    before = summary.read_text("utf-8")
    assert '"missed"' in before
    summary.write_text(before.replace('"missed"', '"met"'))
    assert ask("run", "out", *strict, "--fail-on-breach", "--quiet").exit_code == BREACHED
    assert summary.read_text("utf-8") == before


@pytest.mark.parametrize("kind", FOUND_AGAIN)
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"versions": {"numpy": "0.1"}}, "made with numpy 0.1, and this is "),
        ({"source": "another"}, "made by another state of this program"),
    ],
    ids=["library", "source"],
)
def test_what_another_program_made_is_computed_again(
    written: Callable[[str], Path], here: Path, kind: str, changes: dict[str, object], why: str
) -> None:
    folder = copied(written(kind), here / "out")
    versions = {**manifest(folder)["versions"], **changes.get("versions", {})}
    rewrite(folder, **{**changes, "versions": versions})
    answer = ask(kind, "out")
    assert answer.exit_code == 0, answer.output
    assert why in answer.stderr
    assert condition_of(folder).by_this_program


def test_the_source_key_is_of_every_file_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name for name, _ in key_file._sources("", key_file.resources.files("sim"))}
    assert {"engine/contract.py", "output/folders/manifest.py", "output/html/templates/page.html.j2"} <= names
    assert not any(name.endswith(".pyc") for name in names)


def test_charts_and_page_are_added_beside_what_is_yours(here: Path) -> None:
    assert ask("run", "out").exit_code == 0
    folder = here / "out"
    (folder / "notes.txt").write_text(DIARY)
    figures, place = contents(folder, ["manifest.json"]), folder.stat().st_ino
    results = ResultFolder(folder, {"run": str(manifest(folder)["run"]), "engine": "compiled"})
    assert results.find() == Lookup(figures=True, drawn=False)
    with results.drawing() as (draft, _):
        for name, content in {"report.html": b"page", "charts/a.svg": b"chart"}.items():
            (draft / name).parent.mkdir(exist_ok=True)
            (draft / name).write_bytes(content)
    assert contents(folder, ["manifest.json"]) == {**figures, "report.html": b"page", "charts/a.svg": b"chart"}
    assert folder.stat().st_ino == place
    assert condition_of(folder).unlisted == ("notes.txt",)
    assert results.find() == Lookup(figures=True, drawn=True)
    assert ask("run", "out", "--lang", "zh").exit_code == 0
    assert (folder / "report.html").read_bytes() == b"page"


@pytest.mark.parametrize("kind", ["run", "compare", "plan", "stress", "targets"])
def test_charts_and_page_are_drawn_from_the_figures_that_are_there(
    written: Callable[[str], Path], here: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(out: str, *more: str) -> None:
        words = [word for word in words_of(kind, out, *more) if word != "--no-report"]
        answer = CliRunner().invoke(cli, words)
        assert answer.exit_code == 0, answer.output
        assert "computed again" not in answer.stderr

    draw("at_once")
    folder = copied(written(kind), here / "out")
    figures = contents(folder, ["manifest.json"])
    monkeypatch.setattr("sim.output.results.result._computed", None)
    draw("out")
    assert contents(folder, ["manifest.json"]) == contents(here / "at_once", ["manifest.json"])
    draw("out", "--lang", "zh")
    told, before = contents(folder, ["manifest.json"]), manifest(folder)
    assert '<html lang="zh-CN"' in told["report.html"].decode()
    assert {name: told[name] for name in figures} == figures
    (folder / "report.html").unlink()
    draw("out", "--lang", "zh")
    assert (contents(folder, ["manifest.json"]), manifest(folder)) == (told, before)
    assert condition_of(folder).sound


def test_a_page_of_yours_is_not_overwritten_by_ours(here: Path) -> None:
    assert ask("run", "out").exit_code == 0
    folder = here / "out"
    (folder / "report.html").write_text(DIARY)
    place = ResultFolder(folder, {"run": str(manifest(folder)["run"]), "engine": "compiled"})

    def add() -> None:
        with place.writing() as (draft, _):
            (draft / "report.html").write_text("page")

    with pytest.raises(Exception, match=r"holds report.html, which is not ours and stands in the way"):
        add()
    assert (folder / "report.html").read_text() == DIARY
    assert condition_of(folder).unlisted == ("report.html",)


# what is yours


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize("kind", COMMANDS)
def test_a_folder_of_something_else_is_never_replaced(here: Path, kind: str, force: tuple[str, ...]) -> None:
    (here / "mine").mkdir()
    for name in TYPICAL.values():
        (here / "mine" / name).write_text(DIARY)
    before = contents(here / "mine")
    answer = ask(kind, "mine", *force)
    assert answer.exit_code == COULD_NOT
    assert answer.stderr.startswith("mine exists and is no folder of results; it holds ")
    assert contents(here / "mine") == before


@pytest.mark.parametrize("yours", ["notes.txt", "charts/mine.svg", "drafts/", "link"])
@pytest.mark.parametrize("kind", COMMANDS)
def test_a_folder_with_something_of_yours_is_never_replaced(
    written: Callable[[str], Path], here: Path, kind: str, yours: str
) -> None:
    folder = copied(written(kind), here / "out")
    if yours == "link":
        (folder / yours).symlink_to(here)
    elif yours.endswith("/"):
        (folder / yours).mkdir()
    else:
        (folder / yours).parent.mkdir(exist_ok=True)
        (folder / yours).write_text(DIARY)
    before = contents(folder)
    for more in (("--force",), ("--seed", "7")) if kind != "replay" else (("--force",), ()):
        answer = ask(kind, "out", *more)
        assert answer.exit_code == COULD_NOT, answer.output
        said = f"out holds {yours}, which its manifest does not list, so the folder is not replaced: move it away"
        assert answer.stderr.startswith(said)
    assert contents(folder) == before
    damage(folder / TYPICAL[kind], "changed")
    before = contents(folder)
    assert ask(kind, "out").exit_code == COULD_NOT
    assert contents(folder) == before


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_folder_whose_manifest_does_not_list_its_files_is_never_replaced(
    written: Callable[[str], Path], here: Path, kind: str
) -> None:
    folder = copied(written(kind), here / "out")
    rewrite(folder, files=None)
    before = contents(folder)
    for force in ((), ("--force",)):
        answer = ask(kind, "out", *force)
        assert answer.exit_code == COULD_NOT
        assert "out was written by an older version" in answer.stderr
    (folder / "manifest.json").write_text('{"program": "letter')
    assert ask(kind, "out", "--force").exit_code == COULD_NOT
    assert contents(folder, ["manifest.json"]) == {k: v for k, v in before.items() if k != "manifest.json"}


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("notes", "notes is a file; name a folder"),
        ("loop", "loop is a file; name a folder"),
        ("notes/out", "notes/out could not be written: "),
        ("长" * 90, "could not be written: "),
        ("", ". is the folder you are in, or holds it; name another"),
        ("/", "/ is the folder you are in, or holds it; name another"),
    ],
)
@pytest.mark.parametrize("kind", ["run", "plan", "export"])
def test_where_no_folder_can_be_is_said_before_anything_is_written(here: Path, kind: str, out: str, said: str) -> None:
    (here / "notes").write_text(DIARY)
    (here / "loop").symlink_to("loop")
    assert ask("export", "ours").exit_code == 0
    before = contents(here)
    answer = CliRunner().invoke(cli, [word.replace("OUT", out) for word in words_of(kind, "OUT")])
    assert answer.exit_code == COULD_NOT, answer.output
    assert said in answer.stderr
    assert contents(here) == before


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_link_stays_and_results_go_where_it_points(here: Path, kind: str) -> None:
    (here / "disk").mkdir()
    (here / "out").symlink_to("disk/out")
    for force in ((), ("--force",)):
        answer = ask(kind, "out", *force)
        assert answer.exit_code == 0, answer.output
        assert (here / "out").is_symlink()
        assert condition_of(here / "disk" / "out").sound
        assert not (here / "disk" / "out").is_symlink()


@pytest.mark.parametrize("kind", COMMANDS)
def test_the_folder_one_is_in_is_read_and_not_replaced(
    written: Callable[[str], Path], here: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(written(kind), here / "out")
    before = contents(folder)
    monkeypatch.chdir(folder)
    answer = ask(kind, ".", "--force", home="../")
    assert answer.exit_code == COULD_NOT
    assert answer.stderr == ". is the folder you are in, or holds it; name another\n"
    if kind in FOUND_AGAIN:
        assert ask(kind, ".", home="../").exit_code == 0
    assert contents(folder) == before


# a manifest that somebody edited


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["program", "run", "engine", "files", "versions", "source", "shown", "timings", "verdicts"]),
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False) | st.sampled_from(["", "lettersim", "../x", "a/b"]),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["", "../desk.yaml"]), inner),
            max_leaves=4,
        ),
        min_size=1,
    )
)
def test_whatever_a_manifest_says_nothing_of_yours_is_touched_and_nothing_breaks(
    tmp_path_factory: pytest.TempPathFactory, edits: dict[str, object]
) -> None:
    home = tmp_path_factory.mktemp("edited")
    folder = home / "out"
    folder.mkdir()
    identity = {"run": "1", "engine": "compiled"}
    results = ResultFolder(folder, identity, Options(report=False))
    with results.writing() as (draft, _):
        (draft / "summary.json").write_text("{}")
    rewrite(folder, **{key: value for key, value in edits.items() if value is not None})
    (folder / "notes.txt").write_text(DIARY)
    (home / "desk.yaml").write_text(DIARY)
    before = contents(home)
    for words in (["runs", str(home)], ["runs", str(home), "--json"], ["verify", str(folder)]):
        answer = CliRunner().invoke(cli, words)
        assert answer.exit_code in (0, COULD_NOT), answer.output
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
    with suppress(SimError):
        found = results.find()
        assert found.stale is not None or found.figures
    with suppress(SimError), results.writing() as (draft, _):
        (draft / "summary.json").write_text("{}")
    with suppress(SimError), results.drawing() as (draft, _):
        (draft / "report.html").write_text("{}")
    assert (home / "desk.yaml").read_text() == (folder / "notes.txt").read_text() == DIARY
    assert set(contents(home)) - {"out/report.html"} == set(before)
