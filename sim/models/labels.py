"""What a scenario calls its things for people: titles and labels, in any language."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field, WithJsonSchema

from sim.core.safe_text import checked_text, unit_label
from sim.models.base import Text, Title
from sim.models.staffing import unit_names

if TYPE_CHECKING:
    from sim.models.scenario import Scenario

Labels = Mapping[
    Annotated[str, Field(pattern=r"^[a-z]{2,3}$")],
    Mapping[
        Annotated[str, Field(max_length=130)],
        Annotated[str, Field(min_length=1, max_length=60), AfterValidator(checked_text)],
    ],
]
"""By language, then by the name of a team, unit, step, SLA, category, channel or roster, what people call it there.

`TEAM.UNIT` is a unit that has the name of something else, such as a category: `zh: {functional.conduct: 督察}`.
"""

TRANSLATED: Final = ("name", "about")
"""Keys with a translation beside them, as in `name_zh`, or in a mapping: `name: {en: ..., zh: ...}`."""

_BASE, *_OTHERS = ("en", "zh")
"""Languages of titles and texts; keys that are written without a language are of the first one."""

TRANSLATIONS: Final = ("labels", *(f"{key}_{lang}" for key in TRANSLATED for lang in _OTHERS))
"""Keys that say in another language what stands in a scenario already."""

_IN_BOTH: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {lang: {"type": "string"} for lang in (_BASE, *_OTHERS)},
            "required": [_BASE],
            "additionalProperties": False,
        },
    ]
}

TitleInBoth = Annotated[Title, Field(max_length=200), WithJsonSchema(_IN_BOTH)]
"""A title, or one in each language."""

TextInBoth = Annotated[Text, Field(max_length=10_000), WithJsonSchema(_IN_BOTH)]
"""A text, or one in each language."""

_WIDE: Final = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u201d]"

_FOLD: Final = re.compile(rf"(?<={_WIDE})[ \n](?={_WIDE})")
"""A blank between Chinese characters, which only the end of a line in YAML has put there."""

ChineseText = Annotated[Text, Field(max_length=10_000), AfterValidator(lambda written: _FOLD.sub("", written))]
"""A text in Chinese."""


def apart(written: Any) -> Any:
    """A scenario as written, with each `name: {en: ..., zh: ...}` as `name` and `name_zh`."""
    if not isinstance(written, dict):
        return written
    told = dict(written)
    for key in TRANSLATED:
        both = told.get(key)
        if isinstance(both, dict) and _BASE in both and {*both} <= {_BASE, *_OTHERS}:
            told |= {f"{key}_{lang}": text for lang, text in both.items()} | {key: both[_BASE]}
            del told[f"{key}_{_BASE}"]
    return told


def labels_of(scenario: "Scenario") -> dict[str, dict[str, str]]:
    """All labels of a scenario by language, and by what they stand for: names, units, and its title and text."""
    units = {
        f"{team}.{unit}": unit_label(unit) for team, each in scenario.teams.items() for unit in unit_names(team, each)
    }
    labels = {lang: {units.get(key, key): text for key, text in own.items()} for lang, own in scenario.labels.items()}
    for lang, written, text in _titles(scenario):
        labels.setdefault(lang, {})[written] = text
    return labels


def _titles(scenario: "Scenario") -> Iterator[tuple[str, str, str]]:
    for key in TRANSLATED:
        for lang in _OTHERS:
            written, text = getattr(scenario, key), getattr(scenario, f"{key}_{lang}")
            if written and text:
                yield lang, written, text
