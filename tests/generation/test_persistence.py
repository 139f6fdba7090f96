"""What has happened is written in the end."""

from collections.abc import Iterator

import pytest
import stamina

from bot.domain.errors import Refusal, StorageError
from bot.generation.persistence import told, written


class Database:
    """Fails so many times before it answers."""

    def __init__(self, failures: int, code: str = "storage-busy") -> None:
        self.failures = failures
        self.code = code
        self.asked = 0

    async def write(self) -> str:
        self.asked += 1
        if self.asked <= self.failures:
            raise StorageError(self.code)
        return "done"


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


async def test_a_write_is_repeated_until_it_is_taken() -> None:
    database = Database(failures=3)

    assert await written(database.write) == "done"
    assert database.asked == 4


async def test_a_database_that_stays_away_is_told() -> None:
    with pytest.raises(StorageError):
        await written(Database(failures=99).write)


@pytest.mark.parametrize("code", ["storage-conflict", "storage-closed"])
async def test_what_no_waiting_changes_is_not_repeated(code: str) -> None:
    database = Database(failures=99, code=code)

    with pytest.raises(StorageError):
        await written(database.write)

    assert database.asked == 1


async def test_other_errors_are_not_repeated() -> None:
    asked = 0

    async def refuse() -> None:
        nonlocal asked
        asked += 1
        raise Refusal("refusal-over")

    with pytest.raises(Refusal):
        await written(refuse)
    assert asked == 1


async def test_what_is_only_good_to_know_may_be_missing() -> None:
    assert await told(Database(failures=0).write()) == "done"
    assert await told(Database(failures=1).write()) is None
