"""Options of a command: one record, made once from the command line and handed on to whatever takes one of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True)
class Options:
    """How a command works; a command that does not take one of them finds its default.

    Only `overrides`, `replications` and `seed` change figures, by changing the scenario when it is loaded.

    Attributes:
        overrides: values of the scenario to change, as KEY=VALUE.
        replications, seed: instead of the scenario's own.
        engine: `compiled` or `simpy`; both give the same log.
        workers: replications simulated at once; if None as many as there are cores, and memory for.
        cluster: address of the scheduler of a cluster that simulates instead of this machine.
        out: output folder; each command has a default.
        force: compute results again although they are there.
        tables: write the tables of a run, a row a letter and a row an hour, which are most of its folder.
        report: write charts and the HTML page, which take longer than the figures.
        png: write the charts as PNG, too, in the language of the page.
        xlsx: write the tables of a run's page as a workbook, too, in the language of the page.
        lang: language of what is printed, and in which a page opens.
        json: print figures as JSON, and nothing for people.
        quiet: print nothing but errors.
        fail_on_breach: exit with a code of its own when a target is missed or cannot be judged.
        allow_not_judged: with it, let a target without letters pass.
    """

    overrides: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None
    engine: str = "compiled"
    workers: int | None = None
    cluster: str | None = None
    out: Path | None = None
    force: bool = False
    tables: bool = True
    report: bool = True
    png: bool = False
    xlsx: bool = False
    lang: str = "en"
    json: bool = False
    quiet: bool = False
    fail_on_breach: bool = False
    allow_not_judged: bool = False

    @property
    def simulation(self) -> dict[str, Any]:
        """Options of an engine, as it takes them and the manifest has them; with others results are computed again."""
        return {"engine": self.engine}

    @property
    def shares_memory(self) -> bool:
        """Whether replications are simulated in this process, so that tasks need not be pickled."""
        return self.engine == "compiled" and self.cluster is None

    @property
    def page(self) -> dict[str, Any]:
        """Options that change charts and page, as the manifest has them; asked for with others they are drawn again."""
        wanted = {"png": self.png, "xlsx": self.xlsx}
        return {"lang": self.lang, **{name: True for name, is_wanted in wanted.items() if is_wanted}}

    @property
    def silent(self) -> bool:
        """Whether nothing is printed for people."""
        return self.quiet or self.json

    def layers(self, replications: str = "replications") -> list[str]:
        """What is changed in a scenario, as KEY=VALUE.

        Args:
            replications: key of the replications that are asked for.
        """
        numbers = {replications: self.replications, "seed": self.seed}
        return [*self.overrides, *(f"{key}={value}" for key, value in numbers.items() if value is not None)]


DEFAULT: Final = Options()
"""What a command does if nothing is said."""
