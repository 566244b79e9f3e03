"""Who looks at the page, and what each asks for: checked, since it comes over the network."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sim.core.errors import ScenarioError
from sim.output.words import languages
from sim.whatif.outlook import Pairing
from sim.whatif.what_if import Asked

MOST_STAFFINGS: Final = 8
"""Staffings side by side."""

MOST_VIEWERS: Final = 32

_MOST_CHANGES: Final = 200
_LONGEST: Final = 500
_LONGEST_NAME: Final = 80
_REMEMBERED: Final = 12 * 3600
"""Seconds for which the question of somebody who has gone is remembered."""


class WrongQuestion(ValueError):  # noqa: N818 - it is a question
    """A question that our own page never asks; the text says what is wrong."""


class Question(NamedTuple):
    """What a viewer wants to see.

    Attributes:
        generation: greater for each later question of the viewer.
        asked: the staffings side by side.
        names: of each.
        focus: which of them is shown in detail.
    """

    generation: int
    lang: str
    asked: tuple[Asked, ...]
    names: tuple[str, ...]
    focus: int
    sla: str
    team: str


@dataclass(eq=False)
class Stream:
    """One stream of answers to a viewer.

    Attributes:
        news: set when there is something to show.
        fresh: set when another question is being answered.
    """

    news: asyncio.Event = field(default_factory=asyncio.Event)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Viewer:
    """Somebody who looks at the page.

    Attributes:
        question: the latest one.
        answered: the latest one whose staffings are being simulated.
        found: for each of these the pairing, or what is wrong with it.
        streams: those that are open; one that was cut may stay so for a while.
        turn: so that one question after another is looked at.
        seen: when he was here last, on the clock that only goes forward.
    """

    name: str
    question: Question | None = None
    answered: Question | None = None
    found: list[Pairing | ScenarioError] = field(default_factory=list)
    streams: set[Stream] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    seen: float = field(default_factory=time.monotonic)

    def announce(self, *, fresh: bool = False) -> None:
        """Say on every stream that there is something to show, of another question if it is fresh."""
        for stream in self.streams:
            stream.news.set()
            if fresh:
                stream.fresh.set()


class Viewers:
    """All who look at the page, or did not long ago."""

    def __init__(self) -> None:
        self._by_name: dict[str, Viewer] = {}

    def __iter__(self) -> Any:
        return iter(list(self._by_name.values()))

    def named(self, name: object) -> Viewer:
        """A viewer by the name that his page made up.

        Raises: WrongQuestion if the name is none, or too many look already.
        """
        if not (isinstance(name, str) and 8 <= len(name) <= 64 and name.isascii() and name.isalnum()):
            raise WrongQuestion("viewer must be 8 to 64 letters and digits")
        now = time.monotonic()
        for other in self:
            if not other.streams and now - other.seen > _REMEMBERED:
                del self._by_name[other.name]
        if name not in self._by_name:
            if len(self._by_name) >= MOST_VIEWERS:
                gone = [other for other in self if not other.streams]
                if not gone:
                    raise WrongQuestion(f"{MOST_VIEWERS} look already")
                del self._by_name[min(gone, key=lambda other: other.seen).name]
            self._by_name[name] = Viewer(name)
        viewer = self._by_name[name]
        viewer.seen = now
        return viewer


def question_of(content: Any, keys: Sequence[frozenset[str]], slas: Sequence[str], teams: Sequence[str]) -> Question:
    """A question as JSON has it.

    Args:
        keys: what can be changed, of each scenario.
        slas, teams: of the base.
    Raises: WrongQuestion if it is none.
    """
    if not isinstance(content, Mapping):
        raise WrongQuestion("must be an object")
    staffings = content.get("staffings")
    if not isinstance(staffings, list) or not 1 <= len(staffings) <= MOST_STAFFINGS:
        raise WrongQuestion(f"staffings must be a list of 1 to {MOST_STAFFINGS}")
    asked, names = zip(*(_staffing(each, keys) for each in staffings), strict=True)
    focus, generation = content.get("focus"), content.get("generation")
    if type(focus) is not int or not 0 <= focus < len(staffings):
        raise WrongQuestion("focus must be the number of a staffing")
    if type(generation) is not int or generation < 0:
        raise WrongQuestion("generation must be a whole number")
    lang = _one_of(content, "lang", languages())
    return Question(
        generation, lang, asked, names, focus, _one_of(content, "sla", slas), _one_of(content, "team", teams)
    )


def _staffing(content: Any, keys: Sequence[frozenset[str]]) -> tuple[Asked, str]:
    if not isinstance(content, Mapping):
        raise WrongQuestion("a staffing must be an object")
    scenario, name, changes = content.get("scenario"), content.get("name"), content.get("changes")
    if type(scenario) is not int or not 0 <= scenario < len(keys):
        raise WrongQuestion("scenario must be the number of one")
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        raise WrongQuestion(f"name must be text of at most {_LONGEST_NAME} characters")
    if not isinstance(changes, Mapping) or len(changes) > _MOST_CHANGES:
        raise WrongQuestion(f"changes must be an object of at most {_MOST_CHANGES}")
    for key, value in changes.items():
        if key not in keys[scenario]:
            raise WrongQuestion(f"'{key}' cannot be changed here")
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise WrongQuestion(f"'{key}' must be text of at most {_LONGEST} characters")
    return Asked(scenario, tuple(f"{key}={value}" for key, value in sorted(changes.items()))), name


def _one_of(content: Mapping[str, Any], key: str, known: Sequence[str]) -> str:
    value = content.get(key)
    # A scenario may have no SLA, and then nobody can name one.
    if value not in known and (known or value):
        raise WrongQuestion(f"{key} must be one of {', '.join(known)}")
    return str(value or "")
