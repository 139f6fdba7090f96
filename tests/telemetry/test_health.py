"""The sign of life and what is read from it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.telemetry import Beat, HeartbeatFile, keep_beating, verdict

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def beat(*, at: datetime = NOW, connected: bool = True, database: bool = True) -> Beat:
    return Beat(at=at, connected=connected, database=database, pid=1)


def test_a_beat_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = HeartbeatFile(tmp_path)

    file.write(beat())

    assert file.read() == beat()
    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]


@pytest.mark.parametrize(
    ("last", "says"),
    [
        (beat(), "health-ok"),
        (beat(at=NOW - timedelta(seconds=30)), "health-ok"),
        (beat(at=NOW - timedelta(seconds=31)), "health-stale"),
        (beat(at=NOW + timedelta(seconds=31)), "health-stale"),
        (beat(connected=False), "health-offline"),
        (beat(database=False), "health-database"),
        (None, "health-none"),
    ],
)
def test_only_a_fresh_beat_with_both_is_well(last: Beat | None, says: str) -> None:
    assert verdict(last, NOW) == says


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "{", '{"at": 1}', '{"at": "soon", "connected": true}', "\x00"]
)
def test_a_broken_file_is_no_beat(tmp_path: Path, content: str) -> None:
    (tmp_path / "health.json").write_text(content)

    assert HeartbeatFile(tmp_path).read() is None


def test_only_true_is_connected(tmp_path: Path) -> None:
    record = {"at": NOW.isoformat(), "connected": "no", "database": True, "pid": 1}
    (tmp_path / "health.json").write_text(json.dumps(record))

    found = HeartbeatFile(tmp_path).read()

    assert found is not None
    assert not found.connected


async def test_the_bot_beats_until_it_stops(tmp_path: Path) -> None:
    asked = asyncio.Event()
    file = HeartbeatFile(tmp_path)

    async def database() -> None:
        if file.read() is not None:
            asked.set()

    beating = asyncio.create_task(
        keep_beating(
            file,
            clock=lambda: NOW,
            connected=lambda: True,
            database=database,
            every=timedelta(milliseconds=1),
        )
    )
    await asked.wait()

    assert verdict(file.read(), NOW) == "health-ok"

    beating.cancel()
    await asyncio.wait([beating])

    assert file.read() is None


async def test_a_database_that_fails_is_told(tmp_path: Path) -> None:
    seen = asyncio.Event()
    file = HeartbeatFile(tmp_path)

    async def database() -> None:
        if file.read() is not None:
            seen.set()
        raise OSError("disk gone")

    beating = asyncio.create_task(
        keep_beating(
            file,
            clock=lambda: NOW,
            connected=lambda: True,
            database=database,
            every=timedelta(milliseconds=1),
        )
    )
    await seen.wait()
    found = file.read()
    beating.cancel()
    await asyncio.wait([beating])

    assert verdict(found, NOW) == "health-database"


async def test_a_folder_that_is_gone_does_not_stop_the_bot(tmp_path: Path) -> None:
    looks = 0
    enough = asyncio.Event()

    async def database() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            enough.set()

    beating = asyncio.create_task(
        keep_beating(
            HeartbeatFile(tmp_path / "gone"),
            clock=lambda: NOW,
            connected=lambda: True,
            database=database,
            every=timedelta(milliseconds=1),
        )
    )
    async with asyncio.timeout(30):
        await enough.wait()

    assert not beating.done()

    beating.cancel()
    await asyncio.wait([beating])
