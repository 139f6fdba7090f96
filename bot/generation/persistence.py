"""Repeat what the database did not take, because what it records has happened already."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from bot.domain.errors import StorageError

T = TypeVar("T")

LAST_WRITE = 8.0
"""Seconds that a stop waits for what has happened already to be written down."""
PATIENCE = 900.0
"""Seconds; a database that is away for longer finds the open jobs at the next start."""
_FOR_GOOD = ("storage-conflict", "storage-closed")


async def written(write: Callable[[], Awaitable[T]]) -> T:
    """The result of `write`, tried again while the database cannot answer.

    Raises:
        StorageError: it could not for all that time, or says what no waiting changes.
    """
    import stamina  # noqa: PLC0415 - see `load_what_jobs_need`

    attempts = stamina.retry_context(
        on=_passes, attempts=None, timeout=PATIENCE, wait_initial=0.2, wait_max=15.0
    )
    async for attempt in attempts:
        with attempt:
            return await write()
    raise AssertionError("the last attempt returns or raises")  # for the type checker


def _passes(error: Exception) -> bool:
    """A row that contradicts what is written stays, and so does a database that was closed."""
    return isinstance(error, StorageError) and error.code not in _FOR_GOOD


async def to_its_end(work: Coroutine[None, None, None]) -> None:
    """Do `work` to its end; who is cancelled meanwhile waits for it a little, then lets it go."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LAST_WRITE)
        task.cancel()
        raise


async def told(read: Awaitable[T]) -> T | None:
    """What is good to know for a card, or `None`: a card must not fail for it."""
    try:
        return await read
    except StorageError:
        return None
