"""Ask one place how a task stands."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

import httpx

from bot.domain.errors import FailureKind, MediaFailure
from bot.domain.events import Completed, Event, Failed, Outcome
from bot.domain.jobs import Handle
from bot.net import MediaClient, link, origin
from bot.relay.listening import Listening, kind_of_break
from bot.relay.places import Place
from bot.relay.reading.reader import Reader
from bot.relay.worth import Answered, Worth, worth_of

POLL_SECONDS = 30.0
"""For one answer, from the name to the last byte."""
_BINARY = "application/octet-stream"
_MAX_EVENTS = 64
"""Of one answer; the last ones count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of one place."""

    worth: Worth
    outcome: Outcome
    status: int = 0
    """Of HTTP; 0 when there was no answer."""
    events: Sequence[Event] = ()
    retry_after: float | None = None
    """Seconds, when the place asked for a pause."""

    @property
    def failure(self) -> Failed | None:
        """What went wrong, if anything did."""
        if isinstance(self.outcome, Completed):
            return None
        if isinstance(self.outcome, Failed):
            return self.outcome
        return Failed(kind=self.outcome.kind) if self.outcome.kind else None


class Asking:
    """Asks places of one relay: its own with the key, all others without, and never past a guard.

    `headers` hold the key; they go to the origin of `base_url` and nowhere else, redirects
    included. What belongs to the request, links and `prompt`, is no result.
    """

    def __init__(
        self,
        *,
        base_url: str,
        headers: httpx.Headers,
        http: httpx.AsyncClient,
        media: MediaClient,
        prompt: str,
        own: Collection[str],
    ) -> None:
        self._origin = origin(httpx.URL(base_url))
        self._headers = headers
        self._http = http
        self._media = media
        self._prompt = prompt
        self._own = own

    def is_own(self, place: Place) -> bool:
        """Whether the place is the relay's own, and so is shown the key."""
        try:
            return origin(link(place.url)) == self._origin
        except MediaFailure:
            return False

    async def __call__(self, place: Place) -> Reply:
        """Ask once; whatever goes wrong is an answer too."""
        try:
            async with asyncio.timeout(POLL_SECONDS), self._opened(place) as response:
                return await self._heard(place, response)
        except TimeoutError:
            return _trouble(FailureKind.TIMEOUT)
        except MediaFailure as failure:
            passing = failure.code == "media-unreachable"
            kind = FailureKind.UPSTREAM if passing else FailureKind.NOT_FOUND
            return _trouble(kind, Worth.PASSING if passing else Worth.ELSEWHERE)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return _trouble(kind_of_break(error))

    @asynccontextmanager
    async def _opened(self, place: Place) -> AsyncIterator[httpx.Response]:
        async with AsyncExitStack() as stack:
            if place.posted_id is None or not self.is_own(place):
                headers = self._headers if self.is_own(place) else httpx.Headers()
                opening = self._media.opened(place.url, headers=headers)
            else:
                opening = self._http.stream(
                    "POST",
                    place.url,
                    content=json.dumps({"id": place.posted_id}).encode(),
                    headers=[("Content-Type", "application/json"), *self._headers.multi_items()],
                    timeout=POLL_SECONDS,
                    follow_redirects=False,
                )
            yield await stack.enter_async_context(opening)

    async def _heard(self, place: Place, response: httpx.Response) -> Reply:
        form = response.headers.get("Content-Type", "").lower()
        if response.is_success and _is_file(place, form):
            there = Completed(video_urls=(place.url,), handle=Handle())
            return Reply(worth=Worth.FINAL, outcome=there, status=response.status_code)
        reader = self._reader(place, response)
        listening = Listening(response, reader)
        events: deque[Event] = deque(maxlen=_MAX_EVENTS)
        async with aclosing(listening.events()) as coming:
            async for event in coming:
                events.append(event)
        answered = Answered(
            status=response.status_code,
            outcome=listening.outcome(),
            ticket=reader.ticket,
            page="html" in form,
            own=self.is_own(place),
        )
        return Reply(
            worth=worth_of(answered),
            outcome=answered.outcome,
            status=answered.status,
            events=tuple(events),
            retry_after=reader.retry_after,
        )

    def _reader(self, place: Place, response: httpx.Response) -> Reader:
        return Reader(
            base_url=place.url,
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            headers=response.headers,
            kind="content" if place.gives_file else "poll",
            input_urls=self._own,
            prompt=self._prompt,
        )


def _is_file(place: Place, form: str) -> bool:
    """Whether the video itself came instead of words about it."""
    return form.startswith("video/") or (place.gives_file and form.startswith(_BINARY))


def _trouble(kind: FailureKind, worth: Worth = Worth.PASSING) -> Reply:
    return Reply(worth=worth, outcome=Failed(kind=kind))
