"""Public logs of real offices are fitted by one command each, as they are; skipped where their folder is not there."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.commands.main import cli
from sim.fit.distances import measures_there
from sim.scenario.loading import load

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real logs is not there")


def fitted(name: str, folder: Path, *options: str | Path) -> dict[str, object]:
    """What the command says of a log, after its scenario was checked."""
    file = folder / "fitted.yaml"
    asked = ["--lang", "en", "fit", DATA / name, "--no-report", "--json", "--out", folder / "out", "--write", file]
    answered = CliRunner().invoke(cli, [*map(str, asked), *map(str, options)])
    assert answered.exit_code == 0, answered.output
    assert load(file).scenario.arrivals
    summary: dict[str, object] = json.loads(answered.stdout)
    return summary


@pytest.mark.parametrize(
    ("name", "kind", "letters"),
    [("boston_311_requests_2018_2019.csv", "letters", 16_800), ("loan_application.csv", "events", 500)],
)
def test_a_real_log_is_fitted_without_editing(
    name: str, kind: str, letters: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.fit.judging.measures_there", lambda: False)
    summary = fitted(name, tmp_path, "--replications", "3")
    assert (summary["kind"], summary["letters"]) == (kind, letters)
    assert summary["judgement"] is not None


@pytest.mark.slow
@pytest.mark.skipif(not measures_there(), reason="the extra [fit] is not installed")
def test_a_fit_comes_nearer_to_an_unseen_half_than_simod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every distance is at most half of Simod's, or within 1.5 times that of the two halves."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import fit as benchmark

    summary = fitted("insurance_claims_train.csv", tmp_path, "--judge-on", DATA / "insurance_claims_test.csv")
    judgement = summary["judgement"]
    assert isinstance(judgement, dict)
    reached = {each["name"]: each["simulated"]["mean"] for each in judgement["distances"]}
    limits = {name: max(benchmark.SIMOD[name] / 2, 1.5 * benchmark.HALVES[name]) for name in benchmark.SIMOD}
    assert {name: each for name, each in reached.items() if each > limits[name]} == {}
    sys.modules.pop("fit")
