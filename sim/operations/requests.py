"""Rendering of requests: from a template and a call to a URL, headers and a body."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, quote_plus

import numpy as np

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import to_json
from sim.models.operation_names import CALL_MOMENTS, READS, RECEIVE
from sim.models.requests import SLOT, Request, Requests
from sim.models.wording import are, one_of
from sim.operations.calls import Calls, receipts
from sim.operations.trace_files import TracedLetter
from sim.scenario.request_files import read_requests

if TYPE_CHECKING:
    from yarl import URL

Fields = Mapping[str, str | int]
"""What of a call can stand in a request, by placeholder."""

_KINDS: Final = {"content": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain"}


class Slot(NamedTuple):
    """A place in a text for something of a call."""

    name: str
    written: Callable[[Any], str]


class Fillable(NamedTuple):
    """A text with slots, as a pattern of `%`, which is several times as fast as joining pieces."""

    pattern: str
    slots: tuple[Slot, ...]

    @classmethod
    def of(cls, pieces: Iterable[str | Slot]) -> "Fillable":
        """The text that pieces make."""
        each = list(pieces)
        pattern = "".join("%s" if isinstance(piece, Slot) else piece.replace("%", "%%") for piece in each)
        return cls(pattern, tuple(piece for piece in each if isinstance(piece, Slot)))

    def filled(self, fields: Fields) -> str:
        """The text of a call."""
        return self.pattern % tuple([slot.written(fields[slot.name]) for slot in self.slots])


class RequestBody(NamedTuple):
    """Body of a request: what comes before the letter's text, bytes of that, and what comes after."""

    before: bytes
    size: int
    after: bytes

    @property
    def whole(self) -> bytes:
        """All of it."""
        return self.before + b"." * self.size + self.after


@cache
def default_requests() -> Requests:
    """The requests of the letter API that the examples describe."""
    return read_requests(Path(__file__).with_name("requests.yaml"))


@dataclass(frozen=True)
class PreparedRequest:
    """Request of one operation, ready to be filled in.

    Attributes:
        content: of its body, if it has one, what comes before the letter's text, and after that if it is there.
        names_letter: whether the answer gives the letter its id.
        needs_id: whether that id stands in it.
    """

    request: Request
    method: str
    path: Fillable
    headers: Mapping[str, Fillable]
    content: tuple[Fillable, Fillable | None] | None
    needs_id: bool
    names_letter: bool

    def filled_path(self, fields: Fields) -> str:
        """Path and query of a call."""
        return self.path.filled(fields)

    def filled_headers(self, fields: Fields) -> dict[str, str]:
        """Headers of a call."""
        return {name: value.filled(fields) for name, value in self.headers.items()}

    def filled_content(self, fields: Fields) -> RequestBody | None:
        """Body of a call; None without one."""
        if self.content is None:
            return None
        before, after = self.content
        if after is None:
            return RequestBody(before.filled(fields).encode(), 0, b"")
        return RequestBody(before.filled(fields).encode(), int(fields["size"]), after.filled(fields).encode())

    def id_of(self, headers: Mapping[str, str], content: bytes) -> str | None:
        """The id that an answer gives; None if it gives none."""
        if self.request.id_header is not None:
            return headers.get(self.request.id_header, "").rstrip("/").rpartition("/")[2] or None
        try:
            found = json.loads(content)
            for key in (self.request.id or "").split("."):
                found = found[int(key)] if isinstance(found, list) else found[key]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return str(found) if isinstance(found, str | int) and found != "" else None


def prepared(requests: Requests, operation: str) -> PreparedRequest | None:
    """The request of an operation, ready to be filled in; None if the operation is not sent."""
    request = requests.of(operation)
    if request is None:
        return None
    body = next((name for name in _KINDS if getattr(request, name) is not None), None)
    kind = {} if body is None else {"Content-Type": _KINDS[body]}
    headers = {**kind, **requests.headers, **request.headers}
    return PreparedRequest(
        request=request,
        method=request.method,
        path=Fillable.of(_pieces(request.path, _in_url)),
        headers={name: Fillable.of(_pieces(value, _in_header)) for name, value in headers.items()},
        content=None if body is None else _around_text(_BODIES[body](getattr(request, body))),
        needs_id="id" in request.slots() or "{id}" in "".join(requests.headers.values()),
        names_letter=request.id is not None or request.id_header is not None,
    )


def sendable(calls: Calls, requests: Requests) -> tuple[Calls, dict[str, int]]:
    """The calls that have a request, and how many have none, by operation.

    Raises: ScenarioError for a request of an operation that the trace has not, or if nothing is left to send.
    """
    known = (*calls.operations, RECEIVE, *CALL_MOMENTS, *(f"read.{kind}" for kind in READS))
    problems = [
        Problem(f"the trace has no operation {one_of(name, calls.operations)}", path=f"requests.{name}")
        for name in requests.requests
        if name not in known and len(calls.operations) > 1
    ]
    has_request = np.array([requests.of(operation) is not None for operation in calls.operations])
    if not problems and not has_request.any():
        problems = [Problem(f"no operation of the trace has a request: there {are(calls.operations)}")]
    if problems:
        raise ScenarioError("the requests", problems)
    without = np.bincount(calls.operation, minlength=len(calls.operations))
    left_out = {
        name: int(many) for name, many, sent in zip(calls.operations, without, has_request, strict=True) if not sent
    }
    return (calls.only(has_request[calls.operation]) if left_out else calls), left_out


def receipt_fields(calls: Calls, number: int) -> dict[str, str | int]:
    """What can stand in the request that takes a letter in."""
    letter = calls.letters[number]
    received = letter.received.isoformat()
    return {
        "id": "",
        "sequence": number + 1,
        "received": received,
        "channel": letter.channel,
        "category": letter.category,
        "unit": letter.unit,
        "size": letter.size,
        "operation": RECEIVE,
        "step": RECEIVE,
        "moment": "",
        "at": received,
    }


def fields_of(calls: Calls, row: int, letter_id: str) -> Fields:
    """What of a call can stand in a request."""
    operation = calls.operations[calls.operation[row]]
    step, _, moment = operation.rpartition(".")
    return {
        **receipt_fields(calls, int(calls.letter[row])),
        "id": letter_id,
        "unit": calls.unit[row],
        "operation": operation,
        "step": step or operation,
        "moment": moment,
        "at": calls.moment(row),
    }


class Address:
    """Where the calls of a replay go: paths below its URL, or from the root of its server."""

    def __init__(self, url: str) -> None:
        from yarl import URL  # only who replays has it

        self._url = URL
        read = URL(url)
        self._front = str(read.with_path("/").with_query(None).with_fragment(None)).rstrip("/")
        self._path, self._query = read.raw_path, read.raw_query_string

    def of(self, path: str) -> "URL":
        """The URL of a call."""
        place, _, query = path.partition("?")
        if not place:
            place = self._path
        elif not place.startswith("/"):
            place = f"{self._path.rstrip('/')}/{place}"
        queries = "&".join(filter(None, (query, self._query)))
        return self._url(f"{self._front}{place}{'?' if queries else ''}{queries}")


def letter_body(sequence: int, letter: TracedLetter) -> bytes:
    """Body of the request that takes a letter in: its columns, its number in the trace from 1, a text of its size."""
    content = _default_receipt().filled_content({**receipt_fields(receipts([letter]), 0), "sequence": sequence})
    assert content is not None, "it has one"
    return content.whole


@cache
def _default_receipt() -> PreparedRequest:
    request = prepared(default_requests(), RECEIVE)
    assert request is not None, "the file has it"
    return request


@lru_cache(maxsize=4096)
def _in_url(value: Any) -> str:
    return quote(str(value), safe="")


def _in_header(value: Any) -> str:
    return quote(str(value), safe=" :;,/+@")


def _in_json_text(value: Any) -> str:
    return encode_basestring(str(value))[1:-1]


def _as_json(value: Any) -> str:
    return encode_basestring(value) if isinstance(value, str) else str(value)


def _pieces(text: str, written: Callable[[Any], str]) -> Iterator[str | Slot]:
    """A text with its slots; the parts at odd places are names."""
    for index, part in enumerate(re.split(SLOT, text)):
        if part:
            yield Slot(part, written) if index % 2 else part


def _around_text(pieces: Iterator[str | Slot]) -> tuple[Fillable, Fillable | None]:
    """What of a body comes before the letter's text, and after it, if that is in it."""
    each = list(pieces)
    texts = [index for index, piece in enumerate(each) if isinstance(piece, Slot) and piece.name == "text"]
    if not texts:
        return Fillable.of(each), None
    return Fillable.of(each[: texts[0]]), Fillable.of(each[texts[0] + 1 :])


def _json_pieces(value: Any) -> Iterator[str | Slot]:
    if isinstance(value, str):
        only = SLOT.fullmatch(value)
        if only and only[1] != "text":
            yield Slot(only[1], _as_json)
        else:
            yield '"'
            for each in _pieces(value, _in_json_text):
                yield _in_json_text(each) if isinstance(each, str) else each
            yield '"'
    elif isinstance(value, Mapping):
        for number, (key, each) in enumerate(value.items()):
            yield f"{', ' if number else '{'}{to_json(key, indent=None)}: "
            yield from _json_pieces(each)
        yield "}" if value else "{}"
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield ", " if number else "["
            yield from _json_pieces(each)
        yield "]" if value else "[]"
    else:
        yield to_json(value, indent=None)


def _form_pieces(form: Mapping[str, str]) -> Iterator[str | Slot]:
    for number, (key, value) in enumerate(form.items()):
        yield f"{'&' if number else ''}{quote_plus(key)}="
        for each in _pieces(value, lambda value: quote_plus(str(value))):
            yield quote_plus(each) if isinstance(each, str) else each


_BODIES: Final[Mapping[str, Callable[[Any], Iterator[str | Slot]]]] = {
    "content": _json_pieces,
    "form": _form_pieces,
    "text": lambda value: _pieces(value, str),
}
