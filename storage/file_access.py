"""SQLite: aiosqlite's connection and its thread, with a whole transaction in each trip there."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import TypeVar

import aiosqlite
from sqlalchemy import URL, Connection

from storage.engine import file_engine, reading

T = TypeVar("T")

_STEPS = 100_000
"""Of SQLite's machine, about a millisecond, between two looks whether anybody still waits."""


class FileConnection(aiosqlite.Connection):
    """aiosqlite's connection, which also takes a function to its thread.

    Its own methods go there for each statement, each reading of rows and each commit.
    """

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns or raises there, once it is its turn."""
        result: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return result


class FileAccess:
    """One transaction after the other, in the order of asking, each one trip to the thread.

    A trip for each statement and each row would cost six times as much as the statements.
    """

    def __init__(self, url: URL, *, read_only: bool = False) -> None:
        url = reading(url) if read_only else url
        self._engine = file_engine(url, lambda: self._raw, read_only=read_only)
        self._raw: sqlite3.Connection
        self._connection: FileConnection | None = None
        arguments, options = self._engine.dialect.create_connect_args(url)
        self._connector = partial(sqlite3.connect, *arguments, **options)
        self._connecting = asyncio.Lock()
        self._given_up = Event()
        """Of the transaction that runs now."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` when its turn comes; cancelled, it does not wait for what is undone then."""
        connection = await self._connected()
        given_up = Event()
        try:
            return await connection.run(lambda _: self._transact(work, given_up))
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def close(self) -> None:
        """Wait for the thread, also for what nobody waits for any more, and disconnect."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> FileConnection:
        async with self._connecting:
            if self._connection is None:
                connection = FileConnection(self._connector, iter_chunk_size=64)
                _ = await connection
                await connection.run(self._prepare)
                self._connection = connection
            return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        self._raw = connection
        connection.set_progress_handler(self._given_up_now, _STEPS)

    def _transact(self, work: Callable[[Connection], T], given_up: Event) -> T:
        if given_up.is_set():
            raise TimeoutError  # its turn comes too late
        self._given_up = given_up
        with self._engine.begin() as connection:
            result = work(connection)
            if given_up.is_set():
                raise TimeoutError  # nobody hears it; it rolls back
            return result

    def _given_up_now(self) -> bool:
        return self._given_up.is_set()
