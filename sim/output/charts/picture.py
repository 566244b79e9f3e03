"""Charts as a page takes them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A chart ready for a page.

    Attributes:
        name: unique in the page; with the language, and without the ending of its file.
        title: the finding, which the page says in its own text.
        alt: what somebody hears who cannot see it.
        svg: an `<svg>` element without the title.
    """

    name: str
    title: str
    alt: str
    svg: str


Groups = Sequence[tuple[str, Sequence[Picture]]]
"""Pictures by the name of their chart."""
