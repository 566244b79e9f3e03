"""Requests that stand for the calls of letters: method, path, headers and body with placeholders, by operation."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from sim.models.base import Record, Text
from sim.models.operation_names import HEADER_NAME, OWN_HEADERS, RECEIVE
from sim.models.wording import are, did_you_mean

PLACEHOLDERS: Final = (
    "id", "sequence", "received", "channel", "category", "unit", "size", "text", "operation", "step", "moment", "at",
)  # fmt: skip
"""What of a call can stand in a request, in braces."""

SLOT: Final = re.compile(r"\{([a-z_]+)\}")


def texts_of(value: Any) -> Iterator[str]:
    """The texts within plain values, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from texts_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_of(each)


class Request(Record):
    """Request of one operation."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    """Method of the call."""
    path: Text = ""
    """Below the URL of the replay, or from the root of its server if it begins with a slash; may have a query."""
    headers: Mapping[str, Text] = {}
    """Headers of this call besides those of all."""
    content: Annotated[Any, Field(alias="json")] = None
    """Body as JSON; a text that is one placeholder becomes its value, so that numbers stay numbers."""
    form: Mapping[str, Text] | None = None
    """Body as fields of a form."""
    text: Text | None = None
    """Body as it stands; placeholders are put in as they are."""
    id: Annotated[str, Field(min_length=1)] | None = None
    """Key of the JSON answer under which the letter's id stands; dots lead into it, as in `data.id`."""
    id_header: Annotated[str, Field(min_length=1)] | None = None
    """Header of the answer whose last part is the letter's id, such as `Location`."""

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in headers.items():
            if not HEADER_NAME.fullmatch(name) or not (value.isprintable() and value.isascii()):
                raise ValueError(f"{name!r} is no header that can be sent: printable ASCII only")
            if name.lower() in OWN_HEADERS:
                raise ValueError(f"{name} is set by the sender itself")
        return headers

    @model_validator(mode="after")
    def _sound(self) -> "Request":
        bodies = [name for name, body in self._bodies().items() if body is not None]
        if len(bodies) > 1:
            raise ValueError(f"has one body at most, and not {' and '.join(bodies)}")
        for name in self.slots():
            if name not in PLACEHOLDERS:
                hint = did_you_mean(name, PLACEHOLDERS) or f"; there {are(PLACEHOLDERS)}"
                raise ValueError(f"no such placeholder {{{name}}}{hint}")
        if self.slots().count("text") > 1 or "text" in self._slots(self.path, self.headers):
            raise ValueError("{text} stands once, in the body")
        return self

    def _bodies(self) -> dict[str, Any]:
        return {"json": self.content, "form": self.form, "text": self.text}

    @staticmethod
    def _slots(*values: Any) -> list[str]:
        return [name for text in texts_of(list(values)) for name in SLOT.findall(text)]

    def slots(self) -> list[str]:
        """Names of its placeholders."""
        return self._slots(self.path, self.headers, *self._bodies().values())


class Requests(Record):
    """Requests of a system, by operation."""

    headers: Mapping[str, Text] = {}
    """Headers of every call."""
    requests: Annotated[Mapping[str, Request], Field(min_length=1)]
    """By operation: `receive`, one of a step (`sign.start`), `start` and `finish` for the others, or `read.lists` and
    the like. What has none is not sent."""

    @model_validator(mode="after")
    def _whole(self) -> "Requests":
        for name, request in self.requests.items():
            if name == RECEIVE and "id" in request.slots():
                raise ValueError("receive gives a letter its {id}, and cannot send it")
            if name != RECEIVE and (request.id or request.id_header):
                raise ValueError(f"only the answer to receive names a letter, not that to {name}")
        Request(headers=self.headers)  # by the same rules
        receive = self.requests.get(RECEIVE)
        with_id = [name for name, request in self.requests.items() if "id" in request.slots()]
        if with_id and (receive is None or not (receive.id or receive.id_header)):
            raise ValueError(
                f"{with_id[0]} sends an {{id}}, but no answer to receive gives one: it needs id or id_header"
            )
        return self

    def of(self, operation: str) -> Request | None:
        """The request of an operation: its own, or that of all starts or finishes; None if it is not sent."""
        return self.requests.get(operation) or self.requests.get(operation.rpartition(".")[2])
