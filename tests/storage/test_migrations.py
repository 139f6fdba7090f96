"""Migrations: they build exactly what `storage/schema.py` says, on empty and filled databases."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from bot.domain.errors import StorageError
from bot.domain.ledger import Limits
from storage.access import access_to
from storage.database import Database
from storage.engine import parse
from storage.migrate import revisions
from storage.schema import metadata
from tests.postgres import Postgres
from tests.storage.studio import Clock, Studio, a_requester
from tests.storage.test_file import start


def test_their_files_are_named_in_the_order_in_which_alembic_runs_them() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    walked = ScriptDirectory.from_config(config).walk_revisions()

    assert [each.revision for each in walked] == revisions()


async def test_they_build_what_the_schema_says(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await database.transact(differences) == []


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


async def test_what_was_there_before_spoilers_is_behind_none(url: str, clock: Clock) -> None:
    server = "INSERT INTO servers (guild_id, timezone, cooldown_seconds) VALUES (1, 'UTC', 9)"
    await at_revision(url, "0002", SECOND_JOB, server)

    opened = await Database.open(url)

    studio = Studio(opened, clock, Limits())
    old = await studio.jobs.get("00000000000000aa")
    assert old is not None
    assert (old.request.spoiler, old.server_spoiler, await studio.jobs.hides(old)) == (False,) * 3
    assert old.videos == (("https://a.example/v",),)
    await studio.rules.set_spoiler(1, True, actor_id=2)
    assert await studio.jobs.hides(old)
    new = await studio.admit()
    assert await studio.jobs.get(new.id) == new
    await opened.close()


SECOND_JOB = (
    "INSERT INTO jobs (id, interaction_id, guild_id, channel_id, user_id, role_ids, locale, prompt,"
    " model, images, price, status, inputs_ready, created_at, finished_at, failure_params,"
    " refunded, videos, fence) VALUES ('00000000000000aa', 5, 1, 1, 1, '[]', 'en-US', 'a fox',"
    " 'sora-2', '[]', 0, 'delivered', 1, 1, 2, '{}', 0, '[[\"https://a.example/v\"]]', 1)"
)
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
        for statement in filling:
            connection.execute(text(statement))

    access = access_to(parse(url))
    await access.run(upgrade)
    await access.close()


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


REVISIONS = revisions()


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found: str = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return found


@pytest.mark.parametrize("before", REVISIONS[1:])
def test_a_ledger_is_copied_before_it_is_changed(tmp_path: Path, before: str) -> None:
    path = tmp_path / "clapper.db"
    asyncio.run(at_revision(f"sqlite:///{path}", before))

    asyncio.run(open_and_close(path))

    copy = tmp_path / f"clapper.db.before-{REVISIONS[0]}"
    assert (revision_of(path), revision_of(copy)) == (REVISIONS[0], before)
    assert copy.stat().st_mode & 0o777 == 0o600


async def open_and_close(path: Path) -> None:
    await (await Database.open(f"sqlite:///{path}")).close()


def test_a_migration_that_fails_leaves_the_ledger_and_its_copy_usable(tmp_path: Path) -> None:
    path = tmp_path / "clapper.db"
    in_its_way = "CREATE TABLE jobs_untold (id INTEGER)"  # the name of an index that 0002 makes
    asyncio.run(at_revision(f"sqlite:///{path}", "0001", FIRST_JOB, in_its_way))
    with closing(sqlite3.connect(path)) as database:
        before = list(database.iterdump())

    with pytest.raises(StorageError) as failed:
        asyncio.run(open_and_close(path))

    assert failed.value.code == "storage-failed"
    copy = tmp_path / f"clapper.db.before-{REVISIONS[0]}"
    for each in (path, copy):
        with closing(sqlite3.connect(each)) as database:
            assert list(database.iterdump()) == before
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE jobs_untold")
    asyncio.run(open_and_close(path))
    assert revision_of(path) == REVISIONS[0]


def test_one_copy_is_kept_and_other_files_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "clapper.db"
    older, other = tmp_path / "clapper.db.before-0001", tmp_path / "clapper.db.backup"
    older.write_text("of an earlier update")
    other.write_text("somebody's own")
    asyncio.run(at_revision(f"sqlite:///{path}", "0001"))

    asyncio.run(open_and_close(path))
    asyncio.run(open_and_close(path))

    assert not older.exists()
    assert other.read_text() == "somebody's own"
    assert (tmp_path / f"clapper.db.before-{REVISIONS[0]}").exists()


def test_a_new_ledger_needs_no_copy(tmp_path: Path) -> None:
    asyncio.run(open_and_close(tmp_path / "clapper.db"))

    assert not list(tmp_path.glob("*.before-*"))


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "clapper.db"
    asyncio.run(at_revision(f"sqlite:///{path}", "0001", FIRST_JOB))
    before = path.read_bytes()

    said = start(path, "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, -1))")

    assert said == "storage-backup-unwritten"
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.before-*"))


async def test_on_postgresql_the_log_says_that_there_is_no_copy(
    postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    url = await postgres.create_database()
    await at_revision(url, "0001")

    database = await Database.open(url)

    await database.close()
    assert "database.migrated_without_copy" in "".join(capsys.readouterr())
    await postgres.drop_database(url)
