"""What people read: the figures of letters, SLAs, steps and teams, estimated over replications.

Times leave the program here, so every name says its unit. Arrays hold nan, and estimates None, where there
is nothing to estimate. Everything is over the letters received in the window, or over the hours of the
window, unless it says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Caution:
    """Something that whoever reads a result should know: what a scenario says, but hardly means.

    Attributes:
        kind: which sentence says it.
        subject: the team, SLA or other thing that it is about; None for the scenario as a whole.
        figures: what the sentence is filled with; plain values, as JSON can hold them.
    """

    kind: str
    subject: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
