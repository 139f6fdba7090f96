"""Log in to Discord and stay connected, however long Discord is away."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial

import discord
import structlog

from bot.client import ClapperBot

log = structlog.stdlib.get_logger()

LONGEST_PAUSE = 300.0
"""Seconds between two attempts: far under Discord's 1,000 identifies a day."""
STEADY = 60.0
"""A connection that held for so many seconds was good: the pauses begin anew."""

_NEVER = (discord.LoginFailure, discord.PrivilegedIntentsRequired, discord.Forbidden)


class GatewayRefusedError(Exception):
    """Discord does not want this bot: its token, its intents or its shards are wrong."""


class Gateway:
    """Logs one bot in, and keeps it connected until it is closed."""

    def __init__(self, bot: ClapperBot, token: str) -> None:
        self._bot = bot
        self._token = token
        self._logged_in = False
        self._pause = 1.0

    async def log_in(self) -> None:
        """Make HTTP calls possible and declare the commands; no events come yet.

        Raises:
            GatewayRefusedError: the token is refused.
        """
        await self._persist(self._log_in, until=lambda: self._logged_in)

    async def stay_connected(self) -> None:
        """Connect, and connect again, until the bot is closed.

        Raises:
            GatewayRefusedError: Discord closed the connection for good.
        """
        connect = partial(self._bot.connect, reconnect=True)
        await self._persist(connect, until=self._bot.is_closed)

    async def _persist(
        self, step: Callable[[], Awaitable[None]], *, until: Callable[[], bool]
    ) -> None:
        while not until():
            began = time.monotonic()
            try:
                await step()
            except _NEVER as error:
                raise GatewayRefusedError(repr(error)) from error
            except Exception as error:
                # Also what is no fault of the network: a bot that stays tells more than none.
                if isinstance(error, discord.ConnectionClosed) and self._bot.is_closed():
                    raise GatewayRefusedError(f"close code {error.code}") from error
                await self._wait(error, steady=time.monotonic() - began > STEADY)

    async def _log_in(self) -> None:
        try:
            await self._bot.login(self._token)
        except BaseException:
            # A login that failed half way leaves its session open, which the next one replaces.
            await self._bot.http.close()
            self._bot.http.clear()
            self._bot.http.connector = discord.utils.MISSING
            raise
        self._logged_in = True

    async def _wait(self, error: Exception, *, steady: bool) -> None:
        # discord.py 2.7.1 hides a refused first connect behind an AttributeError (issue 10520).
        cause = error.__context__ if isinstance(error, AttributeError) else error
        log.warning("gateway.unreachable", error=repr(cause or error))
        if steady:
            self._pause = 1.0
        await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))  # noqa: S311 (jitter)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
