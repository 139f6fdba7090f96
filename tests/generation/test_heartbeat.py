"""Whether a process may believe that a lease has ended: not while it was away itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.generation import heartbeat
from bot.generation.heartbeat import Heartbeat
from bot.generation.ports import Cards
from storage.database import Database
from storage.leases import Leases


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    yield opened
    await opened.close()


def beating(database: Database) -> Heartbeat:
    leases = Leases(database, lambda: datetime.now(UTC))
    return Heartbeat(leases=leases, cards=cast("Cards", None), pause=0.3)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (the heart rings no bell)
            await asyncio.sleep(0.005)


async def test_a_start_proves_nothing(database: Database) -> None:
    assert not beating(database).steady


async def test_who_has_renewed_for_as_long_as_a_lease_may_judge(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "LEASE", timedelta(seconds=0.5))
    heart = beating(database)
    running = asyncio.create_task(heart.run())

    await until(lambda: heart.steady)

    running.cancel()


async def test_who_was_without_the_database_may_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "LEASE", timedelta(seconds=0.5))
    heart = beating(database)
    running = asyncio.create_task(heart.run())
    await until(lambda: heart.steady)

    await database.close()

    await until(lambda: not heart.steady)
    running.cancel()
