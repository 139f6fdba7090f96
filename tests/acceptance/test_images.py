"""How a reference image travels, as the model's entry says."""

import io

import pytest
from PIL import Image

from bot.domain.models import ImageTransport, VideoModel
from tests.acceptance.scene import open_scene


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(file, "JPEG")
    return file.getvalue()


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
