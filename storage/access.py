"""How a transaction reaches the database: SQLite in a thread of its own, PostgreSQL by the loop.

What a transaction does is a plain function of a connection, the same for both.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from sqlalchemy import URL, Connection

from storage.engine import COMMAND_SECONDS, server_engine
from storage.file_access import FileAccess

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


class Access(Protocol):
    """Runs work in transactions."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Commit when `work` returns, roll back when it raises or when this is cancelled.

        Whoever is cancelled while it commits cannot know: it may stand.
        """

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
        return FileAccess(url, read_only=read_only)
    return ServerAccess(server_engine(url, command_seconds))


class ServerAccess:
    """Many transactions at once, each statement awaited where SQLAlchemy's greenlets do it."""

    def __init__(self, engine: "AsyncEngine") -> None:
        self._engine = engine

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection of its own."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()
