"""The SQLite file that is gone, damaged, locked away or without room: refused, and left alone."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.domain.errors import StorageError
from bot.domain.ledger import Limits
from bot.text import Texts
from bot.text.texts import SOURCE
from storage.database import Database
from storage.instance import Claim, only_instance
from storage.look import look
from tests.storage.studio import Clock, Studio
from tests.unmeasured import unmeasured

ROOT = Path(__file__).parents[2]
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clapper.db"


def make_ledger(path: Path, jobs: int = 3) -> None:
    asyncio.run(_fill(path, jobs))


async def _fill(path: Path, jobs: int) -> None:
    database = await Database.open(f"sqlite:///{path}")
    studio = Studio(database, Clock(), Limits(default_credits=None, max_waiting=jobs))
    for _ in range(jobs):
        await studio.admit()
    await database.close()


def killed_ledger(path: Path, jobs: int = 1) -> None:
    """A ledger as a killed process leaves it: what is new is in the -wal."""

    async def fill() -> None:
        running = path.with_name("running.db")
        database = await Database.open(f"sqlite:///{running}")
        studio = Studio(database, Clock(), Limits(default_credits=None, max_waiting=jobs))
        for _ in range(jobs):
            await studio.admit()
        for end in ("", "-wal"):
            shutil.copy(f"{running}{end}", f"{path}{end}")
        await database.close()
        running.unlink()

    asyncio.run(fill())


def jobs_in(path: Path) -> int:
    """How many jobs a start finds."""

    def count(connection: Connection) -> int:
        return int(connection.execute(text("SELECT count(*) FROM jobs")).scalar_one())

    async def opened() -> int:
        database = await Database.open(f"sqlite:///{path}")
        found = await database.transact(count)
        await database.close()
        return found

    return asyncio.run(opened())


def refusal(path: Path) -> StorageError:
    """Why a start ends, and the one after it: the first must not change what the second finds."""
    url = f"sqlite:///{path}"
    first, second, looked = (_error(what(url)) for what in (Database.open, Database.open, look))
    assert str(first) == str(second) == str(looked)
    assert str(path) in Texts(strict=True).say(first.code, SOURCE, **first.params)
    return first


def _error(work: Coroutine[Any, Any, object]) -> StorageError:
    with pytest.raises(StorageError) as refused:
        asyncio.run(work)
    return refused.value


def contents(path: Path) -> dict[str, bytes]:
    """The file and its -wal, as far as they are there."""
    return {end: Path(f"{path}{end}").read_bytes() for end in ("", "-wal") if _is(f"{path}{end}")}


def _is(path: str) -> bool:
    return Path(path).exists()


def test_a_ledger_that_is_gone_is_not_begun_anew(path: Path) -> None:
    make_ledger(path)
    path.unlink()

    assert refusal(path).code == "storage-file-missing"
    assert _error(instance(path)).code == "storage-file-missing"
    assert not path.exists()


async def instance(path: Path) -> None:
    async with only_instance(f"sqlite:///{path}", Claim(application="1")):
        pass


def test_an_empty_file_in_the_place_of_a_ledger_is_a_missing_one(path: Path) -> None:
    make_ledger(path)
    path.write_bytes(b"")

    assert refusal(path).code == "storage-file-missing"
    assert path.read_bytes() == b""


def test_a_ledger_copied_without_its_wal_is_a_missing_one(path: Path) -> None:
    """Until the first checkpoint every table is in the -wal alone."""
    make_ledger(path)
    killed_ledger(path)
    Path(f"{path}-wal").unlink()

    assert refusal(path).code == "storage-file-missing"


def test_whoever_deletes_the_mark_begins_anew(path: Path) -> None:
    make_ledger(path)
    path.unlink()

    Path(str(refusal(path).params["mark"])).unlink()

    assert jobs_in(path) == 0


def test_a_start_that_failed_before_there_was_a_ledger_is_no_loss(path: Path) -> None:
    asyncio.run(instance(path))
    assert path.read_bytes() == b""

    assert jobs_in(path) == 0


@pytest.mark.parametrize("content", [b"this is a letter, not a ledger" * 100, b"x"])
def test_a_file_that_is_no_database_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert refusal(path).code == "storage-file-corrupt"
    assert contents(path) == {"": content}


@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_ledger_that_was_cut_short_is_left_alone(path: Path, cut: float) -> None:
    make_ledger(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * cut)])
    before = path.read_bytes()

    assert refusal(path).code == "storage-file-corrupt"
    assert path.read_bytes() == before


def test_a_damaged_ledger_is_left_alone_with_its_wal(path: Path) -> None:
    """Closing the last connection to it would write the -wal into the damage."""
    killed_ledger(path, jobs=200)
    first_page = path.read_bytes()[:4096]
    path.write_bytes(first_page + b"\xa5" * (path.stat().st_size - 4096))
    before = contents(path)

    assert refusal(path).code == "storage-file-corrupt"
    assert contents(path) == before
    assert set(before) == {"", "-wal"}


def test_what_a_kill_left_in_the_wal_is_no_damage(path: Path) -> None:
    killed_ledger(path, jobs=2)

    assert jobs_in(path) == 2


def test_what_a_kill_left_in_a_rollback_journal_is_undone(path: Path) -> None:
    """A backup comes in that mode; it leaves it when it is opened, and may be killed at that."""
    program = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode=delete')\n"
        "c.execute('PRAGMA cache_size=1')\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.executemany('INSERT INTO servers (guild_id) VALUES (?)', ((n,) for n in range(9999)))\n"
        "os._exit(0)\n"
    )
    make_ledger(path)
    subprocess.run([sys.executable, "-c", program, path], check=True, timeout=60)
    assert Path(f"{path}-journal").stat().st_size

    assert jobs_in(path) == 3


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that other users may look into: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def start(path: Path, first: str = "") -> str:
    """What a process hears that opens the database after it has run `first`."""
    program = (
        "import asyncio, os, resource, sys, tempfile\n"
        "from bot.domain.errors import StorageError\n"
        "from storage.database import Database\n"
        "async def opened(path):\n"
        "    database = await Database.open(f'sqlite:///{path}')\n"
        "    await database.close()\n"
        "with tempfile.TemporaryDirectory() as other:\n"
        "    asyncio.run(opened(f'{other}/clapper.db'))\n"  # whatever is imported late is there now
        f"{first}\n"
        "try:\n"
        "    asyncio.run(opened(sys.argv[1]))\n"
        "    print('opened')\n"
        "except StorageError as error:\n"
        "    print(error.code)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True,
        text=True,
        env=unmeasured(),
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""
    return ended.stdout.strip()


AS_NOBODY = f"os.geteuid() or os.setuid({NOBODY})"
"""Modes do not stop root."""


@pytest.mark.parametrize(("mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555), (0o000, 0o777)])
def test_a_ledger_that_may_not_be_written_is_refused(
    readable: Path, mode: int, folder_mode: int
) -> None:
    path = readable / "clapper.db"
    make_ledger(path)
    before = path.read_bytes()
    path.chmod(mode)
    readable.chmod(folder_mode)

    said = start(path, AS_NOBODY)

    path.chmod(0o600)
    assert said == "storage-file-readonly"
    assert path.read_bytes() == before


def test_a_folder_that_may_not_be_written_is_refused(readable: Path) -> None:
    readable.chmod(0o555)

    assert start(readable / "clapper.db", AS_NOBODY) == "storage-file-readonly"
    assert start(readable / "new" / "clapper.db", AS_NOBODY) == "storage-readonly"


@pytest.mark.parametrize("room", [0, 40_000])
def test_a_new_ledger_that_finds_no_room_is_refused_and_begun_later(path: Path, room: int) -> None:
    """A file that may not grow: SQLite tells it as a failing disk."""
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, resource.RLIM_INFINITY))"

    assert start(path, limit) == "storage-io"
    assert start(path) == "opened"


async def test_a_full_database_answers_and_goes_on_when_there_is_room(path: Path) -> None:
    database = await Database.open(f"sqlite:///{path}")
    studio = Studio(database, Clock(), Limits(default_credits=None, max_waiting=999))
    first = await studio.admit()
    await pragma(database, "max_page_count=1")

    with pytest.raises(StorageError) as refused:
        await asyncio.gather(*(studio.admit() for _ in range(200)))

    assert refused.value.code == "storage-full"
    assert await studio.jobs.get(first.id) == first
    assert await studio.ledger.verify() == []
    await pragma(database, "max_page_count=1000000")
    await studio.admit()
    await database.close()


async def pragma(database: Database, setting: str) -> None:
    def write(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA {setting}")

    await database.transact(write)
