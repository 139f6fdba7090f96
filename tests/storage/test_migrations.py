"""Migrations: they build exactly what `storage/schema.py` says, on empty and filled databases."""

import asyncio
import re
import sqlite3
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ledger import Limits
from storage.database import Database
from storage.schema import metadata
from tests.storage.studio import Clock, Studio, a_requester


async def test_they_build_what_the_schema_says(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async def compare(connection: AsyncConnection) -> list[object]:
        return await connection.run_sync(differences)

    assert await database.transact(compare) == []


async def test_they_build_it_to_the_letter(tmp_path: Path) -> None:
    migrated = await Database.open(f"sqlite:///{tmp_path}/migrated.db")
    await migrated.close()
    engine = create_engine(f"sqlite:///{tmp_path}/declared.db")
    metadata.create_all(engine)
    engine.dispose()

    assert statements(tmp_path / "migrated.db") == statements(tmp_path / "declared.db")


def statements(path: Path) -> dict[str, str]:
    """Every table and index as SQLite keeps its wording, checks included."""
    connection = sqlite3.connect(path)
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')"
        " AND sql IS NOT NULL AND name <> 'alembic_version'"
    ).fetchall()
    connection.close()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in found}


async def test_a_filled_database_is_opened_unchanged(url: str, clock: Clock) -> None:
    limits = Limits()
    first = await Database.open(url)
    before = Studio(first, clock, limits)
    job = await before.admit(price=2)
    await before.grant(4)
    report = await before.ledger.report(a_requester())
    await first.close()

    second = await Database.open(url)

    after = Studio(second, clock, limits)
    assert await after.jobs.get(job.id) == job
    assert await after.ledger.report(a_requester()) == report
    assert await after.ledger.verify() == []
    await second.close()


async def test_two_processes_may_start_on_an_empty_database(url: str) -> None:
    databases = await asyncio.gather(*(Database.open(url) for _ in range(4)))

    for database in databases:
        await database.ping()
        await database.close()
