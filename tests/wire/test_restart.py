"""The real process killed or stopped in the middle of a job, and started again."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.state import Message


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


async def _card_in_the_middle(place: Place, relay: SampleRelay, bot: BotProcess) -> Message:
    """A card whose relay was asked and has not answered yet."""
    relay.gate.clear()
    event = await bot.alive(place.server.slash(place.alice, place.channel, "video", prompt="a cat"))
    card = place.server.original(event)
    await bot.alive(place.server.wait_for(lambda: relay.posts and card.revisions))
    return card


async def test_what_a_killed_bot_left_open_is_released_with_a_word(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as killed:
        card = await _card_in_the_middle(place, relay, killed)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: "restarted" in card.text))
        reply = await bot.alive(
            place.server.wait_for(lambda: [m for m in place.server.messages if m.reply_to])
        )
        code = await bot.stop()

    assert code == 0
    assert "1 credit returned" in card.text
    assert reply[0].mentions == (place.alice.id,)
    assert _entries(bot) == ["hold", "release"]
    assert len(relay.posts) == 1


async def test_a_stopped_bot_lets_its_videos_finish(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        card = await _card_in_the_middle(place, relay, bot)
        bot.ask_to_stop()
        await bot.says("app.stopping")
        refused = await bot.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="one more")
        )
        relay.gate.set()
        code = await bot.ended()

    assert code == 0
    assert "restarting" in place.server.original(refused).text
    assert "1 credit used" in card.text
    assert _entries(bot) == ["hold", "settle"]


async def test_the_second_stop_ends_it_at_once(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await _card_in_the_middle(place, relay, bot)
        bot.ask_to_stop()
        await bot.says("app.stopping")

        code = await bot.stop()

    assert code == 1
    assert _entries(bot) == ["hold"]


def _entries(bot: BotProcess) -> list[str]:
    with closing(sqlite3.connect(f"file:{bot.database}?mode=ro", uri=True)) as database:
        return [kind for (kind,) in database.execute("SELECT kind FROM entries ORDER BY id")]
