"""Tell the operator's log channel what only they can mend."""

import asyncio

import discord
import structlog

from bot.domain.errors import Param
from bot.presenter.answers import done_view
from bot.presenter.face import unlisted
from bot.text import Texts
from bot.text.texts import SOURCE

log = structlog.stdlib.get_logger()

CALL_SECONDS = 15.0


class LogChannel:
    """Fulfils `bot.generation.ports.Operators`; without a channel the log alone has it."""

    def __init__(self, *, bot: discord.Client, texts: Texts, channel_id: int | None) -> None:
        self._bot = bot
        self._texts = texts
        self._channel_id = channel_id

    async def report(self, code: str, **params: Param) -> None:
        """Post one message; whatever goes wrong is only logged."""
        if self._channel_id is None:
            return
        channel = self._bot.get_partial_messageable(self._channel_id)
        view = unlisted(done_view(code, texts=self._texts, locale=SOURCE, **params))
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await channel.send(view=view, allowed_mentions=discord.AllowedMentions.none())
        except (discord.DiscordException, OSError, TimeoutError) as error:
            log.warning("log_channel.failed", error=type(error).__name__)
