"""Words of a plan, as charts still ask for them."""

from sim.output.words import find


def say(lang: str, key: str, **values: object) -> str:
    """A text with its values filled in."""
    return (find(lang, f"plan.{key}") or find(lang, f"glossary.{key}") or key).format(**values)
