"""A job whose worker is gone comes before those in line, also where its relay is busy."""

import asyncio
from pathlib import Path

from bot.app.application import utc_now
from bot.domain.jobs import Job
from bot.domain.ledger import Limits
from bot.domain.requests import Order, Requester, VideoRequest
from storage.database import Database
from storage.jobs import Jobs
from storage.leases import Leases
from storage.ledger import Ledger
from tests.acceptance.scene import FAST, Scene, open_scene, until
from tests.acceptance.test_library import database
from tests.storage.studio import a_card


async def orphan(scene: Scene, opened: Database) -> Job:
    """A job that another process began and let go of."""
    ledger, jobs = Ledger(opened, utc_now, Limits()), Jobs(opened, utc_now)
    order = Order(
        interaction_id=1,
        request=VideoRequest(prompt="orphan", model="sora-2"),
        requester=Requester(guild_id=scene.world.guild.id, user_id=77),
        channel_id=scene.world.channel.id,
    )
    await ledger.admit(order, job_id="0123456789abcdef", price=1)
    await jobs.place_card("0123456789abcdef", a_card())
    claimed = await jobs.claim("gone")
    assert claimed is not None
    await Leases(opened, utc_now).postpone(claimed)
    return claimed


async def test_an_orphan_gets_the_next_place_at_its_relay(tmp_path: Path) -> None:
    async with (
        open_scene(relay_concurrency=1, data_dir=tmp_path) as scene,
        database(tmp_path) as opened,
    ):
        scene.relay.gate.clear()
        first = await scene.video(scene.world.alice, prompt="first")
        await scene.until_text(first, "%")
        await orphan(scene, opened)
        others = [
            await scene.video(member, prompt=prompt)
            for member, prompt in ((scene.world.bob, "second"), (scene.world.moderator, "third"))
        ]
        await asyncio.sleep(10 * FAST.look)  # it looks, and finds its relay busy
        scene.relay.gate.set()
        await until(lambda: len(scene.relay.posts) == 4)

        asked = [post.body["messages"][-1]["content"] for post in scene.relay.posts]
        assert asked == ["first", "orphan", "second", "third"]
        for each in others:
            await scene.until_over(each)
