"""Reading: from YAML text to layers, places and refusals. `sim.scenario.loading` is the way in."""
