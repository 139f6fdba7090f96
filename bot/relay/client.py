"""One relay over HTTP: ask once, tell what it answers, and never let the key stray."""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

import httpx
import stamina
import structlog

from bot.domain.errors import FailureKind, RelayFailure
from bot.domain.events import Completed, Event, Failed, Outcome, Pending, Progress
from bot.domain.jobs import Handle
from bot.net import MediaClient
from bot.relay.asking import Asking
from bot.relay.base_url import normalise_base_url
from bot.relay.listening import Listening, kind_of_break
from bot.relay.models import MissingRoute, names_of_models
from bot.relay.places import content_url, implied_url
from bot.relay.polling import Pace, Polling, leaves_task, lost_as
from bot.relay.reading.links import unescaped
from bot.relay.reading.markup import URL
from bot.relay.reading.reader import Reader

log = structlog.get_logger()

Told = TypeVar("Told", bound=Event)

_CHAT = "chat/completions"
CONNECT_SECONDS = 10.0
_SEND_SECONDS = 60.0
_MODELS_SECONDS = 10.0
_TRIES = 3
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
"""What is raised while no byte of the request has left yet."""
_MIN_KEY = 6
"""Characters from which a key, or what a header says instead, is looked for in a relay's words."""


class RelayClient:
    """Speaks to one relay; the HTTP client belongs to whoever passed it in."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        http: httpx.AsyncClient,
        media: MediaClient,
        headers: Mapping[str, str] = MappingProxyType({}),
        silence_seconds: float = 1500,
        poll_seconds: float = 5,
    ) -> None:
        """Take where the relay is, who we are, and how long it may say nothing.

        `media` must allow the relay's origin, and asks what else the relay names. `headers` win
        over our own, so that a relay may be shown its key in another way. `poll_seconds` lie
        between the first two questions for a task; the pauses grow.

        Raises:
            ValueError: `base_url` is no http(s) address, or carries a password.
        """
        self.base_url = normalise_base_url(base_url)
        self._http = http
        self._media = media
        self._poll_seconds = poll_seconds
        self._headers = httpx.Headers(
            {"Authorization": f"Bearer {api_key}", "User-Agent": "Clapper"} if api_key else {}
        )
        self._headers.update(headers)
        self._headers["Accept-Encoding"] = "identity"
        told = (part for value in headers.values() for part in value.split())
        keys = [api_key, *(part for part in told if any(map(str.isdigit, part)))]
        self._keys = sorted((key for key in keys if len(key) >= _MIN_KEY), key=len, reverse=True)
        self._timeout = httpx.Timeout(
            connect=CONNECT_SECONDS, read=silence_seconds, write=_SEND_SECONDS, pool=CONNECT_SECONDS
        )

    async def generate(
        self,
        body: Mapping[str, object],
        *,
        prompt: str,
        input_urls: Collection[str] = (),
        route: str = "",
    ) -> AsyncGenerator[Event, None]:
        """Ask for a video and tell what happens; the last event is the one outcome.

        `route` lies below the base URL; empty means that of chat.

        The request goes out at most once: it is tried again only while there is no connection.
        Links in `body` and `input_urls` are the request's own and never taken for the result.
        Trouble with the relay is an outcome, never an exception. No timeout is held while an
        event is handed out, so each may be asked for from another task.
        """
        own = frozenset([*input_urls, *_addresses(body)])
        async with AsyncExitStack() as stack:
            answer = await self._ask(body, prompt, own, stack, route or _CHAT)
            if isinstance(answer, Failed):
                outcome: Outcome = answer
            else:
                events = await stack.enter_async_context(aclosing(answer.events()))
                async for event in events:
                    yield self._discreet(self._placed(event, answer))
                outcome = self._placed(answer.outcome(), answer)
        yield self._discreet(outcome)

    async def run(
        self,
        body: Mapping[str, object],
        *,
        prompt: str,
        input_urls: Collection[str] = (),
        route: str = "",
    ) -> AsyncGenerator[Event, None]:
        """`generate`, and then ask for the task until it is over: the end is a video or a failure.

        A task is asked for when its relay gave only a ticket, and when the answer broke off behind
        a handle. `Accepted` tells the place that answers, so that `resume` finds it at once.
        """
        moved: Progress | None = None
        ended: Outcome = Failed(kind=FailureKind.TRUNCATED)
        asked = self.generate(body, prompt=prompt, input_urls=input_urls, route=route)
        async with aclosing(asked) as told:
            async for event in told:
                if isinstance(event, Completed | Pending | Failed):
                    ended = event
                    continue
                moved = event if isinstance(event, Progress) else moved
                yield event
        own = frozenset([*input_urls, *_addresses(body)])
        async with aclosing(self._followed(ended, moved, prompt, own)) as rest:
            async for event in rest:
                yield event

    async def resume(
        self, handle: Handle, *, prompt: str = "", input_urls: Collection[str] = ()
    ) -> AsyncGenerator[Event, None]:
        """Ask for a task of which nothing but its handle is left; as `run` behind the request.

        `prompt` and `input_urls` are the request's, so that echoes of it are no results.
        """
        ended = Pending(handle=handle)
        async with aclosing(self._followed(ended, None, prompt, frozenset(input_urls))) as rest:
            async for event in rest:
                yield event

    async def models(self) -> list[str] | None:
        """The names of the relay's models; `None` when it has no such route.

        Raises:
            RelayFailure: the key is refused, the base URL leads elsewhere, or nobody answers.
        """
        try:
            async with asyncio.timeout(_MODELS_SECONDS), AsyncExitStack() as stack:
                stream = self._http.stream(
                    "GET", f"{self.base_url}/models", headers=self._headers, follow_redirects=False
                )
                response = await stack.enter_async_context(stream)
                return await names_of_models(response, self._reader(response, "", frozenset()))
        except MissingRoute:
            return None
        except RelayFailure as failure:
            raise RelayFailure(failure.kind, self._without_key(failure.reason)) from failure
        except TimeoutError as late:
            raise RelayFailure(FailureKind.TIMEOUT) from late
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise RelayFailure(kind_of_break(error)) from error

    async def _followed(
        self, ended: Outcome, moved: Progress | None, prompt: str, own: frozenset[str]
    ) -> AsyncGenerator[Event, None]:
        """The end of an answer, or of the task that it leaves behind."""
        if not leaves_task(ended):
            yield self._with_file(ended)
            return
        polling = Polling(
            ended.handle,
            base_url=self.base_url,
            asking=self._asking(prompt, own),
            pace=Pace(self._poll_seconds),
            lost=lost_as(ended),
            done=isinstance(ended, Pending) and ended.done,
            progress=moved,
        )
        async with aclosing(polling.events()) as events:
            async for event in events:
                yield self._final(event, ended.text)

    def _final(self, event: Event, text: str) -> Event:
        """What was said before the task was asked for belongs to its end: continuations need it."""
        if isinstance(event, Completed | Failed):
            event = replace(event, text=text or event.text)
        return self._discreet(event)

    def _asking(self, prompt: str, own: frozenset[str]) -> Asking:
        return Asking(
            base_url=self.base_url,
            headers=self._headers,
            http=self._http,
            media=self._media,
            prompt=prompt,
            own=own,
        )

    async def _ask(
        self,
        body: Mapping[str, object],
        prompt: str,
        own: frozenset[str],
        stack: AsyncExitStack,
        route: str,
    ) -> Listening | Failed:
        try:
            response = await self._post(route, body, stack)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            log.warning("relay.no_answer", error=type(error).__name__)
            return Failed(kind=kind_of_break(error))
        return Listening(response, self._reader(response, prompt, own))

    async def _post(
        self, route: str, body: Mapping[str, object], stack: AsyncExitStack
    ) -> httpx.Response:
        """Send the request; again only where the failed try cannot have reached the relay."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        tries = stamina.retry_context(
            on=_NOT_SENT, attempts=_TRIES, timeout=None, wait_initial=0.3, wait_max=3.0
        )
        async for attempt in tries:
            with attempt:
                return await stack.enter_async_context(self._stream(route, content))
        raise httpx.ConnectError("never tried")  # stamina raises the last error itself

    def _stream(self, route: str, content: bytes) -> AbstractAsyncContextManager[httpx.Response]:
        return self._http.stream(
            "POST",
            f"{self.base_url}/{route}",
            content=content,
            headers=[
                ("Accept", "text/event-stream, application/json"),
                ("Content-Type", "application/json"),
                *self._headers.multi_items(),
            ],
            timeout=self._timeout,
            follow_redirects=False,  # a redirect would carry key and prompt elsewhere
        )

    def _reader(self, response: httpx.Response, prompt: str, own: frozenset[str]) -> Reader:
        return Reader(
            base_url=self.base_url,
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            headers=response.headers,
            input_urls=own,
            prompt=prompt,
        )

    def _placed(self, event: Told, answer: Listening) -> Told:
        """`event` with the place where its task can be asked for, when the ticket's shape tells."""
        if isinstance(event, Progress) or event.handle.poll_url or not event.handle.task_id:
            return event
        url = implied_url(answer.ticket.record, event.handle.task_id, self.base_url)
        return replace(event, handle=replace(event.handle, poll_url=url)) if url else event

    def _with_file(self, outcome: Outcome) -> Outcome:
        task_id = outcome.handle.task_id
        if not isinstance(outcome, Completed) or outcome.video_urls or not task_id:
            return outcome
        return replace(outcome, video_urls=(content_url(task_id, self.base_url),))

    def _discreet(self, event: Event) -> Event:
        """Relays like to repeat a key that they refuse; members read reasons and notes."""
        if isinstance(event, Failed):
            return replace(event, reason=self._without_key(event.reason))
        if isinstance(event, Progress) and event.note:
            return replace(event, note=self._without_key(event.note))
        return event

    def _without_key(self, words: str) -> str:
        for key in self._keys:
            words = words.replace(key, "…")
        return words


def _addresses(value: object) -> Iterator[str]:
    """Every link in a request's body."""
    if isinstance(value, str):
        if not value.startswith("data:"):
            yield from map(unescaped, URL.findall(value))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _addresses(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _addresses(item)
