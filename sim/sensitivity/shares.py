"""Shares that sum to 100%: which those are, and how all of them move where some do."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from sim.models.scenario import Scenario
from sim.models.wording import Parts, dotted
from sim.models.workflow import WorkStep
from sim.scenario.factors import quantity

_ALMOST_ALL: Final = Decimal("0.9999999")
"""In place of 100%, of which no odds can be told."""


def shares_with(scenario: Scenario, parts: Parts) -> dict[str, Decimal]:
    """The shares that sum to 100%, by key, if a path leads to one of them; else nothing."""
    if len(parts) == 3 and parts[2] == "share" and parts[0] in ("categories", "channels"):
        shares = scenario.category_shares if parts[0] == "categories" else scenario.channel_shares
        return _decimals({dotted(parts[0], name, "share"): share for name, share in shares.items()})
    if len(parts) > 3 and parts[0] == "workflow" and parts[2] == "by":
        for step in scenario.workflow:
            if step.name == parts[1] and isinstance(step, WorkStep):
                category = str(parts[4]) if parts[3] == "per_category" and len(parts) == 6 else "default"
                routing = step.by.of(category)
                return _decimals({dotted(*parts[:-1], team): share for team, share in routing.items()})
    return {}


def shared_out(shares: Mapping[str, Decimal], wanted: Mapping[str, str]) -> dict[str, Decimal]:
    """All shares where some have values of their own.

    Where one has, the others take up the rest in proportion. Where several have, the odds of each are as many times its
    own as its value alone would make them, so that all sum to 100%.
    """
    weights = dict(shares)
    for key, value in wanted.items():
        share = min(_share(value), _ALMOST_ALL)
        weights[key] = share * (1 - shares[key]) / (1 - share)
    whole = sum(weights.values())
    return {key: weight / whole for key, weight in weights.items()}


def _decimals(shares: Mapping[str, float]) -> dict[str, Decimal]:
    return {key: Decimal(str(share)) for key, share in shares.items()}


def _share(written: str) -> Decimal:
    number = quantity(written)
    assert number is not None, "a range has numbers"
    return number[0] / 100 if number[1] else number[0]
