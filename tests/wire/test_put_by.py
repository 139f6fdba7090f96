"""A card that somebody deletes, and a video that reaches nobody: both wait for their owner."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.demo.wire import SMALL
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.live import live
from tests.wire.stand import Clock, until
from tests.wire.state import Message


@pytest.fixture
async def relay(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleRelay]:
    for module in ("storage.jobs", "storage.leases"):  # the clock jumps
        monkeypatch.setattr(f"{module}.LEASE", timedelta(days=30))
    async with SampleRelay(pace=0, film=SMALL, scenarios={"cat": Scenario.DETACHED}) as sample:
        sample.gate.clear()
        yield sample


async def asked(server: LoopbackDiscord, place: Place, relay: SampleRelay) -> Message:
    """A card whose relay was asked and has not answered."""
    event = await server.slash(place.alice, place.channel, "video", prompt="a cat")
    card = server.original(event)
    await server.wait_for(lambda: relay.posts and card.revisions)
    return card


async def test_a_card_that_was_deleted_lets_the_job_go_on_to_its_owner(
    server: LoopbackDiscord, place: Place, relay: SampleRelay, tmp_path: Path
) -> None:
    async with live(relay, tmp_path, Clock()):
        card = await asked(server, place, relay)
        card.deleted = True
        relay.gate.set()
        await until(lambda: entries(tmp_path) == ["hold", "settle"])
        listed = server.original(await server.slash(place.alice, place.channel, "videos"))

    (sent,) = [message for message in server.messages if has_video(message)]
    assert sent.channel_id == server.world.direct_channel(place.alice.id).id
    assert [m for m in server.messages if m.channel_id == place.channel.id] == [listed]
    assert "1 video" in listed.text
    assert "Waiting for you" not in listed.text


async def test_what_reaches_nobody_waits_through_a_restart_and_is_settled_once(
    server: LoopbackDiscord, place: Place, relay: SampleRelay, tmp_path: Path
) -> None:
    clock = Clock()
    server.close_direct(place.alice)
    async with live(relay, tmp_path, clock):
        (await asked(server, place, relay)).deleted = True
        relay.gate.set()
        await until(lambda: rows(tmp_path, "SELECT 1 FROM jobs WHERE claimable_since NOTNULL"))
    await server.wait_for(lambda: not server.gateway.connected)
    assert entries(tmp_path) == ["hold"]

    async with live(relay, tmp_path, clock):
        listed = server.original(await server.slash(place.alice, place.channel, "videos"))
        waiting = listed.text
        watched = [await watch(server, place, listed) for _ in range(2)]
        await until(lambda: entries(tmp_path) == ["hold", "settle"])
        again = server.original(await server.slash(place.alice, place.channel, "videos"))

    assert "Waiting for you" in waiting
    assert [message.ephemeral for message in watched] == [True, True]
    assert "Waiting for you" not in again.text
    assert rows(tmp_path, "SELECT status FROM jobs") == ["delivered"]
    assert len(relay.posts) == 1


@pytest.mark.parametrize("opened", [True, False])
async def test_what_nobody_comes_for_returns_its_credit_with_a_word_if_that_is_possible(
    server: LoopbackDiscord, place: Place, relay: SampleRelay, tmp_path: Path, opened: bool
) -> None:
    clock = Clock()
    server.close_direct(place.alice)
    async with live(relay, tmp_path, clock, media_keep_days=7):
        (await asked(server, place, relay)).deleted = True
        relay.gate.set()
        await until(lambda: rows(tmp_path, "SELECT 1 FROM jobs WHERE claimable_since NOTNULL"))
        assert entries(tmp_path) == ["hold"]
        if opened:
            server.world.closed.clear()

        clock.forward(days=7, seconds=1)
        await until(lambda: entries(tmp_path) == ["hold", "release"])
        await until(lambda: rows(tmp_path, "SELECT untold FROM jobs") == [0])

    direct = server.world.direct_channel(place.alice.id)
    words = [message.text for message in server.messages if message.channel_id == direct.id]
    assert ["1 credit returned" in word for word in words] == [True] * opened
    assert rows(tmp_path, "SELECT failure FROM jobs") == ["failure-unclaimed"]


async def watch(server: LoopbackDiscord, place: Place, listed: Message) -> Message:
    shown = server.original(await server.click(place.alice, listed, "Watch"))
    await server.wait_for(lambda: has_video(shown))
    return shown


def has_video(message: Message) -> bool:
    return any(name.endswith(".mp4") for name in message.attachments)


def entries(folder: Path) -> list[object]:
    return rows(folder, "SELECT kind FROM entries ORDER BY id")


def rows(folder: Path, query: str) -> list[object]:
    database = f"file:{folder}/clapper.db?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        return [value for (value,) in connection.execute(query)]
