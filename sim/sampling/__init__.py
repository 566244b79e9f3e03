"""Sampling: everything random is drawn here. `sim.sampling.workload` and `sim.sampling.roster` are the ways in."""
