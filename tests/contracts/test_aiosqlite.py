"""What the bot relies on in aiosqlite beyond its documented methods: an upgrade shows here."""

import asyncio
import sqlite3
import threading
from functools import partial
from pathlib import Path

import pytest

from storage.file_access import FileConnection


async def opened(path: Path) -> FileConnection:
    connection = FileConnection(partial(sqlite3.connect, path), iter_chunk_size=64)
    _ = await connection
    return connection


async def test_a_function_runs_in_its_thread_with_its_connection(tmp_path: Path) -> None:
    connection = await opened(tmp_path / "a.db")

    def work(database: sqlite3.Connection) -> tuple[str, int]:
        return threading.current_thread().name, database.execute("SELECT 2").fetchone()[0]

    name, found = await connection.run(work)
    await connection.close()

    assert name != threading.current_thread().name
    assert found == 2


async def test_functions_run_one_after_the_other_in_their_order(tmp_path: Path) -> None:
    connection = await opened(tmp_path / "a.db")
    done: list[int] = []

    def work(number: int, _database: sqlite3.Connection) -> None:
        done.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(connection.run(partial(work, number)))
    await connection.close()

    assert done == [0, 1, 2, 3, 4]


async def test_what_a_function_raises_is_raised_here(tmp_path: Path) -> None:
    connection = await opened(tmp_path / "a.db")

    with pytest.raises(sqlite3.OperationalError):
        await connection.run(lambda database: database.execute("SELECT * FROM nothing"))
    await connection.close()


async def test_closing_waits_for_what_nobody_waits_for(tmp_path: Path) -> None:
    connection = await opened(tmp_path / "a.db")
    go_on, done = threading.Event(), threading.Event()

    def work(_database: sqlite3.Connection) -> None:
        go_on.wait(20)
        done.set()

    waiting = asyncio.create_task(connection.run(work))
    await asyncio.sleep(0)
    waiting.cancel()
    closing = asyncio.create_task(connection.close())
    await asyncio.sleep(0)
    go_on.set()
    await closing

    assert done.is_set()
