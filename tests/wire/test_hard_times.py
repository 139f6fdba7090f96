"""The real process when the database is away, when Discord ends it, and when there are two."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Message

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


async def _asked_for(place: Place, relay: SampleRelay, bot: BotProcess) -> Message:
    event = await bot.alive(place.server.slash(place.alice, place.channel, "video", prompt="a cat"))
    await bot.alive(place.server.wait_for(lambda: relay.posts))
    return place.server.original(event)


async def test_a_database_that_is_away_for_seconds_costs_no_video(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    relay.gate.clear()
    async with BotProcess(place.server, tmp_path, settings) as bot:
        card = await _asked_for(place, relay, bot)
        with closing(sqlite3.connect(bot.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            relay.gate.set()
            await bot.says("storage-busy")
            other.execute("ROLLBACK")
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        await bot.stop()

    assert any(url.split("?")[0].endswith(".mp4") for url in card.media_urls)
    assert _rows(bot, "SELECT status FROM jobs") == ["delivered"]


async def test_a_video_on_its_card_stays_there_after_a_kill(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    relay.gate.clear()
    async with BotProcess(place.server, tmp_path, settings) as killed:
        card = await _asked_for(place, relay, killed)
        place.server.fault("PATCH", "/webhooks/*", status="hang", applied=True, times=20)
        relay.gate.set()
        await killed.alive(place.server.wait_for(lambda: _has_video(card)))
    place.server.forget_faults()

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.says("job.delivered")
        await bot.stop()

    assert _has_video(card)
    assert _rows(bot, "SELECT status FROM jobs") == ["delivered"]
    assert _rows(bot, "SELECT kind FROM entries ORDER BY id") == ["hold", "settle"]


@pytest.mark.parametrize("code", [4004, 4013, 4014])
async def test_a_bot_that_discord_does_not_want_ends_with_a_word(
    place: Place, settings: Mapping[str, str], tmp_path: Path, code: int
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        await place.server.gateway.drop(code)
        ended = await bot.ended()

    assert ended == 1
    assert "gateway.refused" in bot.log
    assert "Traceback" not in bot.log


async def test_an_event_that_cannot_be_read_does_not_end_the_bot(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        await place.server.gateway.dispatch("INTERACTION_CREATE", {"id": "not a number"})
        await bot.says("gateway.unreachable")
        await bot.alive(place.server.wait_for(lambda: place.server.gateway.resumed))
        card = await _asked_for(place, relay, bot)
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))


async def test_a_discord_that_is_not_there_at_first_is_waited_for(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with LoopbackDiscord(listening=False) as server:
        async with BotProcess(server, tmp_path, settings) as bot:
            await bot.says("gateway.unreachable")
            await server.listen()
            await bot.alive(server.connected(60))
            code = await bot.stop()

        assert code == 0
        assert server.gateway.identifies == [(0, 1)]


async def test_a_second_bot_on_the_same_database_does_not_start(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as first:
        await first.alive(place.server.connected())
        async with BotProcess(place.server, tmp_path, settings) as second:
            code = await second.ended()

    assert code == 1
    assert "Another Clapper works on this database" in first.log


async def test_a_stop_is_heard_while_old_cards_are_told(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    relay.gate.clear()
    settings = {**settings, "GRACE_SECONDS": "1"}  # for the job, if it is taken up before the stop
    async with BotProcess(place.server, tmp_path, settings) as killed:
        await _asked_for(place, relay, killed)
    place.server.fault("PATCH", "*", status="hang", times=100)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: place.server.gateway.identified > 1))
        async with asyncio.timeout(20):
            code = await bot.stop()

    assert code == 0


def _has_video(card: Message) -> bool:
    return any(name.endswith(".mp4") for name in card.attachments)


def _rows(bot: BotProcess, query: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{bot.database}?mode=ro", uri=True)) as database:
        return [value for (value,) in database.execute(query)]
