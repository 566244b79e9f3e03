"""Measuring: what logs say, counted and summed. `sim.measures` and `sim.report` are the ways in."""
