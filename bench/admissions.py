"""How fast requests are taken on, each in one durable transaction on SQLite.

One after the other beside `sqlite3` alone writing two small rows a transaction, equally durable:
that is the floor that the disk sets; what is between is the rules, the facts that they need, and
SQLAlchemy. And a hundred in one instant, each of whom waits for those before.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from bench.figures import Figure, beside
from bot.domain.ledger import Limits
from bot.domain.requests import Order, Requester, VideoRequest
from storage.database import Database
from storage.ledger import Ledger

COUNT = 1000
"""Requests, each by another member: a server's busy evening."""
AT_ONCE = 100
_ROUNDS = 10
_STRETCH = 0.002
"""Seconds for which the loop does something else, and then nothing, in turn."""


async def admissions() -> Figure:
    async with _opened() as ledger:
        started = time.perf_counter()
        for number in range(COUNT):
            await _admit(ledger, number)
        ours = COUNT / (time.perf_counter() - started)
    with TemporaryDirectory() as folder:
        theirs = await asyncio.to_thread(_theirs, Path(folder) / "floor.db")
    name = f"Admissions ({COUNT:,} members, SQLite on disk, synchronous=FULL)"
    return beside(name, "per second", ours=ours, theirs={"sqlite3 alone": theirs})


async def at_once() -> Figure:
    rows = [_row("nothing else to do", await _waits())]
    other = asyncio.create_task(_something_else())
    rows.append(_row("half busy otherwise", await _waits()))
    other.cancel()
    name = f"{AT_ONCE} members in one instant: how long until each is taken on"
    return Figure(name=name, rows=tuple(rows))


@asynccontextmanager
async def _opened() -> AsyncIterator[Ledger]:
    with TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/clapper.db")
        yield Ledger(database, lambda: datetime.now(UTC), Limits())
        await database.close()


async def _waits() -> list[float]:
    """Seconds of each member in every round."""
    async with _opened() as ledger:
        rounds = range(0, _ROUNDS * AT_ONCE, AT_ONCE)
        return [seconds for first in rounds for seconds in await _round(ledger, first)]


async def _round(ledger: Ledger, first: int) -> list[float]:
    started = time.perf_counter()

    async def wait(number: int) -> float:
        await _admit(ledger, number)
        return time.perf_counter() - started

    return await asyncio.gather(*(wait(number) for number in range(first, first + AT_ONCE)))


async def _something_else() -> None:
    while True:
        until = time.perf_counter() + _STRETCH
        while time.perf_counter() < until:
            pass
        await asyncio.sleep(_STRETCH)


async def _admit(ledger: Ledger, number: int) -> None:
    order = Order(
        interaction_id=number + 1,
        request=VideoRequest(prompt="A paper boat drifts down a rainy street", model="sora-2"),
        requester=Requester(guild_id=1, user_id=number + 1),
        channel_id=1,
    )
    await ledger.admit(order, job_id=f"{number:016x}", price=1)


def _row(name: str, seconds: list[float]) -> str:
    percents = quantiles(seconds, n=100)
    return f"{name:<22} half {1000 * percents[49]:5.0f} ms, 99 of 100 {1000 * percents[98]:5.0f} ms"


def _theirs(path: Path) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=wal")
    database.execute("PRAGMA synchronous=full")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)")
    started = time.perf_counter()
    for number in range(COUNT):
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO rows (text) VALUES (?)", (f"job {number}",))
        database.execute("INSERT INTO rows (text) VALUES (?)", (f"hold {number}",))
        database.execute("COMMIT")
    seconds = time.perf_counter() - started
    database.close()
    return COUNT / seconds


async def _main() -> None:
    for figure in (await admissions(), await at_once()):
        print(figure.name, *figure.rows, sep="\n  ")


if __name__ == "__main__":
    asyncio.run(_main())
