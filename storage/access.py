"""How a transaction reaches the database: SQLite in a thread of its own, PostgreSQL by the loop.

What a transaction does is a plain function of a connection, the same for both.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import COMMAND_SECONDS, DriverConnection, file_engine, server_engine

T = TypeVar("T")

_STEPS = 100_000
"""Of SQLite's machine, about a millisecond, between two looks whether anybody still waits."""


class Access(Protocol):
    """Runs work in transactions."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Commit when `work` returns, roll back when it raises or when this is cancelled."""

    async def close(self) -> None:
        """Let what runs end, then disconnect; calling it again is harmless."""


def access_to(
    url: URL, *, read_only: bool = False, command_seconds: float = COMMAND_SECONDS
) -> Access:
    """The way to a parsed URL's database; nothing has connected yet.

    `read_only` is for SQLite, where it does not even checkpoint; `command_seconds` are
    PostgreSQL's.

    Raises:
        StorageError: `storage-driver-missing` without the extra `postgres`.
    """
    if url.get_backend_name() == "sqlite":
        return FileAccess(file_engine(url, read_only=read_only))
    return ServerAccess(server_engine(url, command_seconds))


class ServerAccess:
    """Many transactions at once, each statement awaited where SQLAlchemy's greenlets do it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection of its own."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()


class FileAccess:
    """One transaction after the other, in the order of asking, each one trip to the thread.

    A trip for each statement and each row would cost six times as much as the statements.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._given_up = Event()
        """Of the transaction that runs now."""
        event.listen(engine, "connect", self._watch)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` when its turn comes; cancelled, it does not wait for what is undone then."""
        given_up = Event()
        try:
            return await asyncio.wrap_future(self._thread.submit(self._transact, work, given_up))
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def close(self) -> None:
        """Wait for the thread, also for what nobody waits for any more, and disconnect."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()

    def _transact(self, work: Callable[[Connection], T], given_up: Event) -> T:
        self._given_up = given_up
        with self._engine.begin() as connection:
            result = work(connection)
            if given_up.is_set():
                raise TimeoutError  # nobody hears it; it rolls back
            return result

    def _watch(self, connection: DriverConnection, _record: object) -> None:
        connection.set_progress_handler(self._is_given_up, _STEPS)

    def _is_given_up(self) -> bool:
        return self._given_up.is_set()
