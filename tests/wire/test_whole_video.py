"""One whole `/video` by the real process: settings, HTTP, gateway, uploads, database, signals."""

import io
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Message

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {
        "RELAY_BASE_URL": relay.base_url,
        "RELAY_API_KEY": relay.api_key,
        "LOG_LEVEL": "debug",
    }


async def test_a_video_with_an_image_from_the_command_to_the_ledger(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server
    relay.gate.clear()

    async with BotProcess(server, tmp_path, settings) as bot:
        event = await bot.alive(
            server.slash(
                place.alice, place.channel, "video", prompt="a cat", image=("cat.png", _picture())
            )
        )
        card = server.original(event)
        assert "a cat" in card.text
        await bot.alive(server.wait_for(lambda: relay.posts and card.revisions))
        relay.gate.set()
        video = await bot.alive(server.wait_for(lambda: _video(card)))
        reply = await bot.alive(server.wait_for(lambda: _reply_to(server, card)))
        code = await bot.stop()

    assert code == 0
    assert video[4:8] == b"ftyp"
    assert any(url.split("?")[0].endswith(".mp4") for url in card.media_urls)
    assert len(video) in {size for seen in server.requests for size in seen.uploads.values()}
    assert reply.mentions == (place.alice.id,)
    assert _ledger(bot.database) == [("hold", 1), ("settle", 1)]
    assert _statuses(bot.database) == ["delivered"]


async def test_the_image_reaches_the_relay_without_its_metadata(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server

    async with BotProcess(server, tmp_path, settings) as bot:
        image = ("cat.png", _picture(comment="taken at home"))
        await bot.alive(
            server.slash(place.alice, place.channel, "video", prompt="a cat", image=image)
        )
        await bot.alive(server.wait_for(lambda: any(_video(m) for m in server.messages)))

    (post,) = relay.posts
    (text, sent) = post.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "a cat"}
    assert sent["image_url"]["url"].startswith("data:image/")
    assert "taken at home" not in str(post.body)


async def test_secrets_stay_out_of_the_log(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server

    async with BotProcess(server, tmp_path, settings) as bot:
        event = await bot.alive(
            server.slash(place.alice, place.channel, "video", prompt="a cat of the sea")
        )
        await bot.alive(server.wait_for(lambda: any(_video(m) for m in server.messages)))
        await bot.stop()

    assert "job" in bot.log
    for secret in (LoopbackDiscord.TOKEN, event.token, relay.api_key, "a cat of the sea"):
        assert secret not in bot.log
    assert "Traceback" not in bot.log
    assert "Unclosed" not in bot.log


async def test_a_gateway_that_refuses_at_first_is_tried_again(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.fault("GET", "/gateway", status="reset", times=3)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        code = await bot.stop()

    tries = [seen.status for seen in place.server.asked("GET", "/gateway")]
    assert tries == ["reset", "reset", "reset", 101]
    assert code == 0


@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me"])
async def test_a_login_that_fails_at_first_is_tried_again_whole(
    place: Place, settings: Mapping[str, str], tmp_path: Path, path: str
) -> None:
    place.server.fault("GET", path, status=503)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        await bot.alive(place.server.slash(place.alice, place.channel, "quota"))
        code = await bot.stop()

    assert code == 0
    assert "Unclosed" not in bot.log


async def test_a_token_that_discord_refuses_ends_the_start(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    wrong = {**settings, "DISCORD_TOKEN": "OTAwMDAwMDAwMDAwMDAwMDAx.GWrong.is-not-known-there"}

    async with BotProcess(place.server, tmp_path, wrong) as bot:
        code = await bot.ended()

    assert code == 1
    assert [seen.status for seen in place.server.requests] == [401]
    assert "Traceback" not in bot.log


async def test_a_stop_while_discord_is_away_is_clean(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.fault("GET", "/gateway", status="reset", times=1000)

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(
            place.server.wait_for(lambda: len(place.server.asked("GET", "/gateway")) > 1)
        )
        code = await bot.stop()

    assert code == 0
    assert "never retrieved" not in bot.log
    assert "Unclosed" not in bot.log


async def test_health_says_yes_while_connected_and_no_afterwards(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        await bot.alive(bot.health_becomes(0))
        await bot.stop()

        assert await bot.health() == 1


async def test_health_says_no_while_discord_is_away(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.connected())
        await bot.alive(bot.health_becomes(0))

        place.server.fault("GET", "/gateway", status="reset", times=1000)
        await place.server.gateway.drop()

        await bot.alive(bot.health_becomes(1))


async def test_commands_are_synced_once_and_not_again_on_the_next_start(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    for _ in range(2):
        async with BotProcess(place.server, tmp_path, settings) as bot:
            await bot.alive(place.server.connected())
            await bot.alive(place.server.wait_for(lambda: place.server.commands))
            await bot.stop()
        await place.server.wait_for(lambda: not place.server.gateway.connected)

    assert {"video", "quota", "video-admin"} <= set(place.server.commands)
    assert len(place.server.asked("PUT", "/commands")) == 1


def _picture(comment: str = "") -> bytes:
    file = io.BytesIO()
    image = Image.linear_gradient("L").resize((320, 240)).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = comment
    image.save(file, "PNG", exif=exif)
    return file.getvalue()


def _video(message: Message) -> bytes | None:
    found = [each for name, each in message.attachments.items() if name.endswith(".mp4")]
    return found[0] if found else None


def _reply_to(server: LoopbackDiscord, card: Message) -> Message | None:
    return next((m for m in server.messages if m.reply_to == card.id or _follows(m, card)), None)


def _follows(message: Message, card: Message) -> bool:
    return message.interaction_id == card.interaction_id and message is not card


def _ledger(database: Path) -> list[tuple[str, int]]:
    return _rows(database, "SELECT kind, amount FROM entries ORDER BY id")


def _statuses(database: Path) -> list[str]:
    return [row[0] for row in _rows(database, "SELECT status FROM jobs")]


def _rows(database: Path, query: str) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()
