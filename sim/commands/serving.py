"""The command that serves the live what-if page."""

from pathlib import Path

import rich_click as click

from sim.commands.options import PATH, SCENARIO, takes
from sim.commands.terminal import show
from sim.core.errors import SimError
from sim.core.options import Options


@click.command()
@SCENARIO
@click.option(
    "--with",
    "others",
    multiple=True,
    type=PATH,
    metavar="SCENARIO",
    help="Another staffing beside it; may be repeated.",
)
@takes("set replications seed workers lang")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at; any but this machine's own needs --token.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8350,
    show_default=True,
    help="Port to listen at; 0 for any that is free.",
)
@click.option(
    "--token",
    envvar="LETTERSIM_SERVE_TOKEN",
    help="Token that opens the page, of 16 characters or more (default: one is made up).",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Host name by which a proxy asks for the page; may be repeated.",
)
def serve(
    scenario: Path,
    others: tuple[Path, ...],
    host: str,
    port: int,
    token: str | None,
    hosts: tuple[str, ...],
    options: Options,
) -> None:
    """Serve a live what-if page: change people, letters and assumptions, and see at once what follows.

    The page is for this machine alone unless --host says otherwise; the address that is printed opens it. A token on
    the command line can be read by everybody on the machine; LETTERSIM_SERVE_TOKEN in the environment cannot.
    """
    try:
        from sim.operations.destination import is_loopback
        from sim.serve.gate import LEAST_TOKEN, Gate
        from sim.serve.server import serve as serve_page
    except ModuleNotFoundError as missing:
        if missing.name != "aiohttp":
            raise
        raise SimError("serve needs the package aiohttp; pip install 'lettersim[serve]' brings it") from None
    if not is_loopback(host) and token is None:
        raise click.UsageError(f"--host {host} lets other machines in, and needs --token")
    if token is not None and len(token) < LEAST_TOKEN:
        raise click.UsageError(f"--token must have {LEAST_TOKEN} characters or more (got {len(token)})")
    import asyncio
    from socket import gaierror

    from sim.output.words import say
    from sim.scenario.loading import ScenarioFile

    files = [ScenarioFile(path) for path in (scenario, *others)]
    gate = Gate(token, [*hosts, host])

    def ready(bound: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{bound}/?token={gate.token}"
        show(say(options.lang, "live.serving", scenario=files[0].stem, address=address))

    try:
        asyncio.run(serve_page(files, gate, options, host=host, port=port, ready=ready))
    except gaierror:
        raise click.UsageError(f"--host must be an address of this machine or a name of it (got {host!r})") from None
