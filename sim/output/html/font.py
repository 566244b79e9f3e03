"""The part of the Chinese font that a page needs, small enough to be embedded."""

import base64
import hashlib
import os
from io import BytesIO
from pathlib import Path
from string import ascii_letters, digits, punctuation
from typing import Final

from sim.core.program import user_cache
from sim.output.charts import font_path
from sim.output.charts.words import WORDS as CHART_WORDS
from sim.output.html.words import WORDS as PAGE_WORDS
from sim.output.text.catalogue import WORDS as TEXT_WORDS
from sim.output.text.compare_words import WORDS as COMPARISON_WORDS
from sim.output.text.names import MOMENTS_ZH, NAMES_ZH

ALWAYS: Final = "".join(
    [
        ascii_letters + digits + punctuation + " –—·×≥≤、。，：；？！（）「」…",
        *(said for words in (CHART_WORDS, PAGE_WORDS, COMPARISON_WORDS, TEXT_WORDS) for said in words["zh"].values()),
        *NAMES_ZH.values(),
        *MOMENTS_ZH.values(),
    ]
)
"""Characters that every page gets, whatever it says, so that most pages have the same font."""

NOTICE: Final = (0, 13, 14)
"""What the font says about itself that is kept: copyright, licence, and where the licence stands."""


def embedded_font(text: str) -> str:
    """A WOFF2 font, in base64, with the characters of a text; the same characters give the same font.

    Cutting a font takes a second, so the result is kept in the user's cache where that can be written.
    """
    characters = "".join(sorted(set(text + ALWAYS)))
    key = hashlib.sha256(f"{NOTICE} {characters}".encode()).hexdigest()[:16]
    kept = user_cache() / "fonts" / f"{key}.woff2"
    try:
        return base64.b64encode(kept.read_bytes()).decode()
    except OSError:
        font = _cut(font_path(), characters)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(f".{os.getpid()}")
        beside.write_bytes(font)
        beside.replace(kept)
    except OSError:
        pass  # a cache that cannot be written only costs time
    return base64.b64encode(font).decode()


def _cut(path: Path, characters: str) -> bytes:
    from fontTools import subset

    # The licence asks that its notice goes with every copy.
    options = subset.Options(flavor="woff2", hinting=False, notdef_outline=True, name_IDs=NOTICE)
    file = BytesIO()
    with subset.load_font(str(path), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(font)
        subset.save_font(font, file, options)
    return file.getvalue()
