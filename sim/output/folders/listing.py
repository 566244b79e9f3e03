"""List the results below a folder, with what was set and found in each, and the drafts."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.output.folders.atomic_dir import DRAFT, Owner, clear_draft, drafts_in, owner_of_draft
from sim.output.folders.manifest import MANIFEST, condition_of, manifest_of
from sim.output.folders.points import finished_points, remove_points

KINDS: Final = (
    "run",
    "comparison",
    "plan",
    "fit",
    "stress",
    "targets",
    "export",
    "replay",
    "sweep",
    "sensitivity",
    "points",
)
"""Kinds of results, each a key of their manifests."""


@dataclass(frozen=True)
class Listed:
    """A folder of results.

    Attributes:
        kind: one of `KINDS`, or `unknown`.
        scenarios: files, as they were named.
        changes: what `extends` and `--set` changed.
        started: when it was computed, local time in ISO 8601; empty if nobody knows.
        verdicts: what was found, by SLA or staffing.
        labels: what its scenarios call these, by language.
    """

    folder: Path
    kind: str
    scenarios: tuple[str, ...]
    changes: tuple[str, ...]
    started: str
    verdicts: dict[str, str]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)


class DraftFound(NamedTuple):
    """A draft, and whether it was removed."""

    folder: Path
    writer: Owner
    removed: bool = False


@dataclass(frozen=True)
class Listing:
    """All that was found below a folder."""

    folder: Path
    results: tuple[Listed, ...]
    drafts: tuple[DraftFound, ...]


def listing_of(folder: Path) -> Listing:
    """Everything below a folder that this program wrote, the newest first; the folder need not be there."""
    results: list[Listed] = []
    drafts: list[DraftFound] = []
    for path, folders, files in os.walk(folder):
        here = Path(path)
        drafts += [DraftFound(draft, owner_of_draft(draft)) for draft in drafts_in(here)]
        manifest = manifest_of(here) if MANIFEST in files else None
        if manifest is not None:
            results.append(_listed(here, manifest))
        folders[:] = sorted(name for name in folders if DRAFT not in name)
    results.sort(key=lambda each: (each.started, each.folder), reverse=True)
    return Listing(folder, tuple(results), tuple(drafts))


def prune(folder: Path) -> list[DraftFound]:
    """Remove what is needed no longer, and tell what became of each.

    That is all drafts below a folder but those that a living process writes, and the points of results that are there
    as they were written.
    """
    found, listing = [], listing_of(folder)
    for draft in listing.drafts:
        if draft.writer is not Owner.ALIVE:
            clear_draft(draft.folder)
        found.append(draft._replace(removed=not draft.folder.exists()))
    points = [each.folder for each in listing.results if each.kind == "points" and _is_complete(each.folder, listing)]
    return found + [DraftFound(each, Owner.DEAD, remove_points(each)) for each in points]


def _is_complete(points: Path, listing: Listing) -> bool:
    """Whether the results that points were computed for are there, as they were written."""
    name = (manifest_of(points) or {}).get("points")
    conditions = (condition_of(each.folder) for each in listing.results if each.kind not in ("points", "unknown"))
    return any(condition.sound and (condition.manifest or {}).get("points") == name for condition in conditions)


def _listed(folder: Path, manifest: dict[str, Any]) -> Listed:
    changes = manifest.get("changes")
    if isinstance(changes, dict):
        changes = [f"{name}: {change}" for name, each in changes.items() for change in _list(each)]
    scenarios = _list(manifest.get("scenarios")) or [manifest.get("scenario") or manifest.get("replay")]
    kind = next((kind for kind in KINDS if kind in manifest), "unknown")
    verdicts = _dict(manifest.get("verdicts"))
    if kind == "points":
        size = manifest.get("size")  # which some experiments know only later
        verdicts = {"points": f"{finished_points(folder)}" if size is None else f"{finished_points(folder)}/{size}"}
    return Listed(
        folder,
        kind,
        tuple(str(each) for each in scenarios if each),
        tuple(str(each) for each in _list(changes)),
        str(_dict(manifest.get("timings")).get("started", "")),
        {str(name): str(verdict) for name, verdict in verdicts.items()},
        {str(lang): {str(name): str(label) for name, label in _dict(own).items()}
         for lang, own in _dict(manifest.get("labels")).items()},
    )  # fmt: skip


# A manifest may have been edited, and must not keep the others from being listed.
def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
