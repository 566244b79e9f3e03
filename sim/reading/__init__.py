"""Reading: from YAML text to layers, places and refusals. `sim.loading` is the way in."""
