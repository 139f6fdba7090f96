"""A relay that was given up is asked, and taken up again by itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.app import utc_now
from bot.demo.relay import SampleRelay
from tests.acceptance.scene import FAST, open_scene, until
from tests.demo.wire import SMALL


async def test_a_relay_whose_key_works_again_is_taken_up() -> None:
    relay = SampleRelay(pace=0, film=SMALL)
    pace = replace(FAST, probe=0.02)
    later = timedelta()
    options = {"clock": lambda: utc_now() + later, "default_credits": 9}
    async with open_scene(relay, pace=pace, **options) as scene:
        key, relay.api_key = relay.api_key, "sk-changed"
        for _ in range(5):
            await scene.until_over(await scene.video())
        assert (await scene.video()).ephemeral

        relay.api_key = key
        later = timedelta(seconds=61)
        await until(lambda: any(asked.path.endswith("/models") for asked in relay.requests))

        async with asyncio.timeout(30):
            while (taken := await scene.video()).ephemeral:  # asked is not yet answered
                pass
        assert "1 credit used" in await scene.until_over(taken)
