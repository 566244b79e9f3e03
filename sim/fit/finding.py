"""What a fit found: figures with their intervals, and the scenario that is made of them."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.special import betaincinv

FEW: Final = 30
"""Letters below which a category borrows its figures from the whole."""

_MOST_NAMES: Final = 6
"""Names that a note tells."""


@dataclass(frozen=True)
class Finding:
    """One figure that a log says.

    Attributes:
        key: the key of the scenario that it stands at, for example `workflow.sign.effort`.
        estimate: in seconds, as a share, or a number; nan where a choice was made and no number found.
        interval: with 95% confidence; None where the figure follows from the others.
        n: letters, visits, days or shifts that say it.
        unit: `s`, `share`, `per_day`, `people`, `per_hour` or empty.
        goodness: greatest difference between the fitted and the seen distribution function, or nan.
        chosen: what was chosen among several, such as `lognormal`.
        rejected: what was not, with by how much its information criterion is larger.
        note: what one should know besides, as the name of a sentence; empty for nothing.
        figures: what the sentence needs.
    """

    key: str
    estimate: float
    interval: tuple[float, float] | None
    n: int
    unit: str = ""
    goodness: float = float("nan")
    chosen: str = ""
    rejected: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


class Marked(NamedTuple):
    """A value of a scenario and the comment behind it."""

    value: Any
    comment: str


@dataclass(frozen=True)
class Note:
    """Something that was noticed in an office's export and the user should know, as data for the pages that tell it.

    Attributes:
        kind: names its sentence.
        figures: what the sentence is filled in with; shares are the only ones with a fraction.
    """

    kind: str
    figures: Mapping[str, str | int | float]


@dataclass(frozen=True)
class Fitted:
    """What a log says, as a scenario.

    Attributes:
        document: the scenario as it is written; its leaves may be `Marked`.
        findings: in the order of the scenario.
        files: files that the scenario names, by name: measured durations.
        activities: the activity of the log that each step stands for.
        notes: what one should know besides.
    """

    document: Mapping[str, Any]
    findings: tuple[Finding, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def first_few(names: Sequence[str]) -> str:
    """The first names, and how many there are if that is more."""
    return ", ".join(names[:_MOST_NAMES]) + (f", ... ({len(names)})" if len(names) > _MOST_NAMES else "")


def share_interval(some: float, of: float) -> tuple[float, float]:
    """Clopper and Pearson's 95% interval of a share; [0, 1] of none."""
    if of <= 0:
        return 0.0, 1.0
    low = float(betaincinv(some, of - some + 1, 0.025)) if some > 0 else 0.0
    high = float(betaincinv(some + 1, of - some, 0.975)) if some < of else 1.0
    return low, high


def share_finding(key: str, some: float, of: float) -> Finding:
    """The share that some letters, shifts or the like are of others, with its interval; 0 of none."""
    return Finding(key, some / max(of, 1), share_interval(some, of), int(of), unit="share")


def rounded(number: float, digits: int = 4) -> float:
    """A number with so many significant digits."""
    return float(f"{number:.{digits}g}") if np.isfinite(number) else number


def share_text(share: float) -> str:
    """A share as it is written: `17.7%`."""
    return f"{rounded(100 * share):g}%"


_LENGTHS: Final = ((1, "s", 120), (60, "min", 7200), (3600, "h", 172_800), (86_400, "d", np.inf))


def duration_text(seconds: float) -> str:
    """A duration with four significant digits as it is written: `8.214 min`."""
    length, unit = next((length, unit) for length, unit, most in _LENGTHS if seconds < most)
    return f"{np.format_float_positional(rounded(seconds / length), trim='-')} {unit}"


def language_name(text: str, otherwise: str) -> str:
    """A name of the scenario language for what a log calls so, up to 50 characters.

    Args:
        otherwise: the name where nothing is left of the text.
    """
    return re.sub(r"[\s\[\]\\.:]+", "_", text).strip("_")[:50] or otherwise


def unlike(name: str, taken: Collection[str]) -> str:
    """A name, or with a number behind it, different from those that are taken."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def mark(finding: Finding) -> str:
    """The comment behind a measured figure."""
    text: Callable[[float], str] = {"s": duration_text, "share": share_text}.get(
        finding.unit, lambda each: f"{rounded(each):g}"
    )
    if finding.interval is None:
        return f"M: n {finding.n:,}"
    low, high = finding.interval
    return f"M: [{text(low)}, {text(high)}], n {finding.n:,}"
