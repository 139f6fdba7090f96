"""Takes secrets out of everything that is logged, tracebacks included."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

HIDDEN = "[hidden]"
MAX_TEXT = 2_000
"""Characters of one field; whatever a relay or a member wrote may be far longer."""
MAX_TRACE = 20_000
_MAX_READ = 64_000
_MAX_DEPTH = 4
_MARGIN = 500
_LONGEST_ESCAPE = 12
"""Characters that one may become, such as `%F0%9F%9B%B6`."""
_MIN_SECRET = 6
"""Shorter "secrets" are words that would be struck out of half the log."""

_CREDENTIALS = re.compile(
    r"(authorization|cookie|password|passwd|secret|token|api_?key)$", re.IGNORECASE
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[\w+/=%-]*"), f"data:{HIDDEN}"),
    (re.compile(r"(?<![\w-])[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}"), HIDDEN),
    (re.compile(r"(/(?:webhooks|interactions)/\d+)/[^/\s?\"']+"), rf"\1/{HIDDEN}"),
    (re.compile(r"\baW50ZXJhY3Rpb246[\w-]+={0,2}"), HIDDEN),  # "interaction:" in base64
    (re.compile(r"\b(Bearer|Bot)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(Basic)\s+(?=[\w+/]*[A-Z0-9=])[\w+/]{6,}={0,2}"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"\b(token|passw(?:or)?d|secret|api_?key|authorization)"
            r"(\\{0,8}[\"']?\s?[:=]\s?\\{0,8}[\"'])[^\"'\\]+",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"\bsk-[\w-]{8,}"), HIDDEN),
    (re.compile(r"(://)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\?[^\s\"'<>()?=]{0,200}=[^\s\"'<>()]*"), f"?{HIDDEN}"),
    (re.compile(r"\b(?:ex|is|hm)=[0-9a-f]+(?:&(?:ex|is|hm)=[0-9a-f]+)*&?"), HIDDEN),
)
_BREAKS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+"  # of lines, and what steers a terminal
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"  # what makes it show them in another order
)
_STEERING = re.compile(rf"(?![\n\t])(?:{_BREAKS.pattern})")


class Redactor:
    """Strikes out what must not be read: the secrets it is given, and everything shaped like one.

    Usable as a structlog processor.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        given = {form for secret in secrets for form in (secret, unquote(secret))}
        known = sorted({s for s in given if len(s) >= _MIN_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(_however_written, known))) if known else None
        self._margin = max([_MARGIN, *(_LONGEST_ESCAPE * len(secret) for secret in known)])
        """Where a text was cut, part of a secret may be left, which nothing would recognise."""

    def text(self, text: str) -> str:
        """The same text without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    def line(self, text: str) -> str:
        """The same text without secrets, on one line and of bounded length."""
        clean = self.text(text[:_MAX_READ])
        if len(text) > _MAX_READ:
            clean = clean[: -self._margin] + "…"
        return _capped(_BREAKS.sub(" ", clean), MAX_TEXT)

    def trace(self, text: str) -> str:
        """A traceback, which keeps its lines; its end says most."""
        clean = self.text(text[-_MAX_READ:])
        if len(text) > _MAX_READ:
            clean = clean[self._margin :]
        clean = _STEERING.sub(" ", clean)
        return clean if len(clean) <= MAX_TRACE else f"…{clean[-MAX_TRACE:]}"

    def __call__(self, _logger: object, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """A structlog processor for the whole event; tracebacks are texts already."""
        return {name: self._field(name, value) for name, value in event.items()}

    def _field(self, name: str, value: object) -> object:
        if _CREDENTIALS.search(name):
            return HIDDEN
        if name in ("exception", "stack") and isinstance(value, str):
            return self.trace(value)
        return self._value(value, _MAX_DEPTH)

    def _value(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping) and depth:
            return {
                self.line(str(key)): HIDDEN
                if _CREDENTIALS.search(str(key))
                else self._value(each, depth - 1)
                for key, each in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset) and depth:
            return [self._value(each, depth - 1) for each in value]
        return self.line(value if isinstance(value, str) else repr(value))


def _capped(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _however_written(secret: str) -> str:
    """A pattern for a secret as it is, in an address, and in whatever was quoted how often."""
    return "".join(map(_in_any_form, secret))


def _in_any_form(char: str) -> str:
    if char.isascii() and char.isalnum():
        return char
    in_url = "".join(f"%{byte:02x}" for byte in char.encode(errors="replace"))
    escaped = rf"\\{{1,8}}(?:x{ord(char):02x}|u{ord(char):04x})"
    space = r"|\+" if char == " " else ""
    return rf"(?:\\{{0,8}}{re.escape(char)}|(?i:{in_url})|{escaped}{space})"
