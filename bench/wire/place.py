"""A bot at work between a Discord and a relay, members who ask it, and what came of that."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.wire.relay import Relay, Wish, film_relay
from bench.wire.usage import Usage, usage
from tests.wire import payloads
from tests.wire.bot_process import BotProcess
from tests.wire.commands import Filling
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.limits import Limits
from tests.wire.state import Channel, Guild, Interaction, Member, SeenRequest

_GUILDS = 25
_SLASH = 2
_PATIENCE = 120.0
_LOOK = 0.05
"""Seconds between two looks at the memory."""
_LARGE = 110 * 1024 * 1024
"""Bytes of a file that these servers take: as of a server with many boosts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a member."""

    event: Interaction
    at: float
    """When it was sent, by the clock of the machine."""
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What came of one request; moments are by the clock of the machine."""

    asked: Asked
    acked: float
    """When its first answer had arrived."""
    edits: int
    """Of its card; with ours the last one brings the video."""
    posted: float
    """When Discord had the whole video."""

    @property
    def ack(self) -> float:
        """Seconds."""
        return self.acked - self.asked.at


class Place:
    """Where members ask."""

    def __init__(self, discord: LoopbackDiscord, relay: Relay) -> None:
        self.discord = discord
        self.relay = relay
        self._guilds = [discord.guild(1000 + n, size_limit=_LARGE) for n in range(_GUILDS)]
        self._numbers = iter(range(1, 1_000_000))

    def member(self) -> tuple[Member, Channel]:
        """Somebody new, in a channel of their own."""
        number = next(self._numbers)
        guild: Guild = self._guilds[number % _GUILDS]
        channel = self.discord.channel(guild, 10_000 + number)
        return self.discord.member(guild, 1_000_000 + number), channel

    async def ask(self, count: int, *, within: float, seconds: int, size: int) -> list[Asked]:
        """Let so many new members ask within so many seconds, evenly, and nobody wait."""
        begun, asked = time.monotonic(), []
        for number in range(count):
            pause = begun + within * number / count - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            asked.append(
                await self._ask(Wish(number=next(self._numbers), seconds=seconds, size=size))
            )
        return asked

    async def _ask(self, wish: Wish) -> Asked:
        member, channel = self.member()
        event = self.discord.world.interact(member, channel, _SLASH)
        command = self.discord.commands["video"]
        details = Filling(command, self.discord.world.messages, channel).data(
            [], {"prompt": wish.prompt}
        )
        world = self.discord.world
        whole = payloads.interaction(event, world.app_id, details, world.bot)
        asked = Asked(event=event, at=time.monotonic(), wish=wish)
        await self.discord.gateway.dispatch("INTERACTION_CREATE", whole)
        return asked

    async def answered(self, asked: Sequence[Asked]) -> None:
        """Until each has its card."""
        await self._until(lambda: all(each.event.response for each in asked))

    async def finished(self, asked: Sequence[Asked]) -> list[Job]:
        """What came of each, once each has its video and was told so."""
        channels = {each.event.channel.id for each in asked}
        await self._until(lambda: self._told(channels) >= len(asked))
        return self._jobs(asked)

    def _told(self, channels: set[int]) -> int:
        messages = self.discord.world.messages.all
        return sum(bool(each.mentions) and each.channel_id in channels for each in messages)

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not true():
                assert not self.discord.world.errors, self.discord.world.errors
                await asyncio.sleep(0.05)

    def _jobs(self, asked: Sequence[Asked]) -> list[Job]:
        by_token: dict[str, list[SeenRequest]] = {}
        for seen in self.discord.requests:
            parts = seen.path.split("/")
            if parts[1] in ("webhooks", "interactions"):
                by_token.setdefault(parts[3], []).append(seen)
        return [self._job(each, by_token[each.event.token]) for each in asked]

    def _job(self, asked: Asked, seen: Sequence[SeenRequest]) -> Job:
        origin = self.discord.world.started
        edits = [each for each in seen if each.method == "PATCH"]
        posted = next(each for each in seen if each.uploads)
        assert posted.ended is not None
        return Job(
            asked=asked,
            acked=origin + seen[0].at,
            edits=len(edits),
            posted=origin + posted.ended,
        )

    @property
    def refused(self) -> int:
        """Answers that said: too many requests."""
        return sum(seen.status == 429 for seen in self.discord.requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A place with a bot that is at work and has made videos before."""

    place: Place
    bot: BotProcess

    def usage(self) -> Usage:
        """Of the bot."""
        return usage(self.bot.pid)

    async def most_memory(self, meanwhile: "asyncio.Task[list[Job]]") -> int:
        """Bytes, looked at until something is done; raises what that raises."""
        most = self.usage().memory
        while not meanwhile.done():
            most = max(most, self.usage().memory)
            await asyncio.wait({meanwhile}, timeout=_LOOK)
        meanwhile.result()
        return most


@asynccontextmanager
async def a_place() -> AsyncIterator[Place]:
    async with LoopbackDiscord() as discord, film_relay() as relay:
        discord.world.limits = Limits()
        yield Place(discord, relay)


@asynccontextmanager
async def a_bot(place: Place, *program: str) -> AsyncIterator[Stand]:
    """A bot of its own folder, warm: what it loads with its first videos is loaded.

    Ours, or that of another program.
    """
    which = {"program": program} if program else {}
    with TemporaryDirectory(prefix="clapper-bench-") as folder:
        async with BotProcess(place.discord, Path(folder), settings(place), **which) as bot:
            await bot.alive(place.discord.connected())
            await bot.alive(place.discord.wait_for(lambda: place.discord.commands))
            stand = Stand(place=place, bot=bot)
            for _ in range(2):
                await place.finished(await place.ask(3, within=1, seconds=1, size=100_000))
            yield stand
            await bot.stop()
    await place.discord.wait_for(lambda: not place.discord.gateway.connected)
    place.discord.commands.clear()


def settings(place: Place) -> Mapping[str, str]:
    return {
        "RELAY_BASE_URL": place.relay.base_url,
        "RELAY_API_KEY": "sample",
        "RELAY_CONCURRENCY": "2000",
        "DEFAULT_CREDITS": "unlimited",
    }
