"""What people read in the terminal, in English and Chinese."""

from sim.output.text.answer import answer
from sim.output.text.catalogue import WORDS
from sim.output.text.fitting import fitted
from sim.output.text.words import harmless, plain, word

__all__ = ["WORDS", "answer", "fitted", "harmless", "plain", "word"]
