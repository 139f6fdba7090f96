"""A reference image that Discord finds too large costs the picture, never the card."""

import asyncio

import pytest

from bot.domain.errors import MediaFailure
from bot.domain.jobs import JobStatus
from tests.presenter_live.stage import Stage, until

TOO_LARGE = pytest.mark.parametrize(("status", "code"), [(413, 0), (400, 40005), (400, 50045)])


@TOO_LARGE
async def test_progress_goes_on_without_the_picture(stage: Stage, status: int, code: int) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=status, code=code)

    stage.editor.offer(stage.at(pictures=stage.pictures(), percent=10.0))

    await until(lambda: "10 %" in stage.shown())
    stage.editor.offer(stage.at(pictures=stage.pictures(), percent=20.0))
    await until(lambda: "20 %" in stage.shown())
    assert "input-" not in stage.shown()
    assert len(stage.edits()) == 3


async def test_nobody_waits_for_a_picture_that_was_left_out(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005)
    stage.editor.offer(stage.at(pictures=stage.pictures()))

    async with asyncio.timeout(30):
        url = await stage.editor.picture_url(stage.state.job, 0)

    assert url is None


async def test_progress_gives_up_when_it_is_too_large_without_a_picture(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005, times=None)
    stage.editor.offer(stage.at(percent=10.0))
    await until(lambda: len(stage.edits()) == 2)

    stage.editor.offer(stage.at(percent=20.0))
    await asyncio.sleep(0.05)

    assert len(stage.edits()) == 2


async def test_the_end_after_such_progress_has_no_picture_either(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005)
    stage.editor.offer(stage.at(pictures=stage.pictures(), percent=10.0))
    await until(lambda: "10 %" in stage.shown())

    await stage.editor.settle(stage.at(JobStatus.FAILED, pictures=stage.pictures()))

    assert "This did not work" in stage.shown()
    assert len(stage.edits()) == 3


@TOO_LARGE
async def test_an_end_arrives_without_the_picture(stage: Stage, status: int, code: int) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=status, code=code)

    await stage.editor.settle(stage.at(JobStatus.FAILED, pictures=stage.pictures()))

    assert "This did not work" in stage.shown()
    assert "input-" not in stage.shown()


async def test_the_video_is_whole_without_the_picture(stage: Stage) -> None:
    stage.editor.offer(stage.at(pictures=stage.pictures()))
    await until(lambda: "input-" in stage.shown())
    stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005)
    delivered = stage.at(JobStatus.DELIVERED, pictures=stage.pictures())

    await stage.editor.settle(stage.delivered(with_=delivered))

    stored = stage.env.backend.get_message(stage.channel.id, stage.messages()[-1].id)
    assert [item["filename"] for item in stored.attachments] == ["video-0123456789abcdef.mp4"]


async def test_a_video_that_is_too_large_by_itself_is_told(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005, times=2)
    delivered = stage.at(JobStatus.DELIVERED, pictures=stage.pictures())

    with pytest.raises(MediaFailure, match="media-too-large"):
        await stage.editor.settle(stage.delivered(with_=delivered))
