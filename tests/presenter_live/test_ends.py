"""Final states: retried, by the first route that works, and told once."""

import asyncio
from dataclasses import replace

import discord
import pytest
from simcord import HttpLogEntry
from structlog.testing import capture_logs

from bot.domain.errors import CardLost, MediaFailure
from bot.domain.jobs import JobStatus
from bot.presenter.progress import Card
from bot.presenter.routes import DIRECT_MESSAGE_LIMIT
from tests.presenter_live.stage import FACES, Stage, until


async def test_puts_the_video_into_the_card(stage: Stage) -> None:
    ref = await stage.editor.settle(stage.delivered())

    assert ref == stage.state.job.card
    assert "video-0123456789abcdef.mp4" in stage.shown()
    assert len(stage.messages()) == 1


async def test_sends_the_whole_video_after_a_failed_attempt(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=500, times=2)

    await stage.editor.settle(stage.delivered(size=5000))

    (url,) = [item.media.url for item in gallery(stage.messages()[-1]).items]
    assert stage.env.backend.cdn.get(url) == b"a" * 5000


async def test_drops_the_image_from_the_finished_card(stage: Stage) -> None:
    stage.editor.offer(stage.at(pictures=stage.pictures()))
    await until(lambda: "input-" in stage.shown())

    await stage.editor.settle(stage.delivered())

    stored = stage.env.backend.get_message(stage.channel.id, stage.messages()[-1].id)
    assert [item["filename"] for item in stored.attachments] == ["video-0123456789abcdef.mp4"]


async def test_keeps_the_image_on_a_failed_card_without_sending_it_again(stage: Stage) -> None:
    stage.editor.offer(stage.at(pictures=stage.pictures()))
    await until(lambda: "input-" in stage.shown())

    await stage.editor.settle(stage.at(JobStatus.FAILED, pictures=stage.pictures()))

    assert "attachments" not in (stage.env.http_requests[-1].json or {})
    assert "/input-0123456789abcdef.png" in stage.shown()


async def test_shows_the_end_after_progress_that_is_still_waiting(stage: Stage) -> None:
    for percent in range(50):
        stage.editor.offer(stage.at(percent=float(percent)))

    await stage.editor.settle(stage.at(JobStatus.FAILED))
    await asyncio.sleep(0.05)

    assert "This did not work" in stage.shown()
    assert not stage.editor._cards


async def test_falls_back_to_the_bots_own_edit(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=404, code=10015, times=None)

    ref = await stage.editor.settle(stage.delivered())

    assert ref == stage.state.job.card
    assert "video-0123456789abcdef.mp4" in stage.shown()
    assert len(stage.edits(by="/webhooks")) == 1


async def test_posts_a_new_message_where_no_edit_works(stage: Stage) -> None:
    stage.env.inject_error("PATCH", "*", status=403, code=50001, times=None)

    ref = await stage.editor.settle(stage.delivered())

    assert ref.message_id == stage.messages()[-1].id
    assert ref.token == ""
    assert len(stage.messages()) == 2


async def test_tells_the_owner_directly_when_somebody_deleted_the_card(stage: Stage) -> None:
    await stage.messages()[-1].delete()

    ref = await stage.editor.settle(stage.delivered())

    assert stage.messages() == []
    assert ref.channel_id == stage.alice.user.dm_channel.id
    direct = stage.alice.user.dm_channel.history()[-1]
    assert "video-0123456789abcdef.mp4" in stage.said(direct)


async def test_reaches_the_owner_of_a_job_that_never_had_a_card(stage: Stage) -> None:
    state = stage.at(JobStatus.FAILED)
    state = replace(state, job=replace(state.job, card=None))

    ref = await stage.editor.settle(state)

    assert ref.message_id == stage.messages()[-1].id


async def test_gives_up_when_every_route_is_closed(stage: Stage) -> None:
    stage.env.inject_error("*", "*", status=403, code=50007, times=None)

    with pytest.raises(CardLost):
        await stage.editor.settle(stage.delivered())


async def test_gives_up_when_the_video_is_not_there(stage: Stage) -> None:
    state = stage.delivered()
    state.deliveries[0].clip.path.unlink()

    with pytest.raises(CardLost):
        await stage.editor.settle(state)


@pytest.mark.parametrize(("status", "code"), [(413, 0), (400, 40005), (400, 50045)])
async def test_says_when_discord_finds_the_video_too_large(
    stage: Stage, status: int, code: int
) -> None:
    stage.env.inject_error("PATCH", "/webhooks/*", status=status, code=code)

    with pytest.raises(MediaFailure) as caught:
        await stage.editor.settle(stage.delivered())

    assert caught.value.code == "media-too-large"


async def test_mentions_the_owner_once_in_a_reply(stage: Stage) -> None:
    job = stage.delivered().job

    await stage.editor.mention(job)

    reply = stage.messages()[-1]
    stored = stage.env.backend.get_message(stage.channel.id, reply.id)
    assert reply.reference is not None
    assert reply.reference.message_id == stage.state.job.card.message_id  # type: ignore[union-attr] # it has a card
    assert stored.ping_user_ids == [stage.alice.id]


async def test_mentions_by_the_token_where_the_bot_cannot_look(stage: Stage) -> None:
    await stage.raise_card(bot_can_view=False)

    await stage.editor.mention(stage.delivered().job)

    reply = stage.messages()[-1]
    stored = stage.env.backend.get_message(stage.channel.id, reply.id)
    assert stored.ping_user_ids == [stage.alice.id]
    assert stage.env.http_requests[-1].path.startswith("/webhooks")


async def test_never_edits_as_the_bot_where_it_cannot_look(stage: Stage) -> None:
    await stage.raise_card(bot_can_view=False)
    stage.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    stage.env.inject_error("POST", "/channels/*", status=403, code=50001)

    ref = await stage.editor.settle(stage.delivered())

    assert not stage.edits(by="/channels")
    assert ref.channel_id == stage.alice.user.dm_channel.id


async def test_keeps_a_video_too_large_for_a_direct_message_out_of_it(stage: Stage) -> None:
    await stage.messages()[-1].delete()

    with pytest.raises(MediaFailure):
        await stage.editor.settle(stage.delivered(size=DIRECT_MESSAGE_LIMIT + 1))

    assert stage.alice.user.dm_channel.history() == []


@pytest.mark.parametrize("code", [50001, 50013])
async def test_mentions_by_the_token_where_the_bot_may_not_send(stage: Stage, code: int) -> None:
    stage.env.inject_error("POST", "/channels/*", status=403, code=code)

    await stage.editor.mention(stage.delivered().job)

    stored = stage.env.backend.get_message(stage.channel.id, stage.messages()[-1].id)
    assert stored.ping_user_ids == [stage.alice.id]
    assert [request.path for request in sent(stage)][-1].startswith("/webhooks")


async def test_mentions_nobody_where_the_bot_may_not_send_and_the_token_is_over(
    stage: Stage,
) -> None:
    await stage.env.advance_time(14 * 60)
    stage.env.inject_error("POST", "/channels/*", status=403, code=50013, times=None)

    with capture_logs() as events:
        await stage.editor.mention(stage.delivered().job)

    assert len(stage.messages()) == 1
    assert not [event for event in events if event["log_level"] in ("warning", "error")]


@pytest.mark.parametrize("status", [400, 500])
async def test_mentions_at_most_once_whatever_became_of_the_reply(
    stage: Stage, status: int
) -> None:
    stage.env.inject_error("POST", "/channels/*", status=status, times=None)

    await stage.editor.mention(stage.delivered().job)

    assert len(stage.messages()) == 1
    assert not [request for request in sent(stage) if request.path.startswith("/webhooks")]


async def test_mentions_nobody_in_edits(stage: Stage) -> None:
    stage.editor.offer(stage.at(percent=1.0))
    await until(stage.edits)
    await stage.editor.settle(stage.at(JobStatus.FAILED))

    bodies = [request.json for request in stage.env.http_requests if request.method == "PATCH"]
    assert [body["allowed_mentions"]["parse"] for body in bodies if body] == [[], []]


async def test_an_end_breaks_off_an_edit_that_hangs(stage: Stage) -> None:
    card = Card(stage.at())
    await card.busy.acquire()
    card.task = asyncio.create_task(asyncio.Event().wait())  # type: ignore[arg-type] # any task

    await card.close(patience=0.01)

    assert card.task.cancelled()
    assert not card.needs(FACES(stage.at(percent=1.0)))


def sent(stage: Stage) -> list[HttpLogEntry]:
    return [request for request in stage.env.http_requests if request.method == "POST"]


def gallery(message: discord.Message) -> discord.MediaGalleryComponent:
    (container,) = message.components
    assert isinstance(container, discord.Container)
    return next(
        child for child in container.children if isinstance(child, discord.MediaGalleryComponent)
    )
