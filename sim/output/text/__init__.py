"""What people read in the terminal, in every language."""

from sim.output.text.answer import answer
from sim.output.text.printing import fitted, harmless, plain

__all__ = ["answer", "fitted", "harmless", "plain"]
