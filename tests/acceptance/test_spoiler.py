"""Videos behind a spoiler: where their member asks for it, or their server does."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import discord
import pytest
import simcord

from bot.demo.parts import buttons, walk
from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from bot.demo.stage import stage
from bot.demo.world import working, world
from tests.acceptance.scene import FAST, Scene, open_scene
from tests.acceptance.test_continue import go_on
from tests.acceptance.test_images import photo
from tests.acceptance.test_library import library, press
from tests.demo.wire import SMALL

pytestmark = pytest.mark.unmeasured


def hidden(components: Sequence[discord.Component]) -> list[bool]:
    """Of each picture and video whether it is behind a spoiler, in the order of the message."""
    parts = (part for part in walk(components) if getattr(part, "media", None))
    return [bool(getattr(part, "spoiler", False)) for part in parts]


def on_card(scene: Scene, answer: simcord.InteractionResult) -> list[bool]:
    assert answer.response is not None
    return hidden(scene.message(answer.response.id).components)


async def hide_all(scene: Scene, *, on: bool = True) -> str:
    """A moderator decides for the server."""
    answer = await scene.world.moderator.slash(scene.world.channel, "video-admin spoiler", on=on)
    return scene.text(answer)


async def test_hides_the_video_and_the_image_of_who_asks_for_it(scene: Scene) -> None:
    scene.relay.gate.clear()
    card = await scene.video(spoiler=True, image=("boat.jpg", photo()))
    await scene.until_text(card, "%")
    assert on_card(scene, card) == [True]

    scene.relay.gate.set()
    await scene.until_over(card)

    assert on_card(scene, card) == [True, True]


async def test_again_and_continue_keep_what_the_member_chose(scene: Scene) -> None:
    card = await scene.video(spoiler=True)
    await scene.until_over(card)

    again = await scene.press(scene.world.bob, card, "again")
    await scene.until_over(again)
    further = await go_on(scene, scene.world.alice, card, "it sinks")
    await scene.until_over(further)

    assert on_card(scene, again) == on_card(scene, further) == [True]


async def test_a_moderator_hides_everybodys_and_takes_it_back(scene: Scene) -> None:
    told = await hide_all(scene)
    card = await scene.video()
    await scene.until_over(card)
    quota = scene.text(await scene.world.alice.slash(scene.world.channel, "quota"))
    untold = await hide_all(scene, on=False)
    again = await scene.press(scene.world.bob, card, "again")
    await scene.until_over(again)

    assert "Every new video on this server is posted behind a spoiler" in told
    assert "only where their member asks" in untold
    assert "Videos are posted behind a spoiler here" in quota
    assert on_card(scene, card) == [True]
    assert on_card(scene, again) == [False]


async def test_what_is_made_while_a_moderator_decides_is_hidden_when_it_comes(scene: Scene) -> None:
    scene.relay.gate.clear()
    card = await scene.video()
    await scene.until_text(card, "%")

    await hide_all(scene)
    scene.relay.gate.set()
    await scene.until_told(card)

    assert on_card(scene, card) == [True]


async def test_the_image_of_what_fails_after_a_moderator_decided_is_hidden_too() -> None:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": Scenario.FAILED})
    async with open_scene(relay) as scene:
        relay.gate.clear()
        card = await scene.video(image=("boat.jpg", photo()))
        await scene.until_text(card, "Started")
        before = on_card(scene, card)

        await hide_all(scene)
        relay.gate.set()
        await scene.until_text(card, "1 credit returned")

        assert (before, on_card(scene, card)) == ([False], [True])


async def test_a_copy_of_an_open_video_is_hidden_where_the_server_asks_for_it_now(
    scene: Scene,
) -> None:
    card = await scene.video(image=("boat.jpg", photo()))
    await scene.until_told(card)
    await hide_all(scene)

    await press(scene, await press(scene, await library(scene), "open"), "post")

    assert on_card(scene, card) == [False, False]
    assert hidden(_posted(scene).components) == [True]


async def test_no_other_member_decides_for_the_server(scene: Scene) -> None:
    env, guild = scene.world.env, scene.world.guild
    found = env.backend.find_command("video-admin", guild.id, type=1)
    assert found is not None
    guild.set_command_permissions(int(found["id"]), {scene.world.alice: True})

    refused = await scene.world.alice.slash(scene.world.channel, "video-admin spoiler", on=True)
    card = await scene.video()
    await scene.until_over(card)

    assert "Only members who may manage this server" in scene.text(refused)
    assert on_card(scene, card) == [False]


async def test_hides_the_second_message_too() -> None:
    async with _several() as scene:
        card = await scene.video(prompt="a boat, 6 variations", spoiler=True)
        await scene.until_told(card)

        second = scene.messages()[1]

        assert on_card(scene, card) == [True] * 4
        assert hidden(second.components) == [True] * 2


async def test_a_copy_for_others_is_hidden_and_its_owner_sees_it_at_once(scene: Scene) -> None:
    await scene.until_told(await scene.video(spoiler=True))

    shown = await press(scene, await library(scene), "open")
    await press(scene, shown, "post")
    await press(scene, shown, "send")

    (sent,) = scene.world.alice.user.dm_channel.history()
    assert hidden(shown.message.components) == [False]
    assert hidden(_posted(scene).components) == hidden(sent.components) == [True]


async def test_a_restart_forgets_nothing_of_it(tmp_path: Path) -> None:
    detached = dict.fromkeys(("open", "boat"), Scenario.DETACHED)
    async with (
        SampleRelay(pace=0, film=SMALL, scenarios=detached) as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as before,
        world(before, work=False) as made,
    ):
        scene = Scene(relay=relay, app=before, world=made)
        relay.gate.clear()
        async with working(before, made.env):
            card = await scene.video(spoiler=True)
            await scene.until_text(card, "%")
        async with stage(relay, pace=FAST, data_dir=tmp_path) as after:
            await made.env.restart_bot(after.bot)
            async with working(after, made.env):
                await scene.until_over(card)

    assert on_card(scene, card) == [True]


def _posted(scene: Scene) -> discord.Message:
    """The copy that everybody sees."""
    seen = scene.messages(scene.world.bob)
    (found,) = [message for message in seen if "remove" in buttons(message.components)]
    return found


def _several() -> AbstractAsyncContextManager[Scene]:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": Scenario.SEVERAL})
    return open_scene(relay)
