"""Videos on their way from the relay's links to the card: real files, a real database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import MediaFailure, RelayFailure
from bot.domain.jobs import JobStatus
from tests.generation.errand import an_errand, names
from tests.net.loopback import Host, listen, reply
from tests.presenter_live.stage import Stage


@pytest.fixture
async def host(clips: Path) -> AsyncIterator[Host]:
    """Has a video at `/good`, a page at `/page`, and nothing any more at `/gone`."""
    good = reply((clips / "good.mp4").read_bytes())
    async with listen(good=good, page=reply(b"<!doctype html>"), gone=reply(status=410)) as host:
        yield host


async def test_variants_are_one_video_and_the_next_is_tried(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/gone", f"{host.url}/page", f"{host.url}/good"]])

        await errand.bring(job)

        assert names(stage.messages()[0]) == [f"video-{job.id}.mp4"]
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_it_begins_when_its_turn_comes(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/good"]])

        async with errand.turns.turn():
            bringing = asyncio.create_task(errand.bring(job))
            await asyncio.wait({bringing}, timeout=0.5)
            assert errand.files() == []
        await bringing

        assert names(stage.messages()[0]) == [f"video-{job.id}.mp4"]


async def test_one_that_plays_is_a_delivery(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/gone"], [f"{host.url}/good"], [f"{host.url}/page"]])

        await errand.bring(job)

        assert names(stage.messages()[0]) == [f"video-{job.id}-2.mp4"]
        assert "1 of 3 videos could be fetched" in stage.said(stage.messages()[0])
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_none_that_plays_fails_for_the_reason_of_the_first(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/page"], [f"{host.url}/gone"]])

        with pytest.raises(MediaFailure, match="media-web-page"):
            await errand.bring(job)

        assert await errand.status(job) is JobStatus.DELIVERING


async def test_no_link_at_all_is_no_result(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        with pytest.raises(RelayFailure, match="failure-no-result"):
            await errand.bring(await errand.job([]))


async def test_what_was_broken_off_is_done_again_without_harm(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/good"]] * 6)
        await errand.bring(job)
        before = [(message.id, stage.said(message)) for message in stage.messages()]
        asked = len(host.heard)

        await errand.bring(job)  # as it was stored before the end

        after = [(message.id, stage.said(message)) for message in stage.messages()]
        assert [number for number, _ in after] == [number for number, _ in before]
        assert len(after) == 3
        assert names(stage.messages()[0]) == [
            f"video-{job.id}{n}.mp4" for n in ("", "-2", "-3", "-4")
        ]
        assert len(host.heard) == asked


async def test_a_file_that_was_damaged_meanwhile_is_fetched_anew(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/good"]])
        (stage.folder / "videos" / f"video-{job.id}.mp4").write_bytes(b"half of it")

        await errand.bring(job)

        assert len(host.heard) == 1
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_where_discord_refuses_the_size_the_videos_become_links(
    stage: Stage, host: Host
) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/good"]] * 2)
        # Two are for the progress, which is given up then.
        stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005, times=3)

        await errand.bring(job)

        assert "2 of 2 could not be attached here" in stage.said(stage.messages()[0])
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_a_card_that_cannot_be_corrected_changes_nothing(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/good"]] * 5)
        stage.env.inject_error("POST", "*", status=400, code=50035, times=None)

        await errand.bring(job)

        assert "1 of 5 could not be attached here" in stage.said(stage.messages()[0])
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_links_beyond_ten_are_named_in_the_log_alone(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/good"]] * 10 + [["http://late.example/11.mp4"]])

        with capture_logs() as events:
            await errand.bring(job)

        (event,) = (event for event in events if event["event"] == "media.too_many")
        assert event["left_out"] == ["http://late.example/11.mp4"]
        assert "late.example" not in stage.said(stage.messages()[0])
        assert "The relay made 11 videos" in stage.said(stage.messages()[0])
