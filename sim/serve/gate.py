"""The gate in front of everything that the server has: pages, files and streams alike.

Who knows the token gets a cookie for it, once. A page of another site can neither read what is here nor ask for
anything: the Host must be one of ours (a name that another site lets point to this machine is not), whatever changes
something must come from our own page, and no cookie is sent along from elsewhere.
"""

import hmac
import secrets
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from sim.output.words import languages, say

LOCAL: Final = ("127.0.0.1", "localhost", "::1")
"""Names of this machine, for itself."""

LEAST_TOKEN: Final = 16
"""Characters of a token that somebody chose, at least."""

_SEASON: Final = 30 * 24 * 3600
"""Seconds that a browser keeps the cookie."""

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer says, unless it says otherwise; nothing may be loaded from anywhere else."""

_ENTRANCE: Final = (
    '<!doctype html><meta charset="utf-8"><title>…</title><link rel="icon" href="data:,">'
    '<meta http-equiv="refresh" content="0;url=./">'
)


class Gate:
    """Lets in who has the token.

    Args:
        token: made up if None.
        hosts: names by which the server may be asked for, besides those of this machine.
    """

    def __init__(self, token: str | None = None, hosts: Collection[str] = ()) -> None:
        self.token = secrets.token_urlsafe(24) if token is None else token
        self._pass = secrets.token_urlsafe(32)
        self._cookie = f"lettersim-{secrets.token_hex(4)}"
        self._hosts = {host.lower() for host in (*LOCAL, *hosts)}

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Middleware in front of every route, those that do not exist included."""
        if _name(request.headers.get("Host", "")) not in self._hosts:
            raise web.HTTPMisdirectedRequest(text=_in_all_languages("live.gate-host"))
        if not self._from_here(request):
            raise web.HTTPForbidden(text=_in_all_languages("live.gate-site"))
        if hmac.compare_digest(request.query.get("token", "").encode(), self.token.encode()):
            return self._entrance(request)
        if not hmac.compare_digest(request.cookies.get(self._cookie, "").encode(), self._pass.encode()):
            raise web.HTTPForbidden(text=_in_all_languages("live.gate-token"))
        return await handler(request)

    def _from_here(self, request: web.Request) -> bool:
        """Whether a request comes from our own page, or from nobody else's: where a browser says so, it is believed."""
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("Host", "").lower():
            return False
        if request.method in ("GET", "HEAD"):
            return True
        return origin is not None and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"

    def _entrance(self, request: web.Request) -> web.Response:
        # A strict cookie is not sent along a redirect from elsewhere, but it is from a page of our own.
        response = web.Response(text=_ENTRANCE, content_type="text/html")
        secure = request.headers.get("X-Forwarded-Proto") == "https"
        response.set_cookie(
            self._cookie, self._pass, max_age=_SEASON, path="/", httponly=True, samesite="Strict", secure=secure
        )
        return response


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """What every answer says, refusals and streams included."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)


def _in_all_languages(key: str) -> str:
    """A text for somebody of whom no language is known yet, a line each."""
    return "".join(f"{say(lang, key)}\n" for lang in languages())


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty if it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
