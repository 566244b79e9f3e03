"""Event log in XES (IEEE 1849) as rows, one an event; attributes of its trace stand in columns `case:NAME`.

The file is parsed as it is read, so that memory holds the rows and nothing else. Documents that declare entities or
a type are refused, and so are those that go on without an element, as unpacked bombs do.
"""

import xml.sax.handler
from sys import intern
from typing import IO, Any, Final
from xml.sax import SAXException
from xml.sax.xmlreader import AttributesImpl

from sim.fit.reading.rows import MalformedLogError, SheetRows

_BLOCK: Final = 1 << 20
"""Bytes that the parser is given at once."""

_MOST_IDLE: Final = 16
"""Blocks without an element that are too many: no attribute of a log is that long."""

_VALUED: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})


def read_xes(file: IO[bytes], wanted: Any) -> SheetRows:
    """The events of a log.

    Args:
        file: is closed.
        wanted: whether the column with a name is kept.

    Raises: MalformedLogError.
    """
    import defusedxml.expatreader
    from defusedxml.common import DefusedXmlException

    events = _Events(wanted)
    parser = defusedxml.expatreader.create_parser(forbid_dtd=True)
    parser.setContentHandler(events)
    with file:
        try:
            idle = before = 0
            while block := file.read(_BLOCK):
                parser.feed(block)
                idle = 0 if events.elements > before else idle + 1
                before = events.elements
                if idle > _MOST_IDLE:
                    raise MalformedLogError(f"has {_MOST_IDLE} MB without an element, so it is no event log")
            parser.close()
        except DefusedXmlException:
            raise MalformedLogError(
                "declares a document type or entities, which no event log needs, and is not read for safety"
            ) from None
        except SAXException as error:
            where = getattr(error, "getLineNumber", lambda: None)()
            raise MalformedLogError(f"is not XML that can be read: {error.getMessage()} (line {where})") from None
    if events.root != "log":
        raise MalformedLogError(f"is XML with the root {events.root!r}, and not an event log in XES")
    return SheetRows(list(events.header), events.columns, range(1, events.count + 1), [])


class _Events(xml.sax.handler.ContentHandler):
    """Makes a row of each event; nested attributes and those of the log itself are passed over."""

    def __init__(self, wanted: Any) -> None:
        super().__init__()
        self._wanted = wanted
        self.header: dict[str, None] = {}
        self.columns: dict[str, list[Any]] = {}
        self.count = 0
        self.elements = 0
        self.root = ""
        self._depth = 0
        self._traces = 0
        self._of_trace: dict[str, str] = {}
        self._of_event: dict[str, str] | None = None
        self._inside = 0  # depth of the trace or event whose attributes are read
        self._kept: dict[str, bool] = {}

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - as SAX calls it
        self.elements += 1
        self._depth += 1
        if name == "trace":
            self._traces += 1
            self._of_trace = {}
            self._inside = self._depth
        elif name == "event":
            self._of_event = {}
            self._inside = self._depth
        elif name in _VALUED:
            if self._depth == self._inside + 1:
                key = attrs.get("key")
                if key is not None:
                    value = attrs.get("value") or ""
                    self._keep(key, value if name == "date" else intern(value))
        elif self._depth == 1:
            self.root = name

    def endElement(self, name: str) -> None:  # noqa: N802 - as SAX calls it
        self._depth -= 1
        if name == "event" and self._of_event is not None:
            self._add({**self._of_trace, **self._of_event})
            self._of_event = None
            self._inside = self._depth
        elif name == "trace":
            self._inside = -1

    def _keep(self, key: str, value: str) -> None:
        of_event = self._of_event is not None
        name = key if of_event else f"case:{key}"
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = self._wanted(name)
            self.header[name] = None
        if kept:
            (self._of_event if of_event else self._of_trace)[name] = value  # type: ignore[index]

    def _add(self, row: dict[str, str]) -> None:
        row.setdefault("case:concept:name", str(self._traces))
        for name, value in row.items():
            column = self.columns.get(name)
            if column is None:
                column = self.columns[name] = [None] * self.count
            column.append(value)
        self.count += 1
        for column in self.columns.values():
            if len(column) < self.count:
                column.append(None)
