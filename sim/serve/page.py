"""The page before it is told anything: its words, and everything that can be changed."""

import base64
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.core.json_text import jsonable, to_json
from sim.core.options import DEFAULT
from sim.models.labels import labels_of
from sim.models.wording import parts_of
from sim.output.text.formats import limit, name, note, percent
from sim.output.words import Language, entries, find, labelled, languages, say
from sim.scenario.loading import Loaded
from sim.serve.viewers import MOST_STAFFINGS
from sim.whatif.levers import Lever, LeverGroup, levers_of


def live_page(scenarios: Sequence[Loaded], lang: str, sla: str) -> str:
    """The page in a language; its script gets what it needs as JSON, and no word of its own.

    Args:
        sla: the one that is shown in detail at first; empty if there is none.
    """
    base = scenarios[0].scenario
    lang = Language(lang, labels_of(base))
    config = {
        "lang": str(lang),
        "sla": sla,
        "most": MOST_STAFFINGS,
        "words": {key: find(lang, f"live.page-{key}") for key in _script_words()},
        "slas": [
            {
                "key": key,
                "name": name(lang, key),
                "about": say(lang, "live.limit", limit=limit(lang, str(sla.within)), target=percent(sla.target)),
            }
            for key, sla in base.sla.items()
        ],
        "teams": [{"key": key, "name": name(lang, key)} for key in base.teams],
        "scenarios": [
            {"stem": each.stem, "name": title_of(lang, each), "levers": list(_levers(lang, each))} for each in scenarios
        ],
    }
    environment = Environment(
        loader=PackageLoader("sim.serve"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("live.html.j2").render(
        lang=lang,
        say=say,
        tag=say(lang, "language.tag"),
        title=title_of(lang, scenarios[0]),
        languages=[{"code": each, "name": say(each, "language.name")} for each in languages()],
        config=Markup(to_json(jsonable(config), indent=None).replace("<", "\\u003c")),
    )


def title_of(lang: str, loaded: Loaded) -> str:
    """Title of a scenario in a language, or the name of its file."""
    own = Language(lang, labels_of(loaded.scenario))
    return labelled(own, loaded.scenario.name) if loaded.scenario.name else loaded.stem


def _script_words() -> list[str]:
    """Keys of the words that the script asks for."""
    return [key.removeprefix("page-") for key in entries(DEFAULT.lang, "live") if key.startswith("page-")]


def asset(file: str) -> str:
    """A file that the page asks for."""
    return files("sim.serve").joinpath("templates", file).read_text("utf-8")


def font_of(scenarios: Sequence[Loaded]) -> bytes:
    """A WOFF2 font with every character that the page may show, for who has no Chinese one."""
    from sim.output.html.page import embedded_font  # takes a while, and only the first page waits for it

    pages = "".join(live_page(scenarios, lang, "") for lang in languages())
    labels = [label for each in scenarios for own in labels_of(each.scenario).values() for label in own.values()]
    return base64.b64decode(embedded_font("".join([pages, *labels])))


def _levers(lang: str, loaded: Loaded) -> Any:
    for lever in levers_of(loaded):
        section, label = _label(lang, lever)
        yield {
            "key": lever.key,
            "group": lever.group.value,
            "section": section,
            "label": label,
            "written": lever.written,
            "slider": lever.slider,
            "note": note(lang, lever.note),
        }


def _label(lang: str, lever: Lever) -> tuple[str, str]:
    """The heading that a lever stands under, and what it is called there."""
    parts = [str(part) for part in parts_of(lever.key)]
    heading = say(lang, f"live.group-{lever.group}")
    if lever.group is LeverGroup.STAFF:
        return heading, f"{name(lang, parts[1])} · {name(lang, parts[3])}"
    if lever.group is LeverGroup.ABSENCE:
        return heading, name(lang, parts[1])
    if lever.group is LeverGroup.LETTERS:
        return heading, _word(lang, parts[-1])
    rest = [part for part in parts[1:] if part not in ("per_category", "per_channel")]
    return f"{heading} · {_word(lang, parts[0])}", " · ".join(_word(lang, part) for part in rest)


def _word(lang: str, part: str) -> str:
    """A key of the language, or a name that the planner made up, as people call it."""
    return find(lang, f"live.key-{part}") or name(lang, part)
