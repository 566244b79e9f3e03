"""Write docs/language.md and docs/language.zh.md, the reference of the scenario language, from the language itself.

make reference

English meanings, forms and defaults come from the schema. Beside this file, examples and Chinese come from
reference.toml, the questions of planners from questions.toml, and the words of the pages from pages.toml.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sim.models.arrivals import HOUR_PROFILES
from sim.models.staffing import ROSTERS
from sim.scenario.schema import json_schema

HERE: Final = Path(__file__).parent
LANGUAGES: Final = {"en": HERE / "language.md", "zh": HERE / "language.zh.md"}

_BARS: Final = "▁▂▃▄▅▆▇█"

_PAGES: Final = tomllib.loads((HERE / "pages.toml").read_text("utf-8"))
"""Words of the pages: where records stand, in the order in which they are told, and sentences of each language."""


def records() -> dict[str, Any]:
    """The records of the language as the schema has them, in the order of this reference."""
    all_of = {name: each for name, each in json_schema()["$defs"].items() if not name.endswith("Part")}
    first = {name: all_of[name] for name in _PAGES["places"]}
    return first | all_of


def read(file: str) -> dict[str, Any]:
    """A file of words beside this one."""
    return tomllib.loads((HERE / file).read_text("utf-8"))


def page(lang: str) -> str:
    """The whole reference in one language."""
    words = _PAGES[lang]
    parts = [f"# {words['title']}", words["other"], words["lead"], f"## {words['questions']}", words["lay"]]
    for question in read("questions.toml")["question"]:
        parts += [f"**{question[lang]}**", f"```yaml\n{question['yaml'].strip()}\n```"]
    bars = "\n".join(f"{name:12} {_bars(weights)}" for name, weights in HOUR_PROFILES.items())
    parts += [f"## {words['profiles']}", f"```text\n{bars}\n```", f"## {words['rosters']}"]
    rows = [f"| {name} | {pattern.hours_a_week:g} |" for name, pattern in ROSTERS.items()]
    parts.append("\n".join([f"| | {words['roster']} |", "|---|---|", "| always | 168 |", *rows]))
    parts.append(f"## {words['keys']}")
    reference = read("reference.toml")
    for name, record in records().items():
        meaning = record["description"].partition("\n")[0] if lang == "en" else reference[name][""]
        table = "\n".join([words["head"], "|---|---|---|---|---|", *_rows(lang, record, reference[name])])
        parts += [f"### {_PAGES['places'].get(name, name)}", meaning, table]
    return "\n\n".join(parts) + "\n"


def _rows(lang: str, record: dict[str, Any], said: dict[str, Any]) -> Iterator[str]:
    for key, schema in record["properties"].items():
        example, chinese = said[key]
        meaning = " ".join(schema["description"].split()) if lang == "en" else chinese
        default = _PAGES[lang]["must"] if key in record.get("required", ()) else _default(lang, schema)
        cells = (f"`{key}`", meaning, _form(lang, schema), default, f"`{key}: {example}`")
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(lang: str, schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if default is None or default in ("", [], {}, "0 s") or isinstance(default, dict):
        return _PAGES[lang]["none"]
    if isinstance(default, list):
        named = {tuple(weights): name for name, weights in HOUR_PROFILES.items()}
        texts = [f"{each:g}" if isinstance(each, float) else str(each) for each in default]
        return f"`{named.get(tuple(default), '[' + ', '.join(texts) + ']')}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _form(lang: str, schema: dict[str, Any]) -> str:
    """How a value is written, in a word or two."""
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"→ {_PAGES['places'].get(name, name)}"
    if "anyOf" in schema:
        forms = dict.fromkeys(_form(lang, each) for each in schema["anyOf"])
        names = _PAGES[lang]["forms"]
        if names["share"] in forms and names["number"] in forms:
            forms.pop(names["number"])
            if any(each.get("maximum", 0) > 1 for each in schema["anyOf"]):
                forms = {names["factor"] if form == names["share"] else form: None for form in forms}
        return "; ".join(forms)
    pattern, forms = schema.get("pattern", ""), _PAGES[lang]["forms"]
    kinds = (("working day", "limit"), ("min", "duration"), ("day ", "moment"), ("year", "growth"), ("kB", "bytes"))
    if re.search(r"\[%％\]", pattern) and "year" not in pattern:
        return forms["share"]
    for sign, form in kinds:
        if sign in pattern:
            return forms[form]
    return forms[schema.get("type", "object")]


def _bars(weights: tuple[float, ...]) -> str:
    most = max(weights)
    return "".join(_BARS[round(weight / most * (len(_BARS) - 1))] for weight in weights)


def main() -> None:
    """Write both pages."""
    for lang, path in LANGUAGES.items():
        path.write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()
