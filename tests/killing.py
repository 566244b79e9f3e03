"""Kills commands at random moments, and holds what is left against what may be left: `Killing` is the whole of it.

A kill may find the folder of results absent, whole, damaged, or with something of yours in it. Whenever it comes,
nothing is half-written, nothing of yours is lost, and the same command called again leaves the same bytes.
"""

import random
import shutil
from collections import Counter
from pathlib import Path
from time import perf_counter

from forked import Program
from kept import COMMANDS, FOUND_AGAIN, TYPICAL, contents, copied, words_of, write_files

from sim.output.folders.atomic_dir import DRAFT
from sim.output.folders.manifest import condition_of

STATES = ("absent", "whole", "damaged", "yours")
"""What is there before a command is killed; one of these at random."""

NOTES = "notes of mine.txt"

FAST = 0.005
"""Seconds between two looks whether a command has begun to write."""


class Killing:
    """Commands that are killed in a folder of their own.

    Args:
        home: empty; takes the scenarios and the results.
        seed: of the moments.
        shown: whether commands write charts and pages, which takes seconds a kill.
    """

    def __init__(self, home: Path, seed: int, *, shown: bool = False) -> None:
        self.home = home
        self.chance = random.Random(seed)
        self.shown = shown
        self.counts: Counter[str] = Counter()
        self._references: dict[str, Path] = {}
        self._seconds: dict[str, float] = {}
        self._program = Program(home)
        write_files(home)
        self._inputs = contents(home)

    def close(self) -> None:
        """End what was started."""
        self._program.close()

    def once(self, kind: str | None = None, state: str | None = None) -> None:
        """Kill one command.

        Args:
            kind: a key of `COMMANDS`, at random if None.
            state: one of `STATES`, at random if None.
        Raises: AssertionError telling what a kill left.
        """
        kind = kind or self.chance.choice(list(COMMANDS))
        state = state or self.chance.choice(STATES)
        reference = self._reference(kind)
        place = self.home / "killed" / kind
        before = self._prepare(place, reference, kind, state)
        self._kill(kind, place, force=state == "whole")
        story = f"{kind}, {state}, kill {self.counts['kills']}"
        self._look(place, before, contents(reference, ["manifest.json"]), kind, story)
        self._finish(place, reference, kind, state, story)

    def _reference(self, kind: str) -> Path:
        """The folder as the command leaves it when nobody kills it."""
        if kind not in self._references:
            folder = self.home / "reference" / kind
            began = perf_counter()
            self._start(kind, folder)
            assert self._program.wait() == 0, self._program.printed
            self._seconds[kind] = perf_counter() - began
            self._references[kind] = folder
        return self._references[kind]

    def _prepare(self, place: Path, reference: Path, kind: str, state: str) -> dict[str, bytes]:
        if state != "absent":
            copied(reference, place)
        if state == "damaged":
            (place / TYPICAL[kind]).write_text("damaged")
        if state == "yours":
            (place / NOTES).write_text("mine")
            (place / TYPICAL[kind]).unlink()
        return contents(place, ["manifest.json"])

    def _start(self, kind: str, out: Path, *more: str) -> None:
        words = words_of(kind, out, *more)
        if self.shown:
            words.remove("--no-report")
        self._program.start(words, self.home)

    def _kill(self, kind: str, place: Path, *, force: bool) -> None:
        self._start(kind, place, *(["--force"] if force else []))
        seconds = self._seconds[kind]
        if self.chance.random() < 0.7:
            # What happens before anything is written is the longer part, and the duller.
            while self._program.wait(FAST) is None and not list(place.parent.glob(f".*{DRAFT}*")):
                pass
            seconds /= 3
        self.counts["kills" if self._program.wait(self.chance.uniform(0, seconds)) is None else "too late"] += 1
        self._program.kill()

    def _look(self, place: Path, before: dict[str, bytes], whole: dict[str, bytes], kind: str, story: str) -> None:
        """Nothing is half-written where people look, and nothing of theirs is lost."""
        drafts = list(place.parent.glob(f".*{DRAFT}*")) if place.parent.exists() else []
        self.counts["drafts left"] += len(drafts)
        if not place.exists():
            # Between two renames what was there is safe in the draft, and comes back.
            assert not before or any((draft / "former" / place.name).is_dir() for draft in drafts), story
            return
        now = contents(place, ["manifest.json"])
        assert now.get(NOTES) == before.get(NOTES), story
        if kind in FOUND_AGAIN:
            strange = [name for name, content in now.items() if content not in (before.get(name), whole.get(name))]
            assert strange == [], story
            assert set(now) in ({*before}, {*whole}, {*before, *whole}), story
        else:
            assert now == before or condition_of(place).sound, story

    def _finish(self, place: Path, reference: Path, kind: str, state: str, story: str) -> None:
        """The same command once more, which leaves the same bytes and no draft."""
        self._start(kind, place)
        code = self._program.wait()
        if kind not in FOUND_AGAIN and state == "yours":
            # A replay is never the same, so it has nothing to add to a folder that it must not replace.
            assert code == 1, story
        else:
            assert code == 0, f"{story}: {self._program.printed}"
            assert condition_of(place).sound, story
        if kind in FOUND_AGAIN:
            expected = contents(reference, ["manifest.json"]) | ({NOTES: b"mine"} if state == "yours" else {})
            assert contents(place, ["manifest.json"]) == expected, story
        assert (place / NOTES).exists() == (state == "yours"), story
        assert [path.name for path in place.parent.iterdir()] == [kind], story
        assert {name: (self.home / name).read_bytes() for name in self._inputs} == self._inputs, story
        shutil.rmtree(place)
