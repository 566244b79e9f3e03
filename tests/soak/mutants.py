"""Sound scenarios and traces with something wrong at random: in the text, in the values, or in the rows."""

# ruff: noqa: E501 - lists of pieces read best in long lines

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.scenario.yaml_source import read_yaml
from soak.offices import Office, office

ROOT = Path(__file__).parents[2]
TEXTS = [
    path.read_text("utf-8")
    for folder in ("tests/written", "scenarios")
    for path in sorted((ROOT / folder).glob("*.yaml"))
    if "extends:" not in path.read_text("utf-8")
]
BESIDE = {path.name: path.read_text("utf-8") for path in (ROOT / "tests/written").glob("*.csv")}

PIECES = [
    "", " ", "\t", "\n", "\r\n", "\0", "\x1b[31m", "\x9b", "\u2028", "\u202e", "\ufeff", "\uffff", "信", "：", "99％", "Ａ",
    ":", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!int ", "|", ">", "'", '"', "#", "%TAG ", "---\n", "...\n", "<<: ",
    "null", "~", ".nan", "-.inf", "1e400", "0x1F", "9" * 50, "-1", "0", "x" * 300, "\\ud800", "\\x1b", "=1+1", "'=1",
]  # fmt: skip
"""What is put into a text."""

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2, 0.5, 1e-300, 1e300, 10**30, float("nan"), float("inf"), "", " ", "x", "x" * 300, [], {},
    [[]], [None], {"a": {}}, {"per_category": {}}, "a\ud800", "\x1b[31m", "\x00", "a\u2028b", "=1+1", "../../etc/passwd",
    "/dev/zero", ".", "..", "CON", "0 s", "1 s", "-1 d", "1e9 d", "99999 d", "1 min", "7 天", "1 fortnight", "0%", "100%",
    "150%", "-5%", "99％", "1e-9%", "00:00-24:00", "24:00-00:00", "23:59-23:59", "9:5-17", "12:00-11:59", "2024-02-30",
    "2024-13-01", "9999-12-31", "day -1", "day 99999 25:61", "1 working days", "end of working day 0", "0 office hours",
    "closed", "received", "s0.started", "default", "other duty", "desk", "always", [1, 2], ["08:00-09:00"], {"mean": "1 min"},
    {"mean": "0 s", "cv": 0}, {"exponential": "0 s"}, {"uniform": ["2 h", "1 h"]}, {"mean": "1 min", "cv": 1e9},
]  # fmt: skip
"""What a value becomes."""

CELLS = [
    "", " ", "x", "2024-02-30 08:00", "2024-01-01", "2024/1/1 0:03", "2024-01-01T08:00:00Z", "1900-01-01 00:00:00",
    "9999-12-31 23:59:59", "24-1-1 8:0", "45292.5", "NaN", "-1", "=1+1", "\x1b[31m", "\0", "信", '"', "'", ",,", ";", "\t",
    "9" * 400, "2024-01-01 08:00:00.123456789", "２０２４-01-01 08:00", "1e999", "null",
]  # fmt: skip
"""What a cell of a trace becomes."""

ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "gb18030", "latin-1")


def mutant(seed: int) -> dict[str, bytes]:
    """The files of a scenario `mutant.yaml` with one to three things wrong."""
    chance = random.Random(seed)
    kind = chance.choice(["text", "values", "trace"])
    if kind == "text":
        text = chance.choice([*TEXTS, office(seed).text])
        return _encoded({**BESIDE, **office(seed).files, "mutant.yaml": _spoilt(chance, text)}, chance)
    if kind == "values":
        return _values(chance, seed)
    return _trace(chance, seed)


def _spoilt(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(text) + 1), chance.choice([0, 0, 1, 3, 20])
        lines = text.split("\n")
        line = chance.randrange(len(lines))
        text = chance.choice(
            [
                lambda text=text, at=at, length=length: text[:at] + chance.choice(PIECES) + text[at + length :],
                lambda lines=lines, line=line: "\n".join([*lines[:line], *lines[line + 1 :]]),
                lambda lines=lines, line=line: "\n".join([*lines[: line + 1], *lines[line:]]),
                lambda lines=lines, line=line: "\n".join([*lines[:line], "  " + lines[line], *lines[line + 1 :]]),
                lambda text=text, at=at: text[:at],
                lambda text=text: re.sub(
                    r"\d+", lambda found: chance.choice([found[0]] * 9 + ["0", "-3", "99999"]), text
                ),
            ]
        )()
    return text


def _values(chance: random.Random, seed: int) -> dict[str, bytes]:
    base = office(seed)
    if chance.random() < 0.3:
        root = read_yaml(chance.choice(TEXTS).encode()).root
        assert root is not None
        base = Office(root.plain(), BESIDE)
    written: Any = copy.deepcopy(base.written)
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(list(_places(written)))
        if isinstance(holder, dict) and chance.random() < 0.15:
            renamed = str(chance.choice(["x", key + "s", "", *(value for value in VALUES if isinstance(value, str))]))
            holder[renamed] = holder.pop(key)
        elif isinstance(holder, dict) and chance.random() < 0.1:
            del holder[key]
        elif isinstance(holder, dict) and chance.random() < 0.4:
            # What another office says there is often sound, and odd here.
            others = [of[key] for of, each in _places(office(chance.randrange(10_000)).written) if each == key]
            holder[key] = chance.choice([*others, holder[key]])
        else:
            holder[key] = copy.deepcopy(chance.choice(VALUES))
        if not written:
            break
    text = (
        json.dumps(written, indent=1).replace("-Infinity", "-.inf").replace("Infinity", ".inf").replace("NaN", ".nan")
    )
    return _encoded({**BESIDE, **base.files, "mutant.yaml": text}, chance, plain=True)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a scenario, as what holds it and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _trace(chance: random.Random, seed: int) -> dict[str, bytes]:
    base = office(seed)
    written = base.written | {"arrivals": {"trace": "letters.csv"}}
    moment = base.written["start"]
    rows = [["received", "category", "channel", "unit"]]
    rows += [[f"{moment} {hour:02}:{chance.randrange(60):02}:00", "", "", ""] for hour in range(24)]
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(CELLS)
        if chance.random() < 0.2:
            row.append(chance.choice(CELLS))
    divider = chance.choice([",", ",", ",", ";", "\t", "|"])
    text = "\n".join(divider.join(row) for row in rows[chance.choice([0, 0, 0, 0, 1, 25]) :]) + "\n"
    if chance.random() < 0.3:
        text = _spoilt(chance, text)
    return _encoded({"mutant.yaml": json.dumps(written), "letters.csv": text}, chance)


def _encoded(files: dict[str, str], chance: random.Random, *, plain: bool = False) -> dict[str, bytes]:
    encoding = "utf-8" if plain else chance.choice(ENCODINGS)
    return {name: text.encode(encoding, errors="replace") for name, text in files.items()}
