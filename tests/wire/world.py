"""Everything that the rooms of the loopback Discord share: who is there and what happened."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from tests.wire import payloads
from tests.wire.faults import Faults
from tests.wire.limits import Limits
from tests.wire.messages import Messages
from tests.wire.state import (
    ApiError,
    Channel,
    Guild,
    Interaction,
    Member,
    Message,
    Payload,
    SeenRequest,
    Snowflakes,
)

T = TypeVar("T")


class World:
    """The state behind the routes and the gateway; `changed` wakes whoever waits for it."""

    def __init__(self, *, token: str, origin: str) -> None:
        self.token = token
        self.app_id = 900_000_000_000_000_001
        self.bot = payloads.user(self.app_id, "Clapper", bot=True)
        self.started = time.monotonic()
        self.ack_seconds = 3.0
        self.token_seconds = 900.0
        self.ids = Snowflakes()
        self.messages = Messages(self.ids, origin)
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.members: dict[int, Member] = {}
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.commands: dict[str, Payload] = {}
        """Synced definitions by name."""
        self.requests: list[SeenRequest] = []
        self.errors: list[str] = []
        """What the loopback Discord cannot do; any of them fails the test."""
        self.faults = Faults()
        self.limits: Limits | None = None
        """Without them everybody may ask as often as they like."""
        self.closed: set[int] = set()
        """Users who let nobody write to them."""
        self._news = asyncio.Event()

    def changed(self) -> None:
        """Says that something happened."""
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, found: Callable[[], T | None]) -> T:
        """The first true result of `found`, asked again after every change.

        Raises:
            AssertionError: the bot asked for something that is not built here.
        """
        while True:
            news = self._news
            assert not self.errors, "; ".join(self.errors)
            if result := found():
                return result
            await news.wait()

    def channel(self, channel_id: int) -> Channel:
        """A channel that the bot may see.

        Raises:
            ApiError: 10003 when it does not exist, 50001 when it is hidden from the bot.
        """
        if channel_id not in self.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        if not self.channels[channel_id].bot_can_view:
            raise ApiError(403, 50001, "Missing Access")
        return self.channels[channel_id]

    def check_open(self, channel_id: int) -> None:
        """Messages of a thread that is archived cannot be changed.

        Raises:
            ApiError: 50083.
        """
        if self.channels[channel_id].archived:
            raise ApiError(400, 50083, "Thread is archived")

    def check_sendable(self, channel: Channel) -> None:
        """A new message ends that a thread is archived, unless it is locked.

        Raises:
            ApiError: 50083, or 50007 for who lets nobody write to them.
        """
        if channel.recipient_id in self.closed:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if self.channels[channel.id].locked:
            self.check_open(channel.id)
        self.channels[channel.id] = replace(self.channels[channel.id], archived=False)

    def message_in(self, channel: Channel, message_id: int) -> Message:
        """A message as the bot's own token finds it; ephemeral ones do not exist for it."""
        message = self.messages.get(message_id)
        if message.channel_id != channel.id or message.ephemeral:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    def direct_channel(self, user_id: int) -> Channel:
        """The conversation with a user, opened when there is none."""
        for channel in self.channels.values():
            if channel.recipient_id == user_id:
                return channel
        channel = Channel(id=self.ids.next(), guild_id=None, recipient_id=user_id)
        self.channels[channel.id] = channel
        return channel

    def size_limit(self, channel: Channel) -> int:
        """Bytes per file for the bot's own sends."""
        guild = self.guilds.get(channel.guild_id or 0)
        return (guild or Guild(id=0, name="")).size_limit

    def interact(self, member: Member, channel: Channel, kind: int, **extra: Any) -> Interaction:
        """A new event of a member, with a token of its own."""
        limit = self.guilds[member.guild_id].size_limit
        event = Interaction(
            id=self.ids.next(),
            token=secrets.token_urlsafe(48),
            type=kind,
            member=member,
            channel=channel,
            created=time.monotonic(),
            size_limit=extra.pop("size_limit", None) or limit,
            **extra,
        )
        self.interactions[event.token] = event
        return event

    def awaiting(self, interaction_id: int, token: str) -> Interaction:
        """An event that may still get its first answer.

        Raises:
            ApiError: 10062 after the deadline, 40060 after an answer.
        """
        event = self.interactions.get(token)
        late = event and time.monotonic() - event.created > self.ack_seconds
        if event is None or event.id != interaction_id or (late and event.response is None):
            raise ApiError(404, 10062, "Unknown interaction")
        if event.response is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        return event

    def answered(self, token: str) -> Interaction:
        """An event whose token may be used as a webhook.

        Raises:
            ApiError: 10015 before the first answer, 50027 after the token's life.
        """
        event = self.interactions.get(token)
        if event is None or event.response is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if event.dead or time.monotonic() - event.created > self.token_seconds:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return event

    def own_message(self, event: Interaction, reference: str) -> Message:
        """The message that `@original` or an id means for this token."""
        message_id = event.original_id if reference == "@original" else int(reference)
        if message_id is None or message_id not in event.message_ids:
            raise ApiError(404, 10008, "Unknown Message")
        return self.messages.get(message_id)
