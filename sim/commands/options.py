"""Options that several commands take, and the exit codes of all of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, Final

import rich_click as click

COULD_NOT, ASKED_WRONGLY, BREACHED, INTERRUPTED = 1, 2, 3, 130
"""Exit codes besides 0."""

Command = Callable[..., Any]


@dataclass(frozen=True)
class Asked:
    """What the common options say; a command that does not take one finds its default."""

    overrides: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None
    engine: str = "compiled"
    workers: int | None = None
    force: bool = False
    no_report: bool = False
    lang: str = "en"
    as_json: bool = False
    quiet: bool = False

    @property
    def shown(self) -> bool:
        """Whether charts and pages are wanted."""
        return not self.no_report

    @property
    def silent(self) -> bool:
        """Whether nothing is printed for people."""
        return self.quiet or self.as_json

    @property
    def making(self) -> dict[str, Any]:
        """How a folder of results is made, as keywords."""
        names = ("engine", "workers", "force", "lang", "shown")
        return {name: getattr(self, name) for name in names}

    def layers(self, replications: str = "replications") -> list[str]:
        """What is changed in a scenario, as KEY=VALUE.

        Args:
            replications: key of the replications that are asked for.
        """
        numbers = {replications: self.replications, "seed": self.seed}
        return [*self.overrides, *(f"{key}={value}" for key, value in numbers.items() if value is not None)]


OPTIONS: Final[dict[str, Command]] = {
    "set": click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE",
        help="Change a value of the scenario, such as arrivals.per_day=600; may be repeated.",
    ),
    "replications": click.option("--replications", type=click.IntRange(min=1), help="How many replications."),
    "seed": click.option("--seed", type=click.IntRange(min=0), help="Seed of all chance."),
    "engine": click.option(
        "--engine", type=click.Choice(["compiled", "simpy"]), default="compiled", show_default=True,
        help="Both give the same numbers; compiled is fast, simpy readable.",
    ),
    "workers": click.option(
        "--workers", type=click.IntRange(min=1), help="Replications at once; all cores if not said.",
    ),
    "lang": click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, envvar="LETTERSIM_LANG",
        help="Language of what is printed.",
    ),
    "json": click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, and nothing else."),
    "force": click.option("--force", is_flag=True, help="Compute again what is there already."),
    "no-report": click.option("--no-report", is_flag=True, help="Write figures and tables only, no charts and page."),
    "quiet": click.option("--quiet", is_flag=True, help="Print nothing but errors."),
}  # fmt: skip


def options(names: str) -> Callable[[Command], Command]:
    """The common options with these names, in this order; the command finds what they say in `asked`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathered(asked: Asked = Asked(), **others: Any) -> Any:
            said = {key: others.pop(key) for key in list(others) if key in Asked.__dataclass_fields__}
            return command(asked=replace(asked, **said), **others)

        for each in reversed(names.split()):
            gathered = OPTIONS[each](gathered)
        return gathered

    return decorate


SCENARIO = click.argument("scenario", type=click.Path(path_type=Path))
SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")


def seconds(_: click.Context, __: click.Parameter, written: str | None) -> float | None:
    """A duration with its unit, as an option takes it."""
    from sim.core.clock import parse_duration

    try:
        return None if written is None else parse_duration(written)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
