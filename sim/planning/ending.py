"""How a plan ends."""

from enum import StrEnum


class Ending(StrEnum):
    """How a plan ends."""

    PLANNED = "planned"
    """There is a plan, and on fresh seeds it meets every target."""
    LEAST = "least"
    """The fewest people that the bounds allow do."""
    UNPROVEN = "unproven"
    """It holds on the sample, but fresh seeds did not show that every target is met."""
    IMPOSSIBLE = "impossible"
    """Not even the most people that the bounds allow do."""
