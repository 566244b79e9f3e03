"""Folder of results: found again by its manifest, written atomically, and never in the place of other files.

A folder is ours only by its manifest, which lists every file with its hash. One that holds a file not listed is read,
and our missing files may be added to it, but it is never replaced.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.core.errors import SimError
from sim.core.options import DEFAULT, Options
from sim.core.program_key import program_key
from sim.output.folders.atomic_dir import Draft, clear_dead_drafts, drafted, one_at_a_time
from sim.output.folders.manifest import (
    MANIFEST,
    OURS,
    Condition,
    condition_of,
    hash_of,
    hashes_of,
    write_json,
)

RESULTS: Final = Path("results")

PAGES: Final = ("charts/", "report.html", "tables.xlsx")
"""What is drawn from the figures of a folder, and can be drawn again from them."""

_MOST_IN_ERROR: Final = 3
"""Files that an error names."""

_ADVICE: Final = "move it away, or name another folder"


@dataclass(frozen=True)
class Stale:
    """Reasons to compute results again although they are there.

    Attributes:
        missing, changed: files that are not there, or not as they were written.
        versions: of the libraries, Python and this program, then and now, where they differ.
        source: whether the source of this program was another one.
    """

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    versions: Mapping[str, tuple[str, str]]
    source: bool

    @classmethod
    def of(cls, condition: Condition) -> "Stale":
        """What is wrong with a folder of this program."""
        anew = program_key()["source"] != (condition.manifest or {}).get("source")
        return cls(condition.missing, condition.changed, condition.versions, anew)


class Lookup(NamedTuple):
    """Result of looking for results in a folder.

    Attributes:
        figures: whether all figures are there, as they were written.
        drawn: whether charts and page are, too, if they are asked for.
        stale: why figures that are there are not good enough; None if they are, or are not there.
    """

    figures: bool
    drawn: bool = False
    stale: Stale | None = None


class Filling(NamedTuple):
    """A folder that is being written, and what its manifest will say besides its files."""

    folder: Path
    manifest: dict[str, Any]


@dataclass(frozen=True)
class ResultFolder:
    """Output folder of a command.

    Attributes:
        path: the folder, as the user named it.
        identity: what its manifest says if it holds the results that are asked for, such as the id of the run.
        options: whether results are wanted anew, whatever is there; whether charts and page are wanted, and in which
            language the page opens and charts are written as PNG.
    """

    path: Path
    identity: Mapping[str, Any]
    options: Options = DEFAULT

    def find(self) -> Lookup:
        """Look whether the results are there; if they are not, they may be put there.

        Raises: SimError if something is there that must not be replaced.
        """
        # Somebody who was about to replace it may have been killed, and then it is still to be put back.
        clear_dead_drafts(Path(os.path.realpath(self.path)).parent)
        condition = self._condition()
        if self.options.force or not self._is_in(condition):
            require_replaceable(self.path, condition)
            return Lookup(False)
        if not condition.unharmed:
            require_replaceable(self.path, condition)
        elif all(is_page(name) for name in condition.missing):
            drawn = self._is_drawn(condition) and not condition.missing
            return Lookup(True, drawn or not self.options.report)
        return Lookup(False, stale=Stale.of(condition))

    def read(self, name: str) -> dict[str, Any]:
        """The content of a JSON file of the folder."""
        content: dict[str, Any] = json.loads((self.path / name).read_text("utf-8"))
        return content

    @contextmanager
    def writing(self) -> Iterator[Filling]:
        """Write the folder atomically: a draft that takes its place if the block succeeds, and is removed if it fails.

        Results of the same kind that are there, as they were written, stay, and what they lack is added; everything
        else is replaced.

        Raises: SimError as `find`; when the disk is full, or the folder cannot be written for another reason.
        """
        started, clock = datetime.now().astimezone(), time.perf_counter()
        asked = {"shown": self.options.report, **self.options.page}
        manifest = {"program": OURS, **self.identity, **asked, **program_key()}
        with drafted(self.path) as draft:
            yield Filling(draft.folder, manifest)
            seconds = round(time.perf_counter() - clock, 3)
            manifest["timings"] = {
                "started": started.isoformat(timespec="seconds"), "seconds": seconds, **manifest.get("timings", {}),
            }  # fmt: skip
            self._finish(draft, manifest)

    @contextmanager
    def drawing(self) -> Iterator[Filling]:
        """Write charts and page anew, atomically: the figures stay, pages of another language go.

        Raises: SimError when the disk is full, or the folder cannot be written for another reason.
        """
        condition = self._condition()
        if condition.manifest is None or condition.hashes is None or not self._is_in(condition):
            raise SimError(f"{self.path} no longer holds the results of which charts and page are to be drawn")
        manifest = {**condition.manifest, "shown": True, **self.options.page}
        timings = manifest.pop("timings", {})
        with drafted(self.path) as draft:
            for name in condition.present:
                if name in condition.hashes and not is_page(name):
                    _link(self.path / name, draft.folder / name)
            yield Filling(draft.folder, {key: value for key, value in manifest.items() if key != "files"})
            self._finish(draft, {**manifest, "timings": timings})

    def _finish(self, draft: Draft, manifest: dict[str, Any]) -> None:
        """List the files of a draft in its manifest, and put it in its place."""
        manifest["files"] = hashes_of(draft.folder)
        write_json(draft.folder / MANIFEST, manifest)
        draft.flush()
        with one_at_a_time(draft.target.parent):
            self._put(draft, manifest)

    def _put(self, draft: Draft, manifest: Mapping[str, Any]) -> None:
        # Somebody else may have written here while we computed.
        condition = self._condition()
        drawn = self._is_drawn(condition) or not (manifest["shown"] and self._is_drawn(condition, any_language=True))
        if not self.options.force and drawn and self._is_in(condition) and condition.unharmed:
            self._add(draft, manifest, condition)
            return
        require_replaceable(self.path, condition)
        draft.replace()

    def _add(self, draft: Draft, manifest: Mapping[str, Any], condition: Condition) -> None:
        """Add the files that are missing; the manifest last, so that it lists nothing that is not there yet."""
        assert condition.manifest is not None, "is unharmed"
        assert condition.hashes is not None, "is unharmed"
        lacking = {name: key for name, key in manifest["files"].items() if name not in condition.present}
        unlisted = {name: key for name, key in manifest["files"].items() if name in condition.unlisted}
        foreign = [name for name, key in unlisted.items() if hash_of(self.path / name) != key]
        if foreign:
            raise SimError(f"{self.path} holds {_named(foreign)}, which is not ours and stands in the way: {_ADVICE}")
        for name in lacking:
            place = self.path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            (draft.folder / name).rename(place)
        listed = {**condition.hashes, **lacking, **unlisted}
        shown = condition.manifest.get("shown") is True or manifest["shown"]
        page = self.options.page if manifest["shown"] else {}
        told = {**condition.manifest, "shown": shown, **page, "files": dict(sorted(listed.items()))}
        write_json(draft.folder / MANIFEST, told)
        (draft.folder / MANIFEST).replace(self.path / MANIFEST)

    def _condition(self) -> Condition:
        refuse_file(self.path)
        return condition_of(self.path)

    def _is_drawn(self, condition: Condition, any_language: bool = False) -> bool:
        """Whether charts and page are there, in the language asked for unless files of others keep them as they are."""
        manifest = condition.manifest or {}
        same = any_language or self.options.page.items() <= manifest.items() or bool(condition.unlisted)
        return manifest.get("shown") is True and same

    def _is_in(self, condition: Condition) -> bool:
        return condition.manifest is not None and self.identity.items() <= condition.manifest.items()


def is_page(name: str) -> bool:
    """Whether a file of a folder is one of its charts, or its page."""
    return name.startswith(PAGES)


def refuse_file(path: Path) -> None:
    """Raise SimError where results should go to what is a file."""
    # Other than those of `Path` these take any name, be it too long for a file; a loop of links leads to itself.
    if os.path.lexists(os.path.realpath(path)) and not os.path.isdir(path):
        raise SimError(f"{path} is a file; name a folder")


def require_replaceable(path: Path, condition: Condition) -> None:
    """Refuse to put results in the place of what is not ours to remove.

    Raises: SimError naming what is in the way.
    """
    if Path.cwd().is_relative_to(os.path.realpath(path)):
        raise SimError(f"{path} is the folder you are in, or holds it; name another")
    if condition.manifest is None and condition.present:
        some = ", ".join(condition.present[:_MOST_IN_ERROR])
        more = " and more" if len(condition.present) > _MOST_IN_ERROR else ""  # they were not counted
        raise SimError(f"{path} exists and is no folder of results; it holds {some}{more}: {_ADVICE}")
    if condition.manifest is not None and condition.hashes is None:
        raise SimError(
            f"{path} was written by an older version, whose manifest does not list its files, so that yours cannot be "
            f"told from them: {_ADVICE}"
        )
    if condition.unlisted:
        raise SimError(
            f"{path} holds {_named(condition.unlisted)}, which its manifest does not list, so the folder is not "
            f"replaced: {_ADVICE}"
        )


def _link(file: Path, place: Path) -> None:
    """Put a file into a draft without copying it, where the disk can."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        os.link(file, place)
        return
    shutil.copyfile(file, place)


def _named(files: Sequence[str]) -> str:
    more = f" and {len(files) - _MOST_IN_ERROR} more" if len(files) > _MOST_IN_ERROR else ""
    return ", ".join(files[:_MOST_IN_ERROR]) + more
