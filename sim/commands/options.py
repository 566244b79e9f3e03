"""Options that several commands take, and the exit codes of all of them."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final

import rich_click as click

from sim.commands.language import LANGUAGE, spoken
from sim.core.options import DEFAULT, Options
from sim.output.words import languages

COULD_NOT, ASKED_WRONGLY, BREACHED, INTERRUPTED = 1, 2, 3, 130
"""Exit codes besides 0."""

Command = Callable[..., Any]


def scheduler(_: click.Context, __: click.Parameter, written: str | None) -> str | None:
    """The address of a scheduler, as an option takes it."""
    if written and not re.fullmatch(r"(tcp|tls)://[^/\s]+:\d{1,5}", written):
        raise click.BadParameter(f"must be like tcp://host:8786 or tls://host:8786, got {written!r}")
    return written or None


PATH: Final = click.Path(path_type=Path)
FILE: Final = click.Path(path_type=Path, dir_okay=False)

OPTIONS: Final[dict[str, Command]] = {
    "set": click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE",
        help="Change a value of the scenario, such as arrivals.per_day=600; may be repeated.",
    ),
    "replications": click.option("--replications", type=click.IntRange(min=1), help="Number of replications."),
    "seed": click.option("--seed", type=click.IntRange(min=0), help="Random seed."),
    "engine": click.option(
        "--engine", type=click.Choice(["compiled", "simpy"]), default="compiled", show_default=True,
        help="Simulation engine: both give the same numbers; compiled is fast, simpy readable.",
    ),
    "workers": click.option(
        "--workers", type=click.IntRange(min=1), help="Replications simulated at once (default: number of cores).",
    ),
    "cluster": click.option(
        "--cluster", metavar="ADDRESS", envvar="LETTERSIM_CLUSTER", show_envvar=True, callback=scheduler,
        help="Simulate on the cluster whose scheduler listens there, such as tcp://host:8786.",
    ),
    "out": click.option("--out", type=PATH, help="Output folder (default: a folder of its own below results/)."),
    "force": click.option("--force", is_flag=True, help="Compute results again although they are there."),
    "no-tables": click.option(
        "--no-tables", "tables", flag_value=False, default=True, help="Write no letters.parquet and no hours.parquet.",
    ),
    "no-report": click.option(
        "--no-report", "report", flag_value=False, default=True, help="Write no charts and no HTML report.",
    ),
    "png": click.option("--png", is_flag=True, help="Write the charts as PNG, too, in the language of the output."),
    "xlsx": click.option(
        "--xlsx", is_flag=True, help="Write tables.xlsx, too: each SLA by unit, by hour of the week and by date.",
    ),
    "fail-on-breach": click.option(
        "--fail-on-breach", is_flag=True,
        help=f"Exit with code {BREACHED} when a target is missed or cannot be judged.",
    ),
    "allow-not-judged": click.option(
        "--allow-not-judged", is_flag=True, help="With --fail-on-breach: let a target without letters pass.",
    ),
    "lang": click.option(
        "--lang", type=click.Choice(languages()), default=spoken,
        show_default=f"{LANGUAGE}, or the system's", help="Language of the output.",
    ),
    "json": click.option("--json", is_flag=True, help="Print the figures as JSON, and nothing else."),
    "quiet": click.option("--quiet", is_flag=True, help="Print errors only."),
}  # fmt: skip


GROUPS: Final = {"engine": "engine", "machines": "workers cluster", "page": "no-report png lang"}
"""Options that always go together: how letters are simulated, and where; whether charts and page are drawn, and how."""


def takes(names: str) -> Callable[[Command], Command]:
    """The common options with these names, alone or as a group, in this order; the command gets them as `options`."""
    each_alone = [name for group in names.split() for name in GROUPS.get(group, group).split()]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathered(options: Options = DEFAULT, **said: Any) -> Any:
            common = {each.name: said.pop(each.name) for each in fields(Options) if each.name in said}
            return command(options=replace(options, **common), **said)

        for each in reversed(each_alone):
            gathered = OPTIONS[each](gathered)
        return gathered

    return decorate


SCENARIO = click.argument("scenario", type=PATH, metavar="SCENARIO")
SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=PATH, metavar="SCENARIO...")

VARY = click.option(
    "--vary", "varied", multiple=True, metavar="KEY=VALUES",
    help="Vary a key: KEY=lo..hi, KEY=lo..hi:n for n levels, or KEY=a,b,c; may be repeated.",
)  # fmt: skip


def seconds(_: click.Context, __: click.Parameter, written: str | None) -> float | None:
    """A duration with its unit, as an option takes it."""
    from sim.core.clock import parse_duration

    try:
        return None if written is None else parse_duration(written)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def share_up_to(most: float, rule: str) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    """Reader of a share such as 0.1% or 0.001, as an option takes it; None where it is not given.

    Args:
        most: the largest share allowed.
        rule: what the message says it must be.
    """

    def share(_: click.Context, __: click.Parameter, written: str | None) -> float | None:
        from sim.models.base import parse_share

        if written is None:
            return None
        try:
            found = parse_share(written if written.endswith("%") else float(written))
        except ValueError:
            found = -1.0
        if not 0 <= found <= most:
            raise click.BadParameter(f"must be {rule} (got {written!r})")
        return found

    return share


def moment(_: click.Context, __: click.Parameter, written: str | None) -> int | datetime | None:
    """A moment as a scenario writes it: seconds from its start, or a local date and time."""
    from sim.core.clock import parse_moment

    try:
        return None if written is None else parse_moment(written)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
