"""What a card shows, read back from Discord after a restart."""

from dataclasses import replace

from bot.domain.jobs import JobStatus
from tests.presenter_live.stage import Stage


async def test_sees_the_video_on_the_card(stage: Stage) -> None:
    await stage.editor.settle(stage.delivered())

    assert await stage.editor.shows_video(stage.state.job)


async def test_sees_that_there_is_none(stage: Stage) -> None:
    await stage.editor.settle(stage.at(JobStatus.FAILED, pictures=stage.pictures()))

    assert not await stage.editor.shows_video(stage.state.job)


async def test_sees_a_video_although_the_first_one_failed(stage: Stage) -> None:
    state = stage.delivered(videos=2)
    await stage.editor.settle(replace(state, deliveries=state.deliveries[1:]))

    assert await stage.editor.shows_video(stage.state.job)


async def test_takes_no_other_video_for_it(stage: Stage) -> None:
    await stage.editor.settle(stage.delivered())

    assert not await stage.editor.shows_video(replace(stage.state.job, id="fedcba9876543210"))


async def test_looks_as_the_bot_when_the_token_is_dead(stage: Stage) -> None:
    await stage.editor.settle(stage.delivered())
    stage.env.inject_error("GET", "/webhooks/*", status=401, code=50027, times=None)

    assert await stage.editor.shows_video(stage.state.job)
    assert await stage.editor.shows_video(stage.state.job)

    looks = [request.path for request in stage.env.http_requests if request.method == "GET"]
    assert sum(path.startswith("/webhooks") for path in looks) == 1


async def test_looks_as_the_bot_when_the_token_is_too_old(stage: Stage) -> None:
    await stage.editor.settle(stage.delivered())
    await stage.env.advance_time(14 * 60)

    assert await stage.editor.shows_video(stage.state.job)


async def test_sees_the_video_in_a_direct_message(stage: Stage) -> None:
    await stage.messages()[-1].delete()
    ref = await stage.editor.settle(stage.delivered())

    assert await stage.editor.shows_video(replace(stage.state.job, card=ref))


async def test_sees_nothing_where_it_cannot_look(stage: Stage) -> None:
    await stage.editor.settle(stage.delivered())
    stage.env.inject_error("GET", "*", status=403, code=50001, times=None)

    assert not await stage.editor.shows_video(stage.state.job)
    assert not await stage.editor.shows_video(replace(stage.state.job, card=None))
