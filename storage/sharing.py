"""One commit, and one look, for all who wait: cost grows little with those who press at once.

A commit waits for the disk, and on SQLite everybody waits for the commit before. So whoever has
come meanwhile goes into the next transaction together, each behind a savepoint of its own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.access import Access

T = TypeVar("T")

MOST = 20
"""Who share a commit: the first of them is told when the last is done."""


class _Ask:
    """Work that waits for its turn, and the answer that somebody waits for."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self._work = work
        self._context = copy_context()
        """Of whoever asked: the work runs as if it did so there, not in a thread with others'."""
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def work(self, connection: Connection) -> object:
        """Do it."""
        return self._context.run(self._work, connection)

    def tell(self, outcome: object) -> None:
        """Answer, unless nobody waits any more."""
        if self.answer.cancelled():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


class SharedCommits:
    """A way to a database that lets one transaction in at a time."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._asks: deque[_Ask] = deque()
        self._turns: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` with whoever else waits; its failure or a cancellation undoes it alone."""
        ask = _Ask(work)
        self._asks.append(ask)
        if self._turns is None or self._turns.done():
            self._turns = asyncio.create_task(self._take_turns())
        result: T = await ask.answer
        return result

    async def close(self) -> None:
        """Let what runs end, then disconnect."""
        if self._turns is not None:
            await asyncio.wait({self._turns})
        await self._access.close()

    async def _take_turns(self) -> None:
        while self._asks:
            await self._serve([self._asks.popleft() for _ in range(min(MOST, len(self._asks)))])

    async def _serve(self, asks: Sequence[_Ask]) -> None:
        wanted = [ask for ask in asks if not ask.answer.cancelled()]
        if not wanted:
            return
        turn = asyncio.create_task(self._access.run(partial(_work_of, wanted)))
        for ask in wanted:
            ask.answer.add_done_callback(lambda _: _stop_if_unwanted(turn, wanted))
        await asyncio.wait({turn})
        if turn.cancelled():
            return
        if not (error := turn.exception()):
            for ask, outcome in zip(wanted, turn.result(), strict=True):
                ask.tell(outcome)
        elif len(wanted) == 1:
            wanted[0].tell(error)
        else:  # it may be one of them that the database did not bear: all was undone
            for ask in wanted:
                await self._serve([ask])


def _stop_if_unwanted(turn: asyncio.Task[Any], asks: Sequence[_Ask]) -> None:
    if all(ask.answer.cancelled() for ask in asks):
        turn.cancel()


def _work_of(asks: Sequence[_Ask], connection: Connection) -> list[object]:
    if len(asks) == 1:
        return [asks[0].work(connection)]
    outcomes = [_work_behind_savepoint(ask, connection) for ask in asks]
    if any(ask.answer.cancelled() for ask in asks):
        raise TimeoutError  # its part may be among what is kept: again, without it
    return outcomes


def _work_behind_savepoint(ask: _Ask, connection: Connection) -> object:
    savepoint = connection.begin_nested()
    try:
        outcome = ask.work(connection)
    except SQLAlchemyError:
        raise  # SQLite may have undone more than this one's part
    except Exception as error:  # noqa: BLE001 - it is told to whoever asked
        savepoint.rollback()
        return error
    savepoint.commit()
    return outcome


class SharedLook(Generic[T]):
    """One reading for all who ask while another is on its way; it begins when all have asked."""

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read = read
        self._alone = asyncio.Lock()
        self._next: asyncio.Task[T] | None = None
        """The reading that has not begun yet."""

    async def __call__(self) -> T:
        """What is read next."""
        if self._next is None:
            self._next = asyncio.create_task(self._look())
        return await asyncio.shield(self._next)

    async def _look(self) -> T:
        async with self._alone:
            self._next = None  # who asks from now on also wants to see what is written meanwhile
            return await self._read()
