"""What every folder of results keeps: its figures for programs, and the answer for people."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from sim.text import WORDS, plain


@dataclass(frozen=True)
class Kept:
    """A folder that was written, or found.

    Attributes:
        summary: the content of its JSON file.
    """

    folder: Path
    summary: dict[str, Any]

    def answer(self, lang: str) -> str:
        """The answer in plain text, as it is kept in the folder."""
        return (self.folder / f"answer.{lang}.txt").read_text("utf-8")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write plain values so that people can read them too."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def write_answers(folder: Path, answer: Callable[[str], RenderableType]) -> None:
    """answer.en.txt and answer.zh.txt: what the terminal shows, in each language."""
    for lang in WORDS:
        (folder / f"answer.{lang}.txt").write_text(plain(answer(lang)), "utf-8")
