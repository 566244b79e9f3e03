"""What is said about folders of results: why they are computed again, whether they are whole, and which there are."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.output.folders.atomic_dir import Owner
from sim.output.folders.listing import DraftFound, Listed, Listing
from sim.output.folders.manifest import Condition
from sim.output.folders.points import PointsCondition
from sim.output.folders.result_folder import Stale
from sim.output.text.formats import name
from sim.output.words import Language, find, labelled, say

_FILES_NAMED: Final = 5
"""Files that a sentence names."""

_CHANGES_LISTED: Final = 3
"""Changes of a scenario that the list of results shows."""


def why_again(stale: Stale, folder: Path, lang: str) -> str:
    """The sentence that tells why results that were there were computed again."""
    return say(lang, "folders.again", folder=folder, why=_reasons(stale, lang))


def condition_told(condition: Condition, folder: Path, lang: str) -> Iterator[str]:
    """The sentences about a folder whose files were all read: what is damaged, or that nothing is."""
    stale = Stale.of(condition)
    if condition.sound:
        yield say(lang, "folders.whole", folder=folder, files=len(condition.hashes or ()))
        if stale.versions or stale.source:
            yield say(lang, "folders.by-others", why=_reasons(stale, lang))
    else:
        damage = Stale(condition.missing, condition.changed, {}, False)
        yield f"{folder}: {_reasons(damage, lang)}"
    if condition.unlisted:
        yield say(lang, "folders.notes", files=_files(condition.unlisted, lang))


def points_told(points: PointsCondition, folder: Path, lang: str) -> Iterator[str]:
    """The sentences about a folder of points: how many are finished, which are damaged, and what else is there."""
    key = "folders.points" if points.size is None else "folders.points-of"
    yield say(lang, key, folder=folder, scenario=points.scenario, n=points.whole, size=points.size)
    if points.damaged:
        yield say(lang, "folders.points-damaged", files=_files(points.damaged, lang))
    if points.unlisted:
        yield say(lang, "folders.notes", files=_files(points.unlisted, lang))


def listing_told(listing: Listing, lang: str) -> RenderableType:
    """The table of results, the newest first, and how many drafts there are."""
    if not listing.results and not listing.drafts:
        return say(lang, "folders.nothing", folder=listing.folder)
    parts: list[RenderableType] = []
    if listing.results:
        table = Table()
        for key in ("folders.name", "folders.kind", "folders.set", "folders.when", "glossary.verdict"):
            table.add_column(say(lang, key), overflow="fold")
        for each in listing.results:
            table.add_row(*(Text(cell) for cell in _row(each, lang)))
        parts.append(table)
    if listing.drafts:
        alive = sum(draft.writer is Owner.ALIVE for draft in listing.drafts)
        parts.append(Text(say(lang, "folders.drafts", count=len(listing.drafts), alive=alive)))
    return Group(*parts)


def pruned_told(folder: Path, drafts: Sequence[DraftFound], lang: str) -> Iterator[str]:
    """One sentence a draft, whether it was removed."""
    if not drafts:
        yield say(lang, "folders.no-drafts", folder=folder)
    for draft in drafts:
        left = "folders.stays" if draft.writer is Owner.ALIVE else "folders.cannot-be-removed"
        yield say(lang, "folders.removed" if draft.removed else left, draft=draft.folder)


def _row(listed: Listed, lang: str) -> list[str]:
    changes = [*listed.changes[:_CHANGES_LISTED]]
    if len(listed.changes) > _CHANGES_LISTED:
        changes.append(say(lang, "folders.more-set", more=len(listed.changes) - _CHANGES_LISTED))
    known = Language(lang, listed.labels)
    verdicts = [_verdict(listed.kind, key, verdict, known) for key, verdict in listed.verdicts.items()]
    when = listed.started.replace("T", " ")[:16]
    return [str(listed.folder), say(lang, f"folders.kind-{listed.kind}"), "\n".join(changes), when, "\n".join(verdicts)]


def _verdict(kind: str, key: str, verdict: str, lang: str) -> str:
    if key == "capacity" and verdict.isdigit():
        return say(lang, "folders.capacity", capacity=f"{int(verdict):,}")
    said = find(lang, f"glossary.verdict-{verdict}") or find(lang, f"folders.verdict-{verdict}") or verdict
    if kind == "comparison":  # of scenarios, which have titles, or else the names of their files
        return f"{labelled(lang, key)} {said}"
    return f"{name(lang, key)} {said}" if kind == "run" else said


def _reasons(stale: Stale, lang: str) -> str:
    damaged = {"folders.missing": stale.missing, "folders.changed": stale.changed}
    reasons = [say(lang, key, files=_files(files, lang)) for key, files in damaged.items() if files]
    reasons += [
        say(lang, "folders.version", name=each, then=then, now=now) for each, (then, now) in stale.versions.items()
    ]
    # A new version has another source too, and says more.
    if stale.source and not stale.versions:
        reasons.append(say(lang, "folders.source"))
    return say(lang, "formats.semicolon").join(reasons)


def _files(files: Sequence[str], lang: str) -> str:
    named = say(lang, "formats.comma").join(files[:_FILES_NAMED])
    more = len(files) - _FILES_NAMED
    return say(lang, "folders.and-more", files=named, more=more) if more > 0 else named
