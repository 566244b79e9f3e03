"""Drawing: where chance is spent. `sim.workload` and `sim.roster` are the ways in."""
