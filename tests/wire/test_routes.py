"""By which way a card is reached: the table of permissions and ages, and the ladder of refusals."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import CardLost, DiscordAway, MediaFailure
from bot.domain.jobs import JobStatus
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.stand import FAST, Stand, a_stand, until
from tests.wire.state import Message

HIDDEN, THREAD = 201, 202


@pytest.fixture
async def stand(server: LoopbackDiscord, place: Place, tmp_path: Path) -> AsyncIterator[Stand]:
    async with a_stand(place, tmp_path) as made:
        yield made


def has_video(message: Message) -> bool:
    return any(name.endswith(".mp4") for name in message.attachments)


def newest(stand: Stand) -> Message:
    return stand.server.messages[-1]


# The table


async def test_a_young_card_is_reached_by_its_token(stand: Stand) -> None:
    card = stand.card()

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["token 200"]
    assert has_video(card.message)


async def test_an_old_card_is_reached_as_the_bot_and_its_token_left_alone(stand: Stand) -> None:
    card = stand.card()
    stand.clock.forward(minutes=14)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["bot 200"]
    assert has_video(card.message)


async def test_a_young_card_where_the_bot_cannot_look_is_reached_by_its_token(
    stand: Stand,
) -> None:
    channel = stand.server.channel(stand.place.guild, HIDDEN, bot_can_view=False)
    card = stand.card(channel)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["token 200"]
    assert has_video(card.message)


async def test_an_old_one_there_goes_to_its_owner(stand: Stand) -> None:
    channel = stand.server.channel(stand.place.guild, HIDDEN, bot_can_view=False)
    card = stand.card(channel)
    stand.clock.forward(minutes=14)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["channel 403", "open 200", "direct 200"]
    assert has_video(newest(stand))
    assert not has_video(card.message)


async def test_a_channel_that_is_hidden_meanwhile_leaves_the_owner(stand: Stand) -> None:
    card = stand.card()
    stand.clock.forward(minutes=14)
    stand.server.change(stand.place.channel, bot_can_view=False)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["bot 403", "channel 403", "open 200", "direct 200"]
    assert has_video(newest(stand))


@pytest.mark.parametrize(("minutes", "tried"), [(0, ["token 400", "bot 400"]), (14, ["bot 400"])])
async def test_an_archived_thread_is_opened_by_a_new_message(
    stand: Stand, minutes: int, tried: list[str]
) -> None:
    thread = stand.server.channel(stand.place.guild, THREAD, thread=True)
    card = stand.card(thread)
    stand.clock.forward(minutes=minutes)
    stand.server.change(thread, archived=True)

    moved = await stand.editor.settle(card.delivered())

    assert stand.trail() == [*tried, "channel 200"]
    assert newest(stand).channel_id == thread.id
    assert (moved.message_id, moved.token) == (newest(stand).id, "")
    assert not stand.server.world.channels[thread.id].archived


@pytest.mark.parametrize(("minutes", "tried"), [(0, ["token 400", "bot 400"]), (14, ["bot 400"])])
async def test_a_locked_thread_leaves_the_owner(
    stand: Stand, minutes: int, tried: list[str]
) -> None:
    thread = stand.server.channel(stand.place.guild, THREAD, thread=True)
    card = stand.card(thread)
    stand.clock.forward(minutes=minutes)
    stand.server.change(thread, archived=True, locked=True)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == [*tried, "channel 400", "open 200", "direct 200"]
    assert has_video(newest(stand))


async def test_an_ephemeral_answer_dies_with_its_token(stand: Stand) -> None:
    """Cards are never private; if one were, it would not be put in front of everybody."""
    card = stand.card()
    card.message.flags |= 1 << 6
    stand.clock.forward(minutes=14)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["bot 404", "open 200", "direct 200"]


async def test_whom_nothing_reaches_is_said_to_be_lost(stand: Stand) -> None:
    card = stand.card(stand.server.channel(stand.place.guild, HIDDEN, bot_can_view=False))
    stand.clock.forward(minutes=14)
    stand.server.close_direct(stand.place.alice)

    with pytest.raises(CardLost):
        await stand.editor.settle(card.delivered())

    assert stand.trail() == ["channel 403", "open 200", "direct 403"]


# The ladder: each refusal takes the next step, once


@pytest.mark.parametrize(
    ("status", "code", "trail"),
    [
        (401, 50027, ["token 401", "bot 200"]),
        (404, 10015, ["token 404", "bot 200"]),
        (403, 50001, ["token 403", "bot 200"]),
        (403, 50013, ["token 403", "bot 200"]),
        (400, 50083, ["token 400", "bot 200"]),
        (400, 200000, ["token 400", "bot 200"]),
        (404, 10008, ["token 404", "open 200", "direct 200"]),
        (404, 10003, ["token 404", "open 200", "direct 200"]),
        (429, 30046, ["token 429", "token 200"]),
        (429, 0, ["token 429", "token 200"]),
        (500, 0, ["token 500", "token 200"]),
        (503, 0, ["token 503", "token 200"]),
        ("reset", 0, ["token reset", "token 200"]),
        ("hang", 0, ["token hang", "token 200"]),
    ],
)
async def test_each_refusal_of_an_end_takes_one_step(
    stand: Stand, status: int, code: int, trail: list[str]
) -> None:
    card = stand.card()
    stand.server.fault("PATCH", "/webhooks/*", status=status, code=code)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == trail
    assert sum(has_video(message) for message in stand.server.messages) == 1


@pytest.mark.parametrize(("status", "code"), [(413, 0), (413, 40005), (400, 50045)])
async def test_what_is_too_large_is_said_at_once(stand: Stand, status: int, code: int) -> None:
    card = stand.card()
    stand.server.fault("PATCH", "/webhooks/*", status=status, code=code, times=9)

    with pytest.raises(MediaFailure, match="media-too-large"):
        await stand.editor.settle(card.delivered())

    assert stand.trail() == [f"token {status}"]


async def test_a_time_that_discord_names_is_waited_for(stand: Stand) -> None:
    card = stand.card()
    stand.server.fault("PATCH", "/webhooks/*", status=429, headers={"Retry-After": "0.2"})

    await stand.editor.settle(card.delivered())

    first, second = stand.server.asked("PATCH", f"/{card.message.id}")
    assert second.at - first.at >= 0.2
    assert stand.trail() == ["token 429", "token 200"]


async def test_one_that_is_too_long_is_not(stand: Stand) -> None:
    card = stand.card()
    headers = {"Retry-After": "86400"}
    stand.server.fault("PATCH", "/webhooks/*", status=429, headers=headers, times=9)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == ["token 429", "bot 200"]


async def test_an_end_that_discord_is_too_unwell_for_is_not_lost(stand: Stand) -> None:
    card = stand.card()
    for method in ("PATCH", "POST"):
        stand.server.fault(method, "*", status="reset", times=99)

    with pytest.raises(DiscordAway):
        await stand.editor.settle(card.at(JobStatus.FAILED))

    assert stand.trail() == [
        f"{route} reset" for route in ("token", "bot", "channel", "open") for _ in range(4)
    ]


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015)])
async def test_a_dead_token_is_used_exactly_once(stand: Stand, status: int, code: int) -> None:
    card = stand.card()
    stand.server.fault("PATCH", "/webhooks/*", status=status, code=code, times=99)
    stand.server.fault("GET", "/webhooks/*", status=status, code=code, times=99)

    for percent in (1.0, 2.0, 3.0):
        stand.editor.offer(card.at(percent=percent))
        await until(lambda: f"{int(percent)} %" in card.message.text)  # noqa: B023
    assert not await stand.editor.shows_video(card.at().job)
    await stand.editor.settle(card.delivered())
    await stand.editor.mention(card.delivered().job)

    tokens = [seen for seen in stand.server.requests if seen.path.startswith("/webhooks/")]
    assert [seen.status for seen in tokens] == [status]
    assert has_video(card.message)


async def test_a_video_whose_edit_hangs_is_sent_whole_by_the_next(stand: Stand) -> None:
    card = stand.card()
    stand.server.fault("PATCH", "/webhooks/*", status="hang", times=4)

    await stand.editor.settle(card.delivered())

    assert stand.trail() == [*["token hang"] * 4, "bot 200"]
    assert list(card.message.attachments.values()) == [b"a video"]


async def test_progress_in_flight_does_not_hold_up_the_end(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, preempt=0.05, call=60)) as stand:
        card = stand.card()
        stand.server.fault("PATCH", "/webhooks/*", status="hang")
        stand.editor.offer(card.at(percent=1.0))
        await until(lambda: stand.trail() == ["token hang"])

        await stand.editor.settle(card.delivered())
        stand.editor.offer(card.at(percent=2.0))

        assert stand.trail() == ["token hang", "token 200"]
        assert has_video(card.message)
