"""What was noticed in an office's export and the user should know, as data for the pages that tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One thing.

    Attributes:
        kind: names its sentence.
        figures: what the sentence is filled in with; shares are the only ones with a fraction.
    """

    kind: str
    figures: Mapping[str, str | int | float]


def first_few(names: Sequence[str], most: int = 6) -> str:
    """Some names, and how many there are if that is more."""
    return ", ".join(names[:most]) + (f", ... ({len(names)})" if len(names) > most else "")
