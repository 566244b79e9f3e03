"""How time and memory grow with the number of letters, from ten thousand to ten million."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from run import ROOT

LETTERS = (10_000, 100_000, 1_000_000, 10_000_000)
REFERENCE = 100_000


def table() -> list[str]:
    """Time a letter and memory a visit of the common model, each size in a process of its own."""
    found = {letters: _in_own_process(letters) for letters in LETTERS}
    reference = found[REFERENCE]["seconds"] / found[REFERENCE]["letters"]
    lines = [
        "| letters | seconds | ns a letter | over 100,000 letters | bytes a visit |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in found.values():
        each = one["seconds"] / one["letters"]
        cells = (
            f"{one['letters']:,.0f}",
            f"{one['seconds']:.4f}",
            f"{each * 1e9:.0f}",
            f"{each / reference:.2f}",
            f"{one['bytes_a_visit']:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _in_own_process(letters: int) -> dict[str, float]:
    program = f"import growth; growth.measure({letters})"
    paths = os.pathsep.join((str(ROOT), str(ROOT / "benchmarks")))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(letters: int) -> None:
    """Print what simulating so many letters takes, as JSON.

    Memory is what the workload, the log and the engine's state take at most: the peak of the process during the
    run, less what it had before the letters were drawn.
    """
    from common_model import PER_DAY, draw

    from sim.engine import compiled as engine_compiled

    small = draw(1)
    engine_compiled.simulate(*small[1:])
    before = _memory("VmRSS")
    model = draw(letters // PER_DAY)
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    engine_compiled.simulate(*model[1:])
    peak = _memory("VmHWM")
    seconds = []
    for _ in range(max(3, min(50, 2_000_000 // letters))):
        began = perf_counter()
        engine_compiled.simulate(*model[1:])
        seconds.append(perf_counter() - began)
    print(
        json.dumps(
            {
                "letters": model.workload.letters,
                "seconds": median(seconds),
                "bytes_a_visit": (peak - before) / model.workload.visits,
            }
        )
    )


def _memory(field: str) -> int:
    """Bytes of this process, by a field of its status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) * 1024
