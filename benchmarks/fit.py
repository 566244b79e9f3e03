"""How near a fitted scenario comes to a real log, beside Simod and the best possible.

    python benchmarks/fit.py DATA_FOLDER

DATA_FOLDER holds `insurance_claims_train.csv` and `insurance_claims_test.csv`, two halves of a public event log (from
the test assets of Simod). The scenario is fitted to the one and judged on the other by ten simulated logs and the
field's published measures. The table goes into `benchmarks/README.md`.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from run import README, filled, machine  # noqa: E402

from sim.core.options import Options  # noqa: E402
from sim.fit.distances import MEASURES  # noqa: E402
from sim.output.results.fit import FitRequest, fit_log  # noqa: E402
from sim.output.words import say  # noqa: E402

SIMOD = {
    "3-gram": 0.193,
    "2-gram": 0.166,
    "absolute-events": 3.77,
    "relative-events": 3.50,
    "circadian-events": 0.018,
    "case-arrivals": 0.279,
    "cycle-times": 9.10,
}
"""What Simod 5.2.1 reaches in its one-shot configuration on the same halves with ten simulated logs."""

HALVES = {
    "3-gram": 0.0095,
    "2-gram": 0.0072,
    "absolute-events": 0.082,
    "relative-events": 0.0077,
    "circadian-events": 0.012,
    "case-arrivals": 0.005,
    "cycle-times": 0.020,
}
"""The two halves of the log against each other: no model can be expected to be nearer."""


class Reached(NamedTuple):
    """Distances of ten simulated logs from the test half, and what they took."""

    distances: dict[str, float]
    fit_s: float


def reached(folder: Path) -> Reached:
    """Fit the train half, and judge it on the test half."""
    train, test = (folder / f"insurance_claims_{half}.csv" for half in ("train", "test"))
    with TemporaryDirectory() as out:
        clock = time.process_time()
        result = fit_log(FitRequest(log=train, judge_on=test), Options(report=False, out=Path(out) / "fit"))
        took = time.process_time() - clock
    judgement = result.report.judgement
    assert judgement is not None
    return Reached({each.name: each.simulated.mean for each in judgement.distances}, took)


def table(found: Reached) -> list[str]:
    """Lines of the table."""
    lines = [
        "| measure | lettersim | Simod 5.2.1 | the two halves | share of Simod's |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, unit in MEASURES.items():
        cells = [f"{each:.3g}{' h' if unit else ''}" for each in (found.distances[name], SIMOD[name], HALVES[name])]
        lines.append(
            f"| {say('en', f'fit.distance-{name}')} | {' | '.join(cells)} | {found.distances[name] / SIMOD[name]:.2f} |"
        )
    took = (
        f"Reading, fitting, simulating ten logs and measuring all distances took {found.fit_s:.0f} s of processor time"
    )
    return [*lines, "", f"{took}; Simod's fit alone takes 62 s."]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lines = [*table(reached(Path(sys.argv[1]))), "", f"Measured on {machine()}."]
    print(*lines, sep="\n")
    README.write_text(filled(README.read_text(encoding="utf-8"), "fit", lines), encoding="utf-8")
