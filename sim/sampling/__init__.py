"""Drawing: where chance is spent. `sim.sampling.workload` and `sim.sampling.roster` are the ways in."""
