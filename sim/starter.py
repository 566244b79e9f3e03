"""A commented scenario to start from."""

import json
from importlib.resources import files

_TITLE = "name: Starter\n"


def starter(name: str) -> str:
    """The text of a complete scenario that runs and explains itself, with a name of one's own."""
    text = files("sim").joinpath("starter.yaml").read_text("utf-8")
    # JSON text is YAML text, whatever the name has in it.
    return text.replace(_TITLE, f"name: {json.dumps(name, ensure_ascii=False)}\n")
