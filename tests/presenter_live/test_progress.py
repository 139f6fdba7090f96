"""Progress: the newest state wins, few edits, and no failure reaches the job."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot.domain.jobs import JobStatus
from bot.presenter.pace import Pace
from tests.presenter_live.stage import FAST, Stage, until


async def test_shows_what_was_offered_last(stage: Stage) -> None:
    for percent in range(101):
        stage.editor.offer(stage.at(percent=float(percent)))

    await until(lambda: "100 %" in stage.shown())

    assert len(stage.edits()) == 1


@pytest.mark.parametrize("pace", [replace(FAST, spacing=0.2)])
async def test_a_thousand_offers_make_one_edit_per_pause(stage: Stage, pace: Pace) -> None:
    began = asyncio.get_running_loop().time()
    for step in range(1000):
        stage.editor.offer(stage.at(percent=step / 10))
        await asyncio.sleep(0.001)
    spent = asyncio.get_running_loop().time() - began

    assert 1 < len(stage.edits()) <= spent / pace.spacing + 1


async def test_sends_nothing_when_nothing_changed(stage: Stage) -> None:
    stage.editor.offer(stage.at(percent=10.0))
    await until(stage.edits)

    stage.editor.offer(stage.at(percent=10.0))
    stage.editor.offer(stage.at(percent=10.0))
    await asyncio.sleep(0.05)

    assert len(stage.edits()) == 1


async def test_tries_again_after_an_error_of_discord(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=500, times=2)

    stage.editor.offer(stage.at(percent=42.0))

    await until(lambda: "42 %" in stage.shown())
    assert len(stage.edits()) == 3


async def test_gives_up_on_progress_that_is_forbidden(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=403, code=50001, times=None)
    stage.editor.offer(stage.at(percent=1.0))
    await until(stage.edits)

    stage.editor.offer(stage.at(percent=2.0))
    await asyncio.sleep(0.05)

    assert len(stage.edits()) == 1


async def test_uses_a_dead_token_only_once(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)

    stage.editor.offer(stage.at(percent=1.0))
    await until(lambda: "1 %" in stage.shown())
    stage.editor.offer(stage.at(percent=2.0))
    await until(lambda: "2 %" in stage.shown())

    assert len(stage.edits(by="/webhooks")) == 1
    assert len(stage.edits(by="/channels")) == 2


async def test_leaves_a_token_that_is_too_old(stage: Stage) -> None:
    await stage.env.advance_time(14 * 60)

    stage.editor.offer(stage.at(percent=3.0))

    await until(lambda: "3 %" in stage.shown())
    assert not stage.edits(by="/webhooks")


async def test_ignores_offers_after_the_end(stage: Stage) -> None:
    await stage.editor.settle(stage.at(JobStatus.CANCELLED))

    stage.editor.offer(stage.at(percent=99.0))
    await asyncio.sleep(0.05)

    assert "99 %" not in stage.shown()


async def test_keeps_the_image_on_the_card_without_sending_it_again(stage: Stage) -> None:
    stage.editor.offer(stage.at(pictures=stage.pictures()))
    await until(lambda: "input-" in stage.shown())

    stage.editor.offer(stage.at(pictures=stage.pictures(), percent=50.0))
    await until(lambda: "50 %" in stage.shown())

    bodies = [request.json or {} for request in stage.env.http_requests[-2:]]
    assert "attachments" in bodies[0]
    assert "attachments" not in bodies[1]
    assert "/input-0123456789abcdef.png" in stage.shown()


async def test_knows_the_address_of_the_cards_image(stage: Stage) -> None:
    stage.editor.offer(stage.at(pictures=stage.pictures()))

    url = await stage.editor.picture_url(stage.state.job, 0)

    assert url is not None
    assert stage.env.backend.cdn.get(url) == b"picture"


async def test_reads_the_address_from_the_message_after_a_restart(stage: Stage) -> None:
    stage.editor.offer(stage.at(pictures=stage.pictures()))
    url = await stage.editor.picture_url(stage.state.job, 0)
    stage.editor._cards.clear()

    again = await stage.editor.picture_url(stage.state.job, 0)

    assert again == url


async def test_has_no_address_without_an_image(stage: Stage) -> None:
    assert await stage.editor.picture_url(stage.state.job, 0) is None


async def test_keeps_no_views(stage: Stage) -> None:
    for percent in range(10):
        stage.editor.offer(stage.at(percent=float(percent)))
        await until(partial(stage.says, f"{percent} %"))

    store = stage.bot._connection._view_store
    assert not store._synced_message_views
    assert not store._views
