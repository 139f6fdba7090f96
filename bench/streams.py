"""What a thousand answers cost at once that say a word a second, and how late their ends are."""

import asyncio
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import quantiles

from bench.figures import Figure
from bench.files import allow_many_files
from bench.relay import SENT
from bot.domain.events import Failed
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient

COUNT = 1000
_SECONDS = 20
"""Of each stream."""
_SPREAD = 5
"""Seconds over which they begin, and over which they end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took while all streams were open, and the lateness of each last byte."""

    cpu: float
    """Of one core."""
    late: list[float]
    """Seconds between the relay's last write and the outcome."""


async def streams(url: str) -> Figure:
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        cost = await loop.run_in_executor(child, _measure, url)
    late = quantiles(cost.late, n=100)
    return Figure(
        name=f"{COUNT:,} streams in one process, each a chunk a second",
        rows=(
            f"{'processor':<22} {cost.cpu:12.0%} of one core",
            f"{'last byte, half':<22} {late[49] * 1000:12.0f} ms late at most",
            f"{'last byte, 99 of 100':<22} {late[98] * 1000:12.0f} ms",
            f"{'last byte, all':<22} {max(cost.late) * 1000:12.0f} ms",
        ),
    )


def _measure(url: str) -> Cost:
    allow_many_files()
    return asyncio.run(_all(url))


async def _all(url: str) -> Cost:
    async with relay_http(silence_seconds=60) as http, asyncio.TaskGroup() as group:
        media = MediaClient(allowed_origins=[url], max_bytes=0, timeout_seconds=60)
        client = RelayClient(base_url=url, api_key="sample", http=http, media=media)
        ends = [group.create_task(_one(client, number)) for number in range(COUNT)]
        await asyncio.sleep(_SPREAD + 1)
        cpu, started = time.process_time(), time.perf_counter()
        await asyncio.sleep(_SECONDS - _SPREAD - 2)
        share = (time.process_time() - cpu) / (time.perf_counter() - started)
    return Cost(cpu=share, late=[end.result() for end in ends])


async def _one(client: RelayClient, number: int) -> float:
    await asyncio.sleep(_SPREAD * number / COUNT)
    events = client.generate({"model": f"slow:{_SECONDS}"}, prompt="A paper boat in the rain")
    last = [event async for event in events][-1]
    assert isinstance(last, Failed)  # there is no video in a word a second
    return time.monotonic() - float(last.text.rpartition(SENT)[2])
