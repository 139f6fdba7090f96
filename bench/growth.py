"""What one admission costs beside a long history.

`python -m bench.growth` prints rows of x and y as well, which `bench/plots.py` draws.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import TypeAlias

from bench.figures import Figure
from bench.history import BEGUN, REGULAR, STEP, lengthen
from bot.domain.jobs import JobStatus
from bot.domain.ledger import Limits, Period
from bot.domain.quota import Pool
from bot.domain.requests import Order, VideoRequest
from storage.database import Database
from storage.ledger import Ledger
from storage.rules import Rules

VIDEOS = (0, 500, 5_000, 50_000, 500_000)
_ASKED = 60
"""Admissions that make one point, of the member who asked more often than all others."""
_POOL = Pool(credits=1_000_000, period=Period.MONTH)
_ALLOWANCE = Limits(default_credits=1_000_000)
_EVERY_RULE = Limits(default_credits=1_000_000, operator_credits_per_day=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one admission in milliseconds: a tenth of them took less.

    What slows the others down is whatever else the machine does: its part is the same beside a
    million entries as beside none.
    """

    clock: float
    processor: float


Point: TypeAlias = tuple[int, Cost, Cost]
"""Entries, and the cost beside them with an allowance alone and with every rule."""


async def growth() -> Figure:
    """Beside nothing, and then beside more and more of the same database."""
    return _figure([point async for point in _points()])


def _figure(points: Sequence[Point]) -> Figure:
    rows = [f"{'':>22}   an allowance alone   with a month's pool and a day's cap"]
    for entries, alone, capped in points:
        rows.append(f"{entries:12,} entries   {_told(alone)}   {_told(capped)}")
    return Figure(name="One admission on SQLite beside a history that grows", rows=tuple(rows))


async def _points() -> AsyncIterator[Point]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clapper.db"
        for before, videos in zip((0, *VIDEOS), VIDEOS, strict=False):
            await (await Database.open(f"sqlite:///{path}")).close()
            await asyncio.to_thread(lengthen, path, before, videos)
            yield videos * 2, *await _costs(path, videos)


async def _costs(path: Path, videos: int) -> tuple[Cost, Cost]:
    database = await Database.open(f"sqlite:///{path}")
    rules = Rules(database, lambda: BEGUN)
    await rules.set_pool(REGULAR.guild_id, None, actor_id=9)
    alone = await _cost(database, _ALLOWANCE, videos)
    await rules.set_pool(REGULAR.guild_id, _POOL, actor_id=9)
    capped = await _cost(database, _EVERY_RULE, videos)
    await database.close()
    return alone, capped


async def _cost(database: Database, limits: Limits, videos: int) -> Cost:
    ticks = count()
    now = BEGUN + STEP * videos
    ledger = Ledger(database, lambda: now + timedelta(milliseconds=next(ticks)), limits)
    clock, processor = [], []
    for _ in range(_ASKED):
        began = time.perf_counter(), time.process_time()
        job = (await ledger.admit(_order(), job_id=f"asked{time.monotonic_ns()}", price=1)).job
        clock.append(time.perf_counter() - began[0])
        processor.append(time.process_time() - began[1])
        await ledger.finish(job, JobStatus.FAILED, settle=False)  # so that no line of them grows
    return Cost(
        clock=quantiles(clock, n=10)[0] * 1000, processor=quantiles(processor, n=10)[0] * 1000
    )


def _order() -> Order:
    return Order(
        interaction_id=time.monotonic_ns(),
        request=VideoRequest(prompt="A paper boat drifts down a rainy street", model="sora-2"),
        requester=REGULAR,
        channel_id=1,
    )


def _told(cost: Cost) -> str:
    return f"{cost.clock:6.2f} ms, {cost.processor:.2f} of a core"


async def _main() -> None:
    points = [point async for point in _points()]
    figure = _figure(points)
    print(figure.name, *figure.rows, sep="\n  ")
    for entries, alone, _ in points:
        print(f"admission-beside-history {entries} {alone.processor:.2f}")


if __name__ == "__main__":
    asyncio.run(_main())
