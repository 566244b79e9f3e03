"""Measuring: what logs say, counted and summed. `sim.metrics.measures` and `sim.metrics.report` are the ways in."""
