"""Folders of results: what each command leaves, whole or not at all. `sim.results` is the way in of `run`."""
