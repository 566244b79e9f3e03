"""Text on pages is told from what it stands on: contrast of 4.5 to 1 at least, in light and in dark."""

import re
from importlib.resources import files

import pytest

from sim.output.charts.style import BLACK, DIVERGING, GREY

LEAST = 4.5
TEXT = ("ink", "quiet", "accent", "met", "missed", "unclear")
SHEETS = {"sim.output.html": "style.css", "sim.serve": "live.css"}


def colours(package: str, *, dark: bool) -> dict[str, str]:
    """The variables of a style sheet as hex colours; those of the dark mode replace those of the light one."""
    style = files(package).joinpath("templates", SHEETS[package]).read_text("utf-8")
    light, _, rest = style.partition("@media (prefers-color-scheme: dark)")
    found = re.findall(r"--([\w-]+): (#\w+)", light)
    if dark:
        found += re.findall(r"--([\w-]+): (#\w+)", rest.partition("}")[0])
    return dict(found)


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_and_a_grey_that_just_does() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("package", SHEETS)
def test_text_of_pages(package: str, dark: bool) -> None:
    variables = colours(package, dark=dark)
    for text in TEXT:
        for ground in ("paper", "wash"):
            assert contrast(variables[text], variables[ground]) >= LEAST, (text, ground)
    assert contrast(variables.get("on-accent", variables["paper"]), variables["accent"]) >= LEAST
    if "few" in variables and package == "sim.output.html":
        assert contrast(variables["few"], variables["paper"]) >= LEAST


def test_text_of_charts() -> None:
    for text in (GREY, BLACK):
        assert contrast(text, "#ffffff") >= LEAST
    for share in (0.0, 0.1, 0.25, 0.5):  # figures stand on cells that are below the target
        red, green, blue, _ = DIVERGING(share, bytes=True)
        assert contrast("#000000", f"#{red:02x}{green:02x}{blue:02x}") >= LEAST
