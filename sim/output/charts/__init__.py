"""Charts of all pages, one class a chart; here what others need to know of them without loading what draws."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

FONT: Final = "Noto Sans SC"
"""The font of all charts and pages, which has Chinese glyphs."""


@dataclass(frozen=True)
class ChartOptions:
    """How charts are drawn; it travels as it is from the command line to the chart.

    Attributes:
        lang: language of the words; where a page is written in all of them, the one of the PNG files.
        dpi: dots an inch of PNG files.
    """

    lang: str = "en"
    dpi: int = 110


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
