"""Where letters are sent: a URL whose secrets are used and never shown, and the hosts that may be loaded."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Final

from yarl import URL

from sim.core.errors import Problem

HIDDEN: Final = "***"
"""What stands for a secret wherever a URL is shown."""


def without_secrets(url: str) -> str:
    """A URL as it may be shown: without user info, without values of its query, without fragment.

    What is no URL of a web server is not shown at all, for nobody can say which part of it is secret.
    """
    read = _read(url)
    if read is None:
        return HIDDEN
    parts = (part.partition("=") for part in read.raw_query_string.split("&"))
    query = "&".join(f"{key}={HIDDEN}" if equals else HIDDEN for key, equals, _ in parts)
    plain = str(read.with_user(None).with_query(None).with_fragment(None))
    if "@" in read.path:
        # A password with a slash in it ends the host, as URLs go, and the rest of it is path.
        plain = f"{read.origin()}/{HIDDEN}"
    return f"{plain}?{query}" if read.raw_query_string else plain


def refusals(url: str, headers: Mapping[str, str], allowed_hosts: tuple[str, ...]) -> Iterator[Problem]:
    """Why letters must not be sent there: a URL that is none, a host that nobody allowed, credentials given twice.

    Args:
        allowed_hosts: hosts besides this machine that may be loaded.
    """
    # As the client will read it, so that nobody is fooled about the host.
    read = _read(url)
    if read is None or read.host is None:
        yield Problem("the URL must be like http://127.0.0.1:8080/letters")
        return
    if not _is_loopback(read.host) and read.host not in (host.lower() for host in allowed_hosts):
        yield Problem(
            f"{read.host} is not this machine. A replay is a load test: run it only against a system whose owner "
            f"agreed, and then say so with --allow-host {read.host}"
        )
    if (read.user or read.password) and any(name.lower() == "authorization" for name in headers):
        yield Problem("credentials are given twice: by the URL, and by the header Authorization")


def _read(url: str) -> URL | None:
    """The URL; None for what is no URL of a web server. The library's own error would quote it, secrets and all."""
    try:
        read = URL(url)
    except ValueError:
        return None
    return read if read.scheme in ("http", "https") and read.host else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
