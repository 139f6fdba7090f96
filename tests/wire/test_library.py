"""`/videos` by the real process: every copy of a video arrives whole, and for whom it is."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.state import Message

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


async def test_a_video_is_watched_posted_and_sent_whole(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server, alice = place.server, place.alice

    async with BotProcess(server, tmp_path, settings) as bot:
        asked = await bot.alive(server.slash(alice, place.channel, "video", prompt="a cat"))
        card = server.original(asked)
        video = await bot.alive(server.wait_for(lambda: _video(card)))
        await bot.alive(server.wait_for(lambda: any(m.mentions for m in server.messages)))
        listed = server.original(await bot.alive(server.slash(alice, place.channel, "videos")))
        opened = server.original(await bot.alive(server.click(alice, listed, "Watch")))
        watched = await bot.alive(server.wait_for(lambda: _video(opened)))
        told = server.original(await bot.alive(server.click(alice, opened, "Post here")))
        posted = await bot.alive(server.wait_for(lambda: _with_button(place, "Remove")))
        await bot.alive(server.wait_for(lambda: f"/{posted.id})" in told.text))
        sent_to = server.original(await bot.alive(server.click(alice, opened, "Send to me")))
        await bot.alive(server.wait_for(lambda: "Sent:" in sent_to.text))
        code = await bot.stop()

    direct = server.world.direct_channel(alice.id)
    (sent,) = [message for message in server.messages if message.channel_id == direct.id]
    assert code == 0
    assert listed.ephemeral
    assert opened.ephemeral
    assert told.ephemeral
    assert not posted.ephemeral
    assert watched == _video(posted) == _video(sent) == video
    assert posted.mentions == sent.mentions == ()
    assert [list(each.alts.values()) for each in (card, opened, posted, sent)] == [["a cat"]] * 4
    assert "Traceback" not in bot.log


def _video(message: Message) -> bytes | None:
    found = [each for name, each in message.attachments.items() if name.endswith(".mp4")]
    return found[0] if found else None


def _with_button(place: Place, label: str) -> Message | None:
    return next((found for found in place.server.messages if label in found.buttons), None)
