"""The main job as its members and a moderator live it."""

import io

from PIL import Image

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.acceptance.scene import Scene, open_scene, until
from tests.demo.wire import SMALL


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(file, "JPEG")
    return file.getvalue()


async def test_a_prompt_becomes_a_video_in_the_channel(scene: Scene) -> None:
    card = await scene.video(prompt="a paper boat in the rain")

    shown = await scene.until_over(card)

    assert not card.ephemeral
    assert "a paper boat in the rain" in shown
    assert "1 credit used, 2 left today" in shown
    assert (url := scene.video_url(card)) is not None
    assert url.endswith(".mp4")


async def test_the_member_is_mentioned_once(scene: Scene) -> None:
    card = await scene.video()
    await scene.until_over(card)

    await until(lambda: len(scene.messages()) == 2)

    reply = scene.messages()[-1]
    assert scene.world.alice.mention in reply.content
    assert reply.reference is not None
    assert card.response is not None
    assert reply.reference.message_id == card.response.id


async def test_the_card_shows_what_the_relay_says(scene: Scene) -> None:
    scene.relay.gate.clear()
    card = await scene.video()

    shown = await scene.until_text(card, "%")

    assert "▰" in shown
    assert list(scene.buttons(card)) == ["cancel", "prompt"]
    scene.relay.gate.set()
    assert "▰" not in await scene.until_over(card)


async def test_an_image_is_understood_and_travels_as_data(scene: Scene) -> None:
    card = await scene.video(image=("boat.jpg", photo()))
    await scene.until_over(card)

    (asked,) = scene.relay.posts
    text, image = asked.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "a paper boat"}
    assert image["image_url"]["url"].startswith("data:image/jpeg;base64,")


async def test_options_travel_in_the_models_name(scene: Scene) -> None:
    card = await scene.video(model="sora-2-pro", ratio="9:16", seconds=6)
    shown = await scene.until_over(card)

    assert scene.relay.posts[0].body["model"] == "sora-2-pro-portrait-6s"
    assert "Sora 2 Pro · 9:16 · 6 s · 2 credits used, 1 left today" in shown


async def test_the_prompt_reaches_the_relay_unchanged(scene: Scene) -> None:
    hostile = "# **@everyone** <@1> discord.gg/x \u202e[a](http://b.c) `{ratio}`\n> 纸船 🛶"

    card = await scene.video(prompt=hostile)
    shown = await scene.until_over(card)

    assert scene.relay.posts[0].body["messages"] == [{"role": "user", "content": hostile}]
    for harmful in ("@everyone", "<@1>", "discord.gg/x", "\u202e", "http://b.c"):
        assert harmful not in shown


async def test_quota_tells_what_is_left_and_why(scene: Scene) -> None:
    await scene.until_over(await scene.video())

    answer = await scene.world.alice.slash(scene.world.channel, "quota")

    assert answer.ephemeral
    assert "2" in scene.text(answer)


async def test_without_credits_the_answer_is_private_and_says_when(scene: Scene) -> None:
    for _ in range(3):
        await scene.until_over(await scene.video())

    refused = await scene.video()

    assert refused.ephemeral
    assert "you have none left today. New credits come <t:" in scene.text(refused)
    assert len(scene.relay.posts) == 3


async def test_granted_credits_are_spent_after_the_allowance(scene: Scene) -> None:
    world = scene.world
    for _ in range(3):
        await scene.until_over(await scene.video())

    granted = await world.moderator.slash(
        world.channel, "video-admin quota grant", member=world.alice, credits=1, reason="won a bet"
    )
    card = await scene.video()

    assert granted.ephemeral
    assert "1 credit used" in await scene.until_over(card)
    assert (await scene.video()).ephemeral


async def test_two_members_work_at_once(scene: Scene) -> None:
    scene.relay.gate.clear()
    first = await scene.video(scene.world.alice)
    second = await scene.video(scene.world.bob)

    await scene.until_text(first, "%")
    await scene.until_text(second, "%")
    scene.relay.gate.set()

    assert "2 left" in await scene.until_over(first)
    assert "2 left" in await scene.until_over(second)


async def test_one_members_second_video_waits_for_the_first(scene: Scene) -> None:
    scene.relay.gate.clear()
    first = await scene.video()
    await scene.until_text(first, "%")

    second = await scene.video(prompt="the second")

    assert "Waiting, place 1 of 1" in scene.text(second)
    scene.relay.gate.set()
    await scene.until_over(first)
    await scene.until_over(second)


async def test_a_failing_relay_returns_the_credit_and_says_so() -> None:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": Scenario.ERROR})
    async with open_scene(relay) as scene:
        shown = await scene.until_over(await scene.video())

        assert "1 credit returned" in shown
        assert len(scene.relay.posts) == 1
        answer = await scene.world.alice.slash(scene.world.channel, "quota")
        assert "3" in scene.text(answer)


async def test_forbidden_prompts_are_refused_by_the_relay(scene: Scene) -> None:
    shown = await scene.until_over(await scene.video(prompt="something forbidden"))

    assert "safety rules" in shown
    assert "1 credit returned" in shown


async def test_again_makes_a_new_card_with_the_same_request(scene: Scene) -> None:
    card = await scene.video(image=("boat.jpg", photo()), ratio="9:16")
    await scene.until_over(card)

    again = await scene.press(scene.world.bob, card, "again")
    shown = await scene.until_over(again)

    first, second = scene.relay.posts
    assert first.body == second.body
    assert scene.world.bob.mention in shown
    assert "1 credit used, 2 left today" in shown


async def test_the_whole_prompt_is_shown_privately(scene: Scene) -> None:
    prompt = "line one\n" * 50
    card = await scene.video(prompt=prompt)
    await scene.until_over(card)

    told = await scene.press(scene.world.bob, card, "prompt")

    assert scene.told(told).count("line one") == 50


async def test_delete_removes_the_card_for_its_owner_only(scene: Scene) -> None:
    card = await scene.video()
    await scene.until_over(card)
    assert card.response is not None
    card_id = card.response.id

    refused = await scene.press(scene.world.bob, card, "delete")
    await scene.press(scene.world.alice, card, "delete")

    assert "Only the member who asked" in scene.told(refused)
    assert card_id not in {message.id for message in scene.messages()}


async def test_whoever_waits_sees_the_line_move() -> None:
    async with open_scene(relay_concurrency=1) as scene:
        scene.relay.gate.clear()
        first = await scene.video(scene.world.alice)
        await scene.until_text(first, "%")
        second = await scene.video(scene.world.bob, prompt="second")
        third = await scene.video(scene.world.moderator, prompt="third")
        assert "place 2 of 2" in scene.text(third)

        asked = await scene.press(scene.world.alice, first, "cancel")
        await scene.press(scene.world.alice, asked, "confirm")

        await scene.until_text(second, "%")
        await scene.until_text(third, "place 1 of 1")
        scene.relay.gate.set()
        await scene.until_over(third)
