"""Read back from Discord what was posted: it is known there, whatever was forgotten here."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import discord
import structlog

from bot.domain.errors import DiscordAway
from bot.domain.jobs import CardRef, Job, video_name
from bot.presenter.face import media_url
from bot.presenter.routes import Verdict, partial_card, verdict, webhook
from bot.presenter.tokens import Tokens

log = structlog.stdlib.get_logger()

LOOK_BACK = 50
"""Messages of a channel, read at once."""


class Reader:
    """Fetches cards, by their tokens or as the bot."""

    def __init__(
        self,
        *,
        bot: discord.Client,
        tokens: Tokens,
        clock: Callable[[], datetime],
        seconds: float,
    ) -> None:
        self._bot = bot
        self._tokens = tokens
        self._clock = clock
        self._seconds = seconds

    async def __call__(self, job: Job) -> discord.Message | None:
        """The message of the job's card; `None` when there is none, or it may not be read.

        Raises:
            DiscordAway: Discord does not answer.
        """
        card = job.card
        return None if card is None else await self._read(job, partial(self._fetch, job, card))

    async def opened(self, job: Job) -> discord.Message | None:
        """The first answer to the interaction that made the job; `None` when there is none.

        Raises:
            DiscordAway: Discord does not answer.
        """
        opening = job.opening
        if opening is None:
            return None
        if not opening.token_alive(self._clock()):
            return await self._among_newest(job, lambda message: _answers(message, job))
        hook = webhook(self._bot, opening)
        # Discord's name for the first answer; the library only puts it into the address.
        return await self._read(job, lambda: hook.fetch_message("@original"))  # type: ignore[arg-type]

    async def moved(self, job: Job) -> discord.Message | None:
        """The message that has the job's video in the stead of its card.

        Raises:
            DiscordAway: Discord does not answer.
        """
        return await self._among_newest(job, lambda message: _shows(message, video_name(job.id)))

    async def _among_newest(
        self, job: Job, wanted: Callable[[discord.Message], bool]
    ) -> discord.Message | None:
        """A message of ours in the job's channel, when it is among the newest there."""
        channel = self._bot.get_partial_messageable(job.channel_id)

        async def look() -> discord.Message | None:
            async for message in channel.history(limit=LOOK_BACK):
                if message.author == self._bot.user and wanted(message):
                    return message
            return None

        return await self._read(job, look)

    async def _read(
        self, job: Job, fetch: Callable[[], Awaitable[discord.Message | None]]
    ) -> discord.Message | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await fetch()
        except Exception as error:
            kind = verdict(error)
            log.warning("card.not_read", job=job.id, kind=kind.name, error=type(error).__name__)
            if kind is Verdict.AGAIN:
                raise DiscordAway("discord-away") from error
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


def _shows(message: discord.Message, name: str) -> bool:
    return media_url(message, name) is not None


def _answers(message: discord.Message, job: Job) -> bool:
    """Whether it is the first answer to the interaction that made the job."""
    asked = message.interaction_metadata
    return asked is not None and asked.id == job.interaction_id and message.reference is None


def _stem(job: Job) -> str:
    """How the names of all its videos but the first begin."""
    return f"video-{job.id}-"
