"""Headers that go out with every letter, for credentials above all: they come from a file or from the environment."""

import re
from pathlib import Path
from typing import Final

from sim.core.errors import Problem, ScenarioError

TOKEN: Final = "LETTERSIM_TOKEN"
"""Environment variable with a bearer token."""

OWN_HEADERS: Final = ("connection", "content-length", "content-type", "transfer-encoding")
"""Headers that the sender sets itself."""

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def read_headers(path: Path | None, token: str | None) -> dict[str, str]:
    """Headers that go out with every letter, by name: those of a file, `Name: value` a line, and a bearer token.

    Empty lines and lines that begin with `#` say nothing.

    Raises: ScenarioError naming every bad line, but never a value.
    """
    headers: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate([] if path is None else _lines(path), start=1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not _NAME.fullmatch(name) or not value.isprintable():
            problems.append(Problem("must be like 'Name: value'", line=number))
        elif name.lower() in OWN_HEADERS:
            problems.append(Problem(f"{name} is set by the sender itself", line=number))
        elif name.lower() in (each.lower() for each in headers):
            problems.append(Problem(f"{name} is given twice", line=number))
        headers.setdefault(name, value)
    if token:
        if not token.isascii() or not token.isprintable() or " " in token:
            problems.append(Problem(f"the token in {TOKEN} must be printable ASCII without spaces"))
        if any(name.lower() == "authorization" for name in headers):
            problems.append(Problem(f"Authorization is given twice: by the file, and by {TOKEN}"))
        headers["Authorization"] = f"Bearer {token}"
    if problems:
        raise ScenarioError(TOKEN if path is None else str(path), problems)
    return headers


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ScenarioError(str(path), [Problem("must be text in UTF-8")]) from None
