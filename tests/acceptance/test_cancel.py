"""Cancelling: what it costs, who may, and that nothing goes on afterwards."""

from tests.acceptance.scene import Scene, open_scene, until


async def test_waiting_videos_are_cancelled_for_nothing(scene: Scene) -> None:
    scene.relay.gate.clear()
    first = await scene.video()
    await scene.until_text(first, "%")
    second = await scene.video()

    await scene.press(scene.world.alice, second, "cancel")
    shown = await scene.until_over(second)

    assert "1 credit returned" in shown
    assert len(scene.relay.posts) == 1


async def test_a_running_video_asks_first_because_the_relay_is_paid(scene: Scene) -> None:
    scene.relay.gate.clear()
    card = await scene.video()
    await scene.until_text(card, "%")

    asked = await scene.press(scene.world.alice, card, "cancel")
    assert "paid" in scene.told(asked)
    assert list(scene.buttons(card)) == ["cancel", "prompt"]
    await scene.press(scene.world.alice, asked, "confirm")

    shown = await scene.until_over(card)
    assert "already paid" in shown
    assert "1 credit used, 2 left today" in shown


async def test_an_operator_may_return_cancelled_videos() -> None:
    async with open_scene(refund_cancelled=True) as scene:
        scene.relay.gate.clear()
        card = await scene.video()
        await scene.until_text(card, "%")

        await scene.press(scene.world.alice, card, "cancel")

        assert "1 credit returned" in await scene.until_over(card)


async def test_only_the_owner_and_moderators_may_cancel(scene: Scene) -> None:
    scene.relay.gate.clear()
    card = await scene.video()
    await scene.until_text(card, "%")

    refused = await scene.press(scene.world.bob, card, "cancel")
    asked = await scene.press(scene.world.moderator, card, "cancel")
    await scene.press(scene.world.moderator, asked, "confirm")

    assert "Only the member who asked" in scene.told(refused)
    assert scene.world.moderator.mention in await scene.until_over(card)


async def test_the_relays_stream_is_closed_with_the_job(scene: Scene) -> None:
    scene.relay.gate.clear()
    card = await scene.video()
    await scene.until_text(card, "%")
    asked = await scene.press(scene.world.alice, card, "cancel")
    await scene.press(scene.world.alice, asked, "confirm")
    await scene.until_over(card)

    scene.relay.gate.set()
    second = await scene.video()

    assert "1 credit used, 1 left today" in await scene.until_over(second)
    await until(lambda: scene.video_url(card) is None)
