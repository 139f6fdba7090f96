"""The second message of a card: there once, silent, by the first route that works."""

from dataclasses import replace

import discord
import pytest

from bot.domain.jobs import JobStatus
from bot.domain.views import CardState
from bot.presenter.routes import DIRECT_MESSAGE_LIMIT
from tests.presenter_live.stage import JOB, Stage
from tests.presenter_live.test_ends import gallery, sent

NAMES = [f"video-{JOB}-5.mp4", f"video-{JOB}-6.mp4"]


async def settled(stage: Stage) -> CardState:
    """A card that holds four videos of six."""
    state = stage.delivered(videos=4, further=2)
    card = await stage.editor.settle(state)
    return replace(state, job=replace(state.job, card=card))


def shown(message: discord.Message) -> list[str]:
    return [item.media.url.split("?")[0].rsplit("/", 1)[1] for item in gallery(message).items]


async def test_replies_to_the_card_with_the_rest_and_notifies_nobody(stage: Stage) -> None:
    state = await settled(stage)

    card = await stage.editor.follow(state)

    first, second = stage.messages()
    assert len(gallery(first).items) == 4
    assert shown(second) == NAMES
    assert second.reference is not None
    assert second.reference.message_id == first.id
    assert card == replace(state.job.card, further_id=second.id)  # type: ignore[type-var] # it has a card
    assert stage.env.backend.get_message(stage.channel.id, second.id).ping_user_ids == []


async def test_every_video_says_in_words_what_it_shows_and_which_it_is(stage: Stage) -> None:
    state = await settled(stage)

    await stage.editor.follow(state)

    items = [item for message in stage.messages() for item in gallery(message).items]
    stored = [
        item
        for message in stage.messages()
        for item in stage.env.backend.get_message(stage.channel.id, message.id).attachments
    ]
    said = [f"Video {number}: A paper boat in the rain" for number in range(1, 7)]
    assert [item.description for item in items] == said
    assert [item["description"] for item in stored] == said


async def test_a_repetition_finds_the_one_that_is_there(stage: Stage) -> None:
    state = await settled(stage)
    first = await stage.editor.follow(state)

    second = await stage.editor.follow(state)

    assert first == second
    assert len(stage.messages()) == 2


async def test_the_second_message_of_another_job_is_not_taken_for_it(stage: Stage) -> None:
    state = await settled(stage)
    await stage.editor.follow(state)
    other = replace(state, job=replace(state.job, id="fedcba9876543210"))

    await stage.editor.follow(other)

    assert len(stage.messages()) == 3


async def test_sends_all_of_it_again_after_a_failed_attempt(stage: Stage) -> None:
    state = await settled(stage)
    stage.env.inject_error("POST", "/channels/*", status=500, times=2)

    await stage.editor.follow(state)

    items = gallery(stage.messages()[-1]).items
    contents = [stage.env.backend.cdn.get(item.media.url) for item in items]
    assert contents == [each.clip.path.read_bytes() for each in state.deliveries[4:]]


@pytest.mark.parametrize("code", [50001, 50013])
async def test_goes_by_the_token_where_the_bot_may_not_send(stage: Stage, code: int) -> None:
    state = await settled(stage)
    stage.env.inject_error("POST", "/channels/*", status=403, code=code, times=None)

    card = await stage.editor.follow(state)

    assert card is not None
    assert shown(stage.messages()[-1]) == NAMES
    assert card.further_id == stage.messages()[-1].id
    assert sent(stage)[-1].path.startswith("/webhooks")


async def test_goes_by_the_token_where_the_bot_cannot_look(stage: Stage) -> None:
    await stage.raise_card(bot_can_view=False)
    state = await settled(stage)

    assert await stage.editor.follow(state)

    assert not [request for request in sent(stage) if request.path.startswith("/channels")]


@pytest.mark.parametrize(("status", "code"), [(400, 50035), (413, 40005), (500, 0), (404, 10003)])
async def test_admits_that_there_is_none(stage: Stage, status: int, code: int) -> None:
    state = await settled(stage)
    stage.env.inject_error("POST", "*", status=status, code=code, times=None)

    assert await stage.editor.follow(state) is None

    assert len(stage.messages()) == 1


async def test_admits_that_its_files_are_gone(stage: Stage) -> None:
    state = await settled(stage)
    state.deliveries[-1].clip.path.unlink()

    assert await stage.editor.follow(state) is None


async def test_a_card_in_direct_messages_has_it_there(stage: Stage) -> None:
    await stage.messages()[-1].delete()
    state = await settled(stage)

    await stage.editor.follow(state)

    direct = stage.alice.user.dm_channel.history()
    assert [shown(message) for message in direct][1] == NAMES
    assert stage.messages() == []


async def test_videos_that_a_direct_message_takes_one_by_one_are_not_too_large(
    stage: Stage,
) -> None:
    await stage.messages()[-1].delete()

    await stage.editor.settle(stage.delivered(size=DIRECT_MESSAGE_LIMIT // 3, videos=4))

    assert len(stage.alice.user.dm_channel.history()) == 1


async def test_is_removed_with_its_card(stage: Stage) -> None:
    state = await settled(stage)
    card = await stage.editor.follow(state)

    await stage.editor.withdraw(replace(state.job, card=card))

    assert len(stage.messages()) == 1


async def test_is_removed_by_the_token_where_the_bot_cannot_look(stage: Stage) -> None:
    await stage.raise_card(bot_can_view=False)
    state = await settled(stage)
    before = len(stage.messages())
    card = await stage.editor.follow(state)

    await stage.editor.withdraw(replace(state.job, card=card))

    assert len(stage.messages()) == before


async def test_a_removal_that_fails_or_has_nothing_to_remove_is_quiet(stage: Stage) -> None:
    state = await settled(stage)
    card = await stage.editor.follow(state)
    stage.env.inject_error("DELETE", "*", status=403, code=50001, times=None)

    await stage.editor.withdraw(replace(state.job, card=card))
    await stage.editor.withdraw(state.job)
    await stage.editor.withdraw(stage.at(JobStatus.FAILED).job)

    assert len(stage.messages()) == 2
