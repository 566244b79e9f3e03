"""A comparison and its folder of results."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from sim.comparison import compare as simulate
from sim.comparison import require_comparable
from sim.comparison.report import Comparison
from sim.core.options import DEFAULT, Options
from sim.core.safe_text import short_file_name
from sim.models.labels import labels_of
from sim.output.results.comparison_csv import COMPARISON_CSV
from sim.output.results.result import Result, Work, identity_of, result_of, run_id, write_csv_files
from sim.output.text.comparison import comparison_content, comparison_text
from sim.output.text.overview import Ground
from sim.output.words import languages
from sim.scenario.loading import Loaded, dump_yaml


def compare(
    scenarios: Sequence[Loaded], options: Options = DEFAULT, *, progress: Callable[[int], None] | None = None
) -> Result[Comparison]:
    """Compare scenarios and write the folder of it, or find the folder that the same comparison wrote before.

    Args:
        options: as of a run; its folder is by default `results/compare/<comparison id>`.
        progress: called with the number of replications done, over all scenarios.
    Raises: ScenarioError if they cannot be compared; SimError if the folder is something else or the disk is full.
    """
    require_comparable(scenarios)
    runs = [run_id(each) for each in scenarios]
    names = " ".join(f"{each.stem}:{run}" for each, run in zip(scenarios, runs, strict=True))
    name = hashlib.sha256(names.encode()).hexdigest()[:12]
    return result_of(
        Work(
            identity=identity_of("comparison", name, options),
            home=Path("compare", name),
            file="comparison.json",
            report=Comparison,
            told={
                "scenarios": [each.source for each in scenarios],
                "runs": runs,
                "changes": {each.stem: list(each.changes) for each in scenarios},
                "seed": scenarios[0].scenario.seed,
                "replications": scenarios[0].scenario.replications,
            },
            labels=_labels(scenarios),
            compute=lambda *_: simulate(scenarios, options, progress=progress),
            summary=partial(comparison_content, labels=_labels(scenarios)),
            verdicts=lambda found: {name: report.verdict or "no target" for name, report in found.reports.items()},
            answer=comparison_text,
            write=partial(_write_scenarios, scenarios),
            draw=partial(_draw, Ground.of(scenarios[0], options)),
        ),
        options,
    )


def _labels(scenarios: Sequence[Loaded]) -> dict[str, dict[str, str]]:
    """Labels of all scenarios, the first one's before others', and of each staffing its title where no other has it."""
    labels: dict[str, dict[str, str]] = {}
    own = [labels_of(each.scenario) for each in scenarios]
    for lang in {*languages(), *chain.from_iterable(own)}:
        told = labels.setdefault(lang, {})
        for each in reversed(own):
            told.update(each.get(lang, {}))
        names = [each.scenario.name or each.stem for each in scenarios]
        titles = [by_lang.get(lang, {}).get(name, name) for by_lang, name in zip(own, names, strict=True)]
        told |= {each.stem: title for each, title in zip(scenarios, titles, strict=True) if titles.count(title) == 1}
    return labels


def _write_scenarios(scenarios: Sequence[Loaded], comparison: Comparison, folder: Path) -> None:
    write_csv_files(folder, COMPARISON_CSV, comparison)
    (folder / "scenarios").mkdir()
    for each in scenarios:
        (folder / "scenarios" / f"{short_file_name(each.stem, 250)}.yaml").write_text(dump_yaml(each.scenario), "utf-8")


def _draw(on: Ground, comparison: Comparison, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.comparison_page import comparison_page  # heavy, and a folder that is found again needs none
    from sim.output.html.page import write_drawn

    told = {"manifest": manifest, "on": on, "csv": tuple(COMPARISON_CSV)}
    write_drawn(folder, "comparison", comparison, comparison_page, options, **told)
