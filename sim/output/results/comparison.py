"""A comparison and its folder: computed once, written whole or not at all, and found again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.comparison import Comparison, compare, require_comparable
from sim.core.options import DEFAULT, Options
from sim.core.safe_text import short_file_name
from sim.output.folders.result_folder import RESULTS, ResultFolder
from sim.output.results.kept import Kept, Made, keep
from sim.output.results.run import run_id
from sim.output.text.comparison import comparison_content, comparison_text
from sim.scenario.loading import Loaded, dump_yaml


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
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], None] | None = None,
) -> Compared:
    """Compare scenarios and write the folder of it, or find the folder that the same comparison wrote before.

    Args:
        options: as of a run; its folder is by default `results/compare/<comparison id>`.
        progress: as of `compare`.
    Raises: as `compare`; SimError if the folder is something else or the disk is full.
    """
    require_comparable(scenarios)
    name = comparison_id(scenarios)
    target = options.out if options.out is not None else RESULTS / "compare" / name

    def make() -> Made[Comparison]:
        comparison = compare(scenarios, options, progress=progress)
        return Made(
            comparison,
            comparison_content(comparison),
            {name: report.verdict or "no target" for name, report in comparison.reports.items()},
            _told(scenarios, comparison),
            partial(comparison_text, comparison),
            partial(_write_scenarios, scenarios),
            partial(_write_shown, comparison),
        )

    place = ResultFolder(target, {"comparison": name, "engine": options.engine}, options.lang)
    kept, comparison = keep(place, "comparison.json", make, options)
    return Compared(kept.folder, kept.summary, kept.reused, kept.stale, comparison)


def _write_scenarios(scenarios: Sequence[Loaded], folder: Path) -> None:
    (folder / "scenarios").mkdir()
    for each in scenarios:
        (folder / "scenarios" / f"{short_file_name(each.stem, 250)}.yaml").write_text(dump_yaml(each.scenario), "utf-8")


def _write_shown(comparison: Comparison, folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
    from sim.output.html.comparison_page import write_comparison  # heavy, and a folder that is found again needs none

    write_comparison(folder, comparison, lang=lang, manifest=manifest)


def _told(scenarios: Sequence[Loaded], comparison: Comparison) -> dict[str, Any]:
    """What the manifest tells of a comparison: how it came about."""
    return {
        "scenarios": [each.source for each in scenarios],
        "runs": [run_id(each) for each in scenarios],
        "changes": {each.stem: list(each.changes) for each in scenarios},
        "seed": comparison.base.seed,
        "replications": comparison.base.replications,
    }
