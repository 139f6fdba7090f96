"""A database with its schema and nothing in it, made once and copied: migrating takes its time."""

import asyncio
import shutil
from pathlib import Path

from storage.database import Database
from tests.postgres import Postgres


def make_blank(folder: Path) -> Path:
    """A file of SQLite that is closed."""
    path = folder / "clapper.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


async def open_copy(blank: Path, path: Path) -> Database:
    """What a new database at that path is once it is open."""
    shutil.copy(blank, path)
    return await Database.open(f"sqlite:///{path}")


async def copy_on(server: Postgres) -> str:
    """The URL of what a new database of that server is once it was opened."""
    if server.blank is None:
        server.blank = await server.create_database()
        await _migrate(server.blank)
    return await server.create_database(like=server.blank)


async def _migrate(url: str) -> None:
    await (await Database.open(url)).close()
