"""The version of this program, which every run names."""

from typing import Final

VERSION: Final = "0.1.0"
