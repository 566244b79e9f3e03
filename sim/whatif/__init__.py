"""Live what-if: a scenario is changed again and again, and each change is compared with it at once.

The same letters meet every staffing, so the difference from today's is known after a few replications, long before
the level is. No user interface is known here; `sim.serve` is one.
"""
