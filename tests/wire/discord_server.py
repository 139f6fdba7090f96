"""A small Discord on loopback: real HTTP, a real gateway socket, for tests of the wire."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from aiohttp import web

from tests.wire import door, payloads
from tests.wire.commands import Filling, Value
from tests.wire.faults import Fault
from tests.wire.gateway import Gateway, Session, serves
from tests.wire.state import Channel, Guild, Interaction, Member, Message, Payload, SeenRequest
from tests.wire.world import World

_PATIENCE = 60.0
"""Seconds that a test waits for the bot before it fails; nothing waits for that long."""

_COMMAND, _COMPONENT = 2, 3

T = TypeVar("T")


class LoopbackDiscord:
    """One Discord with one application; enter it to serve, leave it to end.

    Leaving fails the test when the bot asked for a route that is not built here. With
    `listening=False` the port is held but refuses connections until `listen` is called.
    """

    TOKEN = "OTAwMDAwMDAwMDAwMDAwMDAx.GWire0.opens-no-door-outside-of-these-tests"
    """Has the form of a bot token, whose first part is the application's id."""

    def __init__(self, *, listening: bool = True) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.gateway_url = f"{self.origin.replace('http', 'ws', 1)}/gateway"
        self._listening = listening
        self.world = World(token=self.TOKEN, origin=self.origin)
        self.gateway = Gateway(self.TOKEN, self._opening, self.world.changed)
        self._runner = web.AppRunner(
            door.build(self.world, self.gateway, self.gateway_url), shutdown_timeout=1
        )

    async def __aenter__(self) -> Self:
        if self._listening:
            await self.listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.world.faults.end()
        await self.gateway.drop(1001)
        await self._runner.cleanup()
        self._socket.close()
        if kind is None:
            assert not self.world.errors, "; ".join(self.world.errors)

    async def listen(self) -> None:
        """Starts to accept connections."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    @property
    def api_url(self) -> str:
        """What `discord.http.Route.BASE` must be."""
        return f"{self.origin}{door.API}"

    # Who and where

    def guild(self, guild_id: int = 100, **details: Any) -> Guild:
        guild = Guild(id=guild_id, name=details.pop("name", f"server {guild_id}"), **details)
        self.world.guilds[guild.id] = guild
        return guild

    def channel(self, guild: Guild, channel_id: int = 200, **details: Any) -> Channel:
        name = details.pop("name", f"channel-{channel_id}")
        channel = Channel(id=channel_id, guild_id=guild.id, name=name, **details)
        self.world.channels[channel.id] = channel
        return channel

    def member(self, guild: Guild, member_id: int = 300, **details: Any) -> Member:
        name = details.pop("name", f"member {member_id}")
        member = Member(id=member_id, guild_id=guild.id, name=name, **details)
        self.world.members[member.id] = member
        return member

    # What happened

    @property
    def requests(self) -> list[SeenRequest]:
        """Everything the bot asked, oldest first; the gateway and the CDN too."""
        return self.world.requests

    @property
    def messages(self) -> list[Message]:
        """What can be seen now, oldest first."""
        return [message for message in self.world.messages.all if not message.deleted]

    @property
    def commands(self) -> dict[str, Payload]:
        """The synced commands by name."""
        return self.world.commands

    def message(self, message_id: int) -> Message:
        """Raises ApiError when there is none, or it was deleted."""
        return self.world.messages.get(message_id)

    def asked(self, method: str, path_end: str) -> list[SeenRequest]:
        """Requests with this method whose path ends so."""
        return [r for r in self.requests if r.method == method and r.path.endswith(path_end)]

    def unguarded(self) -> list[str]:
        """What was sent that says nothing of whom it may notify."""
        return [f"{r.method} {r.path}" for r in self.requests if _unguarded(r)]

    async def wait_for(self, found: Callable[[], T | None], seconds: float = _PATIENCE) -> T:
        """The first true result of `found`, asked whenever something happened.

        Raises:
            AssertionError: it did not come in time; the message tells what the bot did.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self.world.until(found)
        except TimeoutError:
            raise AssertionError(f"it did not happen\n{self.transcript()}") from None

    async def connected(self, seconds: float = _PATIENCE) -> None:
        """Returns once the bot is on the gateway; what people do before that is lost on it."""
        await self.wait_for(lambda: self.gateway.connected, seconds)

    def transcript(self) -> str:
        """What the bot did, one request or message a line."""
        asked = [f"{r.at:7.2f}  {r.status}  {r.method} {r.path}" for r in self.requests]
        shown = [f"message {m.id}: {m.text!r} {list(m.attachments)}" for m in self.messages]
        return "\n".join([*asked, *shown])

    # What people do

    async def slash(
        self, member: Member, channel: Channel, command: str, /, **options: Value
    ) -> Interaction:
        """Uses a command (`"video"`, `"video-admin quota set"`) and waits for the first answer.

        An attachment is `(filename, bytes)`; a member is a `Member`.
        """
        name, *path = command.split()
        await self.connected()
        definition = await self.wait_for(lambda: self.commands.get(name))
        details = Filling(definition, self.world.messages, channel).data(path, options)
        return await self._send(self.world.interact(member, channel, _COMMAND), details)

    async def click(self, member: Member, message: Message, label: str) -> Interaction:
        """Presses the button with this label and waits for the first answer."""
        await self.connected()
        channel = self.world.channels[message.channel_id]
        details = {"custom_id": message.buttons[label]["custom_id"], "component_type": 2}
        event = self.world.interact(member, channel, _COMPONENT, source_message=message)
        return await self._send(event, details)

    async def forge(
        self,
        member: Member,
        channel: Channel,
        kind: int,
        details: Payload,
        on: Message | None = None,
    ) -> Interaction:
        """Sends an event that no honest client makes, and waits for the first answer."""
        return await self._send(
            self.world.interact(member, channel, kind, source_message=on), details
        )

    async def _send(self, event: Interaction, details: Payload) -> Interaction:
        whole = payloads.interaction(event, self.world.app_id, details, self.world.bot)
        await self.gateway.dispatch("INTERACTION_CREATE", whole)
        await self.wait_for(lambda: event.response)
        return event

    def original(self, event: Interaction) -> Message:
        """The message with which an interaction was answered."""
        assert event.original_id, f"no message answered: {event.response}"
        return self.message(event.original_id)

    # What goes wrong

    def fault(
        self,
        method: str,
        path: str,
        *,
        status: int | Literal["reset", "hang"] = 500,
        times: int = 1,
        applied: bool = False,
        code: int = 0,
        headers: dict[str, str] | None = None,
        page: str = "",
    ) -> None:
        """Lets the next `times` requests that fit fail; `path` is a glob below the API's base.

        `/gateway` is the socket itself and `/attachments/*` the CDN. With `applied` the request
        takes effect and only its answer is lost.
        """
        fault = Fault(
            method=method,
            path=path,
            status=status,
            times=times,
            applied=applied,
            code=code,
            headers=headers or {},
            page=page,
        )
        self.world.faults.add(fault)

    def forget_faults(self) -> None:
        """From now on requests succeed."""
        self.world.faults.forget()

    def change(self, channel: Channel, **details: Any) -> None:
        """From now on a channel is hidden, archived or locked."""
        self.world.channels[channel.id] = replace(channel, **details)

    def close_direct(self, member: Member) -> None:
        """From now on a member lets nobody write to them."""
        self.world.closed.add(member.id)

    def kill_token(self, event: Interaction) -> None:
        """Ends an interaction's token now, as Discord does after 15 minutes."""
        event.dead = True

    def _opening(self, session: Session) -> list[tuple[str, Payload]]:
        world = self.world
        guilds = [guild for guild in world.guilds.values() if serves(session.shard, guild.id)]
        ready = {
            "v": 10,
            "user": world.bot,
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "shard": list(session.shard),
            "resume_gateway_url": self.gateway_url,
            "application": {"id": str(world.app_id), "flags": 0},
        }
        return [
            ("READY", ready),
            *(("GUILD_CREATE", self._whole(guild)) for guild in guilds),
        ]

    def _whole(self, guild: Guild) -> Payload:
        inside = [c for c in self.world.channels.values() if c.guild_id == guild.id]
        return payloads.guild(guild, inside, self.world.bot)


def _unguarded(seen: SeenRequest) -> bool:
    """Whether Discord's own rule would decide, which lets text notify anybody it names."""
    fields = seen.fields
    if seen.path.endswith("/callback"):
        shows = fields.get("type") in (4, 7)
        fields = fields.get("data") or {}
    else:
        parts = seen.path.split("/")
        shows = parts[1] == "webhooks" or "messages" in parts
        shows &= seen.method in ("POST", "PATCH")
    return shows and bool(fields) and "allowed_mentions" not in fields
