"""A relay in a process of its own: it says a step a second and then where the video is.

The prompt says what is asked for (`Wish`), so that each job may have another stream and another
film. When each answer was over can be asked for afterwards.
"""

import asyncio
import re
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bench.bodies import END, chunk
from bench.files import allow_many_files
from bench.wire.films import film

_WISH = re.compile(r"number (\d+): (\d+) s, (\d+) bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a job's relay shall do."""

    number: int
    seconds: int
    size: int
    """Bytes of the film."""

    @property
    def prompt(self) -> str:
        return f"A paper boat, number {self.number}: {self.seconds} s, {self.size} bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where it is."""

    origin: str

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def film_url(self, wish: Wish) -> str:
        return f"{self.origin}/films/{wish.size}/{wish.number}.mp4"

    async def ended(self) -> dict[int, float]:
        """When (by the machine's clock) the last byte of each answer was written."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.origin}/ended") as answer:
            return {int(number): at for number, at in (await answer.json()).items()}


@asynccontextmanager
async def film_relay() -> AsyncIterator[Relay]:
    """It ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.wire.relay", stdout=PIPE
    )
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 30))
        yield Relay(origin=f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        await process.wait()


@dataclass(slots=True)
class _Studio:
    """The routes, and what they remember."""

    over: dict[int, float] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        found = _WISH.search((await request.read()).decode())
        assert found, "the prompt says nothing of a film"
        number, seconds, size = map(int, found.groups())
        film(size)  # so that nobody waits for it later
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for second in range(seconds):
            await response.write(chunk(f"> Progress: {second * 100 // seconds}%\n"))
            await asyncio.sleep(1)
        link = f"{request.url.origin()}/films/{size}/{number}.mp4"
        await response.write(chunk(f"\n[Your video]({link})\n") + END)
        self.over[number] = time.monotonic()
        return response

    async def ended(self, _request: web.Request) -> web.Response:
        return web.json_response(self.over)

    async def film(self, request: web.Request) -> web.Response:
        return web.Response(body=film(int(request.match_info["size"])), content_type="video/mp4")


async def main() -> None:
    allow_many_files()
    studio, app = _Studio(), web.Application()
    app.router.add_post("/v1/chat/completions", studio.answer)
    app.router.add_get("/ended", studio.ended)
    app.router.add_get("/films/{size}/{number}.mp4", studio.film)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
