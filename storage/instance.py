"""One bot at a time on one database: a second would end the first one's jobs as left over."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import StorageError
from storage.engine import create, parse
from storage.faults import translated
from storage.file import prepare_file
from storage.locks import Lock


@asynccontextmanager
async def only_instance(url: str) -> AsyncIterator[None]:
    """Hold the place of the one bot until the block ends; a dead process gives it back.

    Raises:
        StorageError: `storage-in-use`, or the database cannot be reached.
    """
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        with translated():
            prepare_file(parsed)
        with _lock_file(f"{parsed.database}.lock"):
            yield
        return
    async with _session_lock(create(parsed)):
        yield


@contextmanager
def _lock_file(path: str) -> Iterator[None]:
    try:
        held = FileLock(path, mode=0o600).acquire(blocking=False)
    except Timeout as error:
        raise StorageError("storage-in-use") from error
    with held:
        yield


@asynccontextmanager
async def _session_lock(engine: AsyncEngine) -> AsyncIterator[None]:
    """PostgreSQL gives the lock back when this one connection ends."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        with translated():
            connection = await stack.enter_async_context(engine.connect())
            held = await connection.execute(select(func.pg_try_advisory_lock(Lock.INSTANCE)))
        if not held.scalar_one():
            raise StorageError("storage-in-use")
        yield
