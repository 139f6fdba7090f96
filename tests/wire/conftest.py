"""A loopback Discord with one server, a sample relay, and the settings of a bot between them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.demo.relay import SampleRelay
from tests.postgres import MISSING, Postgres, find_binaries, running_postgres
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Channel, Guild, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a test happens: a Discord, a server with a channel, and a member."""

    server: LoopbackDiscord
    guild: Guild
    channel: Channel
    alice: Member


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with LoopbackDiscord() as server:
        guild = server.guild()
        alice = server.member(guild, name="Alice")
        yield Place(server=server, guild=guild, channel=server.channel(guild), alice=alice)


@pytest.fixture
def server(place: Place, monkeypatch: pytest.MonkeyPatch) -> LoopbackDiscord:
    """The server of `place`, to which discord.py in this process is pointed."""
    monkeypatch.setattr(Route, "BASE", place.server.api_url)
    gateway = yarl.URL(place.server.gateway_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    return place.server


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    async with SampleRelay(pace=0) as sample:
        yield sample


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(MISSING)
    with running_postgres(binaries) as server:
        yield server
