"""A comparison and its folder: computed once, written whole or not at all, and found again."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.comparison import Comparison, compare, require_comparable
from sim.folders.kept import Kept, write_answers, write_json
from sim.folders.whole import whole_or_not_at_all
from sim.loading import Loaded, dump_yaml
from sim.results import RESULTS, found_again, run_id, versions
from sim.text.compare import compared, comparison_content


@dataclass(frozen=True)
class Compared(Kept):
    """A folder of a comparison, with comparison.json.

    Attributes:
        comparison: None if the folder was there already.
    """

    comparison: Comparison | None


def comparison_id(scenarios: Sequence[Loaded]) -> str:
    """Name of a comparison, from those of its runs in their order."""
    names = " ".join(f"{each.stem}:{run_id(each)}" for each in scenarios)
    return hashlib.sha256(names.encode()).hexdigest()[:12]


def compare_into(
    scenarios: Sequence[Loaded],
    *,
    engine: str = "compiled",
    workers: int | None = None,
    out: Path | None = None,
    force: bool = False,
    lang: str = "en",
    shown: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Compared:
    """Compare scenarios and write the folder of it, or find the folder that the same comparison wrote before.

    Args:
        out: the folder; by default `results/compare/<comparison id>`.
        force, lang, shown: as of a run.
        progress: as of `compare`.
    Raises: as `compare`; SimError if `out` is something else or the disk is full.
    """
    require_comparable(scenarios)
    name = comparison_id(scenarios)
    target = out if out is not None else RESULTS / "compare" / name
    wanted = {"comparison": name, "engine": engine}
    if found_again(target, wanted, shown, force):
        return Compared(target, json.loads((target / "comparison.json").read_text("utf-8")), None)
    started, clock = datetime.now().astimezone(), time.perf_counter()
    with whole_or_not_at_all(target) as folder:
        comparison = compare(scenarios, engine=engine, workers=workers, progress=progress)
        simulated = time.perf_counter()
        manifest = _told(scenarios, comparison) | wanted | {"shown": shown}
        write_json(folder / "comparison.json", comparison_content(comparison))
        (folder / "scenarios").mkdir()
        for each in scenarios:
            (folder / "scenarios" / f"{each.stem}.yaml").write_text(dump_yaml(each.scenario), "utf-8")
        write_answers(folder, lambda each: compared(comparison, each))
        if shown:
            _write_shown(folder, comparison, manifest, lang)
        manifest["timings"] = {
            "started": started.isoformat(timespec="seconds"),
            "simulating_s": round(simulated - clock, 3),
            "writing_s": round(time.perf_counter() - simulated, 3),
        }
        write_json(folder / "manifest.json", manifest)
    return Compared(target, comparison_content(comparison), comparison)


def _write_shown(folder: Path, comparison: Comparison, manifest: Mapping[str, Any], lang: str) -> None:
    from sim.html.comparison_page import write_comparison  # heavy, and a folder that is found again needs none

    write_comparison(folder, comparison, lang=lang, manifest=manifest)


def _told(scenarios: Sequence[Loaded], comparison: Comparison) -> dict[str, Any]:
    """The manifest: how the comparison came about."""
    return {
        "program": "lettersim",
        "scenarios": [each.source for each in scenarios],
        "runs": [run_id(each) for each in scenarios],
        "changes": {each.stem: list(each.changes) for each in scenarios},
        "seed": comparison.base.seed,
        "replications": comparison.base.replications,
        "versions": versions(),
    }
