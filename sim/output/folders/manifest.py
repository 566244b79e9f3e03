"""Manifest of a folder of results: its files with their hashes, and how they came about."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sim.core.errors import SimError
from sim.core.json_text import to_json
from sim.core.program_key import program_key

MANIFEST: Final = "manifest.json"

OURS: Final = "lettersim"

_ENOUGH: Final = 4
"""Files of a folder that is not ours that are looked at: as many as an error names, and one more."""


@dataclass(frozen=True)
class Condition:
    """State of a folder, compared with its manifest.

    Attributes:
        manifest: None without one that this program wrote.
        hashes: those that it lists, by file; None if there is no such list, as in folders of older versions.
        present: all files that are there, but the manifest; also links, and folders that hold nothing of ours.
            Without a manifest the first few.
        changed: files that are listed and not as they were written.
    """

    manifest: Mapping[str, Any] | None
    hashes: Mapping[str, str] | None
    present: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that are listed and not there."""
        return tuple(name for name in self.hashes or () if name not in self.present)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Files that are there and not listed; also folders without a file, if none of ours belongs into them."""
        hashes = self.hashes or {}

        def is_ours(name: str) -> bool:
            return name in hashes or (name.endswith("/") and any(each.startswith(name) for each in hashes))

        return tuple(name for name in self.present if not is_ours(name))

    @property
    def versions(self) -> dict[str, tuple[str, str]]:
        """What is of another version now than when the folder was written: then, and now."""
        then = self._told("versions")
        return {
            name: (str(then.get(name, "none")), now)
            for name, now in program_key()["versions"].items()
            if then.get(name) != now
        }

    @property
    def sound(self) -> bool:
        """Whether all files that are listed are there, as they were written."""
        return self.hashes is not None and not self.missing and not self.changed

    @property
    def by_this_program(self) -> bool:
        """Whether this program, with these libraries, wrote it."""
        return self.manifest is not None and program_key().items() <= self.manifest.items()

    @property
    def unharmed(self) -> bool:
        """Whether this program wrote it, and what is there of it is as it was written."""
        return self.by_this_program and self.hashes is not None and not self.changed

    def _told(self, key: str) -> Mapping[str, Any]:
        told = (self.manifest or {}).get(key)
        return told if isinstance(told, dict) else {}


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder of results; None if it is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("program") == OURS else None


def condition_of(folder: Path) -> Condition:
    """Compare a folder, which need not exist, with its manifest."""
    manifest = manifest_of(folder)
    hashes = _listed(manifest)
    # Of what is not ours, which may be a whole disk, some files are enough to be named.
    found = islice(files_of(folder), _ENOUGH) if manifest is None else files_of(folder)
    present = tuple(name for name in found if manifest is None or name != MANIFEST)
    changed: tuple[str, ...] = ()
    if hashes:
        changed = tuple(name for name in present if name in hashes and hash_of(folder / name) != hashes[name])
    return Condition(manifest, hashes, present, changed)


def require_results(folder: Path) -> Condition:
    """Compare all files of a folder of results with its manifest.

    Raises: SimError if it is none, or its manifest does not say which files it holds.
    """
    condition = condition_of(folder)
    if condition.manifest is None:
        raise SimError(f"{folder} is no folder of results: it has no {MANIFEST} that this program wrote")
    if condition.hashes is None:
        raise SimError(f"{folder} was written by an older version, whose manifest does not list its files")
    return condition


def files_of(folder: Path) -> Iterator[str]:
    """All files of a folder by their path in it, in order; also links, and what has nothing to be seen, as `name/`."""
    closed: list[str] = []
    for path, folders, files in os.walk(folder, onerror=lambda error: closed.append(error.filename)):
        folders.sort()
        inside = Path(path).relative_to(folder)
        links = [name for name in folders if (Path(path) / name).is_symlink()]
        for name in sorted([*files, *links]):
            yield (inside / name).as_posix()
        if not files and not folders and inside.parts:
            yield f"{inside.as_posix()}/"
    yield from (f"{Path(path).relative_to(folder).as_posix()}/" for path in closed if Path(path) != folder)


def hash_of(path: Path) -> str | None:
    """The SHA-256 of a file; None for what is no file that can be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def hashes_of(folder: Path) -> dict[str, str]:
    """What a manifest lists: every file but itself, with its hash."""
    return {name: hash_of(folder / name) or "" for name in files_of(folder) if name != MANIFEST}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain values so that people can read them too."""
    path.write_text(to_json(content) + "\n", "utf-8")


def _listed(manifest: Mapping[str, Any] | None) -> dict[str, str] | None:
    listed = None if manifest is None else manifest.get("files")
    if not isinstance(listed, dict) or not all(isinstance(value, str) for value in listed.values()):
        return None
    return listed
