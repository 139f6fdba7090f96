"""An original in parts by the real process: over real uploads, and through its end."""

import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.delivery import probe
from bot.demo.relay import SampleRelay
from tests.delivery.test_cutting import REEL
from tests.demo.wire import SMALL
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Message

pytestmark = pytest.mark.unmeasured


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A server that takes files of 560 KiB."""
    async with LoopbackDiscord() as server:
        guild = server.guild(size_limit=560 * 1024)
        alice = server.member(guild, name="Alice")
        yield Place(server=server, guild=guild, channel=server.channel(guild), alice=alice)


@pytest.fixture
async def settings() -> AsyncIterator[Mapping[str, str]]:
    async with SampleRelay(pace=0, film=SMALL) as relay:
        yield {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twelve seconds of some 2.6 MB, two of its 24 scenes in a part."""
    path = tmp_path_factory.mktemp("reel") / "reel.mp4"
    subprocess.run([sys.executable, str(REEL), str(path), "160", "90", "96"], check=True)
    return path.read_bytes()


async def test_parts_come_ten_to_a_message_and_are_the_whole(
    place: Place, settings: Mapping[str, str], reel: bytes, tmp_path: Path
) -> None:
    server, alice = place.server, place.alice
    async with BotProcess(server, tmp_path, settings) as bot:
        opened = await _watched(place, bot, tmp_path, reel)
        told = server.original(await bot.alive(server.click(alice, opened, "In parts")))
        await bot.alive(server.wait_for(lambda: "parts are here" in told.text))
        code = await bot.stop()

    first, second = _messages(place)
    stem = f"{_stored(tmp_path).stem}-part"
    names = [*first.attachments, *second.attachments]
    assert names == [f"{stem}-{number}-of-12.mp4" for number in range(1, 13)]
    assert [len(first.attachments), len(second.attachments)] == [10, 2]
    assert first.ephemeral
    assert second.ephemeral
    assert [first.text, second.text] == ["Parts 1 to 10 of 12", "Parts 11 to 12 of 12"]
    assert list(first.alts.values())[1] == "Part 2 of 12: a cat"
    clips = [
        await probe(_saved(tmp_path, content))
        for message in (first, second)
        for content in message.attachments.values()
    ]
    assert all(clip.inline_safe for clip in clips)
    assert sum(clip.seconds for clip in clips) == pytest.approx(12, abs=0.1)
    assert code == 0
    assert _benches(tmp_path) == []


async def test_a_second_press_meanwhile_is_answered_and_an_end_leaves_nothing_behind(
    place: Place, settings: Mapping[str, str], reel: bytes, tmp_path: Path
) -> None:
    server, alice = place.server, place.alice
    async with BotProcess(server, tmp_path, settings) as bot:
        opened = await _watched(place, bot, tmp_path, reel)
        server.fault("POST", "/webhooks/*", status="hang")
        told = server.original(await bot.alive(server.click(alice, opened, "In parts")))
        await bot.alive(server.wait_for(lambda: bool(_benches(tmp_path))))

        again = server.original(await bot.alive(server.click(alice, opened, "In parts")))
        await bot.alive(server.wait_for(lambda: "in parts already" in again.text))
        bot.ask_to_stop()
        await bot.says("app.stopping")
        server.world.faults.end()
        code = await bot.ended()

    assert code == 0
    assert "0 of 12 parts are here. Nothing is lost" in told.text
    assert "Traceback" not in bot.log
    assert _benches(tmp_path) == []
    assert _stored(tmp_path).exists()


async def _watched(place: Place, bot: BotProcess, folder: Path, reel: bytes) -> Message:
    """Alice's private look at a video whose original is larger than what fits here."""
    server, alice = place.server, place.alice
    await bot.alive(server.slash(alice, place.channel, "video", prompt="a cat"))
    await bot.alive(server.wait_for(lambda: any(m.mentions for m in server.messages)))
    _stored(folder).write_bytes(reel)
    listed = server.original(await bot.alive(server.slash(alice, place.channel, "videos")))
    opened = server.original(await bot.alive(server.click(alice, listed, "Watch")))
    await bot.alive(server.wait_for(lambda: "In parts" in opened.buttons))
    return opened


def _stored(folder: Path) -> Path:
    (path,) = (folder / "videos").glob("video-*.mp4")
    return path


def _messages(place: Place) -> list[Message]:
    """Those that hold parts."""
    found = place.server.messages
    return [each for each in found if any("-part-" in name for name in each.attachments)]


def _saved(folder: Path, content: bytes) -> Path:
    path = folder / "part.mp4"
    path.write_bytes(content)
    return path


def _benches(folder: Path) -> list[str]:
    return [path.name for path in (folder / "videos").iterdir() if path.is_dir()]
