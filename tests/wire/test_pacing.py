"""How often Discord is asked: channels that are shared, old cards, and refusals that add up."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import discord
import pytest
from structlog.testing import capture_logs

from bot.domain.errors import DiscordAway
from bot.domain.jobs import JobStatus
from bot.presenter import updates
from bot.presenter.invalid_requests import Bounds, InvalidRequests
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.limits import Limits
from tests.wire.stand import FAST, Card, Stand, a_stand, until

SPACING = 0.3


async def offered(stand: Stand, cards: list[Card], *, edits: int) -> None:
    """News for all cards all the time, until Discord was asked so often."""
    step = 0
    async with asyncio.timeout(60):
        while len(stand.trail()) < edits:
            step += 1
            for card in cards:
                stand.editor.offer(card.at(percent=step % 1000 / 10))
            await asyncio.sleep(0.01)


def gaps(stand: Stand, end: str = "") -> list[float]:
    asked = [seen.at for seen in stand.server.asked("PATCH", end)]
    return [later - earlier for earlier, later in pairwise(asked)]


async def test_cards_of_one_channel_take_turns_once_their_tokens_are_left(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, spacing=SPACING)) as stand:
        cards = [stand.card(number=number) for number in (1, 2, 3)]
        stand.clock.forward(minutes=14)

        await offered(stand, cards, edits=7)

        assert set(stand.trail()) == {"bot 200"}
        assert min(gaps(stand)) >= SPACING * 0.9
        for card in cards:
            own = gaps(stand, f"/{card.message.id}")
            assert own
            assert min(own) >= 3 * SPACING * 0.9


async def test_cards_with_tokens_wait_for_nobody(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, spacing=3600)) as stand:
        cards = [stand.card(number=number) for number in (1, 2, 3)]

        await offered(stand, cards, edits=3)

        assert stand.trail() == ["token 200"] * 3


async def test_the_more_cards_there_are_the_rarer_each_ones_edits(
    server: LoopbackDiscord, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "IN_ALL", 3 / SPACING)  # so many seconds, with three cards
    async with a_stand(place, tmp_path) as stand:
        cards = [stand.card(number=number) for number in (1, 2, 3)]

        await offered(stand, cards, edits=9)

        for card in cards:
            assert min(gaps(stand, f"/{card.message.id}")[1:]) >= SPACING * 0.9


async def test_a_video_that_comes_soon_is_all_that_its_card_tells(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, ending=3600)) as stand:
        card = stand.card()
        stand.editor.offer(card.at(percent=99.0))
        await until(lambda: len(stand.trail()) == 1)

        stand.editor.offer(card.at(JobStatus.DELIVERING))
        await asyncio.sleep(0)  # its task has seen the news
        await stand.editor.settle(card.delivered())

    assert stand.trail() == ["token 200"] * 2
    assert card.message.attachments


async def test_one_that_takes_longer_is_told_of(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, ending=0.05)) as stand:
        card = stand.card()
        stand.editor.offer(card.at(JobStatus.DELIVERING))

        await until(lambda: card.message.revisions)


async def test_an_end_waits_for_no_turn(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, spacing=3600)) as stand:
        first, second = stand.card(number=1), stand.card(number=2)
        stand.clock.forward(minutes=14)
        await offered(stand, [first], edits=1)
        stand.editor.offer(second.at(percent=1.0))  # has to wait for an hour
        stand.editor.offer(first.at(percent=2.0))

        for card in (first, second):
            async with asyncio.timeout(30):
                await stand.editor.settle(card.at(JobStatus.FAILED))

        assert stand.trail() == ["bot 200"] * 3
        assert "1 credit used" in second.message.text


@pytest.mark.parametrize("minutes", [14, 55])
async def test_a_card_of_an_hour_is_edited_less_often(
    server: LoopbackDiscord, place: Place, tmp_path: Path, minutes: int
) -> None:
    pace = replace(FAST, spacing=0.01, old_spacing=3600)
    async with a_stand(place, tmp_path, pace=pace) as stand:
        card = stand.card()
        stand.clock.forward(minutes=minutes, seconds=1)

        if minutes == 14:
            await offered(stand, [card], edits=3)
            return
        await offered(stand, [card], edits=1)
        stand.editor.offer(card.at(percent=99.0))
        await asyncio.sleep(0.2)
        assert stand.trail() == ["bot 200"]


async def test_what_discord_calls_old_is_edited_less_often_from_then_on(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    pace = replace(FAST, spacing=0.01, old_spacing=SPACING)
    async with a_stand(place, tmp_path, pace=pace) as stand:
        card = stand.card()
        stand.server.fault("PATCH", "*", status=429, code=30046)

        await offered(stand, [card], edits=4)

        assert stand.trail() == ["token 429", "token 200", "token 200", "token 200"]
        first, *others = gaps(stand)
        assert first >= 2 * SPACING * 0.9  # and after a refusal twice as long
        assert min(others) >= SPACING * 0.9


async def test_refusals_in_a_row_make_the_pause_longer(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path, pace=replace(FAST, spacing=0.05)) as stand:
        card = stand.card()
        stand.server.fault("PATCH", "*", status=429, times=3)

        await offered(stand, [card], edits=4)

        assert stand.trail() == ["token 429", "token 429", "token 429", "token 200"]
        assert [gap >= 0.09 * 2**n for n, gap in enumerate(gaps(stand))] == [True] * 3


# Refusals that add up


@pytest.mark.parametrize(("status", "code"), [(401, 0), (403, 50001), (429, 0)])
async def test_many_refusals_end_progress_and_leave_the_ends(
    server: LoopbackDiscord, place: Place, tmp_path: Path, status: int, code: int
) -> None:
    bounds = Bounds(progress=2, everything=100)
    async with a_stand(place, tmp_path, bounds=bounds) as stand:
        await refused(stand, status, code, times=2)
        before = len(stand.trail())
        card = stand.card()

        with capture_logs() as events:
            stand.editor.offer(card.at(percent=1.0))
            await asyncio.sleep(0.1)
            assert len(stand.trail()) == before
            stand.clock.forward(minutes=10)
            await until(lambda: "1 %" in card.message.text)

        assert [event["mood"] for event in events if event["event"] == "discord.refusals"] == [
            "calm"
        ]
        await refused(stand, status, code, times=2)
        await stand.editor.settle(card.delivered())
        assert stand.trail()[-1] == "token 200"


async def test_very_many_leave_first_answers_alone(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    bounds = Bounds(progress=2, everything=3)
    async with a_stand(place, tmp_path, bounds=bounds) as stand:
        card = stand.card()
        with capture_logs() as events:
            await refused(stand, 403, 50001, times=3)
            before = len(stand.trail())

            with pytest.raises(DiscordAway):
                await stand.editor.settle(card.delivered())
            await stand.editor.mention(card.delivered().job)

        assert len(stand.trail()) == before
        assert [event["mood"] for event in events if event["event"] == "discord.refusals"] == [
            "tight",
            "spent",
        ]
        first_answer = f"{server.api_url}/interactions/1/token/callback"
        stand.invalid.check(first_answer)
        stand.clock.forward(minutes=10)
        await stand.editor.settle(card.delivered())
        assert stand.trail()[-1] == "token 200"


def test_what_others_share_and_what_is_elsewhere_does_not_count() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    invalid = InvalidRequests(lambda: now, Bounds(progress=1, everything=1))

    for status in (200, 400, 404, 500):
        invalid.note(status)
    invalid.note(429, shared=True)
    assert invalid.progress_allowed()

    invalid.note(429)
    assert not invalid.progress_allowed()
    invalid.check("https://cdn.example/attachments/1/2/cat.png")
    with pytest.raises(discord.RateLimited) as caught:
        invalid.check(f"{discord.http.Route.BASE}/channels/1/messages")
    assert caught.value.retry_after == 600


def test_only_the_last_ten_minutes_count() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    invalid = InvalidRequests(lambda: now, Bounds(progress=3, everything=9))

    for _ in range(5):
        invalid.note(403)
        now += timedelta(minutes=4)

    assert invalid.progress_allowed()


async def refused(stand: Stand, status: int, code: int, *, times: int) -> None:
    """Discord says no to things that have nothing to do with cards."""
    stand.server.fault("GET", "/channels/1", status=status, code=code, times=times)
    for _ in range(times):
        with pytest.raises(discord.HTTPException):
            await stand.bot.fetch_channel(1)


async def test_a_hundred_jobs_that_end_at_once_are_all_told_to_their_owners(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    server.world.limits = Limits()
    async with a_stand(place, tmp_path) as stand:
        channels = [server.channel(place.guild, 1000 + number) for number in range(100)]
        cards = [stand.card(channel, number) for number, channel in enumerate(channels)]
        jobs = [card.at(JobStatus.DELIVERED).job for card in cards]

        await asyncio.gather(*map(stand.editor.mention, jobs))

    told = [message for message in server.messages if message.mentions]
    assert len(told) == 100
    assert {seen.status for seen in server.asked("POST", "/messages")} == {200}
