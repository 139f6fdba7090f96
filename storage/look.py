"""Look at a database without changing it: what a start would find, and what it would do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.engine import create, parse
from storage.faults import translated
from storage.file import SqliteFile, file_of
from storage.migrate import missing_in, revisions
from storage.verify import violations

LOOK_SECONDS = 20.0
LAWS_SECONDS = 600.0
"""For the laws over a whole ledger; docs/ledger.md says how long they take."""

_PATIENCE = 0.2


@runtime_checkable
class Interruptible(Protocol):
    """A driver's connection whose query another task can end."""

    async def interrupt(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found."""

    kind: str
    """`sqlite` or `postgresql`."""
    exists: bool
    """False for a SQLite file that a start would make."""
    migrations: int
    """How many a start would run; 0 means that it is up to date."""


async def look(url: str) -> Look:
    """Connect and read, nothing else.

    Raises:
        StorageError: it cannot be reached or read.
        SchemaTooNew: a newer Clapper wrote it.
    """
    parsed = parse(url)
    kind = parsed.get_backend_name()
    with translated():
        file = file_of(parsed)
        if file is not None and await asyncio.to_thread(_is_new, file):
            return Look(kind=kind, exists=False, migrations=len(revisions()))
        async with asyncio.timeout(LOOK_SECONDS), _reading(parsed) as connection:
            missing = await connection.run_sync(missing_in)
    return Look(kind=kind, exists=True, migrations=missing)


async def contradictions(url: str) -> list[str]:
    """What contradicts the laws of an up-to-date ledger, read beside whatever works on it.

    Raises:
        StorageError: it cannot be reached or read, or that takes too long.
    """
    parsed = parse(url)
    with translated():
        async with asyncio.timeout(LAWS_SECONDS), _reading(parsed, LAWS_SECONDS) as connection:
            return await _interruptible(connection)


def _is_new(file: SqliteFile) -> bool:
    if file.is_new() and not file.path.exists():
        return True
    file.check_rights()
    file.examine()
    return False


@asynccontextmanager
async def _reading(url: URL, seconds: float = LOOK_SECONDS) -> AsyncIterator[AsyncConnection]:
    # A connection of its own: the one that writes is not held up, and nothing is checkpointed.
    read_only = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    sqlite = url.get_backend_name() == "sqlite"
    engine = (
        create_async_engine(read_only, hide_parameters=True) if sqlite else create(url, seconds)
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _interruptible(connection: AsyncConnection) -> list[str]:
    """The broken laws; whoever is cancelled meanwhile does not wait for a long query's end."""
    driver = (await connection.get_raw_connection()).driver_connection
    query = asyncio.create_task(violations(connection))
    try:
        return await asyncio.shield(query)
    finally:
        while not query.done():
            if isinstance(driver, Interruptible):  # SQLite's thread, perhaps between two queries
                await driver.interrupt()
            else:
                query.cancel()
            await asyncio.wait({query}, timeout=_PATIENCE)
        await asyncio.gather(query, return_exceptions=True)
