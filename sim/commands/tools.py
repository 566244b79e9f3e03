"""Commands about scenarios and engines themselves."""

import json
from pathlib import Path

import rich_click as click

from sim.commands.options import SCENARIOS, Asked, options
from sim.commands.terminal import load_all, show


@click.command()
@SCENARIOS
@click.option("--days", type=float, help="How many of the first days; all if not said.")
@options("set seed lang quiet")
def verify(scenarios: tuple[Path, ...], asked: Asked, days: float | None) -> None:
    """Prove that both engines give the same log, and that it keeps the engine contract."""
    loaded = load_all(scenarios, asked.layers())
    from sim.setting import setting_of
    from sim.text import word
    from sim.verify import prove

    for each in loaded:
        checked = prove(setting_of(each.scenario), days)
        if not asked.quiet:
            show(word(asked.lang, "verified", scenario=each.source, **checked._asdict()))


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenarios, for editors."""
    from sim.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@options("lang")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(name: Path, asked: Asked) -> None:
    """Write a commented scenario to begin with, to NAME.yaml."""
    from sim.starter import starter
    from sim.text import word

    file = name if name.suffix in (".yaml", ".yml") else name.with_name(f"{name.name}.yaml")
    try:
        with file.open("w" if asked.force else "x", encoding="utf-8") as written:
            written.write(starter(file.stem))
    except FileExistsError:
        raise click.UsageError(f"{file} is there already; name another, or say --force to replace it") from None
    show(word(asked.lang, "written", file=file))
