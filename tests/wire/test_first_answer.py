"""The first answer to an interaction when the wire fails it, or brings the interaction twice."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.state import Payload

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


async def test_an_interaction_that_comes_twice_makes_one_video(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server
    relay.gate.clear()

    async with BotProcess(server, tmp_path, settings) as bot:
        event = await bot.alive(server.slash(place.alice, place.channel, "video", prompt="a cat"))
        card = server.original(event)
        await bot.alive(server.wait_for(lambda: relay.posts and card.revisions))
        await _once_more(place)
        await bot.alive(bot.says("card.already_taken"))
        relay.gate.set()
        await bot.alive(server.wait_for(lambda: "1 credit used" in card.text))
        await bot.alive(server.wait_for(lambda: any(m.mentions for m in server.messages)))
        await bot.stop()

    assert len(relay.posts) == 1
    assert len(server.messages) == 2
    assert len(server.asked("POST", "/callback")) == 1
    assert _entries(bot) == ["hold", "settle"]


async def test_one_that_comes_twice_while_the_database_is_slow_makes_one_video(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server

    async with BotProcess(server, tmp_path, settings) as bot:
        await bot.alive(server.connected())
        await bot.alive(server.wait_for(lambda: server.commands))
        with closing(sqlite3.connect(bot.database, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            event = await bot.alive(
                server.slash(place.alice, place.channel, "video", prompt="a cat")
            )
            await _once_more(place)
            await bot.alive(server.wait_for(lambda: len(server.asked("POST", "/callback")) == 2))
        card = server.original(event)
        await bot.alive(server.wait_for(lambda: "1 credit used" in card.text))
        await bot.alive(bot.says("card.already_taken"))
        await bot.alive(server.wait_for(lambda: any(m.mentions for m in server.messages)))
        await bot.stop()

    assert len(relay.posts) == 1
    assert len(server.messages) == 2
    assert _entries(bot) == ["hold", "settle"]


async def test_an_answer_that_nobody_confirms_leaves_no_card_behind(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server
    server.fault("POST", "/interactions/*", status="reset", applied=True)
    server.fault("GET", "/webhooks/*/messages/@original", status=404, code=10008)

    async with BotProcess(server, tmp_path, settings) as bot:
        await bot.alive(server.slash(place.alice, place.channel, "video", prompt="a cat"))
        await bot.alive(bot.says("card.never_answered"))
        await bot.stop()

    assert server.messages == []
    assert _entries(bot) == ["hold", "release"]
    assert relay.posts == []


async def _once_more(place: Place) -> None:
    """The gateway resends the last interaction."""
    session = place.server.gateway.connected[0]
    await session.dispatch("INTERACTION_CREATE", _last_interaction(session.sent))


def _last_interaction(sent: list[Payload]) -> Payload:
    details: Payload = next(f["d"] for f in reversed(sent) if f["t"] == "INTERACTION_CREATE")
    return details


def _entries(bot: BotProcess) -> list[str]:
    with closing(sqlite3.connect(f"file:{bot.database}?mode=ro", uri=True)) as database:
        return [kind for (kind,) in database.execute("SELECT kind FROM entries ORDER BY id")]
