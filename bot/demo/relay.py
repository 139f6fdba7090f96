"""The sample relay: an OpenAI-style chat relay on loopback that makes real, small videos."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, web

from bot.demo import replies
from bot.demo.chat import Chat, Manner, json_of
from bot.demo.film import Film
from bot.demo.scenarios import Scenario
from bot.demo.shelf import Shelf
from bot.demo.workshop import Workshop, open_workshop

MODELS = ("sora-2", "sora-2-pro", "veo3")
WORDS: Mapping[str, Scenario] = {
    "forbidden": Scenario.MODERATION,
    "variations": Scenario.SEVERAL,
    "oversize": Scenario.OVERSIZE,
    "expired": Scenario.EXPIRED,
}
"""Words that let a visitor of the demo see what does not go as usual."""

_MAX_BODY = 32 * 1024 * 1024
_SHUTDOWN = 0.5
"""Seconds that streams get when the relay closes."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that reached the relay, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any = None
    """The JSON of a POST; `None` when there is none."""


class SampleRelay:
    """`async with SampleRelay() as relay:` listens on a free loopback port until the block ends.

    Args:
        api_key: the one key it knows.
        pace: multiplies every wait; 1 is about 16 seconds for a video, 0 is no waits.
        scenarios: for each model name, or word of a prompt, how the relay behaves; the first
            that fits counts. Words are compared without regard to case.
        models: what it offers; a name may also carry an orientation or a length
            (`sora-2-portrait-8s`).
        encodes: how many films are made at once.
        elsewhere: the origin of links in `Scenario.ELSEWHERE`.
        film: makes the record of a film; a test gives `partial(Film, area=320 * 180)`.
        clock: says the time.
    """

    def __init__(
        self,
        *,
        api_key: str = "sk-demo",
        pace: float = 1.0,
        scenarios: Mapping[str, Scenario] = WORDS,
        models: Sequence[str] = MODELS,
        encodes: int = 1,
        elsewhere: str = "http://127.0.0.1:9",
        film: Callable[..., Film] = Film,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.requests: list[Asked] = []
        self.gate = asyncio.Event()
        """Open at first; cleared by a test, streams wait before their result until it is set."""
        self.gate.set()
        self.api_key = api_key
        self._models = models
        self._manner = Manner(
            pace=pace,
            scenarios=scenarios,
            models=(*models, *scenarios),
            elsewhere=elsewhere,
            gate=self.gate,
        )
        self._open = partial(open_workshop, clock=clock, encodes=encodes, film=film)
        self._stack = AsyncExitStack()
        self._port = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            workshop = await stack.enter_async_context(self._open())
            session = ClientSession(timeout=ClientTimeout(total=5))
            await stack.enter_async_context(session)
            runner = web.AppRunner(
                self._application(workshop, session),
                handler_cancellation=True,
                shutdown_timeout=_SHUTDOWN,
            )
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._port = runner.addresses[0][1]
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What `RELAY_BASE_URL` is set to."""
        return f"{self.origin}/v1"

    @property
    def posts(self) -> Sequence[Asked]:
        """The requests for videos; each of them would cost money."""
        return [asked for asked in self.requests if asked.method == "POST"]

    def _application(self, workshop: Workshop, session: ClientSession) -> web.Application:
        application = web.Application(client_max_size=_MAX_BODY, middlewares=[self._at_the_door])
        chat, shelf = Chat(workshop, session, self._manner), Shelf(workshop)
        application.add_routes(
            [
                web.post("/v1/chat/completions", chat.answer),
                web.get("/v1/models", self._list_models),
                web.get("/source/{task}", shelf.status),
                web.get("/web/{task}", shelf.status),
                web.get("/cdn/{day}/{name}", shelf.file),
                web.get("/cdn/download/{day}/{name}", shelf.file),
            ]
        )
        return application

    @web.middleware
    async def _at_the_door(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Note who asks what, and ask for the key wherever the real ones do."""
        asked = Asked(
            method=request.method,
            path=request.path_qs,
            headers=dict(request.headers),
            body=await json_of(request),
        )
        self.requests.append(asked)
        if request.path.startswith("/v1/") and not self._knows(request):
            return replies.relay_error(401, "无效的令牌")
        return await handler(request)

    def _knows(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self.api_key.encode())

    async def _list_models(self, _: web.Request) -> web.Response:
        models = [{"id": name, "object": "model", "owned_by": "sample"} for name in self._models]
        return web.json_response({"object": "list", "data": models})
