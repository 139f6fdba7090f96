"""How many requests a second are taken on, each in one durable transaction on SQLite.

Beside it: `sqlite3` alone writing two small rows a transaction, equally durable. That is the
floor that the disk sets; what is between is the rules, the facts that they need, and SQLAlchemy.
"""

import asyncio
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, beside
from bot.domain.ledger import Limits
from bot.domain.requests import Order, Requester, VideoRequest
from storage.database import Database
from storage.ledger import Ledger

COUNT = 1000
"""Requests, each by another member: a server's busy evening."""


async def admissions() -> Figure:
    with TemporaryDirectory() as folder:
        ours = await _ours(Path(folder) / "clapper.db")
        theirs = await asyncio.to_thread(_theirs, Path(folder) / "floor.db")
    name = f"Admissions ({COUNT:,} members, SQLite on disk, synchronous=FULL)"
    return beside(name, "per second", ours=ours, theirs={"sqlite3 alone": theirs})


async def _ours(path: Path) -> float:
    database = await Database.open(f"sqlite:///{path}")
    ledger = Ledger(database, lambda: datetime.now(UTC), Limits())
    started = time.perf_counter()
    for number in range(COUNT):
        await ledger.admit(_order(number), job_id=f"{number:016x}", price=1)
    seconds = time.perf_counter() - started
    await database.close()
    return COUNT / seconds


def _order(number: int) -> Order:
    return Order(
        interaction_id=number + 1,
        request=VideoRequest(prompt="A paper boat drifts down a rainy street", model="sora-2"),
        requester=Requester(guild_id=1, user_id=number + 1),
        channel_id=1,
    )


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
