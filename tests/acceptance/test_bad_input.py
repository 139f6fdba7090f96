"""Bad input: each gets a clear answer with the reason, costs nothing and leaves nothing running."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.acceptance.scene import Scene, open_scene
from tests.demo.wire import SMALL

pytestmark = pytest.mark.unmeasured


def bomb() -> bytes:
    """A PNG of 500 megapixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", 25_000, 20_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(20_000 * (1 + 25_000 // 8)), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bmp() -> bytes:
    file = io.BytesIO()
    Image.new("P", (8, 8)).save(file, "BMP")
    return file.getvalue()


async def nothing_was_lost(scene: Scene) -> None:
    """All credits are there again, and the next video works."""
    shown = await scene.until_over(await scene.video(prompt="after all"))
    assert "1 credit used, 2 left today" in shown


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompt": "  \n "}, "prompt is empty"),
        ({"model": "sora-99"}, "There is no model “sora-99” here"),
        ({"ratio": "21:9"}, "cannot make 21:9"),
        ({"seconds": 60}, "cannot make a video of 60 s"),
        ({"image": ("a.png", b"")}, "image is an empty file"),
        ({"image": ("a.bmp", bmp())}, "Send a PNG, JPEG, WebP, GIF, HEIC or AVIF"),
        ({"image": ("a.exe", b"MZ" + bytes(100))}, "Send a PNG, JPEG, WebP, GIF, HEIC or AVIF"),
        ({"image": ("a.png", bytes(25_000_000))}, "20 MB are allowed"),
    ],
    ids=["empty", "model", "ratio", "seconds", "image-empty", "bmp", "exe", "image-large"],
)
async def test_what_the_options_show_is_refused_privately(
    scene: Scene, options: dict[str, Any], says: str
) -> None:
    refused = await scene.video(**options)

    assert refused.ephemeral
    assert says in scene.text(refused)
    assert scene.relay.posts == []
    await nothing_was_lost(scene)


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"MZ" + bytes(2_000), "not an image"), (bomb(), "500 megapixels"), (bmp(), "BMP")],
    ids=["renamed-executable", "bomb", "renamed-bmp"],
)
async def test_what_only_the_bytes_show_fails_the_card_and_returns_the_credit(
    scene: Scene, data: bytes, says: str
) -> None:
    card = await scene.video(image=("photo.png", data))

    shown = await scene.until_over(card)

    assert says in shown
    assert "1 credit returned, 3 left today" in shown
    assert scene.relay.posts == []
    await nothing_was_lost(scene)


@pytest.mark.parametrize(
    ("scenario", "says"),
    [
        (Scenario.HTML, "did not finish in time"),
        (Scenario.ERROR, "fault of its own"),
        (Scenario.BUSY, "too many requests"),
        (Scenario.QUOTA, "not your doing"),
        (Scenario.MODERATION, "safety rules"),
        (Scenario.LATE_MODERATION, "safety rules"),
        (Scenario.FAILED, "could not make this video"),
        (Scenario.EXPIRED, "error 403"),
        (Scenario.PAGE, "leads to a web page"),
    ],
)
async def test_whatever_the_relay_does_the_credit_returns(scenario: Scenario, says: str) -> None:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": scenario})
    async with open_scene(relay) as scene:
        shown = await scene.until_over(await scene.video())

        assert says in shown
        assert "1 credit returned, 3 left today" in shown
        assert "<html" not in shown
        assert len(relay.posts) == 1
        await nothing_was_lost(scene)


async def test_a_key_that_the_relay_refuses_is_not_the_members_fault() -> None:

    async with open_scene(relay_api_key="sk-wrong") as scene:
        shown = await scene.until_over(await scene.video())

        assert "does not accept the bot’s key. That is not your doing" in shown
        assert "1 credit returned, 3 left today" in shown
        assert "sk-wrong" not in shown


async def test_a_relay_that_is_down_costs_nothing() -> None:
    async with open_scene(relay_base_url="http://127.0.0.1:9/v1") as scene:
        shown = await scene.until_over(await scene.video())

        assert "1 credit returned, 3 left today" in shown


async def test_after_five_refused_keys_nobody_waits_for_the_sixth() -> None:

    async with open_scene(relay_api_key="sk-wrong", default_credits=9) as scene:
        for _ in range(5):
            await scene.until_over(await scene.video())

        refused = await scene.video()

        assert refused.ephemeral
        assert "nothing was charged" in scene.text(refused)
        assert len(scene.relay.posts) == 5


async def test_a_video_too_large_for_the_channel_is_shrunk() -> None:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": Scenario.OVERSIZE})
    async with open_scene(relay) as scene:
        card = await scene.video()
        shown = await scene.until_over(card)

        assert len(scene.videos(card)) == 1
        assert "to fit the 25 MB that Discord takes here. The original is in" in shown
        assert "1 credit used" in shown


async def test_where_nothing_is_encoded_a_video_too_large_becomes_a_link() -> None:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": Scenario.OVERSIZE})
    async with open_scene(relay, encode_seconds=0) as scene:
        card = await scene.video()
        shown = await scene.until_over(card)

        assert "Too large to attach here" in shown
        assert scene.link(card).startswith(relay.origin)
        assert "1 credit used" in shown
