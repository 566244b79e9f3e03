"""Cautions as sentences: for the terminal, for pages, and beside the figures for programs."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.text import Text

from sim.metrics.figures import Caution
from sim.metrics.report import Report
from sim.output.text.formats import duration, limit, listed, name, number, percent, unit_name
from sim.output.words import Labels, Language, languages, say

_EXACT: Final = ("target_share", "highest_share")
"""Shares that are told with every digit, for rounding would say another thing."""


def caution(caution: Caution, lang: str) -> str:
    """A caution as a sentence."""
    values = {key: _said(key, value, lang) for key, value in caution.figures.items()}
    return say(lang, f"cautions.{caution.kind}", subject=_said("subject", caution.subject or "", lang), **values)


def caution_sentences(cautions: Iterable[Caution], lang: str) -> list[str]:
    """Cautions each marked as one."""
    return [say(lang, "cautions.warning") + caution(each, lang) for each in cautions]


def caution_lines(cautions: Iterable[Caution], lang: str) -> list[Text]:
    """The same to be printed."""
    return [Text(each, style="yellow") for each in caution_sentences(cautions, lang)]


def plain_caution(each: Caution, labels: Labels | None = None) -> dict[str, Any]:
    """A caution as JSON holds it, with its sentence in each language.

    Args:
        labels: what the scenario calls its things, by language.
    """
    return {
        "kind": each.kind,
        "subject": each.subject,
        "figures": dict(each.figures),
        "text": {lang: caution(each, Language(lang, labels)) for lang in languages()},
    }


def summary_of(report: Report, labels: Labels | None = None) -> dict[str, Any]:
    """The content of summary.json; arguments as of `with_cautions`."""
    return with_cautions(report.summary(), report.cautions, labels)


def with_cautions(
    content: Mapping[str, Any], cautions: Iterable[Caution], labels: Labels | None = None
) -> dict[str, Any]:
    """The figures for programs with their cautions, in the words of the scenario's labels."""
    return {**content, "cautions": [plain_caution(each, labels) for each in cautions]}


def _said(key: str, value: Any, lang: str) -> str:
    """A figure as its key asks: a share as percentage, names and limits as people call them."""
    if isinstance(value, list):
        called = unit_name if key == "names" else name
        return listed(lang, [called(lang, each) for each in value])
    if key == "limit":
        return limit(lang, value)
    if key.endswith("_min"):
        return duration(lang, value)
    if isinstance(value, str):
        return name(lang, value)
    if key in _EXACT:
        return f"{100 * value:.8g}%"
    if key.endswith("share"):
        return percent(value)
    return number(value)
