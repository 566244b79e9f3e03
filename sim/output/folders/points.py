"""Folder of points: what an experiment has finished, one file a point, so that nothing of it is lost when it is killed.

The folder is neither a draft nor a result. It is made with the first point, its manifest first, which says what the
files are called; each file is written atomically and holds its own hash, and one that is damaged is as if it were not
there.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from sim.core.errors import SimError
from sim.core.json_text import jsonable, restored, to_json
from sim.core.program_key import program_key
from sim.output.folders.manifest import MANIFEST, OURS, files_of, manifest_of

T = TypeVar("T")

PATTERN: Final = "point-*.json"
"""Names of the files of points."""


class PointFolder(Generic[T]):
    """Finished points of one experiment, by number.

    Args:
        folder: as of `points_id`, so that points of another experiment or program are never taken.
        identity: what its manifest says of the experiment, `points` among it.
        kind: class of a point.
        anew: whether what is there is computed again.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], kind: type[T], *, anew: bool = False) -> None:
        self._folder, self._identity, self._kind, self._anew = folder, identity, kind, anew
        self._begun = (manifest_of(folder) or {}).get("points") == identity["points"]
        if not self._begun and folder.exists() and any(not each.name.startswith(".") for each in folder.iterdir()):
            raise SimError(f"{folder} exists and holds no points of this experiment; move it away")

    def get(self, number: int) -> T | None:
        """A point that was finished before; None if it was not, or its file is damaged."""
        point = None if self._anew or not self._begun else _stored(self._folder / _file_of(number))
        return None if point is None else restored(self._kind, point)

    def whole(self) -> dict[int, T]:
        """All points that were finished before and are not damaged, by number."""
        numbers = sorted(_number_of(path.name) for path in self._folder.glob(PATTERN))
        points = ((number, self.get(number)) for number in numbers)
        return {number: point for number, point in points if point is not None}

    def put(self, number: int, point: T) -> None:
        """Store a point.

        Raises: SimError when the disk is full, or the file cannot be written for another reason.
        """
        plain = jsonable(point)
        try:
            if not self._begun:
                self._begin()
            self._put(_file_of(number), to_json({"point": plain, "sha256": _hash(plain)}, indent=None))
        except OSError as error:
            raise SimError(f"{self._folder} could not be written: {error.strerror or error}") from error

    def _begin(self) -> None:
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        manifest = {"program": OURS, **self._identity, "pattern": PATTERN, "timings": {"started": started}}
        self._folder.mkdir(parents=True, exist_ok=True)
        self._put(MANIFEST, to_json(manifest) + "\n")
        self._begun = True

    def _put(self, name: str, text: str) -> None:
        beside = self._folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._folder / name)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise


def points_id(experiment: str) -> str:
    """Name of the points of an experiment, as this program with its libraries computes them."""
    return hashlib.sha256(to_json([experiment, program_key()]).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class PointsCondition:
    """State of a folder of points.

    Attributes:
        scenario: the file whose points they are.
        size: how many there will be; None if that shows only later.
        whole: how many are there as they were written.
        damaged: files of others, which are computed again.
        unlisted: what else is there.
    """

    scenario: str
    size: int | None
    whole: int
    damaged: tuple[str, ...]
    unlisted: tuple[str, ...]


def condition_of_points(folder: Path) -> PointsCondition | None:
    """Read all points of a folder; None if it is none of points."""
    manifest = manifest_of(folder)
    if manifest is None or manifest.get("pattern") != PATTERN:
        return None
    files = sorted(path.name for path in folder.glob(PATTERN))
    damaged = tuple(name for name in files if _stored(folder / name) is None)
    others = (name for name in files_of(folder) if name != MANIFEST and not name.startswith(f".{MANIFEST}."))
    size = manifest.get("size")
    return PointsCondition(
        scenario=str(manifest.get("scenario", "")),
        size=size if isinstance(size, int) else None,
        whole=len(files) - len(damaged),
        damaged=damaged,
        unlisted=tuple(name for name in others if name not in files and not name.startswith(".point-")),
    )


def finished_points(folder: Path) -> int:
    """How many points a folder holds."""
    return sum(1 for _ in folder.glob(PATTERN))


def remove_points(folder: Path) -> bool:
    """Remove a folder of points; what is not ours stays, and the folder with it. Returns whether it is gone."""
    with suppress(OSError):
        for path in [
            *folder.glob(PATTERN),
            *folder.glob(f".{PATTERN}.*"),
            *folder.glob(f".{MANIFEST}.*"),
            folder / MANIFEST,
        ]:
            path.unlink()
        folder.rmdir()
    return not folder.exists()


def _stored(path: Path) -> Any:
    """The plain values of a point; None if its file is not there or damaged."""
    try:
        stored = json.loads(path.read_text("utf-8"))
        point, key = stored["point"], stored["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return point if key == _hash(point) else None


def _file_of(number: int) -> str:
    return f"point-{number:05}.json"


def _number_of(file: str) -> int:
    """The number in the name of a point; -1, which no point has, for another name."""
    number = file.removeprefix("point-").removesuffix(".json")
    return int(number) if number.isdecimal() else -1


def _hash(point: Any) -> str:
    return hashlib.sha256(to_json(point, indent=None).encode()).hexdigest()
