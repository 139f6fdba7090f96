"""The reader: bytes of an answer in, events out, and one outcome at its end."""

import re
from collections.abc import Collection, Iterable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from bot.domain.events import Event, Outcome
from bot.relay.reading.framing import Framed, Framing, Shape
from bot.relay.reading.links import unescaped
from bot.relay.reading.markup import URL
from bot.relay.reading.story import Story
from bot.relay.reading.tickets import Ticket
from bot.relay.reading.verdict import Ending, verdict

_SECONDS = re.compile(r"[0-9]{1,9}")
AnswerKind = Literal["chat", "create", "poll", "content"]
"""What was asked: a chat, a new task, a task's state, a task's file."""


class Reader:
    """Reads one answer of a relay, whatever its form.

    Feed it bytes in pieces of any size and `close` it once: the events are the same for every
    cutting. It costs time in proportion to the bytes, and memory for 256 KiB of text and one
    event of at most 1 MiB.
    """

    def __init__(
        self,
        *,
        base_url: str,
        status: int = 200,
        content_type: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
        kind: AnswerKind = "chat",
        input_urls: Collection[str] = (),
        prompt: str = "",
    ) -> None:
        """Take what is known before the first byte.

        `input_urls` and the links in `prompt` were in the request: they are no results. The
        `content_type` proves nothing and is only believed where the bytes say nothing.
        """
        self._base_url = base_url
        self._status = status
        self._content_type = content_type
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._kind = kind
        self._input_urls = frozenset([*input_urls, *map(unescaped, URL.findall(prompt))])
        self._framing = Framing()
        self._story = Story(prompt)
        self._ended = False

    @property
    def finished(self) -> bool:
        """Whether the relay said so, or a limit was passed: further bytes would be ignored."""
        return self._framing.stopped

    @property
    def ticket(self) -> Ticket:
        """What the answer says of its task so far."""
        return self._story.ticket

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """The events that `chunk` completes: `Accepted` and `Progress`, each only on change."""
        return self._read(self._framing.feed(chunk))

    def rest(self) -> Iterable[Event]:
        """The events of what stands behind the last line end, once the body is over.

        `close` asks for them itself when nobody did, and lets them go.
        """
        if self._ended:
            return []
        self._ended = True
        events = self._read(self._framing.close())
        if not self._story.payloads and self._is_text():
            events += self._story.hear(self._framing.words)
        return [*events, *self._story.end()]

    def close(self, *, cut: bool = False) -> Outcome:
        """How it ended; `cut` when the connection broke rather than ended."""
        self.rest()
        framing = self._framing
        whole = framing.shape is not Shape.EVENTS and self._story.payloads > 0
        words_only = not self._story.payloads and bool(framing.words)
        ending = Ending(
            status=self._status,
            clean=framing.done or (not cut and (whole or words_only)),
            overflow=framing.overflow,
            page=self._is_page(),
            words=framing.words,
            asked_for_content=self._kind == "content",
            location=self._location(),
            retry_after=self.retry_after,
            base_url=self._base_url,
            input_urls=self._input_urls,
        )
        return verdict(self._story, ending)

    def _read(self, payloads: Iterable[Framed]) -> list[Event]:
        return [event for payload in payloads for event in self._story.read(payload)]

    def _is_page(self) -> bool:
        named = "html" in self._content_type.lower() and not self._story.payloads
        return self._framing.shape is Shape.PAGE or named

    def _is_text(self) -> bool:
        plain = self._framing.shape is Shape.EVENTS and not self._is_page()
        return plain and self._status < HTTPStatus.MULTIPLE_CHOICES

    def _location(self) -> str | None:
        try:
            return urlsplit(self._headers.get("location", "")).hostname
        except ValueError:
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, from either header; a date counts from the relay's own clock."""
        for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
            value = self._headers.get(name, "").strip()
            if _SECONDS.fullmatch(value):
                return int(value) / unit
        try:
            until = parsedate_to_datetime(self._headers["retry-after"])
            now = parsedate_to_datetime(self._headers["date"])
            return max((until - now).total_seconds(), 0.0)
        except (KeyError, ValueError, TypeError):
            return None
