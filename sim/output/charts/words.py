"""The words of the charts: `charts.toml` of each language."""

from sim.output.words import say as _say


def say(lang: str, key: str, **values: object) -> str:
    """A text of the charts with its values filled in."""
    return _say(lang, f"charts.{key.removeprefix('95% ')}", **values)
