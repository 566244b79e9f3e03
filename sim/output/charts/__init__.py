"""Charts of all pages, one class a chart; here what others need to know of them without loading what draws."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

FONT: Final = "Noto Sans SC"
"""The font of all charts and pages, which has Chinese glyphs."""


@cache
def font_path() -> Path:
    """File of the font.

    The package `zhplot` carries Noto Sans SC under an open licence; none of its code is run, since that would change
    matplotlib's settings for the whole process.
    """
    spec = find_spec("zhplot")
    assert spec is not None, "zhplot is a dependency"
    (path,) = (Path(spec.origin or "").parent / "fonts").glob("*.ttf")
    return path
