"""Words of stress runs and replays, as charts still ask for them."""

from sim.output.words import find


def say(lang: str, key: str, **values: object) -> str:
    """A text with its values filled in."""
    names = (f"stress.{key}", f"replay.{key}", f"glossary.{key}", f"glossary.stat-{key}", f"replay.milli{key}econds")
    text = next((found for name in names if (found := find(lang, name)) is not None), key)
    return text.format(**values)
