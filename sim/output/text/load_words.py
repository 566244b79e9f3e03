"""Words of stress runs, targets and replays, in the terminal, on charts and on pages."""

from typing import Final

from sim.output.text.load_words_en import ENGLISH
from sim.output.text.load_words_zh import CHINESE

WORDS: Final = {"en": ENGLISH, "zh": CHINESE}


def say(lang: str, key: str, **values: object) -> str:
    """A text with its values filled in."""
    return WORDS[lang][key].format(**values)
