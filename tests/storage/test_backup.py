"""Copies: made beside a writer, whole or not there, and good to start on."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import StorageError
from bot.domain.ledger import Limits
from bot.text import Texts
from bot.text.texts import SOURCE
from storage.backup import Copy, back_up
from storage.database import Database
from tests.storage.studio import Clock, Studio
from tests.storage.test_file import contents, jobs_in, make_ledger
from tests.unmeasured import unmeasured

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "clapper.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "clapper.backup"


def refused(path: Path, target: Path, *, replace: bool = False) -> str:
    """The code of the refusal, whose sentence can be said."""
    with pytest.raises(StorageError) as caught:
        back_up(f"sqlite:///{path}", target, replace=replace)
    assert len(Texts(strict=True).say(caught.value.code, SOURCE, **caught.value.params)) > 20
    return caught.value.code


def restored(copy: Path, folder: Path) -> Path:
    """As the README says, in a folder where there was no database yet."""
    folder.mkdir()
    return Path(shutil.copy(copy, folder / "clapper.db"))


async def write_until(done: asyncio.Event, studio: Studio) -> int:
    """How many jobs were admitted and ended meanwhile."""
    written = 0
    while not done.is_set():
        await studio.deliver(await studio.admit())
        written += 1
    return written


async def copied_beside_a_writer(path: Path, target: Path) -> tuple[int, Copy]:
    database = await Database.open(f"sqlite:///{path}")
    studio = Studio(database, Clock(), Limits(default_credits=None))
    await studio.deliver(await studio.admit())
    done = asyncio.Event()
    writing = asyncio.create_task(write_until(done, studio))
    copies = [
        await asyncio.to_thread(back_up, f"sqlite:///{path}", target, replace=True)
        for _ in range(5)
    ]
    done.set()
    written = await writing
    await database.close()
    return written + 1, copies[-1]


def test_a_copy_made_beside_a_writer_is_good_to_start_on(
    path: Path, target: Path, tmp_path: Path
) -> None:
    """The restore drill."""
    written, copy = asyncio.run(copied_beside_a_writer(path, target))
    assert 1 < copy.jobs <= written
    assert copy.entries in (2 * copy.jobs, 2 * copy.jobs - 1)  # the last one may be open
    assert copy.size == target.stat().st_size
    assert copy.broken == ()

    async def drill(url: str) -> None:
        database = await Database.open(url)
        studio = Studio(database, Clock(), Limits(default_credits=None))
        await studio.deliver(await studio.admit())
        assert await studio.ledger.verify() == []
        await database.close()

    place = restored(target, tmp_path / "new")
    asyncio.run(drill(f"sqlite:///{place}"))

    assert jobs_in(place) == copy.jobs + 1


def test_a_copy_is_its_owners_alone_and_nothing_else_is_left(path: Path, target: Path) -> None:
    make_ledger(path)

    back_up(f"sqlite:///{path}", target)

    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_what_is_copied_is_neither_written_nor_checkpointed(path: Path, target: Path) -> None:
    async def copy() -> None:
        database = await Database.open(f"sqlite:///{path}")
        await Studio(database, Clock(), Limits()).admit()
        before = contents(path)
        await asyncio.to_thread(back_up, f"sqlite:///{path}", target)
        assert set(before) == {"", "-wal"}
        assert contents(path) == before
        await database.close()

    asyncio.run(copy())

    assert jobs_in(target) == 1


def test_a_file_that_is_there_is_replaced_only_when_told_to(path: Path, target: Path) -> None:
    make_ledger(path)
    target.write_text("the copy of yesterday")

    assert refused(path, target) == "storage-backup-exists"
    assert target.read_text() == "the copy of yesterday"

    assert back_up(f"sqlite:///{path}", target, replace=True).jobs == 3


@pytest.mark.parametrize("own", ["", "-wal", "-shm", ".lock", ".known"])
@pytest.mark.parametrize("linked", [True, False])
def test_the_database_itself_is_never_replaced(path: Path, own: str, linked: bool) -> None:
    make_ledger(path)
    before = path.read_bytes()
    target = Path(f"{path}{own}")
    if linked:
        link = path.with_name("link")
        link.symlink_to(target)
        target = link

    assert refused(path, target, replace=True) == "storage-backup-itself"
    assert path.read_bytes() == before


def test_places_where_no_file_can_be(path: Path, target: Path) -> None:
    make_ledger(path)

    assert refused(path, target.parent) == "storage-backup-no-file"
    assert refused(path, target.parent, replace=True) == "storage-backup-no-file"
    assert refused(path, target.parent / "none" / "a.db") == "storage-backup-no-folder"
    assert refused(path, Path("/dev/null"), replace=True) == "storage-backup-no-file"
    assert refused(path, target.with_name("a" * 300)) == "storage-backup-unwritten"
    assert refused(path, Path("a\0b")) == "storage-backup-unwritten"
    assert list(target.parent.iterdir()) == []


def test_the_longest_name_is_good_enough(path: Path, target: Path) -> None:
    make_ledger(path)

    assert back_up(f"sqlite:///{path}", target.with_name("a" * 255)).jobs == 3


def test_nothing_to_copy(path: Path, target: Path) -> None:
    assert refused(path, target) == "storage-backup-nothing"
    assert not path.parent.exists()

    make_ledger(path)
    path.unlink()
    assert refused(path, target) == "storage-file-missing"


def test_a_damaged_database_is_not_copied_over_a_good_copy(path: Path, target: Path) -> None:
    make_ledger(path)
    back_up(f"sqlite:///{path}", target)
    good = target.read_bytes()
    first_page = path.read_bytes()[:4096]
    path.write_bytes(first_page + b"\xa5" * (path.stat().st_size - 4096))

    assert refused(path, target, replace=True) == "storage-file-corrupt"
    assert target.read_bytes() == good


def test_a_full_disk_leaves_nothing_behind(path: Path, target: Path) -> None:
    make_ledger(path)
    target.write_text("the copy of yesterday")
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from bot.domain.errors import StorageError\n"
        "from storage.backup import back_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    back_up(f'sqlite:///{sys.argv[1]}', Path(sys.argv[2]), replace=True)\n"
        "except StorageError as error:\n"
        "    print(error.code)\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program, path, target],
        capture_output=True,
        text=True,
        env=unmeasured(),
        cwd=ROOT,
        timeout=60,
        check=False,
    )

    assert (ended.stdout, ended.stderr) == ("storage-backup-unwritten\n", "")
    assert target.read_text() == "the copy of yesterday"
    assert list(target.parent.iterdir()) == [target]


def test_a_ledger_that_contradicts_itself_is_copied_and_told(path: Path, target: Path) -> None:
    make_ledger(path, jobs=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE jobs SET price = 9")

    copy = back_up(f"sqlite:///{path}", target)

    assert [broken.split(":")[0] for broken in copy.broken] == ["price-not-held"]
    assert jobs_in(target) == 1


def test_postgresql_is_told_its_own_command_without_the_password(target: Path) -> None:
    with pytest.raises(StorageError) as caught:
        back_up("postgres://clapper:hunter2@db.example/clapper?sslmode=require", target)

    assert caught.value.code == "storage-backup-server"
    assert caught.value.params["command"] == (
        f"pg_dump --format=custom --file={target}"
        " 'postgresql://clapper@db.example/clapper?sslmode=require'"
    )
