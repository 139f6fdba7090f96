"""Cut the bytes of an answer into JSON payloads, whatever the content type says.

An own framing rather than httpx-sse's: that one decodes whole events for its callers, who cannot
bound their size, waits for a blank line that some relays never send, and knows neither bare JSON,
JSON lines nor the HTML page of a proxy. Here the first byte decides.
"""

import json
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple, TypeAlias

from bot.relay.reading.chunks import MAX_DEPTH, Chunk, chunk_in

MAX_EVENT = 1 << 20
"""Bytes of one event, or of one JSON document."""
MAX_BODY = 32 << 20
"""Bytes of a whole answer."""
_STEP = 1 << 16
"""Bytes that are cut into lines at once."""
_MAX_PAGE = 4096
"""Bytes kept of what is not data: an HTML page, or plain words."""
_MAX_MISSES = 50
"""Broken documents in one answer before the rest of it is given up: trying costs time."""
_FAILED = frozenset({"error", "failed", "failure", "exception"})
"""Names of events that carry an error."""
_OPENING = re.compile(r"[{\[]")

Json: TypeAlias = dict[str, object] | list[object]


class Payload(NamedTuple):
    """One piece of data; `failed` when its event was named an error."""

    value: Json | str
    failed: bool = False


class Shape(Enum):
    """What an answer is made of."""

    UNKNOWN = "unknown"
    EVENTS = "events"
    JSON_LINES = "json_lines"
    DOCUMENT = "document"
    PAGE = "page"


Framed: TypeAlias = Payload | Chunk


class Framing:
    """Takes bytes in pieces of any size; gives the same payloads for every cutting."""

    def __init__(self) -> None:
        self.shape = Shape.UNKNOWN
        self.done = False
        """Whether the relay said that it has finished (`[DONE]`)."""
        self.overflow = False
        """Whether a limit was passed; nothing more is read then."""
        self._left = MAX_BODY
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._after_cr = False
        self._event = ""
        self._lines: list[str] = []
        self._lines_size = 0
        self._page = bytearray()
        self._document = bytearray()

    @property
    def stopped(self) -> bool:
        """Whether further bytes would be ignored."""
        return self.done or self.overflow

    @property
    def words(self) -> str:
        """What stood there outside of any data, at most 4 KiB of it."""
        return self._page.decode("utf-8", "replace").strip()

    def feed(self, chunk: bytes) -> Iterator[Framed]:
        """The payloads that `chunk` completes."""
        if self.stopped:
            return
        whole, chunk = chunk, chunk[: self._left]
        self._left -= len(chunk)
        for start in range(0, len(chunk), _STEP):
            if self.stopped:
                return
            yield from self._split(self._unix(chunk[start : start + _STEP]))
        if len(chunk) < len(whole):
            self.overflow = True

    def close(self) -> Iterator[Payload]:
        """The payloads that the end of the body completes."""
        if not self.stopped and self._rest:
            yield from self._line(b"".join(self._rest))
        self._rest.clear()
        if not self.stopped:
            yield from self._event_end()
            yield from documents(self._document.decode("utf-8", "replace"))

    def _unix(self, chunk: bytes) -> bytes:
        """Line ends as LF; a CR at the end of a chunk may have its LF in the next one."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk

    def _split(self, chunk: bytes) -> Iterable[Framed]:
        whole, end, rest = chunk.rpartition(b"\n")
        if not end:
            self._keep(rest)
            return ()
        block = b"".join([*self._rest, whole])
        self._rest, self._rest_size = [rest], len(rest)
        return self._block(block)

    def _keep(self, piece: bytes) -> None:
        self._rest.append(piece)
        self._rest_size += len(piece)
        self.overflow = self.overflow or self._rest_size > MAX_EVENT

    def _block(self, block: bytes) -> Iterator[Framed]:
        """Whole lines, their last line end left out."""
        lines = block.split(b"\n")
        if self.shape is Shape.EVENTS and len(block) <= MAX_EVENT:
            return self._fields(lines)
        return self._unlike(lines)

    def _unlike(self, lines: list[bytes]) -> Iterator[Payload]:
        """Lines of any form and size."""
        for line in lines:
            self.overflow = self.overflow or len(line) > MAX_EVENT
            if self.stopped:
                return
            yield from self._line(line)

    def _fields(self, lines: list[bytes]) -> Iterator[Framed]:
        for line in lines:
            open_event = self._event or self._lines
            if not open_event and line.startswith(b"data:") and (chunk := chunk_in(line[5:])):
                yield chunk
            elif open_event or line:
                yield from self._field(line.decode("utf-8", "replace"))
                if self.stopped:
                    return

    def _line(self, line: bytes) -> Iterator[Payload]:
        if self.shape is Shape.UNKNOWN:
            line = line.lstrip(b" \t\xef\xbb\xbf")
            self.shape = _sniffed(line)
        match self.shape:
            case Shape.EVENTS:
                yield from self._field(line.decode("utf-8", "replace"))
            case Shape.JSON_LINES:
                yield from self._json_line(line)
            case Shape.DOCUMENT:
                self._collect(line)
            case Shape.PAGE:
                self._show(line)
            case Shape.UNKNOWN:
                pass

    def _collect(self, line: bytes) -> None:
        self._document += line + b"\n"
        self.overflow = self.overflow or len(self._document) > MAX_EVENT

    def _show(self, line: bytes) -> None:
        if len(self._page) < _MAX_PAGE:
            self._page += line[:_MAX_PAGE] + b"\n"

    def _json_line(self, line: bytes) -> Iterator[Payload]:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("data:"):
            self.shape = Shape.EVENTS
            yield from self._field(text)
        else:
            yield from documents(text)  # one, or several without a line end between them

    def _field(self, line: str) -> Iterator[Payload]:
        if line.startswith("data:"):
            yield from self._data(line[5:])
        elif not line.strip():
            yield from self._event_end()
        elif line.startswith("event:"):
            self._event = line[6:].strip().lower()
        elif line.startswith("{"):
            yield from self._data(line)
        elif not line.startswith((":", "id:", "retry:")):
            self._show(line.encode())

    def _data(self, text: str) -> Iterator[Payload]:
        text = text.strip()
        if text.startswith("[DONE]"):
            self.done = True
        elif (value := loads(text)) is not None:
            self._forget_event_lines()
            yield Payload(value, failed=self._event in _FAILED)
        elif text:
            self._lines.append(text)
            self._lines_size += len(text) + 1
            self.overflow = self.overflow or self._lines_size > MAX_EVENT

    def _event_end(self) -> Iterator[Payload]:
        """A blank line: data that spread over several lines is whole now."""
        text, failed = "\n".join(self._lines), self._event in _FAILED
        self._forget_event_lines()
        self._event = ""
        if not text:
            return
        if values := [payload.value for payload in documents(text)]:
            yield from (Payload(value, failed=failed) for value in values)
        elif failed:
            yield Payload(text, failed=True)

    def _forget_event_lines(self) -> None:
        self._lines.clear()
        self._lines_size = 0


def loads(text: str) -> Json | None:
    """An object or list; `None` for anything else and for what is no JSON."""
    if not text.startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and not _is_deep(value, text) else None


def _is_deep(value: Json, text: str) -> bool:
    """Whether data is nested beyond reason; `text` is what it was written as."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in children(item)]
    return bool(level)


def children(value: object) -> Iterable[object]:
    """What a value of JSON holds."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def documents(text: str) -> Iterator[Payload]:
    """Every JSON document of a text in which they stand one behind the other."""
    decoder = json.JSONDecoder()
    start, misses = _OPENING.search(text), 0
    while start and misses < _MAX_MISSES:
        try:
            value, end = decoder.raw_decode(text, start.start())
            if not _is_deep(value, text[start.start() : end]):
                yield Payload(value)
        except (ValueError, RecursionError):
            misses += 1
            end = text.find("\n", start.start()) + 1 or len(text)
        start = _OPENING.search(text, end)


def _sniffed(line: bytes) -> Shape:
    if not line.strip():
        return Shape.UNKNOWN
    if line.startswith(b"<"):
        return Shape.PAGE
    if line.startswith((b"{", b"[")):
        return (
            Shape.JSON_LINES if loads(line.decode("utf-8", "replace").strip()) else Shape.DOCUMENT
        )
    return Shape.EVENTS
