"""Thousands of transactions whose callers are cancelled, and whose time ends, at random moments."""

import asyncio
import itertools
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from subprocess import PIPE

import pytest
from sqlalchemy import Connection, text

from bot.domain.errors import StorageError
from storage.database import Database
from storage.engine import parse, server_engine

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parents[2]
COUNT = 2000
AT_ONCE = 60
LONGEST = 0.03
"""Seconds until a cancellation; so many at once wait about as long for their turn."""
OTHER_HALF = 1_000_000
"""Between the two rows that a transaction writes: one without the other is half of it."""


class Storm:
    """Many transactions at once on one database, and what became of each."""

    def __init__(self, database: Database, *, seed: int, count: int = COUNT) -> None:
        self.chance = random.Random(seed)
        self.begun: set[int] = set()
        self.ended: set[int] = set()
        self.cancelled: set[int] = set()
        self.late: set[int] = set()
        self._database = database
        self._numbers = itertools.count(1)
        self._count = count
        self._room = asyncio.Semaphore(AT_ONCE)

    async def cancel_half(self) -> None:
        await self._rage(self._called, self._cancelled)

    async def hurry_half(self) -> None:
        await self._rage(self._called, self._hurried)

    async def _rage(self, *calls: Callable[[int], Coroutine[None, None, None]]) -> None:
        async with asyncio.TaskGroup() as group:
            for number in itertools.islice(self._numbers, self._count):
                await self._room.acquire()
                task = group.create_task(calls[number % 2](number))
                task.add_done_callback(lambda _: self._room.release())

    async def _called(self, number: int, seconds: float = 30) -> None:
        def write_both(connection: Connection) -> None:
            insert = text("INSERT INTO servers (guild_id) VALUES (:id)")
            connection.execute(insert, {"id": number})
            connection.execute(insert, {"id": number + OTHER_HALF})

        self.begun.add(number)
        await self._database.transact(write_both, seconds=seconds)
        self.ended.add(number)

    async def _cancelled(self, number: int) -> None:
        caller = asyncio.create_task(self._called(number))
        await asyncio.wait({caller}, timeout=self.chance.uniform(0, LONGEST))
        caller.cancel()
        await asyncio.wait({caller})
        if caller.cancelled():
            self.cancelled.add(number)

    async def _hurried(self, number: int) -> None:
        try:
            await self._called(number, seconds=self.chance.uniform(0, LONGEST))
        except StorageError as error:
            if error.code != "storage-timeout":
                raise
            self.late.add(number)


async def written(url: str) -> set[int]:
    """The numbers of the transactions that are there, each of them whole."""

    def read(connection: Connection) -> set[int]:
        return set(connection.execute(text("SELECT guild_id FROM servers")).scalars())

    database = await Database.open(url)
    found = await database.transact(read)
    await database.close()
    whole = {number for number in found if number < OTHER_HALF}
    assert found == whole | {number + OTHER_HALF for number in whole}, "half a transaction is kept"
    return whole


async def nobody_holds_on(url: str) -> None:
    """Another connection may write at once, and none is left in the middle of a transaction."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        other.close()
        return
    others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    held = text(f"SELECT state FROM pg_stat_activity {others} AND xact_start IS NOT NULL")
    engine = server_engine(parse(url)).execution_options(isolation_level="AUTOCOMMIT")
    async with asyncio.timeout(30), engine.connect() as connection:
        while (await connection.execute(held)).scalars().all():  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)  # the server takes back what a broken connection began
    await engine.dispose()


async def test_cancelled_callers_leave_whole_transactions_and_no_lock(url: str) -> None:
    database = await Database.open(url)
    storm = Storm(database, seed=6)

    await storm.cancel_half()

    assert len(storm.cancelled) > COUNT / 10
    async with asyncio.timeout(30):
        await database.close()  # waits for what goes on without its caller
    await nobody_holds_on(url)
    assert await written(url) == storm.begun


async def test_transactions_whose_time_ends_leave_nothing_half_and_no_lock(url: str) -> None:
    database = await Database.open(url)
    storm = Storm(database, seed=7)

    await storm.hurry_half()

    assert len(storm.late) > COUNT / 20
    await database.ping()
    await nobody_holds_on(url)
    async with asyncio.timeout(30):
        await database.close()
    assert storm.ended <= await written(url) <= storm.begun


def test_the_process_ends_at_once_when_the_storm_is_over(shared_url: str) -> None:
    """A driver's thread that nobody stopped would keep it alive for ever."""
    program = (
        "import asyncio, sys\n"
        "from storage.database import Database\n"
        "from tests.storage.test_storms import Storm\n"
        "async def main():\n"
        "    database = await Database.open(sys.argv[1])\n"
        "    storm = Storm(database, seed=8, count=300)\n"
        "    await storm.cancel_half()\n"
        "    await storm.hurry_half()\n"
        "    await database.close()\n"
        "    assert storm.cancelled and storm.late\n"
        "asyncio.run(main())\n"
        "print('closed', flush=True)\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, shared_url]

    with subprocess.Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            code = process.wait(timeout=10)
        finally:
            process.kill()
        assert process.stderr is not None
        assert (said, code, process.stderr.read()) == ("closed\n", 0, "")
