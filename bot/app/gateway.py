"""Log in to Discord and stay connected, however long Discord is away."""

import asyncio

import discord
import structlog

from bot.app.shard import GatewayRefusedError, Persistence, Shard
from bot.app.starts import Starts
from bot.app.tasks import together
from bot.client import ClapperBot

log = structlog.stdlib.get_logger()

LOGIN_SECONDS = 120.0

__all__ = ["Gateway", "GatewayRefusedError", "Persistence"]


class Gateway:
    """Logs one bot in, and keeps all of its shards connected until cancelled."""

    def __init__(
        self,
        bot: ClapperBot,
        token: str,
        starts: Starts,
        *,
        persistence: Persistence | None = None,
    ) -> None:
        self._bot = bot
        self._token = token
        self._starts = starts
        self._persistence = persistence or Persistence()

    async def log_in(self) -> None:
        """Make HTTP calls possible and declare the commands; no events come yet.

        Raises:
            GatewayRefusedError: the token is refused.
        """
        failures = 0
        while not await self._logged_in():
            failures += 1
            await asyncio.sleep(self._persistence.pause(failures))

    async def stay_connected(self) -> None:
        """Connect, and connect again, until cancelled.

        Raises:
            GatewayRefusedError: Discord closed a connection for good.
        """
        shards = [
            Shard(self._bot, number, self._starts, self._persistence)
            for number in self._bot.shard_ids or ()
        ]
        await together(self._starts.run(), *(shard.stay_connected() for shard in shards))

    async def _logged_in(self) -> bool:
        try:
            await self._log_in()
        except (discord.LoginFailure, discord.Forbidden) as error:
            if isinstance(error, discord.LoginFailure) or error.code:
                raise GatewayRefusedError(repr(error)) from error
            # A page instead of a code: the network before Discord, which changes its mind.
            log.warning("gateway.unreachable", error=f"status {error.status}")
        except Exception as error:  # noqa: BLE001 - a bot that stays tells more than none
            log.warning("gateway.unreachable", error=f"{type(error).__name__}: {error}")
        else:
            return True
        return False

    async def _log_in(self) -> None:
        try:
            async with asyncio.timeout(LOGIN_SECONDS):
                await self._bot.login(self._token)
        except BaseException:
            # A login that failed half way leaves its session open, which the next one replaces.
            await self._bot.http.close()
            self._bot.http.clear()
            self._bot.http.connector = discord.utils.MISSING
            raise
