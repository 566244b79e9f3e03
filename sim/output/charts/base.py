"""The base of all charts, and the registry in which each enters itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeVar

from matplotlib.axes import Axes

from sim.core.options import Options
from sim.output import charts
from sim.output.charts.style import Framed, framed, look
from sim.output.text.formats import name, unit_name
from sim.output.words import Languages, labelled, multilingual, say

Page = Literal["run", "comparison", "stress", "targets", "replay", "plan", "fit", "sweep", "sensitivity"]
"""The pages that have charts."""

Subject = TypeVar("Subject")
Member = TypeVar("Member", bound="type[Chart[Any]]")

_CHARTS: Final[dict[str, "type[Chart[Any]]"]] = {}


class Chart(ABC, Generic[Subject]):
    """One question about a subject (a report, a comparison, a plan, ...) and the picture that answers it.

    A chart is a subclass with the decorator `chart` in a module of this package, and its words in `charts.toml` of each
    language. An object of it is one picture: that of a panel, such as an SLA or a team.

    Attributes:
        name: unique; its files and its words begin with it.
        page, order: the page on which it stands, and its place there, from small to large.
        width, height: inches, without the title.
        subject: what it is about.
        panel: which of several pictures.
        options: those of the command, as they came from its line, but for the language, which is that of the picture;
            or several at once, for a picture that is drawn once for all of them.
    """

    page: ClassVar[Page]
    name: ClassVar[str]
    order: ClassVar[int]
    width: ClassVar[float]
    height: ClassVar[float]

    def __init__(self, subject: Subject, panel: str, options: Options) -> None:
        self.subject = subject
        self.panel = panel
        self.options = options

    @property
    def lang(self) -> str:
        """Language of the words."""
        return self.options.lang

    def say(self, key: str, **values: object) -> str:
        """A text of the chart's own, or with its file another, such as `glossary.people`.

        Args:
            values: fill in the text, besides `panel`.
        """
        own = key if "." in key else f"charts.{self.name}-{key}"
        return say(self.lang, own, panel=self.name_of(self.panel), **values)

    def name_of(self, written: str) -> str:
        """What people call a team, step or SLA."""
        return name(self.lang, written)

    def unit_name_of(self, unit: str) -> str:
        """What people call a unit."""
        return unit_name(self.lang, unit)

    def staffing(self, scenario: str) -> str:
        """What people call a staffing of a comparison: its title in the language, or the name of its file."""
        return labelled(self.lang, scenario)

    def question(self) -> str:
        """The question that its pictures answer, which heads them on the page."""
        return self.say("question")

    @staticmethod
    def panels(_subject: Any, /) -> Iterable[str]:
        """The pictures that a subject needs; a single one, without a name, unless a chart says otherwise."""
        return [""]

    @abstractmethod
    def title(self) -> str:
        """The finding, in a sentence."""

    def alt(self) -> str:
        """What somebody hears who cannot see the picture: what is drawn, and the finding."""
        return f"{self.say('alt')}. {self.title()}"

    @abstractmethod
    def draw(self, ax: Axes) -> Axes:
        """Draw on given axes, and return them."""

    def in_language(self, lang: str) -> Self:
        """The same picture with words in a language."""
        return type(self)(self.subject, self.panel, replace(self.options, lang=lang))

    def figure(self) -> Framed:
        """The picture below its title; in several languages at once if its language is `sim.output.words.Languages`."""
        each = self.lang.each if isinstance(self.lang, Languages) else (self.lang,)
        title = multilingual([self.in_language(lang).title() for lang in each])
        with look():
            return framed(self.draw, title, self.width, self.height)


def chart(page: Page, name: str, order: int, *, width: float = 8.4, height: float = 3.0) -> Callable[[Member], Member]:
    """Register a subclass of `Chart`; arguments are its attributes."""

    def register(member: Member) -> Member:
        assert name not in _CHARTS, f"two charts are called {name}"
        member.page, member.name, member.order, member.width, member.height = page, name, order, width, height
        _CHARTS[name] = member
        return member

    return register


def load_charts(page: Page) -> None:
    """Import the modules of this package that have charts of a page, so that these have registered.

    Others are left alone, since each loads what it draws of, such as the planner.
    """
    for folder in charts.__path__:
        for module in sorted(Path(folder).glob("*.py")):
            if f'@chart("{page}"' in module.read_text("utf-8"):
                import_module(f"{charts.__name__}.{module.stem}")


def charts_of(page: Page) -> list[type[Chart[Any]]]:
    """Charts of a page, in their order."""
    load_charts(page)
    return sorted((each for each in _CHARTS.values() if each.page == page), key=lambda each: each.order)
