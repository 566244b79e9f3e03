"""The exceptions of this package, as a tree.

SimError                 anything this package refuses or cannot do; its text is for the user
├── ScenarioError        a scenario is wrong; carries every problem found
├── EngineMismatch       two engines differ; carries the first differing visit
└── AuditError           a log breaks the engine contract; carries the broken rules
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.core.safe_text import printable

_MOST_SHOWN: Final = 100
"""Problems that a text lists; who has more than that mends those first."""


class SimError(Exception):
    """Base of all errors of this package; the text says what is wrong, where, and the rule.

    Every error survives being pickled, with its attributes and notes, so that one raised in a worker process arrives
    as itself.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is rebuilt by calling its class with `args`, which hold the finished text and nothing else.
        return _rebuilt, (type(self), *self.args), self.__dict__


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a scenario: where it stands and what the rule is.

    Args:
        message: for example `must be 0 or more (got -5)`.
        path: dotted path of the key, for example `teams.city.staff.office`; empty for the whole file.
        line: line of the file, from 1; None where no line is to blame (a `--set`, a missing file).
        origin: what it stands in, if not in the scenario file itself: an extended file, or a `--set`.
    """

    message: str
    path: str = ""
    line: int | None = None
    origin: str = ""

    @property
    def rule(self) -> str:
        """The message without the value that breaks it."""
        return self.message.partition(" (got ")[0]

    def __str__(self) -> str:
        return self.told(f"line {self.line:<3} " if self.line is not None else "")

    def told(self, line: str) -> str:
        """The problem in one line, given how its line in the file is called."""
        where = line
        if self.origin:
            where = f"{self.origin} {where}".rstrip() + "   "
        what = f"{self.path}: {self.message}" if self.path else self.message
        return printable(where + what)


class ScenarioError(SimError):
    """A scenario that cannot be run; lists all its problems at once.

    Attributes:
        source: name of the scenario, usually the file as the user typed it.
        problems: at least one.
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"{source} has {count} problem{'' if count == 1 else 's'}"
        shown = [f"  {problem}" for problem in self.shown]
        more = [f"  ... and {count - _MOST_SHOWN} more"] if count > _MOST_SHOWN else []
        super().__init__("\n".join([heading, *shown, *more]))

    @property
    def shown(self) -> tuple[Problem, ...]:
        """The problems that a text lists."""
        return self.problems[:_MOST_SHOWN]


class EngineMismatch(SimError):  # noqa: N818 - the field's word is mismatch
    """Two engines gave different logs for the same input.

    Attributes:
        visit: the first visit that differs.
        field: the field of the log in which it differs.
        values: what each engine says, by the engine's name.
    """

    def __init__(self, visit: int, field: str, values: dict[str, int]) -> None:
        self.visit = visit
        self.field = field
        self.values = values
        said = ", ".join(f"{engine} says {value}" for engine, value in values.items())
        super().__init__(f"visit {visit}: the engines differ in {field}: {said}")


class AuditError(SimError):
    """A log that breaks the engine contract.

    Attributes:
        violations: one sentence a broken rule, with the visit and the second.
    """

    def __init__(self, violations: Sequence[str]) -> None:
        self.violations = tuple(violations)
        count = len(self.violations)
        heading = "the log breaks the contract in 1 place"
        if count != 1:
            heading = f"the log breaks the contract in {count} places"
        super().__init__("\n".join([heading, *(f"  {violation}" for violation in self.violations[:20])]))


def _rebuilt(error: type[SimError], *args: Any) -> SimError:
    return error.__new__(error, *args)
