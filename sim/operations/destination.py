"""Destination of a replay: a URL and headers whose secrets are used and never shown, and hosts that may be loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.core.errors import Problem, ScenarioError
from sim.models.operation_names import HEADER_NAME, OWN_HEADERS

if TYPE_CHECKING:
    from yarl import URL

TOKEN: Final = "LETTERSIM_TOKEN"
"""Environment variable with a bearer token."""

_HIDDEN: Final = "***"
"""What stands for a secret wherever a URL is shown."""


@dataclass(frozen=True)
class ReplayOptions:
    """Destination and options of a replay.

    Attributes:
        url: `http` or `https`, below which the paths of the requests lie. May hold secrets, so only `shown` is shown.
        speed: seconds of the trace that pass in one second.
        connections: most calls under way at once; further ones wait for their turn, on the server's account.
        timeout: seconds from the moment a call is due after which it is given up.
        allowed_hosts: hosts besides this machine that may be loaded.
        headers: sent with every call; secret too.
        idle: seconds that a connection may lie idle and be used again; 0 for a new connection for every call. Usual
            servers close theirs after 2 s or more.
        abort_after: calls in a row that find no connection, after which nothing more is sent; 0 for never.
        processes: that send; more than one where a core is too slow for the rate.
        ramp: seconds in which the load grows evenly from nothing to all; its calls are not counted.
        warm_up: seconds at full load after that, which are not counted either.
    """

    url: str = field(repr=False)
    speed: float = 1.0
    connections: int = 256
    timeout: float = 30.0
    allowed_hosts: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    idle: float = 1.0
    abort_after: int = 50
    processes: int = 1
    ramp: float = 0.0
    warm_up: float = 0.0

    @property
    def counted_from(self) -> float:
        """Seconds after the start from which calls are counted, by the time at which they are due."""
        return self.ramp + self.warm_up

    @property
    def shown(self) -> str:
        """The URL without its secrets."""
        return without_secrets(self.url)

    def check(self) -> None:
        """Validate the options, and that the host may be loaded.

        Raises: ScenarioError for numbers out of range, a URL that is none, a host that nobody allowed, or credentials
            that are given twice.
        """
        problems = [
            Problem(f"{name} must be above 0, got {getattr(self, name):g}")
            for name in ("speed", "connections", "timeout", "processes")
            if not 0 < getattr(self, name) < float("inf")
        ]
        problems += [
            Problem(f"{name} must be 0 or more, got {getattr(self, name):g}")
            for name in ("idle", "abort_after", "ramp", "warm_up")
            if not 0 <= getattr(self, name) < float("inf")
        ]
        problems += self._refused_destination()
        if problems:
            raise ScenarioError(f"the replay to {self.shown}", problems)

    def _refused_destination(self) -> Iterator[Problem]:
        # As the client will read it, so that nobody is fooled about the host.
        read = _read_url(self.url)
        if read is None or read.host is None:
            yield Problem("the URL must be like http://127.0.0.1:8080/letters")
            return
        if not is_loopback(read.host) and read.host not in (host.lower() for host in self.allowed_hosts):
            yield Problem(
                f"{read.host} is not this machine. A replay is a load test: run it only against a system whose owner "
                f"agreed, and then say so with --allow-host {read.host}"
            )
        if (read.user or read.password) and any(name.lower() == "authorization" for name in self.headers):
            yield Problem("credentials are given twice: by the URL, and by the header Authorization")


def without_secrets(url: str) -> str:
    """A URL as it may be shown: without user info, without values of its query, without fragment.

    What is no URL of a web server is not shown at all, for nobody can say which part of it is secret.
    """
    read = _read_url(url)
    if read is None:
        return _HIDDEN
    parts = (part.partition("=") for part in read.raw_query_string.split("&"))
    query = "&".join(f"{key}={_HIDDEN}" if equals else _HIDDEN for key, equals, _ in parts)
    plain = str(read.with_user(None).with_query(None).with_fragment(None))
    if "@" in read.path:
        # A password with a slash in it ends the host, as URLs go, and the rest of it is path.
        plain = f"{read.origin()}/{_HIDDEN}"
    return f"{plain}?{query}" if read.raw_query_string else plain


def _read_url(url: str) -> "URL | None":
    """The URL; None for what is no URL of a web server. The library's own error would quote it, secrets and all."""
    from yarl import URL  # only who replays has it

    try:
        read = URL(url)
    except ValueError:
        return None
    return read if read.scheme in ("http", "https") and read.host else None


def is_loopback(host: str) -> bool:
    """Whether an address is that of this machine, and nobody else can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_headers(path: Path | None, token: str | None) -> dict[str, str]:
    """Read the headers of every request: those of a file, `Name: value` a line, and a bearer token.

    Empty lines and lines that begin with `#` say nothing.

    Raises: ScenarioError naming every bad line, but never a value.
    """
    headers: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate([] if path is None else _lines(path), start=1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not HEADER_NAME.fullmatch(name) or not value.isprintable():
            problems.append(Problem("must be like 'Name: value'", line=number))
        elif name.lower() in (*OWN_HEADERS, "content-type"):
            problems.append(Problem(f"{name} is set by the sender itself", line=number))
        elif name.lower() in (each.lower() for each in headers):
            problems.append(Problem(f"{name} is given twice", line=number))
        headers.setdefault(name, value)
    if token:
        if not token.isascii() or not token.isprintable() or " " in token:
            problems.append(Problem(f"the token in {TOKEN} must be printable ASCII without spaces"))
        if any(name.lower() == "authorization" for name in headers):
            problems.append(Problem(f"Authorization is given twice: by the file, and by {TOKEN}"))
        headers["Authorization"] = f"Bearer {token}"
    if problems:
        raise ScenarioError(TOKEN if path is None else str(path), problems)
    return headers


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ScenarioError(str(path), [Problem(f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ScenarioError(str(path), [Problem("must be text in UTF-8")]) from None
