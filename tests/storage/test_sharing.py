"""Transactions that wait for one another on SQLite share a commit, and nothing else."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable
from contextvars import ContextVar
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.domain.errors import Refusal, StorageError
from storage.database import Database
from storage.sharing import MOST, SharedLook
from tests.storage.test_cost import sent
from tests.storage.test_database import PATIENCE, ask


class Gate:
    """A transaction that lasts until it is opened, so that others have to wait."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.reached = asyncio.Event()
        self._opened = threading.Event()

    def __call__(self, _connection: Connection) -> None:
        self._loop.call_soon_threadsafe(self.reached.set)
        assert self._opened.wait(PATIENCE)

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    yield opened
    await opened.close()


def write(number: int, connection: Connection) -> int:
    connection.execute(text("INSERT INTO servers (guild_id) VALUES (:id)"), {"id": number})
    return number


def refuse(number: int, connection: Connection) -> int:
    write(number, connection)
    raise Refusal("refusal-paused")


async def line_up() -> None:
    """Let whoever was started come as far as the line: each passes a task or two on the way."""
    for _ in range(10):
        await asyncio.sleep(0)


async def behind(gate: Gate, database: Database, *asked: Awaitable[object]) -> list[object]:
    """What those get who ask while the gate is closed."""
    first = asyncio.create_task(database.transact(gate))
    await gate.reached.wait()
    waiting = asyncio.gather(*asked, return_exceptions=True)
    await line_up()
    gate.open()
    await first
    return list(await waiting)


async def test_a_hundred_who_wait_share_a_few_commits(database: Database) -> None:
    asked = [database.transact(partial(write, number)) for number in range(1, 101)]

    with sent() as statements:
        answers = await behind(Gate(), database, *asked)

    assert answers == list(range(1, 101))
    begun = [statement for statement, _ in statements if statement.startswith("BEGIN")]
    assert len(begun) <= 2 + 100 / MOST
    assert await ask(database, "SELECT count(*) FROM servers") == [100]


async def test_each_works_in_the_context_of_whoever_asked(database: Database) -> None:
    asker: ContextVar[str] = ContextVar("asker", default="nobody")

    async def asking(name: str) -> str:
        asker.set(name)
        return await database.transact(lambda _: asker.get())

    assert await behind(Gate(), database, asking("alice"), asking("bob")) == ["alice", "bob"]


async def test_a_refusal_undoes_its_own_part_alone(database: Database) -> None:
    works = [partial(write, 1), partial(refuse, 2), partial(write, 3)]

    answers = await behind(Gate(), database, *map(database.transact, works))

    assert (answers[0], answers[2]) == (1, 3)
    assert isinstance(answers[1], Refusal)
    assert await ask(database, "SELECT guild_id FROM servers") == [1, 3]


async def test_what_no_future_takes_leaves_nobody_waiting(database: Database) -> None:
    def stop(_number: int, _connection: Connection) -> int:
        raise StopIteration

    works = [partial(write, 1), partial(stop, 2), partial(write, 3)]

    answers = await behind(Gate(), database, *map(database.transact, works))

    assert (answers[0], answers[2]) == (1, 3)
    assert isinstance(answers[1], RuntimeError)


async def test_what_the_database_does_not_bear_fails_alone(database: Database) -> None:
    works = [partial(write, number) for number in (1, 1, 2)]

    answers = await behind(Gate(), database, *map(database.transact, works))

    assert (answers[0], answers[2]) == (1, 2)
    assert isinstance(answers[1], StorageError)
    assert answers[1].code == "storage-conflict"
    assert await ask(database, "SELECT guild_id FROM servers") == [1, 2]


async def test_whose_time_ends_among_others_is_undone_alone(database: Database) -> None:
    gate, slow = Gate(), Gate()
    first = asyncio.create_task(database.transact(gate))
    await gate.reached.wait()
    others = [asyncio.create_task(database.transact(work)) for work in (slow, partial(write, 1))]
    late = asyncio.create_task(database.transact(partial(write, 2), seconds=0.2))
    await line_up()
    gate.open()
    await slow.reached.wait()

    with pytest.raises(StorageError) as caught:
        await late
    slow.open()

    assert caught.value.code == "storage-timeout"
    assert await asyncio.gather(first, *others) == [None, None, 1]
    assert await ask(database, "SELECT guild_id FROM servers") == [1]


async def test_closing_waits_for_all_who_share(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    gate = Gate()
    first = asyncio.create_task(database.transact(gate))
    await gate.reached.wait()
    others = [asyncio.create_task(database.transact(partial(write, n))) for n in range(1, 30)]
    await line_up()

    gate.open()
    await database.close()

    assert first.done()
    assert [other.result() for other in others] == list(range(1, 30))


async def test_all_who_ask_during_a_look_share_the_next(database: Database) -> None:
    gate, looks = Gate(), list(range(9))

    def read(connection: Connection) -> int:
        if looks[0] == 0:
            gate(connection)
        return looks.pop(0)

    look = SharedLook(partial(database.transact, read))
    first = asyncio.create_task(look())
    await gate.reached.wait()
    others = [asyncio.create_task(look()) for _ in range(20)]
    await line_up()
    gate.open()

    assert await first == 0
    assert await asyncio.gather(*others) == [1] * 20
    assert await look() == 2


async def test_a_look_that_fails_is_not_the_last(database: Database) -> None:
    answers: list[Refusal | int] = [Refusal("refusal-paused"), 7]

    def read(_connection: Connection) -> int:
        answer = answers.pop(0)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    look = SharedLook(partial(database.transact, read))
    with pytest.raises(Refusal):
        await look()

    assert await look() == 7
