"""`backup`: what the operator is told, and an exit code to go by."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import Database
from tests.cli.conftest import Clapper


@pytest.fixture
def path(folder: Path) -> Iterator[Path]:
    """A database in use."""

    async def make() -> None:
        database = await Database.open(f"sqlite:///{folder}/data/clapper.db")
        await database.close()

    asyncio.run(make())
    with closing(sqlite3.connect(folder / "data" / "clapper.db")):
        yield folder / "data" / "clapper.db"


async def test_a_copy_is_told_with_what_is_in_it(
    clapper: Clapper, path: Path, folder: Path
) -> None:
    ended = await clapper("backup", "copy.db", DATA_DIR=str(path.parent))

    assert ended.code == 0, ended.err
    assert ended.out == "Saved copy.db: 0.1 MB, 0 videos and 0 entries of the ledger, verified\n"
    assert ended.err == ""
    assert (folder / "copy.db").stat().st_size


async def test_a_second_copy_needs_another_name_or_force(clapper: Clapper, path: Path) -> None:
    data = str(path.parent)
    await clapper("backup", "copy.db", DATA_DIR=data)

    refused = await clapper("backup", "copy.db", DATA_DIR=data)
    forced = await clapper("backup", "copy.db", "--force", DATA_DIR=data)

    assert (refused.code, refused.out) == (1, "")
    assert "--force" in refused.err
    assert forced.code == 0


async def test_a_contradicting_ledger_is_copied_and_complained_of(
    clapper: Clapper, path: Path, folder: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(PAID_WITHOUT_A_HOLD)

    ended = await clapper("backup", "copy.db", DATA_DIR=str(path.parent))

    assert ended.code == 1
    assert "price-not-held:00000000000000aa" in ended.err
    assert (folder / "copy.db").exists()


PAID_WITHOUT_A_HOLD = (
    "INSERT INTO jobs (id, interaction_id, guild_id, channel_id, user_id, role_ids, locale, prompt,"
    " model, images, price, status, inputs_ready, created_at, finished_at, failure_params,"
    " refunded, fence) VALUES ('00000000000000aa', 5, 1, 1, 1, '[]', 'en-US', 'a fox',"
    " 'sora-2', '[]', 2, 'delivered', 1, 1, 2, '{}', 0, 1)"
)


async def test_without_a_database_there_is_nothing_to_copy(clapper: Clapper, folder: Path) -> None:
    ended = await clapper("backup", "copy.db", DATA_DIR=str(folder / "data"))

    assert ended.code == 1
    assert "no database" in ended.err
    assert _names(folder) == []


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_postgresql_has_a_command_of_its_own(clapper: Clapper) -> None:
    url = "postgres://clapper:hunter2@db.example/clapper"

    ended = await clapper("backup", "copy.dump", DATABASE_URL=url)

    assert ended.code == 1
    assert "pg_dump --format=custom --file=copy.dump" in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.parametrize("arguments", [[], ["a.db", "b.db"], ["--force"]])
async def test_wrong_usage_ends_with_2(clapper: Clapper, arguments: list[str]) -> None:
    ended = await clapper("backup", *arguments)

    assert ended.code == 2
    assert "Usage" in ended.err
