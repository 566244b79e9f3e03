"""The engine contract, the two engines that keep it, the audit of a log, and the proof that they agree."""

from sim.engine.contract import ENGINES, check_arrays, first_difference, require_equal, simulate

__all__ = ["ENGINES", "check_arrays", "first_difference", "require_equal", "simulate"]
