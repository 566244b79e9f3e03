"""A PostgreSQL server of one's own for a test, where its programs can be found."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where there is none, or no driver for Python."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [each for each in places if (each / "initdb").exists() and (each / "pg_ctl").exists()]
    return found[0] if found and find_spec("asyncpg") else None


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """A new cluster, which keeps what is committed; yields the URL of its database."""
    folder, port = Path(tempfile.mkdtemp(prefix="postgres-")), free_port()
    data, who = folder / "data", _unprivileged()
    if who is not None:
        os.chown(folder, who.pw_uid, who.pw_gid)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        how = {} if who is None else {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        with (folder / f"{program}.log").open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=folder, **how)  # type: ignore[call-overload]

    try:
        run("initdb", "--auth=trust", "--username=letters", "--no-sync")
        run("pg_ctl", "start", "-w", "-l", str(folder / "server.log"), "-o", f"-h 127.0.0.1 -p {port} -k {folder}")
        try:
            yield f"postgresql://letters@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom a server runs as that refuses to run as root; None for whoever is not root."""
    if os.geteuid() != 0:
        return None
    everybody = {each.pw_name: each for each in pwd.getpwall()}
    return everybody.get("postgres") or everybody["nobody"]
