"""A database with its schema and nothing in it, made once and copied: migrating takes its time."""

import asyncio
import shutil
from pathlib import Path

from storage.database import Database


def make_blank(folder: Path) -> Path:
    """A file of SQLite that is closed."""
    path = folder / "clapper.db"

    async def make() -> None:
        await (await Database.open(f"sqlite:///{path}")).close()

    asyncio.run(make())
    return path


async def open_copy(blank: Path, path: Path) -> Database:
    """What a new database at that path is once it is open."""
    shutil.copy(blank, path)
    return await Database.open(f"sqlite:///{path}")
