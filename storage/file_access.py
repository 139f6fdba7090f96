"""SQLite: aiosqlite's connection and its thread, with whole transactions in each trip there."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import aiosqlite
from sqlalchemy import URL, Connection

from storage.engine import file_engine, reading
from storage.sharing import MOST, Ask, answer, outcomes_of

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
    """One transaction after the other, in the order of asking, shared by those who wait.

    The thread goes on with whoever has come meanwhile by itself: a trip to it for each
    transaction would let it wait for the loop, and one for each statement would cost six times
    as much as the statements.
    """

    def __init__(self, url: URL, *, read_only: bool = False) -> None:
        url = reading(url) if read_only else url
        self._engine = file_engine(url, lambda: self._raw, read_only=read_only)
        self._raw: sqlite3.Connection
        self._connection: FileConnection | None = None
        arguments, options = self._engine.dialect.create_connect_args(url)
        self._connector = partial(sqlite3.connect, *arguments, **options)
        self._connecting = asyncio.Lock()
        self._asks: deque[Ask] = deque()
        """The loop appends, the thread takes away."""
        self._turns: asyncio.Task[None] | None = None
        self._now: Sequence[Ask] = ()
        """Whose transaction runs."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` when its turn comes; cancelled, it does not wait for what is undone then.

        Its failure or a cancellation undoes it alone, whoever shares its transaction.
        """
        connection = self._connection or await self._connected()
        ask = Ask(work)
        self._asks.append(ask)
        self._go_on(connection)
        result: T = await ask.answer
        return result

    async def close(self) -> None:
        """Wait for the thread, also for what nobody waits for any more, and disconnect."""
        if self._turns is not None:
            await asyncio.wait({self._turns})
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
        connection.set_progress_handler(self._unwanted, _STEPS)

    def _go_on(self, connection: FileConnection) -> None:
        if not self._asks or (self._turns is not None and not self._turns.done()):
            return
        self._turns = asyncio.create_task(connection.run(self._take_turns))
        self._turns.add_done_callback(partial(self._done, connection))

    def _done(self, connection: FileConnection, turns: asyncio.Task[None]) -> None:
        """Somebody may have come just as the thread found nobody left."""
        if turns.cancelled() or (error := turns.exception()) is None:
            self._go_on(connection)
            return
        while self._asks:  # it is closed
            answer([self._asks.popleft()], [error])

    def _take_turns(self, _: sqlite3.Connection) -> None:
        while asks := [self._asks.popleft() for _ in range(min(MOST, len(self._asks)))]:
            self._serve(asks)

    def _serve(self, asks: Sequence[Ask]) -> None:
        asks = [ask for ask in asks if ask.wanted]
        if not asks:
            return
        try:
            outcomes = self._transact(asks)
        except BaseException as error:  # noqa: BLE001 - it is told to whoever asked
            if len(asks) > 1:  # it may be one of them that the database did not bear: all is undone
                for ask in asks:
                    self._serve([ask])
                return
            outcomes = [error]
        asks[0].loop.call_soon_threadsafe(answer, asks, outcomes)

    def _transact(self, asks: Sequence[Ask]) -> Sequence[object]:
        self._now = asks
        try:
            with self._engine.begin() as connection:
                return outcomes_of(asks, connection)
        finally:
            self._now = ()

    def _unwanted(self) -> bool:
        return bool(self._now) and not any(ask.wanted for ask in self._now)
