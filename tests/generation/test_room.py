"""New jobs are refused while the disk has hardly any room, and taken again when it has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.domain.errors import Refusal
from bot.generation.gate import Gate
from bot.generation.room import ENOUGH, LEAST, Room
from storage.database import Database


class Disk:
    """Has as many free bytes as a test says, and counts how often it was looked at."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._looks = 0

    def __call__(self) -> int:
        self._looks += 1
        if self._free < 0:
            raise OSError("no such thing here")
        return self._free

    async def becomes(self, free: int) -> None:
        """Return when that was seen and acted on: the look after the next one has begun."""
        self._free = free
        seen = self._looks + 2
        async with asyncio.timeout(30):
            while self._looks < seen:  # noqa: ASYNC110 (a thread looks)
                await asyncio.sleep(0.001)


class Operator:
    """Hears what the log channel would."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | int]] = []

    async def report(self, code: str, **params: str | int) -> None:
        self.heard.append((code, params.get("cause", "")))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    yield opened
    await opened.close()


@asynccontextmanager
async def watched(database: Database, disk: Disk, operator: Operator) -> AsyncIterator[Gate]:
    gate = Gate()
    room = Room(database=database, gate=gate, operators=operator, free=disk, pause=0.001)
    running = asyncio.create_task(room.run())
    try:
        yield gate
    finally:
        running.cancel()
        await asyncio.wait({running})
    assert running.cancelled()


def refused(gate: Gate) -> str | None:
    try:
        gate.check()
    except Refusal as refusal:
        return refusal.code
    return None


async def test_a_disk_with_room_is_never_spoken_of(database: Database) -> None:
    operator, disk = Operator(), Disk(ENOUGH)
    async with watched(database, disk, operator) as gate:
        await disk.becomes(LEAST)

        assert refused(gate) is None

    assert operator.heard == []


async def test_new_jobs_are_refused_until_there_is_enough_room(database: Database) -> None:
    operator, disk = Operator(), Disk(ENOUGH)
    async with watched(database, disk, operator) as gate:
        await disk.becomes(LEAST - 1)
        assert refused(gate) == "refusal-storage"

        await disk.becomes(ENOUGH - 1)
        assert refused(gate) == "refusal-storage", "it would flicker"

        await disk.becomes(ENOUGH)
        assert refused(gate) is None

    assert operator.heard == [("operator-no-room", "low"), ("operator-room", "")]


async def test_a_disk_that_does_not_tell_may_have_room(database: Database) -> None:
    operator, disk = Operator(), Disk(ENOUGH)
    async with watched(database, disk, operator) as gate:
        await disk.becomes(-1)

        assert refused(gate) is None


async def test_a_stopping_bot_says_that_it_restarts(database: Database) -> None:
    operator, disk = Operator(), Disk(0)
    async with watched(database, disk, operator) as gate:
        await disk.becomes(0)
        gate.close()

        assert refused(gate) == "refusal-restarting"
