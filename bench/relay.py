"""A relay in a process of its own: it answers with long streams as fast as it can, or slowly.

The model's name says what is asked for: a kind of `bench.bodies` for an answer of 20 MB
(`words:10000` for one of 10,000 bytes); `slow:20` for a word a second during 20 seconds, and then
the time at which the last one was sent.
"""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from aiohttp import web

from bench.bodies import BYTES, END, body, chunk
from bench.files import allow_many_files

_PIECE = 1 << 16
SENT = "sent at "
"""Stands before the second (of the machine's clock) at which a slow answer was over."""

whole = lru_cache(body)


@asynccontextmanager
async def sample_relay() -> AsyncIterator[str]:
    """Its base URL; it ends with the block."""
    relay = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.relay", stdout=PIPE)
    try:
        assert relay.stdout is not None
        port = int(await asyncio.wait_for(relay.stdout.readline(), 30))
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        relay.terminate()
        await relay.wait()


async def answer(request: web.Request) -> web.StreamResponse:
    kind, _, amount = json.loads(await request.read())["model"].partition(":")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    if kind == "slow":
        await _slowly(response, int(amount))
        return response
    told = whole(kind, int(amount or BYTES))
    for start in range(0, len(told), _PIECE):
        await response.write(told[start : start + _PIECE])
    return response


async def _slowly(response: web.StreamResponse, seconds: int) -> None:
    for second in range(seconds):
        await response.write(chunk(" word" if second % 5 else f"\nProgress: {second}%\n"))
        await asyncio.sleep(1)
    await response.write(chunk(f"\n{SENT}{time.monotonic()} ") + END)


async def main() -> None:
    allow_many_files()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
