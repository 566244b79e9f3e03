"""From YAML text to a checked scenario, or to all that is wrong with it; `sim.scenario.loading` is the way in."""
