"""A service level in words, as targets ask for it and a replay judges by it."""

from sim.operations.service_level import PERCENTILES, ServiceLevel
from sim.output.text.formats import listed, number, percent
from sim.output.words import say


def level(asked: ServiceLevel, lang: str) -> dict[str, str]:
    """The values that a sentence on a level fills in: `latency` and `errors`."""
    latency = [
        say(lang, "targets.level-latency", percentile=f"{PERCENTILES[name]:g}", ms=number(most))
        for name, most in asked.latency_ms.items()
    ]
    return {"latency": listed(lang, latency), "errors": few(asked.errors)}


def few(share: float) -> str:
    """A share of errors, with two digits where it is small: `0.05%`."""
    return percent(share) if share >= 0.01 or not share else f"{100 * share:.2g}%"
