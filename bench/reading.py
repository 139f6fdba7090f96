"""How fast long answers are read, and in how much memory, beside others who read the same.

Everyone reads from the same server in the same run, over HTTP on loopback: Clapper everything that
it ever does with an answer, httpx-sse with `json.loads` and nothing else, and the official client.
"""

import asyncio
import json
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import httpx
from httpx_sse import aconnect_sse
from openai import AsyncOpenAI

from bench.bodies import BYTES, END, body
from bench.figures import Figure
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient

KINDS = {
    "words": "Small deltas: a word each",
    "lines": "Large deltas: 1.2 KB each, in one line",
    "pages": "Large deltas: 1.2 KB each, in a dozen lines",
    "steps": "Steps: each delta a line that moves the card",
}
_ROUNDS = 3
_FIRST = 10_000
"""Bytes of an answer after which everything is loaded and warm."""


async def reading(url: str) -> AsyncIterator[Figure]:
    for kind, name in KINDS.items():
        chunks = body(kind).count(b"\n\n") - END.count(b"\n\n")
        seconds = await _seconds(url, kind)
        rows = [
            _row(reader, taken, chunks, seconds["Clapper"]) for reader, taken in seconds.items()
        ]
        title = f"{name} ({BYTES / 1e6:.0f} MB in {chunks:,} chunks)"
        yield Figure(name=title, rows=tuple(rows))


async def memory(url: str) -> Figure:
    """What is taken on at most while reading, by a process that has read a short answer before."""
    loop = asyncio.get_running_loop()
    rows = []
    for kind in KINDS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
            grown = await loop.run_in_executor(child, _growth, url, kind)
        rows.append(f"{kind:<22} {grown / 1e6:12.1f} MB")
    return Figure(name="Memory taken on at most while 20 MB are read", rows=tuple(rows))


async def clapper(url: str, kind: str) -> None:
    async with relay_http(silence_seconds=60) as http:
        client = RelayClient(base_url=url, api_key="sample", http=http, media=_media(url))
        async for _ in client.generate({"model": kind}, prompt="A paper boat in the rain"):
            pass


@lru_cache
def _media(url: str) -> MediaClient:
    """Made once: it reads no stream, and loading the public authorities takes it 20 ms."""
    return MediaClient(allowed_origins=[url], max_bytes=0, timeout_seconds=60)


async def httpx_sse(url: str, kind: str) -> None:
    route = f"{url}/chat/completions"
    async with (
        httpx.AsyncClient(timeout=60) as http,
        aconnect_sse(http, "POST", route, json={"model": kind}) as source,
    ):
        async for event in source.aiter_sse():
            if event.data != "[DONE]":
                json.loads(event.data)


async def openai(url: str, kind: str) -> None:
    async with AsyncOpenAI(base_url=url, api_key="sample", max_retries=0) as client:
        said = await client.chat.completions.create(
            model=kind, messages=[{"role": "user", "content": "A paper boat"}], stream=True
        )
        async for _ in said:
            pass


Read = Callable[[str, str], Awaitable[None]]


async def _seconds(url: str, kind: str) -> dict[str, float]:
    """The best of some rounds; once for the slow one."""
    readers: Mapping[str, Read] = {"Clapper": clapper, "httpx-sse + json": httpx_sse}
    best: dict[str, float] = {}
    for _ in range(_ROUNDS):
        for name, read in readers.items():
            taken = await _timed(read, url, kind)
            best[name] = min(taken, best.get(name, taken))
    return {**best, "openai": await _timed(openai, url, kind)}


async def _timed(read: Read, url: str, kind: str) -> float:
    """Seconds of processor time, as others may be using the machine; the server has its own."""
    await read(url, f"{kind}:{_FIRST}")
    started = time.process_time()
    await read(url, kind)
    return time.process_time() - started


def _row(reader: str, taken: float, chunks: int, ours: float) -> str:
    share = "" if reader == "Clapper" else f"   (Clapper: {taken / ours:.2f} of it)"
    return f"{reader:<22} {BYTES / 1e6 / taken:6.0f} MB/s {chunks / taken:10,.0f} chunks/s{share}"


def _growth(url: str, kind: str) -> int:
    asyncio.run(clapper(url, f"{kind}:{_FIRST}"))
    tracemalloc.start()
    asyncio.run(clapper(url, kind))
    return tracemalloc.get_traced_memory()[1]
