"""Results wait for their members: after the relay forgot them, through a restart, unclaimed."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import simcord
from simcord.results import ResponseMessage

from bot.app import utc_now
from bot.demo.parts import buttons, texts, video_urls
from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.world import working, world
from bot.domain.jobs import Job
from bot.domain.ledger import Limits
from bot.domain.requests import Order, Requester, VideoRequest
from storage.database import Database
from storage.jobs import Jobs
from storage.ledger import Ledger
from tests.acceptance.scene import FAST, Scene, until
from tests.claimable import put_by
from tests.demo.wire import SMALL
from tests.storage.studio import a_card


async def library(scene: Scene, member: simcord.MemberActor | None = None) -> ResponseMessage:
    answer = await (member or scene.world.alice).slash(scene.world.channel, "videos")
    assert answer.response is not None
    assert answer.ephemeral
    return answer.response


async def press(scene: Scene, message: ResponseMessage, verb: str) -> ResponseMessage:
    """Alice presses the first such button and reads the private answer."""
    found = buttons(message.message.components)[verb]
    result = await scene.world.alice.click(message, custom_id=found)
    answer = result.response or result.followups[0]
    assert answer is not None
    assert answer.ephemeral
    return answer


def said(message: ResponseMessage) -> str:
    return "\n".join(texts(message.message.components))


async def test_a_video_is_watched_posted_and_sent_again(scene: Scene) -> None:
    await scene.until_told(await scene.video(prompt="a paper boat"))

    shown = await press(scene, await library(scene), "open")
    await press(scene, shown, "post")
    await press(scene, shown, "send")

    assert "a paper boat" in said(shown)
    assert video_urls(shown.message.components)
    seen_by_bob = scene.messages(scene.world.bob)
    (posted,) = [found for found in seen_by_bob if "remove" in buttons(found.components)]
    assert video_urls(posted.components)
    (sent,) = scene.world.alice.user.dm_channel.history()
    assert video_urls(sent.components)
    assert "Nothing of yours" in said(await library(scene, scene.world.bob))


async def test_delete_on_a_card_takes_it_from_the_library(scene: Scene) -> None:
    card = await scene.video()
    await scene.until_told(card)
    assert "1 video" in said(await library(scene))

    await scene.press(scene.world.alice, card, "delete")

    assert "Nothing of yours" in said(await library(scene))


async def test_a_video_outlives_the_bot_and_the_relay(tmp_path: Path) -> None:
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as before,
        world(before, work=False) as made,
    ):
        scene = Scene(relay=relay, app=before, world=made)
        async with working(before, made.env):
            await scene.until_told(await scene.video(prompt="made before"))
            listed = await library(scene)
        async with (
            SampleRelay(pace=0, film=SMALL) as other,
            stage(other, pace=FAST, data_dir=tmp_path) as after,
        ):
            await made.env.restart_bot(after.bot)
            async with working(after, made.env):
                shown = await press(scene, listed, "open")

            assert "made before" in said(shown)
            assert video_urls(shown.message.components)
            assert other.posts == []


async def test_an_unclaimed_video_keeps_its_file_and_then_returns_its_credit(
    tmp_path: Path,
) -> None:
    often = replace(FAST, tidying=0.05)
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        stage(relay, pace=often, data_dir=tmp_path, media_keep_gb=1e-9) as app,
        world(app, work=False) as made,
    ):
        scene = Scene(relay=relay, app=app, world=made)
        folder = tmp_path / "videos"
        async with database(tmp_path) as opened:
            job = await a_job_that_waits(opened, scene, since=utc_now() - timedelta(days=6))
        waiting = an_old_file(folder / f"video-{job.id}.mp4")
        other = an_old_file(folder / "video-0000000000000000.mp4")

        async with working(app, made.env):
            await until(lambda: not other.exists())  # of both there is room for none
            assert waiting.exists()
            assert "Waiting for you" in said(await library(scene))
            assert "2 of 3 left" in await quota(scene)

            async with database(tmp_path) as opened:
                await put_by(opened, job.id, utc_now() - timedelta(days=8))
            await until(lambda: not waiting.exists())
            assert "Nothing of yours" in said(await library(scene))
            assert "3 of 3 left" in await quota(scene)


@asynccontextmanager
async def database(folder: Path) -> AsyncIterator[Database]:
    """The bot's own, opened beside it."""
    opened = await Database.open(f"sqlite:///{folder}/clapper.db")
    try:
        yield opened
    finally:
        await opened.close()


async def a_job_that_waits(opened: Database, scene: Scene, *, since: datetime) -> Job:
    """A job of Alice with which nobody could be reached."""
    ledger, jobs = Ledger(opened, utc_now, Limits()), Jobs(opened, utc_now)
    order = Order(
        interaction_id=1,
        request=VideoRequest(prompt="a paper boat", model="sora-2"),
        requester=Requester(guild_id=scene.world.guild.id, user_id=scene.world.alice.id),
        channel_id=scene.world.channel.id,
    )
    job = (await ledger.admit(order, job_id="0123456789abcdef", price=1)).job
    await jobs.place_card(job.id, a_card())
    claimed = await jobs.claim("worker")
    assert claimed is not None
    await jobs.delivering(claimed, [[f"{scene.relay.base_url}/video.mp4"]])
    await put_by(opened, job.id, since)
    return job


def an_old_file(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"a video")
    os.utime(path, ((utc_now() - timedelta(days=6)).timestamp(),) * 2)
    return path


async def quota(scene: Scene) -> str:
    answer = await scene.world.alice.slash(scene.world.channel, "quota")
    return scene.text(answer)
