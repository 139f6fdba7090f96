"""Opening, closing, and what becomes of errors and of callers that stop waiting."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from bot.domain.errors import Refusal, SchemaTooNew, StorageError
from storage.database import Database
from storage.engine import check_sqlite
from storage.faults import code_of
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds until a test gives up what should take none."""


async def ask(database: Database, sql: str) -> list[object]:
    def read(connection: Connection) -> list[object]:
        return list(connection.execute(text(sql)).scalars())

    return await database.transact(read)


async def tell(database: Database, sql: str) -> None:
    def write(connection: Connection) -> None:
        connection.execute(text(sql))

    await database.transact(write)


async def test_opens_twice_and_answers(url: str) -> None:
    first = await Database.open(url)
    second = await Database.open(url)

    await first.ping()
    await second.ping()

    await first.close()
    await second.close()


@pytest.mark.parametrize("form", ["sqlite:///{}", "sqlite+aiosqlite:///{}"])
async def test_makes_the_folder_and_file_of_a_new_database(tmp_path: Path, form: str) -> None:
    path = tmp_path / "new" / "clapper.db"

    database = await Database.open(form.format(path))

    await database.close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_understands_every_name_of_postgresql(postgres: Postgres, scheme: str) -> None:
    url = await postgres.create_database()

    database = await Database.open(url.replace("postgresql", scheme, 1) + "&sslmode=disable")

    await database.ping()
    await database.close()
    await postgres.drop_database(url)


async def test_sqlite_keeps_what_it_was_told(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")

    found = {
        name: await ask(database, f"PRAGMA {name}")
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }

    assert found == {
        "journal_mode": ["wal"],
        "synchronous": [2],
        "foreign_keys": [1],
        "busy_timeout": [5000],
    }
    await database.close()


def test_a_driver_that_takes_no_such_settings_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/clapper.db")

    with engine.connect() as connection, pytest.raises(StorageError) as caught:
        check_sqlite(connection)

    assert caught.value.code == "storage-pragma"
    assert (caught.value.params["name"], caught.value.params["found"]) == ("journal_mode", "delete")
    engine.dispose()


async def test_sqlite_has_one_connection_however_many_ask(tmp_path: Path) -> None:
    """Two that write one -wal can damage the file: https://sqlite.org/wal.html#walresetbug."""
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    await tell(database, "CREATE TEMP TABLE mine AS SELECT 1 AS one")  # one connection's alone

    seen = await asyncio.gather(*(ask(database, "SELECT one FROM mine") for _ in range(100)))

    assert seen == [[1]] * 100
    await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "clapper.db",
        "mysql://host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://data/clapper.db",
        "postgres://user:hunter2@host:port/db",
    ],
)
async def test_a_malformed_url_is_named_without_its_secret(url: str) -> None:
    with pytest.raises(StorageError) as caught:
        await Database.open(url)

    assert caught.value.code == "storage-malformed-url"
    assert "hunter2" not in str(caught.value)


async def test_a_parameter_that_the_driver_does_not_know_is_malformed(
    postgres: Postgres,
) -> None:
    url = await postgres.create_database()

    with pytest.raises(StorageError) as caught:
        await Database.open(f"{url}&colour=blue")

    assert caught.value.code == "storage-malformed-url"
    await postgres.drop_database(url)


async def test_nobody_listens() -> None:
    with pytest.raises(StorageError) as caught:
        await Database.open("postgresql://clapper@127.0.0.1:1/clapper")

    assert caught.value.code == "storage-unreachable"


async def test_the_server_has_no_such_database(postgres: Postgres) -> None:
    url = await postgres.create_database()
    await postgres.drop_database(url)

    with pytest.raises(StorageError) as caught:
        await Database.open(url)

    assert caught.value.code == "storage-no-database"


async def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        await Database.open(f"sqlite:///{tmp_path}")

    assert caught.value.code == "storage-unreachable"


async def test_a_path_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError) as caught:
        await Database.open(f"sqlite:///{tmp_path}/file/clapper.db")

    assert caught.value.code == "storage-unreachable"


def test_a_file_that_may_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "clapper.db"
    sqlite3.connect(path).close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("CREATE TABLE t (id)")
    connection.close()

    code = code_of(OperationalError("CREATE", None, caught.value))

    assert code == "storage-readonly"


async def test_a_database_that_somebody_else_keeps_locked(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    await tell(database, "PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "clapper.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageError) as caught:
        await database.ping()

    assert caught.value.code == "storage-busy"
    other.execute("ROLLBACK")
    await database.ping()
    other.close()
    await database.close()


async def test_errors_of_the_work_pass_and_undo_it(database: Database) -> None:
    def change_mind(connection: Connection) -> None:
        connection.execute(text("INSERT INTO servers (guild_id) VALUES (1)"))
        raise Refusal("refusal-paused")

    with pytest.raises(Refusal):
        await database.transact(change_mind)

    assert await ask(database, "SELECT guild_id FROM servers") == []


async def test_a_conflict_is_told_as_one(database: Database) -> None:
    await tell(database, "INSERT INTO servers (guild_id) VALUES (1)")

    with pytest.raises(StorageError) as caught:
        await tell(database, "INSERT INTO servers (guild_id) VALUES (1)")

    assert caught.value.code == "storage-conflict"


def last(connection: Connection, *, seconds: int) -> None:
    """One statement that takes about so long."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
        return
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :to)"
    connection.execute(text(f"{counting} SELECT count(*) FROM n"), {"to": seconds * 5_000_000})


async def test_work_that_takes_too_long_is_undone(database: Database) -> None:
    def dawdle(connection: Connection) -> None:
        connection.execute(text("INSERT INTO servers (guild_id) VALUES (1)"))
        last(connection, seconds=60)

    with pytest.raises(StorageError) as caught:
        await database.transact(dawdle, seconds=0.05)

    assert caught.value.code == "storage-timeout"
    async with asyncio.timeout(PATIENCE):  # the next one waits for no more than the undoing
        assert await ask(database, "SELECT guild_id FROM servers") == []


async def test_work_that_was_too_late_between_its_statements_is_undone(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    go_on = threading.Event()

    def dawdle(connection: Connection) -> None:
        go_on.wait(PATIENCE)
        connection.execute(text("INSERT INTO servers (guild_id) VALUES (1)"))

    with pytest.raises(StorageError) as caught:
        await database.transact(dawdle, seconds=0.05)
    go_on.set()

    assert caught.value.code == "storage-timeout"
    assert await ask(database, "SELECT guild_id FROM servers") == []
    await database.close()


async def test_a_turn_that_comes_too_late_is_not_taken(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    begun, go_on = asyncio.Event(), threading.Event()
    begin = partial(asyncio.get_running_loop().call_soon_threadsafe, begun.set)
    taken: list[Connection] = []

    def work(_connection: Connection) -> bool:
        begin()
        return go_on.wait(PATIENCE)

    first = asyncio.create_task(database.transact(work))
    await begun.wait()
    with pytest.raises(StorageError) as caught:
        await database.transact(taken.append, seconds=0.05)
    go_on.set()

    assert caught.value.code == "storage-timeout"
    assert await first
    await database.ping()
    assert taken == []
    await database.close()


async def test_a_transaction_outlives_a_caller_that_stops_waiting(url: str) -> None:
    database = await Database.open(url)
    begun = asyncio.Event()
    begin = partial(asyncio.get_running_loop().call_soon_threadsafe, begun.set)

    def work(connection: Connection) -> None:
        begin()
        last(connection, seconds=1)
        connection.execute(text("INSERT INTO servers (guild_id) VALUES (1)"))

    caller = asyncio.create_task(database.transact(work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    await database.close()  # waits for it
    reopened = await Database.open(url)
    assert await ask(reopened, "SELECT guild_id FROM servers") == [1]
    await reopened.close()


async def test_closing_waits_for_what_runs_and_refuses_what_comes(url: str) -> None:
    database = await Database.open(url)
    begun = asyncio.Event()
    begin = partial(asyncio.get_running_loop().call_soon_threadsafe, begun.set)

    def work(connection: Connection) -> str:
        begin()
        connection.execute(text("INSERT INTO servers (guild_id) VALUES (1)"))
        return "done"

    running = asyncio.create_task(database.transact(work))
    await begun.wait()
    await database.close()

    assert await running == "done"
    with pytest.raises(StorageError) as caught:
        await database.ping()
    assert caught.value.code == "storage-closed"
    await database.close()


async def test_a_newer_schema_is_refused_and_left_alone(url: str) -> None:
    database = await Database.open(url)
    await tell(database, "UPDATE alembic_version SET version_num = '9999'")
    await database.close()

    with pytest.raises(SchemaTooNew) as caught:
        await Database.open(url)
    with pytest.raises(SchemaTooNew):
        await Database.open(url)

    assert caught.value.params == {"found": "9999"}


def test_the_process_ends_after_closing(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from storage.database import Database\n"
        "async def main():\n"
        "    database = await Database.open(sys.argv[1])\n"
        "    await database.ping()\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
        "print('closed')\n"
    )

    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, f"sqlite:///{tmp_path}/clapper.db"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "closed\n", "")
