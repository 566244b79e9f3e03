"""The frame of every page: both languages in one file, with style, script, font and figures inside."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.output.html.font import embedded_font
from sim.output.html.words import LANGUAGES, say


def fill(template: str, **values: Any) -> Markup:
    """Fill in a template of this package; everything that is not markup already is escaped."""
    environment = Environment(
        loader=PackageLoader("sim.output.html"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals["say"] = say
    return Markup(environment.get_template(template).render(**values))


def page(
    title: str,
    lang: str,
    bodies: Mapping[str, Markup],
    contents: Callable[[str], list[tuple[str, str]]],
    summary: Mapping[str, Any],
) -> str:
    """A whole page.

    Args:
        lang: the language in which it opens.
        bodies: what it says, by language.
        contents: anchors and headings of a language; an anchor's id begins with the language.
        summary: figures for programs, embedded as JSON with the id `summary`.
    """
    # A title with `</script>` in it must not end the block.
    figures = json.dumps(summary, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    spoken = "".join([*bodies.values(), title, *(word for each in LANGUAGES for _, word in contents(each))])
    return str(
        fill(
            "page.html.j2",
            title=title,
            lang=lang,
            languages=LANGUAGES,
            bodies=bodies,
            contents=contents,
            font=embedded_font(spoken + "".join(LANGUAGES.values()) + say("zh", "print")),
            style=_asset("style.css"),
            script=_asset("page.js"),
            summary=Markup(figures),
        )
    )


def _asset(name: str) -> Markup:
    return Markup(files("sim.output.html").joinpath("templates", name).read_text("utf-8"))
