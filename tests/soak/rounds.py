"""One thing tried: an office, a mutant, a kill or a full disk; and what was found wrong."""

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from forked import Program
from killing import Killing

from soak.mutants import mutant
from soak.offices import office

PATIENCE = 60.0
"""Seconds after which a command hangs, on a machine that does nothing else."""

FRESH = 1_000_003
"""Added to the seed of a scenario for letters that it has not met."""

CONSEQUENT = 20
"""How many times the replications a verdict is held against."""

LONGEST_RUN = 5.0
"""Seconds of one core: a mutant that says it takes more is only checked."""


class Fault(NamedTuple):
    """Something that must not happen.

    Attributes:
        what: in a word or two, for counting.
        story: which command, and what came of it.
    """

    what: str
    story: str


class Rounds:
    """Everything that is tried, each in a folder of its own, which stays only where something was found.

    Attributes:
        folder: of the round that is going on.
        code: with which the last command ended.
    """

    def __init__(self, root: Path, patience: float = PATIENCE) -> None:
        """Begin in an empty folder; a command that takes more seconds than `patience` hangs."""
        self.root = self.folder = root
        self.patience = patience
        self.program = Program(root)
        self.code: int | None = None
        self._counts: Counter[str] = Counter()
        self._killing: Killing | None = None

    @property
    def counts(self) -> Counter[str]:
        """Of what was tried, and of what came of it."""
        return self._counts + (self._killing.counts if self._killing else Counter())

    def close(self) -> None:
        """End what was started."""
        self.program.close()
        if self._killing is not None:
            self._killing.close()

    def try_one(self, kind: str, seed: int) -> list[Fault]:
        """One round of a kind of `KINDS`, the same for the same seed."""
        self.folder = self.root / f"{kind}-{seed}"
        self.folder.mkdir()
        found = KINDS[kind][1](self, seed)
        if not found:
            shutil.rmtree(self.folder, ignore_errors=True)
        return found

    def office(self, seed: int) -> list[Fault]:
        """An office goes through check and run, and its verdicts hold on fresh letters; every 20th is planned.

        Every tenth is run with charts and a page.
        """
        self._write_office(seed)
        self._counts["offices"] += 1
        lang = ["--lang", "zh"] if seed % 2 else ["--lang", "en"]
        faults = self._command("check", "office.yaml", *lang)
        report = ["--no-report"] if seed % 10 else []
        ran = self._command("run", "office.yaml", "--out", "run", *lang, *report)
        faults += ran or self._verdicts("run")
        if seed % 20 == 0:
            self._counts["plans"] += 1
            planned = ["plan", "office.yaml", "--out", "plan", "--no-report"]
            faults += self._command(*planned, *lang, refusable=True)
        return faults

    def mutant(self, seed: int) -> list[Fault]:
        """A mutant is refused in words, or runs like any other scenario."""
        self._write(mutant(seed))
        self._counts["mutants"] += 1
        faults = self._command("check", "mutant.yaml", "--json", refusable=True)
        if faults or self.code:
            self._counts["mutants refused"] += not faults
            return faults
        cost = json.loads(self.program.printed)["cost"]["seconds"]
        if cost > LONGEST_RUN:
            return []
        words = ["run", "mutant.yaml", "--replications", "2", "--no-report", "--out", "run"]
        return self._command(*words, refusable=True)

    def full_disk(self, seed: int) -> list[Fault]:
        """Where files cannot grow a run ends in a sentence, and nothing of it is left."""
        self._write_office(seed)
        self._counts["full disks"] += 1
        room = random.Random(seed).choice([1_000, 2_000, 5_000, 10_000, 20_000, 60_000])
        faults = self._command("run", "office.yaml", "--out", "run", "--no-report", refusable=True, room=room)
        left = [path.name for path in self.folder.iterdir() if "run" in path.name]
        if self.code and not faults:
            self._counts["disks too full"] += 1
            if left or "could not be written" not in self.program.printed:
                return [Fault("full disk", f"{room} bytes a file leave {left}\n{self.program.printed}")]
        return faults

    def kill(self, seed: int) -> list[Fault]:
        """A command that is killed at some moment leaves nothing half-written, and the next one the same bytes."""
        if self._killing is None:
            home = self.root / "killed"
            home.mkdir()
            self._killing = Killing(home, seed)
        self._killing.chance.seed(seed)
        try:
            self._killing.once()
        except AssertionError as error:
            return [Fault("kill", str(error))]
        return []

    def _verdicts(self, folder: str) -> list[Fault]:
        """Hold the verdicts of a run against 20 times the replications with a fresh seed."""
        first = self._summary(folder)
        sure = {name: sla["verdict"] for name, sla in first["sla"].items() if sla["verdict"] in ("met", "missed")}
        self._counts["verdicts"] += len(sure)
        if not sure:
            return []
        more = ["--replications", str(CONSEQUENT * first["replications"]), "--seed", str(first["seed"] + FRESH)]
        faults = self._command("run", "office.yaml", "--out", "long", "--no-report", *more)
        if faults or self.code:
            return faults
        second = self._summary("long")
        for name, verdict in sure.items():
            again = second["sla"][name]["verdict"]
            if again in ("met", "missed") and again != verdict:
                self._counts["verdicts contradicted"] += 1
                told = [(each["sla"][name]["compliance"], each["sla"][name]["target"]) for each in (first, second)]
                return [Fault("verdict", f"{name} is {verdict} and then {again}: {told}")]
        return []

    def _summary(self, folder: str) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads((self.folder / folder / "summary.json").read_text("utf-8"))
        return summary

    def _command(self, *words: str, refusable: bool = False, room: int | None = None) -> list[Fault]:
        """Run a command; it must come to its end, with 0 or with a sentence.

        Args:
            room: bytes of the largest file that it can write.
        """
        self.program.start(words, self.folder)
        if room is not None:
            self.program.limit_files(room)
        self._counts["commands"] += 1
        code = self.program.wait(self.patience)
        self.code = code
        said = self.program.printed
        if code is None:
            self.program.kill()
            return [Fault("hang", f"{' '.join(words)} takes more than {self.patience:.0f} s")]
        if code not in (0, 1, 2) or "Traceback" in said or re.search(r"\wWarning: ", said):
            return [Fault("crash", f"{' '.join(words)} exits {code}\n{said}")]
        if code and not (refusable and said.strip()):
            return [Fault("refusal", f"{' '.join(words)} exits {code}\n{said}")]
        return []

    def _write_office(self, seed: int) -> None:
        of = office(seed)
        self._write({"office.yaml": of.text.encode(), **{name: text.encode() for name, text in of.files.items()}})

    def _write(self, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            (self.folder / name).write_bytes(content)


KINDS: dict[str, tuple[int, Callable[[Rounds, int], list[Fault]]]] = {
    "office": (8, Rounds.office),
    "mutant": (20, Rounds.mutant),
    "full disk": (1, Rounds.full_disk),
    "kill": (2, Rounds.kill),
}
"""Kinds of rounds, and how often each is tried among the others."""
