"""A simulated server and what its members see."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.results import InteractionResult, ResponseMessage

from tests.cogs.counter import Counter


@dataclass(frozen=True)
class Server:
    """Who is there."""

    env: simcord.Env
    guild: GuildHandle
    channel: ChannelHandle
    alice: MemberActor
    bob: MemberActor
    mod: MemberActor

    def card(self) -> discord.Message:
        """The newest message in the channel."""
        return self.channel.history()[-1]

    def reveal(self, command: str, member: MemberActor) -> None:
        """Somebody lets a member see a command that is hidden by default."""
        found = self.env.backend.find_command(command, self.guild.id, type=1)
        assert found is not None
        self.guild.set_command_permissions(int(found["id"]), {member: True})

    def says(self) -> str:
        return words(self.card())


async def until(true: Callable[[], object]) -> None:
    """Give others turns until a condition holds; fails after half a minute."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.005)


@asynccontextmanager
async def slow_database(
    server: Server, counter: Counter, *, error: Exception | None = None
) -> AsyncIterator[None]:
    """The database takes as long as the block does, and then works or fails."""
    done = asyncio.Event()

    async def wait() -> None:
        await server.env.external_wait(done.wait(), reason="a slow database")
        if error is not None:
            raise error

    counter.ledger.waiting_for = wait
    yield
    done.set()
    await server.env.settle()


def forge(env: simcord.Env, channel_id: int, custom_id: str) -> None:
    """A message of the bot with a button that it never made."""
    button = {"type": 2, "style": 2, "label": "Forged", "custom_id": custom_id}
    rows = [{"type": 1, "components": [button]}]
    env.backend.create_message(channel_id, env.backend.bot_user.id, "forged", components=rows)


def private_answer(result: InteractionResult) -> str:
    """What the one private answer says."""
    answers = [*([result.response] if result.response else []), *result.followups]
    (private,) = [answer for answer in answers if answer.ephemeral]
    return words(private)


def words(message: discord.Message | ResponseMessage) -> str:
    """All text of a message."""
    if isinstance(message, ResponseMessage):
        return "\n".join([message.content, *_texts(message.components)])
    return "\n".join([message.content, *_texts([c.to_dict() for c in message.components])])


def labels(message: discord.Message | ResponseMessage) -> list[str]:
    """Its buttons."""
    return [part["label"] for part in components_of(message) if part["type"] == 2]


def components_of(message: discord.Message | ResponseMessage) -> list[Mapping[str, Any]]:
    """Every component, nested ones too."""
    if isinstance(message, ResponseMessage):
        return _walk(message.components)
    return _walk([component.to_dict() for component in message.components])


def _texts(components: Sequence[Any]) -> list[str]:
    return [str(c["content"]) for c in _walk(components) if c.get("content")]


def _walk(components: Sequence[Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for component in components:
        found += [component, *_walk(component.get("components") or [])]
        found += [component["accessory"]] if component.get("accessory") else []
    return found
