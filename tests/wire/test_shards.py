"""Two real processes with different shards of one bot, on one PostgreSQL and one Discord."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from bot.domain.errors import StorageError
from storage.engine import parse, server_engine
from storage.instance import Claim, only_instance
from tests.demo.wire import SMALL
from tests.postgres import Postgres
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.state import Channel, Member, Message

pytestmark = pytest.mark.unmeasured

SECOND_SHARD = 1 << 22
"""The id of a server that is on shard 1 of 2."""


@pytest.fixture
async def settings(relay: SampleRelay, postgres: Postgres) -> AsyncIterator[Mapping[str, str]]:
    url = await postgres.create_database()
    yield {
        "RELAY_BASE_URL": relay.base_url,
        "RELAY_API_KEY": relay.api_key,
        "DATABASE_URL": url,
        "RELAY_POLL_SECONDS": "0.2",
        "SHARD_COUNT": "2",
    }
    await postgres.drop_database(url)


@dataclass(frozen=True)
class Elsewhere:
    """A server on the other shard."""

    channel: Channel
    bob: Member


@pytest.fixture
def elsewhere(place: Place) -> Elsewhere:
    guild = place.server.guild(SECOND_SHARD)
    bob = place.server.member(guild, 301, name="Bob")
    return Elsewhere(channel=place.server.channel(guild, 201), bob=bob)


def process(place: Place, settings: Mapping[str, str], folder: Path, shards: str) -> BotProcess:
    own = folder / f"process-{shards}"
    own.mkdir(exist_ok=True)
    return BotProcess(place.server, own, {**settings, "SHARD_IDS": shards})


async def both_connected(place: Place) -> None:
    await place.server.wait_for(lambda: len(place.server.gateway.connected) == 2, 60)


def has_video(card: Message) -> bool:
    return any(name.endswith(".mp4") for name in card.attachments)


async def test_each_serves_its_own_servers_and_both_make_a_video(
    place: Place, elsewhere: Elsewhere, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server = place.server
    async with (
        process(place, settings, tmp_path, "0") as first,
        process(place, settings, tmp_path, "1") as second,
    ):
        await first.alive(second.alive(both_connected(place)))
        here = await server.slash(place.alice, place.channel, "video", prompt="a cat")
        there = await server.slash(elsewhere.bob, elsewhere.channel, "video", prompt="a dog")
        cards = [server.original(here), server.original(there)]
        await first.alive(second.alive(server.wait_for(lambda: all(map(has_video, cards)), 60)))
        codes = [await first.stop(), await second.stop()]

    assert codes == [0, 0]
    assert sorted(server.gateway.identifies) == [(0, 2), (1, 2)]
    assert first.log.count("job.admitted") == second.log.count("job.admitted") == 1
    assert len(server.asked("PUT", "/commands")) == 1
    assert "commands.declared" in first.log


async def test_a_shard_that_is_served_already_is_refused_by_name(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with process(place, settings, tmp_path, "0") as first:
        await first.alive(place.server.connected())
        async with process(place, settings, tmp_path, "0,1") as second:
            code = await second.ended()

    assert code == 1
    assert "serves shard 0 of this bot" in second.log
    assert "Traceback" not in second.log
    assert place.server.gateway.identifies == [(0, 2)]


async def test_a_killed_process_leaves_its_shard_to_the_next(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with process(place, settings, tmp_path, "0") as first:
        await first.alive(place.server.connected())
        async with process(place, settings, tmp_path, "1") as killed:
            await killed.alive(both_connected(place))

        async with process(place, settings, tmp_path, "1") as second:
            await second.alive(both_connected(place))
            await second.alive(second.health_becomes(0))

    assert place.server.gateway.identifies == [(0, 2), (1, 2), (1, 2)]


async def test_a_killed_process_takes_up_its_jobs_when_it_comes_back(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with _detached() as relay:
        asking = {**settings, "RELAY_BASE_URL": relay.base_url}
        async with process(place, asking, tmp_path, "0") as killed:
            card = await _card_with_handle(place, killed, asking["DATABASE_URL"])

        async with process(place, asking, tmp_path, "0") as back:
            await back.alive(place.server.wait_for(lambda: has_video(card)))
            await back.alive(back.says("job.delivered"))
            assert await back.stop() == 0

        assert "job.resumed" in back.log
        assert len(relay.posts) == 1


async def test_the_other_process_takes_up_the_jobs_of_one_that_stays_away(
    place: Place, elsewhere: Elsewhere, settings: Mapping[str, str], tmp_path: Path
) -> None:
    """Once its lease has ended; the other serves none of the servers that the jobs are from."""
    async with _detached() as relay:
        asking = {**settings, "RELAY_BASE_URL": relay.base_url}
        async with process(place, asking, tmp_path, "1") as other:
            await other.alive(place.server.connected())
            async with process(place, asking, tmp_path, "0") as killed:
                await killed.alive(both_connected(place))
                card = await _card_with_handle(place, killed, asking["DATABASE_URL"])

            await other.alive(place.server.wait_for(lambda: has_video(card), 120))
            await other.alive(other.says("job.delivered"))
            assert await other.stop() == 0

        assert len(relay.posts) == 1


@asynccontextmanager
async def _detached() -> AsyncIterator[SampleRelay]:
    """A relay that goes on when nobody listens any more, and tells nothing while it is heard."""
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.DETACHED}) as relay:
        relay.gate.clear()
        yield relay


async def _card_with_handle(place: Place, bot: BotProcess, url: str) -> Message:
    """A card whose relay has printed where its task can be asked for."""
    event = await bot.alive(place.server.slash(place.alice, place.channel, "video", prompt="a cat"))
    engine = server_engine(parse(url))
    try:
        async with asyncio.timeout(30):
            while not await _handles(engine):  # noqa: ASYNC110 (PostgreSQL rings no bell)
                await asyncio.sleep(0.05)
    finally:
        await engine.dispose()
    return place.server.original(event)


async def _handles(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        question = text("SELECT count(*) FROM jobs WHERE handle LIKE '%/source/%'")
        return int((await connection.execute(question)).scalar_one())


async def test_a_process_whose_shard_was_taken_meanwhile_ends_with_a_word(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    async with process(place, settings, tmp_path, "0") as bot:
        await bot.alive(place.server.connected())
        async with _taken(settings["DATABASE_URL"], place):
            code = await bot.ended()

    assert code == 1
    assert "serves shard 0 of this bot" in bot.log
    assert "Traceback" not in bot.log
    assert not place.server.gateway.sessions


@asynccontextmanager
async def _taken(url: str, place: Place) -> AsyncIterator[None]:
    """Shard 0's place, after PostgreSQL ended every session, as when it is restarted."""
    claim = Claim(application=str(place.server.world.app_id), shards=(0,), shard_count=2)
    async with AsyncExitStack() as stack:
        while True:
            await _end_sessions(url)
            with suppress(StorageError):  # the process was quicker
                await stack.enter_async_context(only_instance(url, claim))
                break
        yield


async def _end_sessions(url: str) -> None:
    engine = server_engine(parse(url))
    question = (
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text(question))
    finally:
        await engine.dispose()
