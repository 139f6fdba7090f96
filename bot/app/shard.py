"""One shard's connection to Discord: gone on with while Discord remembers it, else begun anew.

discord.py's own loops connect again without a pause when Discord hangs up at once, retry by
recursion, and close the whole client over one event that cannot be read. This one knows two
ends: it is cancelled, or Discord does not want the bot.
"""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.app.starts import Starts
from bot.client import ClapperBot

log = structlog.stdlib.get_logger()

CONNECT_SECONDS = 90.0
"""More than the minute after which discord.py itself closes a socket that says nothing."""
WELCOME_SECONDS = 60.0
GOODBYE_SECONDS = 2.0
TRIES = 10
"""To go on with a session, in some minutes, before it is given up and its own address with it."""

_LOST = 4000
_STOPPED = 1000
"""Close codes: after the second Discord forgets the session."""
_UNWANTED = (4004, 4010, 4011, 4012, 4013, 4014)
"""Close codes for a wrong token, shard, version or intents."""


class GatewayRefusedError(Exception):
    """Discord does not want this bot: its token, its intents or its shards are wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How long to wait before another attempt; whatever fails is tried for ever."""

    first: float = 1.0
    longest: float = 60.0
    """Doubled up to here, so that a bot is back soon when Discord is."""
    steady: float = 60.0
    """A connection that held for so many seconds was good: the pauses begin anew."""

    def pause(self, failures: int) -> float:
        """Seconds after so many failures in a row, of which none means at once."""
        if not failures:
            return 0.0
        doubled = self.first * 2.0 ** min(failures - 1, 20)
        return min(doubled, self.longest) * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """What Discord wants to hear to send what was missed; nothing before it was begun."""

    id: str | None = None
    sequence: int | None = None
    gateway: yarl.URL | None = None


class Shard:
    """Keeps one shard connected until cancelled."""

    def __init__(
        self, bot: ClapperBot, number: int, starts: Starts, persistence: Persistence
    ) -> None:
        self._bot = bot
        self._number = number
        self._starts = starts
        self._persistence = persistence
        self._session = _Session()
        self._failures = 0
        self._good_since: float | None = None

    async def stay_connected(self) -> None:
        """Connect, and connect again.

        Raises:
            GatewayRefusedError: Discord closed the connection for good.
        """
        while True:
            self._good_since = None
            await self._try()
            self._count()
            await asyncio.sleep(self._persistence.pause(self._failures))

    async def _try(self) -> None:
        try:
            await self._listen()
        except ReconnectWebSocket as error:
            log.info("gateway.lost", shard=self._number, resume=error.resume)
            self._session = self._session if error.resume else _Session()
        except discord.ConnectionClosed as error:
            if error.code in _UNWANTED:
                raise GatewayRefusedError(f"close code {error.code}") from error
            log.info("gateway.lost", shard=self._number, code=error.code)
        except Exception as error:  # noqa: BLE001 - a bot that stays tells more than none
            told = f"{type(error).__name__}: {error}"
            log.warning("gateway.unreachable", shard=self._number, error=told)

    def _count(self) -> None:
        good = self._good_since and time.monotonic() - self._good_since > self._persistence.steady
        self._failures = 0 if good else self._failures + 1
        if self._good_since is None and not self._failures % TRIES:
            self._session = _Session()

    async def _listen(self) -> None:
        """Hear events until the connection is lost, which is always told by an exception."""
        ws, code = await self._connect(), _LOST
        try:
            await self._hear(ws)
        except asyncio.CancelledError:
            code = _STOPPED
            raise
        finally:
            self._remember(ws)
            self._bot.dispatch("shard_disconnect", self._number)
            with suppress(Exception):  # a lost network does not hear the goodbye either
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await ws.close(code)

    async def _hear(self, ws: DiscordWebSocket) -> None:
        """Discord has a minute to open the session or to go on with it, then all the time."""
        before = ws.sequence
        async with asyncio.timeout(WELCOME_SECONDS) as patience:
            while True:
                await ws.poll_event()
                if self._good_since is None and ws.sequence != before:
                    self._good_since = time.monotonic()
                    patience.reschedule(None)

    async def _connect(self) -> DiscordWebSocket:
        if self._session.id is not None:
            return await self._open()
        async with self._starts.turn() as turn:
            begun = self._bot.begun[self._number]
            try:
                return await self._open()
            finally:
                turn.spent = self._bot.begun[self._number] > begun

    async def _open(self) -> DiscordWebSocket:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await DiscordWebSocket.from_client(
                self._bot,
                shard_id=self._number,
                resume=self._session.id is not None,
                session=self._session.id,
                sequence=self._session.sequence,
                gateway=self._session.gateway,
            )

    def _remember(self, ws: DiscordWebSocket) -> None:
        self._session = _Session()
        if ws.session_id is not None:
            self._session = _Session(id=ws.session_id, sequence=ws.sequence, gateway=ws.gateway)
