"""Several videos in one answer: all of them reach their member, at one price, with one mention."""

import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.acceptance.scene import Scene, names, open_scene, until
from tests.demo.wire import SMALL

pytestmark = pytest.mark.unmeasured


def a_scene(
    scenario: Scenario = Scenario.SEVERAL, **options: Any
) -> AbstractAsyncContextManager[Scene]:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": scenario})
    return open_scene(relay, **options)


async def mentioned(scene: Scene) -> list[discord.Message]:
    """All messages, once the owner was told."""
    await until(lambda: any(_pinged(scene, message) for message in scene.messages()))
    return scene.messages()


def _pinged(scene: Scene, message: discord.Message) -> list[int]:
    stored = scene.world.env.backend.get_message(scene.world.channel.id, message.id)
    return stored.ping_user_ids


def files(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "videos").iterdir())


async def test_three_videos_stand_in_the_card() -> None:
    async with a_scene() as scene:
        card = await scene.video()

        shown = await scene.until_over(card)
        messages = await mentioned(scene)

        first, *others = scene.videos(card)
        assert others == [first.replace(".mp4", "-2.mp4"), first.replace(".mp4", "-3.mp4")]
        edits = [str(request.json) for request in scene.world.env.http_requests if request.json]
        assert any("Fetching 1 of 3" in edit for edit in edits)
        assert "Done · 3 videos · 160 × 88" in shown
        assert "1 credit used, 2 left today" in shown
        assert [message.content for message in messages[1:]] == [
            f"{scene.world.alice.mention}, your 3 videos are ready."
        ]


async def test_of_six_videos_four_are_on_the_card_and_two_in_a_second_message() -> None:
    async with a_scene() as scene:
        card = await scene.video(prompt="a boat, 6 variations")

        shown = await scene.until_over(card)
        message, second, reply = await mentioned(scene)

        assert len(scene.videos(card)) == 4
        assert "Done · 6 videos" in shown
        assert "2 more are in the message below" in shown
        assert [re.sub(r"[0-9a-f]{16}", "", name) for name in names(second)] == [
            "video--5.mp4",
            "video--6.mp4",
        ]
        assert second.reference is not None
        assert second.reference.message_id == message.id
        assert "6 videos are ready" in reply.content
        assert [_pinged(scene, each) for each in (message, second, reply)] == [
            [],
            [],
            [scene.world.alice.id],
        ]
        assert "1 credit used, 2 left today" in shown


async def test_a_broken_one_of_two_is_admitted_and_the_other_is_there() -> None:
    async with a_scene(Scenario.SEVERAL_EXPIRED) as scene:
        card = await scene.video(prompt="a boat, 2 variations")

        shown = await scene.until_over(card)

        assert len(scene.videos(card)) == 1
        assert "1 of 2 videos could be fetched" in shown
        assert "1 credit used" in shown


async def test_one_that_is_too_large_is_shrunk_and_stands_beside_the_others() -> None:
    async with a_scene(Scenario.SEVERAL_OVERSIZE) as scene:
        card = await scene.video(prompt="a boat, 3 variations")

        shown = await scene.until_over(card)

        assert len(scene.videos(card)) == 3
        assert "1 of 3 shrunk to fit here. The original is in" in shown


async def test_one_that_is_too_large_is_linked_and_the_others_are_attached() -> None:
    async with a_scene(Scenario.SEVERAL_OVERSIZE, encode_seconds=0) as scene:
        card = await scene.video(prompt="a boat, 3 variations")

        shown = await scene.until_over(card)

        assert [name[-6:-4] for name in scene.videos(card)][1:] == ["-3"]
        assert "1 of 3 could not be attached here, so the relay’s own link has it" in shown
        assert scene.link(card).startswith(scene.relay.origin)


async def test_more_than_ten_are_not_fetched_and_that_is_said(tmp_path: Path) -> None:
    async with a_scene(data_dir=tmp_path) as scene:
        card = await scene.video(prompt="a boat, 12 variations")

        shown = await scene.until_over(card)

        assert "The relay made 12 videos; 10 are the most" in shown
        assert "6 more are in the message below" in shown
        assert len(files(tmp_path)) == 10


async def test_what_cannot_be_posted_is_linked_and_the_credit_is_used() -> None:
    async with a_scene() as scene:
        # As often as a message is tried; the mention works again.
        scene.world.env.inject_error("POST", "/channels/*", status=500, times=4)

        card = await scene.video(prompt="a boat, 6 variations")
        shown = await scene.until_text(card, "2 of 6 could not be attached here")
        messages = await mentioned(scene)

        assert len(scene.videos(card)) == 4
        assert "message below" not in shown
        assert scene.link(card).startswith(scene.relay.origin)
        assert "1 credit used, 2 left today" in shown
        assert len(messages) == 2


async def test_delete_removes_both_messages_and_every_file(tmp_path: Path) -> None:
    async with a_scene(data_dir=tmp_path) as scene:
        card = await scene.video(prompt="a boat, 6 variations")
        await scene.until_over(card)
        _, _, reply = await mentioned(scene)
        assert len(files(tmp_path)) == 6

        await scene.press(scene.world.alice, card, "delete")

        assert [message.id for message in scene.messages()] == [reply.id]
        assert files(tmp_path) == []
