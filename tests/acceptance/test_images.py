"""How a reference image travels, as the model's entry says."""

import io
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from bot.demo.wish import decode_data_url
from bot.domain.models import ImageTransport, VideoModel
from tests.acceptance.scene import open_scene


def photo(colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), colour).save(file, "JPEG")
    return file.getvalue()


def colour(image: bytes) -> tuple[int, ...]:
    """Which of red, green and blue a picture is."""
    pixel = Image.open(io.BytesIO(image)).convert("RGB").getpixel((9, 9))
    assert isinstance(pixel, tuple)
    return tuple(round(part / 255) for part in pixel)


def frames() -> dict[str, Any]:
    return {"image": ("a.jpg", photo("red")), "last_frame": ("b.jpg", photo("blue"))}


def between(transport: ImageTransport) -> VideoModel:
    """A model that goes from one picture to another."""
    return VideoModel(
        id="sora-2", label="Sora 2", images=2, last_frame=True, image_transport=transport
    )


async def test_the_first_frame_travels_before_the_last() -> None:
    async with open_scene(models=(between(ImageTransport.DATA),)) as scene:
        await scene.until_over(await scene.video(prompt="a boat", **frames()))
        (asked,) = scene.relay.posts

    text, *images = asked.body["messages"][0]["content"]
    sent = [decode_data_url(image["image_url"]["url"]) for image in images]
    assert text == {"type": "text", "text": "a boat"}
    assert [colour(image or b"") for image in sent] == [(1, 0, 0), (0, 0, 1)]


@pytest.mark.parametrize("transport", [ImageTransport.URL, ImageTransport.PROMPT])
async def test_each_frame_has_a_link_of_its_own(transport: ImageTransport) -> None:
    async with open_scene(models=(between(transport),)) as scene:
        await scene.until_over(await scene.video(prompt="a boat", **frames()))
        (asked,) = scene.relay.posts
        content = asked.body["messages"][0]["content"]
        if transport is ImageTransport.URL:
            links = [part["image_url"]["url"] for part in content[1:]]
        else:
            links = content[0]["text"].removesuffix(" a boat").split()
        sent = [scene.world.env.backend.cdn.get(link) for link in links]

    assert [colour(image or b"") for image in sent] == [(1, 0, 0), (0, 0, 1)]


@pytest.mark.parametrize(
    ("broken", "says"),
    [("image", "The first frame is not an image"), ("last_frame", "The last frame is not an")],
)
async def test_a_frame_that_cannot_be_used_is_named_and_the_credit_returns(
    broken: str, says: str
) -> None:
    given = frames() | {broken: ("c.jpg", b"MZ" + bytes(2_000))}
    async with open_scene(models=(between(ImageTransport.DATA),)) as scene:
        shown = await scene.until_over(await scene.video(**given))

        assert says in shown
        assert "1 credit returned, 3 left today" in shown
        assert scene.relay.posts == []


def film() -> bytes:
    """Red, then blue."""
    file, frames = io.BytesIO(), [Image.new("RGB", (64, 36), name) for name in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


async def test_of_what_moves_the_first_frame_travels_and_its_member_is_told() -> None:
    async with open_scene() as scene:
        scene.relay.gate.clear()
        card = await scene.video(image=("party.gif", film()))
        await scene.until_text(card, "Your image moves: its first frame is used.")
        scene.relay.gate.set()
        shown = await scene.until_over(card)
        again = await scene.press(scene.world.bob, card, "again")
        once_more = await scene.until_over(again)
        sent = [asked.body["messages"][0]["content"][1] for asked in scene.relay.posts]

    assert [colour(decode_data_url(image["image_url"]["url"]) or b"") for image in sent] == [
        (1, 0, 0),
        (1, 0, 0),
    ]
    assert "Your image moves: its first frame is used." in shown
    assert "Your image moves: its first frame is used." in once_more


async def test_a_film_as_the_last_frame_is_told_apart() -> None:
    async with open_scene(models=(between(ImageTransport.DATA),)) as scene:
        card = await scene.video(**frames() | {"last_frame": ("party.gif", film())})

        shown = await scene.until_over(card)

    assert "Your last image moves: its first frame is used." in shown


async def test_a_photo_of_a_phone_travels_as_one_that_relays_can_read() -> None:
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    Image.new("RGB", (64, 36), "red").save(file, "HEIF")
    async with open_scene() as scene:
        await scene.until_over(await scene.video(image=("IMG_0001.HEIC", file.getvalue())))
        (asked,) = scene.relay.posts

    url = asked.body["messages"][0]["content"][1]["image_url"]["url"]
    assert url.startswith("data:image/jpeg;base64,")
    assert colour(decode_data_url(url) or b"") == (1, 0, 0)


@pytest.mark.parametrize("transport", [ImageTransport.URL, ImageTransport.PROMPT])
async def test_a_link_leads_to_the_cards_own_copy(transport: ImageTransport) -> None:
    model = VideoModel(id="sora-2", label="Sora 2", image_transport=transport)
    async with open_scene(models=(model,)) as scene:
        card = await scene.video(prompt="a boat", image=("boat.jpg", photo()))
        await scene.until_over(card)

        (asked,) = scene.relay.posts
        content = asked.body["messages"][0]["content"]

    if transport is ImageTransport.URL:
        assert content[0] == {"type": "text", "text": "a boat"}
        link = content[1]["image_url"]["url"]
    else:
        (part,) = content
        link, _, prompt = part["text"].partition(" ")
        assert prompt == "a boat"
    assert link.startswith("https://")
    assert link.endswith(".jpg")


async def test_a_model_without_images_refuses_one_before_anything_is_charged() -> None:
    model = VideoModel(id="sora-2", label="Sora 2", image_transport=ImageTransport.NONE)
    async with open_scene(models=(model,)) as scene:
        refused = await scene.video(image=("boat.jpg", photo()))

        assert refused.ephemeral
        assert "works from words alone" in scene.text(refused)
