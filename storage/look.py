"""Look at a database without changing it: what a start would find, and what it would do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.domain.errors import SchemaTooNew
from storage.engine import create, parse
from storage.faults import translated
from storage.file import SqliteFile, file_of

LOOK_SECONDS = 20


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
            return Look(kind=kind, exists=False, migrations=_missing(()))
        async with asyncio.timeout(LOOK_SECONDS), _reading(parsed) as connection:
            present = await connection.run_sync(_heads)
    return Look(kind=kind, exists=True, migrations=_missing(present))


def _is_new(file: SqliteFile) -> bool:
    if file.is_new() and not file.path.exists():
        return True
    file.check_rights()
    file.examine()
    return False


@asynccontextmanager
async def _reading(url: URL) -> AsyncIterator[AsyncConnection]:
    read_only = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    sqlite = url.get_backend_name() == "sqlite"
    engine = create_async_engine(read_only, hide_parameters=True) if sqlite else create(url)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _heads(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def _missing(present: tuple[str, ...]) -> int:
    script = ScriptDirectory(str(Path(__file__).with_name("migrations")))
    known = [revision.revision for revision in script.walk_revisions()]
    for revision in present:
        if revision not in known:
            raise SchemaTooNew("storage-schema-too-new", found=revision)
    return known.index(present[0]) if present else len(known)
