"""What people read in the terminal, in English and Chinese."""

from sim.text.answer import answer
from sim.text.catalogue import WORDS
from sim.text.fitting import fitted
from sim.text.words import harmless, plain, word

__all__ = ["WORDS", "answer", "fitted", "harmless", "plain", "word"]
