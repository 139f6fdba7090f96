"""SIGTERM and Ctrl-C at every moment of the real process's life: exit 0, at once if told twice."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


@asynccontextmanager
async def database_held(folder: Path) -> AsyncIterator[None]:
    """Nobody else can write, so that a start waits before its migration."""
    with closing(sqlite3.connect(folder / "clapper.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=wal")
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def migrating(folder: Path) -> None:
    """The process has its place on the database and waits for its turn there."""
    async with asyncio.timeout(30):
        while not (folder / "clapper.db.lock").exists():  # noqa: ASYNC110 (another process's)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_bot_at_rest_stops_cleanly(
    place: Place, settings: Mapping[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        bot.ask_to_stop(number)
        code = await bot.ended()

    assert code == 0
    assert not place.server.gateway.sessions  # said goodbye: Discord waits for nobody
    assert "Traceback" not in bot.log
    assert "Unclosed" not in bot.log


async def test_a_stop_during_the_login_is_clean(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.fault("GET", "/users/@me", status="hang", times=100)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: place.server.asked("GET", "/users/@me")))
        code = await bot.stop()

    assert code == 0
    assert not place.server.gateway.identifies
    assert "Traceback" not in bot.log


async def test_a_stop_between_two_logins_is_clean(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.fault("GET", "/users/@me", status=503, times=100)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.says("gateway.unreachable")
        code = await bot.stop()

    assert code == 0


async def test_a_stop_while_the_gateway_hangs_is_clean(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.fault("GET", "/gateway", status="hang", times=100)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: place.server.asked("GET", "/gateway")))
        code = await bot.stop()

    assert code == 0
    assert "Traceback" not in bot.log


async def test_a_stop_before_the_session_opens_is_clean(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.gateway.refuse(at="identify", code="silence")

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: place.server.gateway.refused))
        code = await bot.stop()

    assert code == 0
    assert "Traceback" not in bot.log


async def test_a_bot_whose_sessions_are_spent_waits_and_can_be_stopped(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sessions").write_text(f"{time.time() + 10**6}")

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.says("sessions.spent")
        code = await bot.stop()

    assert code == 0
    assert not place.server.gateway.identifies


async def test_a_stop_during_the_migration_connects_no_more_and_leaves_a_whole_database(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        async with database_held(tmp_path):
            await migrating(tmp_path)
            bot.ask_to_stop()
            await bot.says("app.stopping")
        code = await bot.ended()

    assert code == 0
    assert not place.server.requests

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        assert await bot.stop() == 0


async def test_a_second_stop_during_the_migration_ends_it_at_once(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with database_held(tmp_path), BotProcess(place.server, tmp_path, settings) as bot:
        await migrating(tmp_path)
        bot.ask_to_stop()
        await bot.says("app.stopping")
        code = await bot.stop()

    assert code == 1

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        assert await bot.stop() == 0


async def test_a_killed_bot_leaves_its_place_to_the_next(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    for times in range(1, 4):
        async with BotProcess(place.server, tmp_path, settings) as bot:
            await bot.alive(
                place.server.wait_for(lambda: place.server.gateway.identified == times)  # noqa: B023
            )
