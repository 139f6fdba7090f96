"""A relay that only gives a ticket, or breaks off, is asked until the video is there."""

import pytest

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
