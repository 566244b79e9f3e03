"""Replications: preparing a scenario, what it costs, and simulating it many times in order."""
