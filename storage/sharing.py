"""One commit, and one look, for all who wait: cost grows little with those who press at once.

A commit waits for the disk, and on SQLite everybody waits for the commit before. So whoever has
come meanwhile goes into the next transaction together, each behind a savepoint of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

T = TypeVar("T")

MOST = 20
"""Who share a commit: the first of them is told when the last is done."""


class Ask:
    """Work that waits for its turn, and the answer that somebody waits for."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self._work = work
        self._context = copy_context()
        """Of whoever asked: the work runs as if it did so there, not in a thread with others'."""
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Any] = self.loop.create_future()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits still."""
        return not self.answer.cancelled()

    def work(self, connection: Connection) -> object:
        """Do it."""
        return self._context.run(self._work, connection)


def answer(asks: Sequence[Ask], outcomes: Sequence[object]) -> None:
    """Tell each who still waits what became of it; in the loop, not in the thread."""
    for ask, outcome in zip(asks, outcomes, strict=True):
        if not ask.wanted:
            continue
        if isinstance(outcome, StopIteration):  # which no future takes
            ask.answer.set_exception(RuntimeError(repr(outcome)))
        elif isinstance(outcome, BaseException):
            ask.answer.set_exception(outcome)
        else:
            ask.answer.set_result(outcome)


def outcomes_of(asks: Sequence[Ask], connection: Connection) -> Sequence[object]:
    """Do the work of all in one transaction; what one raises is its outcome and undoes it alone.

    Raises:
        SQLAlchemyError: SQLite may have undone more than one's part; all is to be done again.
        TimeoutError: somebody stopped waiting, whose part may be among what would be kept.
    """
    alone = len(asks) == 1
    outcomes = [
        (ask.work if alone else partial(_behind_savepoint, ask))(connection) for ask in asks
    ]
    if not all(ask.wanted for ask in asks):
        raise TimeoutError
    return outcomes


def _behind_savepoint(ask: Ask, connection: Connection) -> object:
    savepoint = connection.begin_nested()
    try:
        outcome = ask.work(connection)
    except SQLAlchemyError:
        raise
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
