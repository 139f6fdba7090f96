"""Read back from Discord what was posted: it is known there, whatever was forgotten here."""

import asyncio

import discord
import structlog

from bot.domain.jobs import CardRef, Job
from bot.presenter.face import media_url
from bot.presenter.routes import partial_card, verdict, webhook
from bot.presenter.tokens import Tokens

log = structlog.stdlib.get_logger()

LOOK_BACK = 50
"""Messages of a channel, read at once."""


class Reader:
    """Fetches cards, by their tokens or as the bot."""

    def __init__(self, *, bot: discord.Client, tokens: Tokens, seconds: float) -> None:
        self._bot = bot
        self._tokens = tokens
        self._seconds = seconds

    async def __call__(self, job: Job) -> discord.Message | None:
        """The message of the job's card; `None` when there is none, or it cannot be read."""
        if job.card is None:
            return None
        try:
            async with asyncio.timeout(self._seconds):
                return await self._fetch(job, job.card)
        except Exception as error:  # noqa: BLE001 (judged and logged)
            kind, name = verdict(error).name, type(error).__name__
            log.warning("card.not_read", job=job.id, kind=kind, error=name)
            return None

    async def further(self, job: Job, card: CardRef) -> discord.Message | None:
        """The second message of the job's card, when it is among the newest of its channel."""
        channel = self._bot.get_partial_messageable(card.channel_id)
        try:
            async with asyncio.timeout(self._seconds):
                async for message in channel.history(limit=LOOK_BACK):
                    ours = message.author == self._bot.user and message.id != card.message_id
                    if ours and media_url(message, _stem(job)):
                        return message
        except Exception as error:  # noqa: BLE001 (judged and logged)
            log.warning("card.further_not_read", job=job.id, kind=verdict(error).name)
        return None

    async def _fetch(self, job: Job, card: CardRef) -> discord.Message:
        if self._tokens.alive(job):
            try:
                return await webhook(self._bot, card).fetch_message(card.message_id)
            except discord.HTTPException as refused:
                if not self._tokens.died(job, refused):
                    raise
        return await partial_card(self._bot, card, job.guild_id).fetch()


def _stem(job: Job) -> str:
    """How the names of all its videos but the first begin."""
    return f"video-{job.id}-"
