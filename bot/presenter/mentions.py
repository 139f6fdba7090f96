"""The one short reply by which a job's owner hears that it is over."""

import asyncio

import discord
import structlog

from bot.domain.jobs import CardRef, Job
from bot.presenter.routes import only, partial_card, webhook
from bot.presenter.tempo import Tempo
from bot.presenter.tokens import Tokens
from bot.text import Texts

log = structlog.stdlib.get_logger()

A_SECOND = 40
"""Replies of all jobs together; the rest of what Discord takes is for other requests."""


class Mentions:
    """Tells owners, once each: what seems to have failed may have been done."""

    def __init__(
        self, *, bot: discord.Client, texts: Texts, tokens: Tokens, seconds: float
    ) -> None:
        self._bot = bot
        self._texts = texts
        self._tokens = tokens
        self._seconds = seconds
        self._tempo = Tempo(A_SECOND)

    async def __call__(self, job: Job, *, videos: int) -> None:
        """Reply to the card; whatever goes wrong is only logged."""
        card = job.card
        if card is None or card.channel_id != job.channel_id:
            return  # a direct message has told them already
        text = self._texts.say(
            f"reply-{job.status.value}", job.locale, user=str(job.user_id), count=videos
        )
        try:
            await self._tempo.turn()
            async with asyncio.timeout(self._seconds):
                await self._say(job, card, text)
        except Exception:
            log.warning("card.mention_failed", job=job.id, exc_info=True)

    async def _say(self, job: Job, card: CardRef, text: str) -> None:
        if card.bot_can_view and await self._reply(job, card, text):
            return
        if self._tokens.alive(job):
            await webhook(self._bot, card).send(text, allowed_mentions=only(job.user_id))

    async def _reply(self, job: Job, card: CardRef, text: str) -> bool:
        """Whether the bot may send in the channel at all."""
        message = partial_card(self._bot, card, job.guild_id)
        try:
            await message.reply(text, allowed_mentions=only(job.user_id))
        except discord.Forbidden as closed:
            log.info("card.reply_forbidden", job=job.id, code=closed.code)
            return False
        return True
