"""Several videos of the real process: uploads, a second message whose answer is lost, one price."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.demo.wire import SMALL
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.state import Message

pytestmark = pytest.mark.unmeasured


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.SEVERAL}) as sample:
        yield sample


async def test_a_second_message_whose_answer_was_lost_is_there_once(
    place: Place, relay: SampleRelay, tmp_path: Path
) -> None:
    server = place.server
    settings = {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}
    server.fault("POST", "/channels/*/messages", status=500, applied=True)

    async with BotProcess(server, tmp_path, settings) as bot:
        event = await bot.alive(
            server.slash(place.alice, place.channel, "video", prompt="a cat, 6 variations")
        )
        await bot.alive(server.wait_for(lambda: _mentions(server.messages)))
        await bot.stop()

    card, second, reply = server.messages
    assert card is server.original(event)
    assert [_numbers(message) for message in server.messages] == [[1, 2, 3, 4], [5, 6], []]
    assert all(video[4:8] == b"ftyp" for video in (card.attachments | second.attachments).values())
    said = {**card.alts, **second.alts}.values()
    assert list(said) == [f"Video {number}: a cat, 6 variations" for number in range(1, 7)]
    assert (second.reply_to, reply.mentions) == (card.id, (place.alice.id,))
    assert second.nonce is not None
    assert len(second.nonce) <= 25
    assert len(server.asked("POST", f"/channels/{place.channel.id}/messages")) == 3
    assert _entries(bot.database) == ["hold", "settle"]


def _mentions(messages: list[Message]) -> bool:
    return any(message.mentions for message in messages)


def _numbers(message: Message) -> list[int]:
    stems = [name.removesuffix(".mp4").split("-") for name in message.attachments]
    return [int(stem[2]) if len(stem) > 2 else 1 for stem in stems]


def _entries(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM entries ORDER BY id")]
