"""The frame of every page: all languages in one file, with style, script, font, charts and figures inside."""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import ascii_letters, digits, punctuation
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.core.json_text import to_json
from sim.core.options import Options
from sim.core.program import user_cache
from sim.output.charts import font_path
from sim.output.charts.render import Groups, Job, Picture, render
from sim.output.words import alike, characters, languages, say
from sim.statistics import Verdict

if TYPE_CHECKING:
    from sim.output.charts.base import Page

Pictures = Mapping[str, Groups]
"""Charts with their names, by language."""

_BASIC_CHARACTERS: Final = ascii_letters + digits + punctuation + " –—·×≥≤、。，：；？！（）「」…"
"""Characters that every page gets besides those of all words, so that most pages have the same font."""

_NOT_ON_PAGES: Final = ("commands", "folders", "help", "live", "messages")
"""Files of words that only commands and the live page say."""

_OPEN_CHARTS: Final = 5
"""Questions whose first chart is open; with that of the first screen six, and the others are folded."""

_OPEN_PICTURES: Final = 12
"""Pictures of a question that are open where they stand side by side."""

_OPEN_ROWS: Final = 30
"""Rows of a table below the first screen that is open; longer ones are folded."""

_FONT_NOTICE: Final = (0, 13, 14)
"""What the font says about itself that stays in: copyright, licence, and where the licence stands."""

_FEATURES: Final = ("kern", "pwid")
"""Of the font's features those that text across the page uses: kerning, and quotes no wider than letters."""


def rendered(folder: Path, page: "Page", subject: object, options: Options) -> Pictures:
    """Render the charts of a page into `charts/` of a folder of results, in all languages.

    Args:
        options: of the command; its language is that of the charts as PNG, while they are SVG in all.
    """
    into = folder / "charts"
    into.mkdir()
    return render(Job(page, subject, into, alike(options.lang), options))


def write_page(folder: Path, text: str) -> None:
    """report.html of a folder of results."""
    (folder / "report.html").write_text(text, "utf-8")


def write_drawn(
    folder: Path, kind: "Page", subject: object, page_of: Callable[..., str], options: Options, **told: Any
) -> None:
    """charts/ and report.html of what a command found.

    Args:
        kind: of page, whose charts are drawn.
        page_of: makes the page of the subject, of its pictures, and of all that is told besides.
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = rendered(folder, kind, subject, options)
    write_page(folder, page_of(subject, pictures=pictures, lang=options.lang, **told))


def fill(template: str, **values: Any) -> Markup:
    """Fill in a template of this package; everything that is not markup already is escaped."""
    return Markup(_environment().get_template(template).render(languages=languages(), **values))


@cache
def _environment() -> Environment:
    """Templates, compiled once."""
    environment = Environment(
        loader=PackageLoader("sim.output.html"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {"say": say, "passages": passages}
    return environment


def page(
    template: str,
    said: Callable[[str], Mapping[str, Any]],
    lang: str,
    *,
    verdict: Verdict | None = None,
    contents: Sequence[str] = ("answer", "charts", "tables", "manifest"),
    first: str | tuple[str, ...] = (),
    side_by_side: bool = False,
    csv: Sequence[str] = (),
    pictures: Pictures,
    manifest: Mapping[str, Any],
    summary: Mapping[str, Any],
) -> str:
    """A whole page, in all languages.

    Args:
        template: of the body of a language.
        said: what the template says in a language: `title`, `sentences`, `cautions`, `tables`, and what it has besides.
        lang: the language in which the page opens.
        verdict: gives the answer its colour.
        contents: headings with an anchor, keys of `page` after `section-`; an anchor's id begins with the language.
        first: beginning of the names of the pictures that stand on the first screen, or several; none if empty.
        side_by_side: whether all pictures of a question are open, as small multiples, and not the first alone.
        csv: names of the CSV files beside the page, which it links.
        pictures: none where the page has no charts.
        manifest: how it came about.
        summary: figures for programs, embedded as JSON with the id `summary`.
    """
    shown = {each: [picture for _, group in groups for picture in group if first and picture.name.startswith(first)]
             for each, groups in pictures.items()}  # fmt: skip
    others = {each: _without(groups, shown[each]) for each, groups in pictures.items()}
    shared = {
        "facts": (),
        "csv": csv,
        "tiles": (),
        "verdict": "none" if verdict in (None, Verdict.NOT_JUDGED) else verdict.value,
        "open_charts": _OPEN_CHARTS,
        "open_pictures": _OPEN_PICTURES if side_by_side else 1,
        "open_rows": _OPEN_ROWS,
        "pictures": others if any(others.values()) else {},
        "manifest": to_json({key: value for key, value in manifest.items() if key != "labels"}),
    }
    by_language: dict[str, Mapping[str, Any]] = {each: said(each) for each in alike(lang)}
    bodies = {
        each: fill(template, lang=each, **{**shared, "trend": shown.get(each, []), **values})
        for each, values in by_language.items()
    }
    # A title with `</script>` in it must not end the block.
    figures = to_json(summary, indent=None).replace("<", "\\u003c")
    title = by_language[lang]["title"]
    return str(
        fill(
            "page.html.j2",
            title=title,
            lang=lang,
            bodies=bodies,
            contents=[each for each in contents if each != "charts" or shared["pictures"]],
            font=embedded_font("".join([*bodies.values(), title])),
            style=_asset("style.css"),
            script=_asset("page.js"),
            summary=Markup(figures),
        )
    )


def _without(groups: Groups, shown: Sequence[Picture]) -> Groups:
    """Pictures that are not shown elsewhere, by the question that they answer."""
    left = [(question, [each for each in group if each not in shown]) for question, group in groups]
    return [(question, group) for question, group in left if group]


def passages(lang: str, text: str) -> Markup:
    """A text that may have parts in other languages, each marked with its own; parts are told by their letters."""
    own = say(lang, "language.letters")
    others = [(letters, say(each, "language.tag"))
              for each in languages() if (letters := say(each, "language.letters")) != own]  # fmt: skip
    if not others:
        return Markup.escape(text)
    parts = re.compile("|".join(f"([{letters}](?:[^{own}]*[{letters}])?)" for letters, _ in others))
    marked, at = Markup(), 0
    for found in parts.finditer(text):
        tag = others[(found.lastindex or 1) - 1][1]
        marked += text[at : found.start()] + Markup('<span lang="{}">{}</span>').format(tag, found[0])
        at = found.end()
    return marked + text[at:]


def code(written: str) -> Markup:
    """What is written in a scenario file, which is the same in every language."""
    return Markup('<code lang="en">{}</code>').format(written)


def _asset(name: str) -> Markup:
    return Markup(files("sim.output.html").joinpath("templates", name).read_text("utf-8"))


def embedded_font(text: str) -> str:
    """A WOFF2 font, in base64, with the characters of a text; the same characters give the same font.

    Cutting a font takes a second, so the result is stored in the user's cache where that can be written.
    """
    needed = "".join(sorted({*text, *_BASIC_CHARACTERS, *characters(_NOT_ON_PAGES)}))
    key = hashlib.sha256(f"{_FONT_NOTICE} {_FEATURES} {needed}".encode()).hexdigest()[:16]
    cached = user_cache() / "fonts" / f"{key}.woff2"
    try:
        return base64.b64encode(cached.read_bytes()).decode()
    except OSError:
        font = _cut(font_path(), needed)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        beside = cached.with_suffix(f".{os.getpid()}")
        beside.write_bytes(font)
        beside.replace(cached)
    except OSError:
        pass  # a cache that cannot be written only costs time
    return base64.b64encode(font).decode()


def _cut(path: Path, characters: str) -> bytes:
    from fontTools import subset

    # The licence asks that its notice goes with every copy.
    options = subset.Options(
        flavor="woff2", hinting=False, notdef_outline=True, name_IDs=_FONT_NOTICE, layout_features=_FEATURES
    )
    file = BytesIO()
    with subset.load_font(str(path), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(font)
        subset.save_font(font, file, options)
    return file.getvalue()
