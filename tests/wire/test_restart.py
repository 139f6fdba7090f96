"""The real process killed or stopped in the middle of a job, and started again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.demo.wire import SMALL
from tests.postgres import Postgres
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.state import Message

pytestmark = pytest.mark.unmeasured


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    """Goes on with what it was asked for when nobody listens any more."""
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.DETACHED}) as sample:
        yield sample


@pytest.fixture(params=["sqlite", "postgres"])
async def settings(
    request: pytest.FixtureRequest, relay: SampleRelay
) -> AsyncIterator[Mapping[str, str]]:
    given = {
        "RELAY_BASE_URL": relay.base_url,
        "RELAY_API_KEY": relay.api_key,
        "RELAY_POLL_SECONDS": "0.1",
    }
    if request.param == "sqlite":
        yield given
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = await server.create_database()
    yield {**given, "DATABASE_URL": url}
    await server.drop_database(url)


async def _card_in_the_middle(place: Place, relay: SampleRelay, bot: BotProcess) -> Message:
    """A card whose relay was asked and has not answered yet."""
    relay.gate.clear()
    event = await bot.alive(place.server.slash(place.alice, place.channel, "video", prompt="a cat"))
    card = place.server.original(event)
    await bot.alive(place.server.wait_for(lambda: card.revisions))
    await bot.alive(_until(lambda: bool(relay.posts)))
    return card


async def test_a_video_goes_on_that_a_killed_bot_was_working_on(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as killed:
        card = await _card_in_the_middle(place, relay, killed)
        await killed.alive(_handle_is_kept(killed))

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        reply = await bot.alive(
            place.server.wait_for(lambda: [m for m in place.server.messages if m.reply_to])
        )
        code = await bot.stop()

    assert code == 0
    assert any(name.endswith(".mp4") for name in card.attachments)
    assert [each.mentions for each in reply] == [(place.alice.id,)]
    assert await _entries(bot) == ["hold", "settle"]
    assert len(relay.posts) == 1


async def test_what_the_relay_never_named_is_released_with_a_word(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.SILENT}) as silent:
        settings = {**settings, "RELAY_BASE_URL": silent.base_url}
        async with BotProcess(place.server, tmp_path, settings) as killed:
            card = await _card_in_the_middle(place, silent, killed)

        async with BotProcess(place.server, tmp_path, settings) as bot:
            await bot.alive(place.server.wait_for(lambda: "restarted" in card.text))
            reply = await bot.alive(
                place.server.wait_for(lambda: [m for m in place.server.messages if m.reply_to])
            )
            await bot.stop()

        assert "1 credit returned" in card.text
        assert [each.mentions for each in reply] == [(place.alice.id,)]
        assert await _entries(bot) == ["hold", "release"]
        assert len(silent.posts) == 1


async def test_who_waits_keeps_the_place_when_the_bot_is_killed(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as killed:
        first = await _card_in_the_middle(place, relay, killed)
        await killed.alive(_handle_is_kept(killed))
        event = await killed.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="a second cat")
        )
        second = place.server.original(event)
        assert "Waiting" in second.text

    async with BotProcess(place.server, tmp_path, settings) as bot:
        relay.gate.set()
        for card in (first, second):
            await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))  # noqa: B023
        await bot.stop()

    assert [post.body["messages"][0]["content"] for post in relay.posts] == [
        "a cat",
        "a second cat",
    ]
    assert sorted(await _entries(bot)) == ["hold", "hold", "settle", "settle"]


async def test_a_card_that_the_killed_bot_never_knew_of_is_found_again(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    """Discord shows it, but the bot was killed before it heard so."""
    place.server.fault("POST", "/interactions/*", status="hang", applied=True, times=9)
    async with BotProcess(place.server, tmp_path, settings) as killed:
        event = await killed.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="a cat")
        )
        card = place.server.original(event)
    place.server.forget_faults()

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        await bot.stop()

    assert await _entries(bot) == ["hold", "settle"]


async def test_a_request_that_was_never_answered_is_released_with_a_word(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    place.server.fault("POST", "/interactions/*", status="hang", times=9)
    async with BotProcess(place.server, tmp_path, settings) as killed:
        unanswered = asyncio.ensure_future(
            place.server.slash(place.alice, place.channel, "video", prompt="a cat")
        )
        await killed.alive(place.server.wait_for(lambda: place.server.asked("POST", "/callback")))
    unanswered.cancel()
    place.server.forget_faults()

    async with BotProcess(place.server, tmp_path, settings) as bot:
        word = await bot.alive(
            place.server.wait_for(
                lambda: [m for m in place.server.messages if "restarted" in m.text]
            )
        )
        await bot.stop()

    assert "1 credit returned" in word[0].text
    assert await _entries(bot) == ["hold", "release"]
    assert relay.posts == []


async def test_an_end_that_no_card_shows_is_told_by_the_next_start(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.FAILED}) as failing:
        settings = {**settings, "RELAY_BASE_URL": failing.base_url}
        place.server.fault("PATCH", "*", status="hang", times=100)
        async with BotProcess(place.server, tmp_path, settings) as killed:
            event = await killed.alive(
                place.server.slash(place.alice, place.channel, "video", prompt="a cat")
            )
            card = place.server.original(event)
            await killed.alive(killed.says("job.failed"))
        place.server.forget_faults()
        assert "returned" not in card.text

        async with BotProcess(place.server, tmp_path, settings) as bot:
            await bot.alive(place.server.wait_for(lambda: "1 credit returned" in card.text))
            await bot.stop()

    assert await _entries(bot) == ["hold", "release"]


async def test_what_outlasts_the_grace_is_parked_and_goes_on_with_the_next_start(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    hasty = {**settings, "GRACE_SECONDS": "0"}
    async with BotProcess(place.server, tmp_path, hasty) as bot:
        card = await _card_in_the_middle(place, relay, bot)
        await bot.alive(_handle_is_kept(bot))
        code = await bot.stop()
    parked = card.text

    async with BotProcess(place.server, tmp_path, hasty) as bot:
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        await bot.stop()

    assert code == 0
    assert "The bot is restarting" in parked
    assert "1 credit held" in parked
    assert await _entries(bot) == ["hold", "settle"]
    assert len(relay.posts) == 1


async def test_what_cannot_go_on_ends_with_the_stop(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.SILENT}) as silent:
        hasty = {**settings, "RELAY_BASE_URL": silent.base_url, "GRACE_SECONDS": "0"}
        async with BotProcess(place.server, tmp_path, hasty) as bot:
            card = await _card_in_the_middle(place, silent, bot)
            code = await bot.stop()

    assert code == 0
    assert "1 credit returned" in card.text
    assert await _entries(bot) == ["hold", "release"]


async def test_a_stopped_bot_lets_its_videos_finish(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        card = await _card_in_the_middle(place, relay, bot)
        bot.ask_to_stop()
        await bot.says("app.stopping")
        refused = await bot.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="one more")
        )
        relay.gate.set()
        code = await bot.ended()

    assert code == 0
    assert "restarting" in place.server.original(refused).text
    assert "1 credit used" in card.text
    assert await _entries(bot) == ["hold", "settle"]


async def test_the_second_stop_ends_it_at_once(
    place: Place, relay: SampleRelay, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with BotProcess(place.server, tmp_path, settings) as bot:
        await _card_in_the_middle(place, relay, bot)
        bot.ask_to_stop()
        await bot.says("app.stopping")

        code = await bot.stop()

    assert code == 1
    assert await _entries(bot) == ["hold"]


async def _handle_is_kept(bot: BotProcess) -> None:
    question = "SELECT handle FROM jobs WHERE handle LIKE '%/source/%'"
    async with asyncio.timeout(30):
        while not await bot.rows(question):  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.02)


async def _until(true: Callable[[], bool]) -> None:
    """Waits for what happens outside the loopback Discord."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (other processes bring it about)
            await asyncio.sleep(0.02)


async def _entries(bot: BotProcess) -> list[str]:
    return await bot.rows("SELECT kind FROM entries ORDER BY id")
