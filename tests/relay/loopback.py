"""A relay on loopback that answers as a test says and remembers what it was asked."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.net import MediaClient

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Loopback:
    """Where it listens, what it answers, and every request so far."""

    port: int
    answer: Answer
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[Loopback]:
    """A server on a free port until the block ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        relay = Loopback(port=taken.getsockname()[1], answer=answer)

        async def handle(request: web.Request) -> web.StreamResponse:
            relay.asked.append(request)
            relay.bodies.append(await request.read())
            relay.heard.set()
            return await relay.answer(request)

        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.SockSite(runner, taken).start()
        try:
            yield relay
        finally:
            await runner.cleanup()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def fixed(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    """Always the same answer."""

    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, headers=named)

    return answer


async def stream(request: web.Request, **headers: str) -> web.StreamResponse:
    """An open event stream to write to."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **headers})
    await response.prepare(request)
    return response


def media(*origins: str) -> MediaClient:
    """A client that may ask these origins, which are private here, and public ones.

    It keeps no connections, so there is nothing to close.
    """
    return MediaClient(allowed_origins=origins, max_bytes=1 << 20, timeout_seconds=30)
