"""The way of one letter of a run, simulated again from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import RenderableType

from sim.core.errors import SimError
from sim.core.json_text import jsonable
from sim.core.options import Options
from sim.experiment.cost import prepare
from sim.experiment.replications import simulate_replication
from sim.metrics.causes import breaches
from sim.metrics.letter_timeline import LetterTimeline
from sim.metrics.replication import Replication
from sim.metrics.rows import letter_table
from sim.metrics.timeline import timelines
from sim.models.labels import Labels, labels_of
from sim.output.folders.manifest import require_results
from sim.output.folders.parquet import letter_columns, letter_row, row_of
from sim.output.text.timeline import timeline_text
from sim.output.words import Language
from sim.scenario.loading import load

_NEEDED: Final = ("scenario.yaml", "letters.parquet")


@dataclass(frozen=True)
class LetterWay:
    """The way of a letter; it has no folder, since it is soon told again."""

    report: LetterTimeline
    labels: Labels

    @property
    def summary(self) -> dict[str, Any]:
        """The same for programs."""
        told: dict[str, Any] = jsonable(self.report)
        return told

    def shown(self, lang: str) -> RenderableType:
        """The answer for the terminal."""
        return timeline_text(self.report, Language(lang, self.labels))


def why(folder: Path, letter: int, replication: int = 0) -> LetterWay:
    """Tell the way of a letter of a run: its replication is simulated again, and must be the same.

    Args:
        folder: of a run. Files that its scenario names are looked for beside the scenario that was run.
        letter: its number in letters.parquet.

    Raises:
        IndexError: no such replication or letter; the text says which there are.
        SimError: the folder is no run's, is damaged, or holds other letters than are simulated now.
    """
    condition = require_results(folder)
    manifest = condition.manifest or {}
    if "run" not in manifest:
        raise SimError(f"{folder} is not the folder of a run; name one that `lettersim run` wrote")
    if manifest.get("tables") is False:
        raise SimError(f"{folder} was run with --no-tables, which leaves out letters.parquet; run it without that")
    harmed = [name for name in _NEEDED if name in (*condition.missing, *condition.changed)]
    if harmed:
        raise SimError(f"{folder}: {' and '.join(harmed)} not as written; run the scenario again")
    if not 0 <= replication < manifest["replications"]:
        raise IndexError(f"replication must be from 0 to {manifest['replications'] - 1} (got {replication})")
    simulated = _simulated(folder, manifest, replication)
    numbers = simulated.letters.tolist()
    if letter not in numbers:
        span = f"; its letters have numbers from {numbers[0]} to {numbers[-1]}" if numbers else ""
        gaps = ", other duty and prompts have some of them" if numbers and len(numbers) <= numbers[-1] else ""
        raise IndexError(f"replication {replication} has no letter {letter}{span}{gaps}")
    row = numbers.index(letter)
    _require_same(folder, simulated, row)
    return LetterWay(timelines(simulated, [row])[0], labels_of(simulated.setting.scenario))


def _simulated(folder: Path, manifest: Mapping[str, Any], replication: int) -> Replication:
    beside = Path(manifest["scenario"]).parent
    loaded = load(folder / "scenario.yaml", files=beside if beside.is_dir() else None)
    options = Options(engine=manifest["engine"], workers=1)
    return simulate_replication(prepare(loaded, options).setting, replication, options)


def _require_same(folder: Path, simulated: Replication, row: int) -> None:
    """Hold a letter against what the folder says of it.

    Raises: SimError if they differ.
    """
    columns = letter_columns(simulated.setting, simulated.number, letter_table(simulated, breaches(simulated)))
    now = row_of(columns, row)
    stored = letter_row(folder / "letters.parquet", simulated.number, int(simulated.letters[row]))
    differing = [name for name, value in now.items() if stored.get(name, value) != value]
    if differing or not stored:
        raise SimError(
            f"{folder} holds other letters than are simulated now ({', '.join(differing) or 'this one is missing'}): "
            "it was written by another version; run the scenario again with --force"
        )
