"""What every command keeps of what it found: figures for programs, answers for people, and what people look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from rich.console import RenderableType

from sim.core.options import Options
from sim.output.folders.manifest import write_json
from sim.output.folders.result_folder import ResultFolder, Stale
from sim.output.text.printing import plain
from sim.output.words import languages

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Kept:
    """A folder that was written, or found.

    Attributes:
        summary: the content of its JSON file.
        reused: whether it was there already, so that nothing had to be computed.
        stale: why results that were there were computed again, if they were.
    """

    folder: Path
    summary: dict[str, Any]
    reused: bool
    stale: Stale | None

    def answer(self, lang: str) -> str:
        """The answer in plain text, as it is kept in the folder."""
        return (self.folder / f"answer.{lang}.txt").read_text("utf-8")


@dataclass(frozen=True)
class Made(Generic[T_co]):
    """What a command found, and how it is kept.

    Attributes:
        summary: the content of the JSON file.
        verdicts: what `runs` tells of it, by name.
        told: what else the manifest says.
        answer: what the terminal shows, in a language.
        write: writes what there is besides.
        show: writes charts and page, given the manifest and the language in which the page opens.
    """

    finding: T_co
    summary: dict[str, Any]
    verdicts: Mapping[str, str]
    told: Mapping[str, Any]
    answer: Callable[[str], RenderableType] | None = None
    write: Callable[[Path], object] | None = None
    show: Callable[[Path, Mapping[str, Any], str], object] | None = None


def keep(place: ResultFolder, file: str, make: Callable[[], Made[T]], options: Options) -> tuple[Kept, T | None]:
    """Find results in their folder, or make them and write it.

    Args:
        file: name of the JSON file.
        make: called only if they are not there.

    Returns: what is kept, and what was found; None if it was there already.

    Raises: SimError if something else is there, or the disk is full; whatever `make` raises.
    """
    found = place.find(shown=options.report, force=options.force)
    if found.whole:
        return Kept(place.path, place.read(file), True, None), None
    with place.writing(shown=options.report, force=options.force) as (folder, manifest):
        made = make()
        manifest |= {**made.told, "verdicts": dict(made.verdicts)}
        write_json(folder / file, made.summary)
        if made.answer is not None:
            write_answers(folder, made.answer)
        if made.write is not None:
            made.write(folder)
        if options.report and made.show is not None:
            made.show(folder, manifest, options.lang)
    return Kept(place.path, made.summary, False, found.stale), made.finding


def write_answers(folder: Path, answer: Callable[[str], RenderableType]) -> None:
    """answer.en.txt and answer.zh.txt: what the terminal shows, in each language."""
    for lang in languages():
        (folder / f"answer.{lang}.txt").write_text(plain(answer(lang)), "utf-8")
