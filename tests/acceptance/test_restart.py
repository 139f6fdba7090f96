"""A restart: buttons still work, open jobs end honestly, and stopping refuses new work."""

from pathlib import Path

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from bot.demo.stage import stage
from bot.demo.world import working, world
from tests.acceptance.scene import FAST, Scene, open_scene, until
from tests.demo.wire import SMALL


async def test_cards_outlive_the_bot_that_made_them(tmp_path: Path) -> None:
    async with (
        _relay() as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as before,
        world(before, work=False) as made,
    ):
        scene = Scene(relay=relay, app=before, world=made)
        async with working(before, made.env):
            finished = await scene.video(prompt="finished before")
            await scene.until_over(finished)
            relay.gate.clear()
            open_card = await scene.video(prompt="open at the end")
            await scene.until_text(open_card, "%")

        async with stage(relay, pace=FAST, data_dir=tmp_path) as after:
            await made.env.restart_bot(after.bot)
            async with working(after, made.env):
                shown = await scene.until_over(open_card)
                relay.gate.set()
                again = await scene.press(made.bob, finished, "again")
                delivered = await scene.until_over(again)

    assert "1 credit used, 1 left today" in shown
    assert "1 credit used" in delivered
    assert [asked.body["messages"][0]["content"] for asked in relay.posts] == [
        "finished before",
        "open at the end",
        "finished before",
    ]


async def test_the_owner_hears_of_a_video_that_the_next_start_brought(tmp_path: Path) -> None:
    async with (
        _relay() as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as before,
        world(before, work=False) as made,
    ):
        scene = Scene(relay=relay, app=before, world=made)
        relay.gate.clear()
        async with working(before, made.env):
            card = await scene.video()
            await scene.until_text(card, "%")
        async with stage(relay, pace=FAST, data_dir=tmp_path) as after:
            await made.env.restart_bot(after.bot)
            async with working(after, made.env):
                await until(lambda: len(scene.messages()) == 2)
                reply = scene.messages()[-1].content

    assert made.alice.mention in reply


async def test_a_stopping_bot_refuses_new_work_and_finishes_the_old() -> None:
    async with open_scene() as scene:
        scene.relay.gate.clear()
        card = await scene.video()
        await scene.until_text(card, "%")

        scene.app.refuse_new_work()
        refused = await scene.video(scene.world.bob)
        scene.relay.gate.set()
        await scene.app.drain(30)

        assert refused.ephemeral
        assert "restarting" in scene.text(refused)
        assert "1 credit used" in scene.text(card)


def _relay() -> SampleRelay:
    """Goes on with what it was asked for when nobody listens any more."""
    detached = dict.fromkeys(("open", "boat"), Scenario.DETACHED)
    return SampleRelay(pace=0, film=SMALL, scenarios=detached)
