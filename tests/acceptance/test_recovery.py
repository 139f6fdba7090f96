"""A relay that only gives a ticket, or breaks off, is asked until the video is there."""

import pytest
from structlog.testing import capture_logs

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.acceptance.scene import open_scene
from tests.demo.wire import SMALL


@pytest.mark.parametrize("scenario", [Scenario.TICKET, Scenario.CUT, Scenario.NO_VIDEO])
async def test_the_task_is_found_again_and_never_asked_for_twice(scenario: Scenario) -> None:
    relay = SampleRelay(pace=0, film=SMALL, scenarios={"boat": scenario})
    async with open_scene(relay) as scene:
        card = await scene.video()

        shown = await scene.until_over(card)

    assert "1 credit used, 2 left today" in shown
    assert len(relay.posts) == 1


async def test_a_video_waits_while_discord_is_away_and_comes_when_it_is_back() -> None:
    async with open_scene() as scene:
        scene.relay.gate.clear()
        card = await scene.video()
        for route in ("/webhooks/*", "/channels/*"):
            scene.world.env.inject_error("PATCH", route, status=503, times=24)
            scene.world.env.inject_error("POST", route, status=503, times=100)
        with capture_logs() as logs:
            scene.relay.gate.set()
            shown = await scene.until_over(card)

    assert "job.postponed" in [entry["event"] for entry in logs]
    assert "1 credit used, 2 left today" in shown
    assert len(scene.relay.posts) == 1
