"""Going on from a finished video, down to what the relay is sent."""

import re
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.world import working, world
from bot.domain.models import VideoModel
from tests.acceptance.scene import FAST, Scene
from tests.acceptance.test_images import photo
from tests.demo.wire import LINK, SMALL

pytestmark = pytest.mark.unmeasured


def bodies(scene: Scene) -> list[dict[str, Any]]:
    return [asked.body for asked in scene.relay.posts]


async def go_on(
    scene: Scene, member: simcord.MemberActor, card: simcord.InteractionResult, prompt: str
) -> simcord.InteractionResult:
    shown = await scene.press(member, card, "continue")
    return await member.submit_modal(shown, {"prompt": prompt})


async def test_a_transcript_holds_the_earlier_prompt_and_the_whole_answer(scene: Scene) -> None:
    first = await scene.video(prompt="a *boat* {ratio}", ratio="9:16", seconds=8)
    await scene.until_over(first)

    second = await go_on(scene, scene.world.bob, first, "it sinks")
    shown = await scene.until_over(second)

    _, body = bodies(scene)
    answer = body["messages"][1]["content"]
    assert body == {
        "model": "sora-2-portrait-8s",
        "messages": [
            {"role": "user", "content": "a *boat* {ratio}"},
            {"role": "assistant", "content": answer},
            {"role": "user", "content": "it sinks"},
        ],
        "stream": True,
    }
    assert answer.startswith("```json\n")
    assert "\n> sid: s_" in answer
    assert LINK.search(answer)
    assert "1 credit used, 2 left today" in shown


async def test_a_field_holds_the_id_of_the_earlier_video(scene: Scene) -> None:
    first = await scene.video(model="sora-2-pro", prompt="a boat", ratio="9:16")
    await scene.until_over(first)

    await scene.until_over(await go_on(scene, scene.world.bob, first, "it sinks"))

    _, body = bodies(scene)
    remix_id = body["remix_target_id"]
    assert body == {
        "model": "sora-2-pro-portrait-8s",
        "messages": [{"role": "user", "content": "it sinks"}],
        "remix_target_id": remix_id,
        "stream": True,
    }
    assert re.fullmatch("s_[0-9a-f]{32}", remix_id)


async def test_what_continues_can_be_continued_and_asked_for_again(scene: Scene) -> None:
    first = await scene.video(prompt="a boat")
    await scene.until_over(first)
    second = await go_on(scene, scene.world.bob, first, "it sinks")
    await scene.until_over(second)

    third = await go_on(scene, scene.world.bob, second, "a whale comes")
    await scene.until_over(third)
    await scene.until_over(await scene.press(scene.world.alice, third, "again"))

    *_, before, again = bodies(scene)
    assert again == before
    said = [part["content"] for part in before["messages"] if part["role"] == "user"]
    assert said == ["it sinks", "a whale comes"]


async def test_the_image_stays_behind(scene: Scene) -> None:
    first = await scene.video(prompt="a boat", image=("boat.jpg", photo()))
    await scene.until_over(first)

    await scene.until_over(await go_on(scene, scene.world.alice, first, "it sinks"))

    assert bodies(scene)[1]["messages"][-1] == {"role": "user", "content": "it sinks"}


async def test_a_form_outlives_the_bot_that_opened_it(tmp_path: Path) -> None:
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as before,
        world(before, work=False) as made,
    ):
        scene = Scene(relay=relay, app=before, world=made)
        async with working(before, made.env):
            first = await scene.video(prompt="a boat")
            await scene.until_over(first)
            shown = await scene.press(made.bob, first, "continue")

        async with stage(relay, pace=FAST, data_dir=tmp_path) as after:
            await made.env.restart_bot(after.bot)
            async with working(after, made.env):
                second = await made.bob.submit_modal(shown, {"prompt": "it sinks"})
                delivered = await scene.until_over(second)

    assert "1 credit used" in delivered
    assert len(bodies(scene)[1]["messages"]) == 3


async def test_a_model_that_cannot_go_on_any_more_says_so(tmp_path: Path) -> None:
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as before,
        world(before, work=False) as made,
    ):
        scene = Scene(relay=relay, app=before, world=made)
        async with working(before, made.env):
            first = await scene.video(prompt="a boat")
            await scene.until_over(first)
            shown = await scene.press(made.bob, first, "continue")

        bare = (VideoModel(id="sora-2", label="Sora 2", ratios=("16:9",), seconds=(6,)),)
        async with stage(relay, pace=FAST, data_dir=tmp_path, models=bare) as after:
            await made.env.restart_bot(after.bot)
            async with working(after, made.env):
                pressed = await scene.press(made.bob, first, "continue")
                sent = await made.bob.submit_modal(shown, {"prompt": "it sinks"})

    for refused in (pressed, sent):
        assert "Sora 2 cannot go on from an earlier video" in scene.told(refused)
    assert len(relay.posts) == 1
