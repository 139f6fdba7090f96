"""Look at a database without changing it: what a start would find, and what it would do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import URL

from storage.access import Access, access_to
from storage.engine import parse
from storage.faults import translated
from storage.file import SqliteFile, file_of
from storage.migrate import missing_in, revisions
from storage.verify import violations

LOOK_SECONDS = 20.0
LAWS_SECONDS = 600.0
"""For the laws over a whole ledger; docs/ledger.md says how long they take."""


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
        async with asyncio.timeout(LOOK_SECONDS), _reading(parsed) as database:
            missing = await database.run(missing_in)
    return Look(kind=kind, exists=True, migrations=missing)


async def contradictions(url: str) -> list[str]:
    """What contradicts the laws of an up-to-date ledger, read beside whatever works on it.

    Raises:
        StorageError: it cannot be reached or read, or that takes too long.
    """
    parsed = parse(url)
    with translated():
        async with asyncio.timeout(LAWS_SECONDS), _reading(parsed, LAWS_SECONDS) as database:
            return await database.run(violations)


def _is_new(file: SqliteFile) -> bool:
    if file.is_new() and not file.path.exists():
        return True
    file.check_rights()
    file.examine()
    return False


@asynccontextmanager
async def _reading(url: URL, seconds: float = LOOK_SECONDS) -> AsyncIterator[Access]:
    # A connection of its own: the one that writes is not held up, and nothing is checkpointed.
    access = access_to(url, read_only=True, command_seconds=seconds)
    try:
        yield access
    finally:
        await access.close()
