"""Migrations: they build exactly what `storage/schema.py` says, on empty and filled databases."""

import asyncio
import re
import sqlite3
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ledger import Limits
from storage.database import Database
from storage.engine import create, parse
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


def statements(path: Path) -> dict[str, list[str]]:
    """The parts of every table and index as SQLite keeps their wording, checks included.

    In no order: a column that a migration adds stands behind the others.
    """
    connection = sqlite3.connect(path)
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')"
        " AND sql IS NOT NULL AND name <> 'alembic_version'"
    ).fetchall()
    connection.close()
    return {name: parts(re.sub(r"\s+", " ", sql)) for name, sql in found}


def parts(statement: str) -> list[str]:
    """What stands between the commas of a statement's outermost brackets, sorted."""
    inside = statement[statement.index("(") + 1 : statement.rindex(")")]
    depth, found = 0, [""]
    for sign in inside:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        found = [*found, ""] if sign == "," and not depth else [*found[:-1], found[-1] + sign]
    return sorted(part.strip() for part in found)


async def test_the_first_schema_filled_is_brought_up_to_date(url: str, clock: Clock) -> None:
    """What stood in a column that is gone lives on where it belongs now."""
    await at_revision(url, "0001", FIRST_JOB)

    opened = await Database.open(url)

    studio = Studio(opened, clock, Limits())
    old = await studio.jobs.get("00000000000000aa")
    assert old is not None
    assert (old.video_url, old.untold, old.request.continues) == (
        "https://a.example/v",
        False,
        None,
    )
    new = await studio.admit()
    assert await studio.jobs.get(new.id) == new
    await opened.close()


FIRST_JOB = (
    "INSERT INTO jobs (id, interaction_id, guild_id, channel_id, user_id, role_ids, locale, prompt,"
    " model, images, price, status, inputs_ready, created_at, finished_at, failure_params,"
    " refunded, video_url, fence) VALUES ('00000000000000aa', 5, 1, 1, 1, '[]', 'en-US', 'a fox',"
    " 'sora-2', '[]', 0, 'delivered', 1, 1, 2, '{}', 0, 'https://a.example/v', 1)"
)


async def at_revision(url: str, revision: str, *filling: str) -> None:
    """A database as an earlier Clapper left it."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "storage:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create(parse(url))
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
        for statement in filling:
            await connection.execute(text(statement))
    await engine.dispose()


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
