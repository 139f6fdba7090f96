"""The ways by which a card can be reached, and what Discord's refusals of each mean."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from functools import partial
from http import HTTPStatus
from typing import Protocol

import aiohttp
import discord

from bot.domain.jobs import CardRef, Job
from bot.presenter.face import Face

MIB = 1024 * 1024
DIRECT_MESSAGE_LIMIT = 10 * MIB
"""Bytes that a bot may attach in a direct message."""
SILENT = discord.AllowedMentions.none()

_TOKEN_DEAD = frozenset({10015, 50027})
_TOO_LARGE = frozenset({40005, 50045})
_GONE = frozenset({10003, 10008})
_OLD_EDITS = 30046
"""Too many edits of messages older than an hour, in one channel."""


class Verdict(Enum):
    """What an error of a Discord call means for the next one."""

    AGAIN = auto()
    """Discord or the way to it is unwell: the same call may work in a moment."""
    TOKEN_DEAD = auto()
    TOO_LARGE = auto()
    GONE = auto()
    """Somebody deleted the message or its channel."""
    CLOSED = auto()
    """This route will not open: no permission, archived, filtered."""
    BUG = auto()
    """Not Discord's answer at all."""


def verdict(error: BaseException) -> Verdict:
    """Sort an error; codes as in Discord's table of JSON error codes."""
    if isinstance(error, discord.HTTPException):
        return _of_answer(error)
    # discord.py reads a 429 without JSON as a string and stumbles with a TypeError.
    if isinstance(error, aiohttp.ClientConnectionError | TimeoutError | TypeError):
        return Verdict.AGAIN
    if isinstance(error, discord.RateLimited):
        return Verdict.AGAIN
    return Verdict.BUG


def _of_answer(error: discord.HTTPException) -> Verdict:
    if _is_page(error):
        return Verdict.AGAIN
    if error.code in _TOKEN_DEAD or error.status == HTTPStatus.UNAUTHORIZED:
        return Verdict.TOKEN_DEAD
    if error.code in _TOO_LARGE or error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Verdict.TOO_LARGE
    if error.code in _GONE:
        return Verdict.GONE
    unwell = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    again = unwell or error.status == HTTPStatus.TOO_MANY_REQUESTS
    return Verdict.AGAIN if again else Verdict.CLOSED


def _is_page(error: discord.HTTPException) -> bool:
    """Whether somebody in front of Discord answered: Discord itself speaks JSON alone."""
    return "html" in error.response.headers.get("Content-Type", "").lower()


def ages(error: BaseException) -> bool:
    """Whether Discord says that the message is old, of which it allows fewer edits."""
    return isinstance(error, discord.HTTPException) and error.code == _OLD_EDITS


class Route(Protocol):
    """One way to show a face."""

    @property
    def name(self) -> str:
        """What the log calls it."""

    @property
    def private(self) -> bool:
        """Whether only the owner sees it."""

    @property
    def limit(self) -> int | None:
        """Bytes of a file that it can attach where that is known ahead; else Discord says it."""

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice shows it once."""

    async def show(self, face: Face, *, upload: bool) -> tuple[discord.Message, CardRef]:
        """Send it; with `upload` exactly the face's files are attached afterwards, else what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The card changed where it is."""

    name: str
    card: CardRef
    change: Callable[..., Awaitable[discord.Message]]
    """Takes the fields of an edit."""
    private: bool = False
    limit: int | None = None
    repeatable: bool = True

    async def show(self, face: Face, *, upload: bool) -> tuple[discord.Message, CardRef]:
        """Edit the card."""
        attachments = face.uploads() if upload else discord.utils.MISSING
        message = await self.change(
            view=face.view, attachments=attachments, allowed_mentions=SILENT
        )
        return message, self.card


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A new message, for an end whose card cannot be edited."""

    name: str
    job: Job
    ref: CardRef
    channel: Callable[[], Awaitable[discord.abc.Messageable]]
    """Opens the place for it."""
    private: bool = False
    limit: int | None = None
    repeatable: bool = True

    async def show(self, face: Face, *, upload: bool) -> tuple[discord.Message, CardRef]:
        """Post it; the nonce makes Discord answer a repetition with the first message."""
        del upload  # a new message has nothing attached that it could keep
        channel = await self.channel()
        message = await channel.send(
            view=face.view, files=face.uploads(), nonce=self.job.id, allowed_mentions=SILENT
        )
        moved = replace(self.ref, channel_id=message.channel.id, message_id=message.id)
        return message, moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """The second message, posted as the bot: a reply to the card, where that is in its channel."""

    job: Job
    card: CardRef
    channel: discord.PartialMessageable
    name: str = "further"
    private: bool = False
    limit: int | None = None
    repeatable: bool = True

    async def show(self, face: Face, *, upload: bool) -> tuple[discord.Message, CardRef]:
        """Post it; with a nonce of its own, as for a card."""
        del upload  # as for a card
        here = self.card.channel_id == self.job.channel_id
        card = self.channel.get_partial_message(self.card.message_id)
        message = await (card.reply if here else self.channel.send)(
            view=face.view,
            files=face.uploads(),
            nonce=f"{self.job.id}-2",
            allowed_mentions=SILENT,
        )
        return message, replace(self.card, further_id=message.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The second message by the interaction's token, which has no nonces: so it is tried once."""

    card: CardRef
    hook: discord.Webhook
    name: str = "follow-up"
    private: bool = False
    limit: int | None = None
    repeatable: bool = False

    async def show(self, face: Face, *, upload: bool) -> tuple[discord.Message, CardRef]:
        """Post it."""
        del upload  # as above
        message = await self.hook.send(
            view=face.view, files=face.uploads(), allowed_mentions=SILENT, wait=True
        )
        return message, replace(self.card, further_id=message.id)


def furthers(bot: discord.Client, job: Job, card: CardRef, *, token: bool) -> Iterator[Route]:
    """The routes for the second message."""
    if card.bot_can_view:
        guild = job.guild_id if card.channel_id == job.channel_id else None
        channel = bot.get_partial_messageable(card.channel_id, guild_id=guild)
        yield Further(job=job, card=card, channel=channel)
    if token:
        yield FollowUp(card=card, hook=webhook(bot, card))


def edits(bot: discord.Client, job: Job, *, token: bool) -> Iterator[Route]:
    """The routes that change the card where it is; `token` says whether its token still works."""
    card = job.card
    if card is None:
        return
    if token:
        # The interaction's own token: works where the bot cannot even look.
        by_token = partial(webhook(bot, card).edit_message, card.message_id)
        yield Edit(name="token", card=card, change=by_token)
    if card.bot_can_view:
        yield Edit(name="bot", card=card, change=partial_card(bot, card, job.guild_id).edit)


def posts(bot: discord.Client, job: Job, now: datetime) -> Iterator[Route]:
    """The routes that make a new card."""
    ref = job.card or CardRef(
        application_id=bot.application_id or 0,
        channel_id=job.channel_id,
        message_id=0,
        token="",
        token_expires_at=now,
        size_limit=DIRECT_MESSAGE_LIMIT,
    )
    bare = replace(ref, token="", token_expires_at=now, bot_can_view=True)

    async def here() -> discord.abc.Messageable:
        return bot.get_partial_messageable(job.channel_id, guild_id=job.guild_id)

    yield Post(name="channel", job=job, ref=bare, channel=here)
    yield Post(
        name="direct",
        job=job,
        ref=bare,
        channel=partial(bot.create_dm, discord.Object(job.user_id)),
        private=True,
        limit=DIRECT_MESSAGE_LIMIT,
    )


def only(user_id: int) -> discord.AllowedMentions:
    """Notifies this user and nobody else."""
    return discord.AllowedMentions(
        everyone=False, roles=False, users=[discord.Object(user_id)], replied_user=False
    )


def webhook(bot: discord.Client, card: CardRef) -> discord.Webhook:
    """The interaction's webhook, by ids alone."""
    hook = discord.Webhook.partial(card.application_id, card.token, client=bot)
    # A partial webhook takes the client's session, but not its proxy.
    hook.proxy, hook.proxy_auth = bot.http.proxy, bot.http.proxy_auth
    return hook


def partial_card(bot: discord.Client, card: CardRef, guild_id: int) -> discord.PartialMessage:
    """The card as a message of the bot, by ids alone."""
    channel = bot.get_partial_messageable(card.channel_id, guild_id=guild_id)
    return channel.get_partial_message(card.message_id)
