"""What people read in the terminal, in English and Chinese."""

from sim.text.answer import answer
from sim.text.catalogue import WORDS
from sim.text.words import plain, word

__all__ = ["WORDS", "answer", "plain", "word"]
