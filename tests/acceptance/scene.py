"""A whole server at work: sample relay, real application, simulated Discord, and eyes for cards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord
import simcord

from bot.app import Application, Pace
from bot.demo.parts import buttons, texts, video_urls, walk
from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.world import World, world
from bot.presenter.pace import Pace as CardPace
from tests.demo.wire import SMALL

WATCHDOG = 60.0
"""Seconds after which something that should have happened never will."""
FAST = Pace(
    cards=CardPace(spacing=0.02, ending=0, wait=0.02),
    silence=timedelta(seconds=30),
    line=0.2,
    look=0.2,
    recovery=0.1,
    postponed=timedelta(seconds=0.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    relay: SampleRelay
    app: Application
    world: World

    async def video(
        self, member: simcord.MemberActor | None = None, **options: Any
    ) -> simcord.InteractionResult:
        options.setdefault("prompt", "a paper boat")
        return await (member or self.world.alice).slash(self.world.channel, "video", **options)

    def messages(self, viewer: simcord.MemberActor | None = None) -> list[discord.Message]:
        return self.world.channel.history(viewer=viewer or self.world.alice)

    def message(self, message_id: int) -> discord.Message:
        """A message that any of the three may see."""
        people = (self.world.alice, self.world.bob, self.world.moderator)
        found = (message for viewer in people for message in self.messages(viewer))
        return next(message for message in found if message.id == message_id)

    def text(self, answer: simcord.InteractionResult) -> str:
        """What the answer's message says now."""
        assert answer.response is not None
        return self._words(answer.response.id)

    def told(self, answer: simcord.InteractionResult) -> str:
        """What a press is answered with: privately, beside the card."""
        private = answer.followups[-1] if answer.followups else answer.response
        assert private is not None
        assert private.ephemeral
        return self._words(private.id)

    def _words(self, message_id: int) -> str:
        return "\n".join(texts(self.message(message_id).components)).replace("**", "")

    def buttons(self, answer: simcord.InteractionResult) -> dict[str, str]:
        assert answer.response is not None
        return buttons(self.message(answer.response.id).components)

    def video_url(self, answer: simcord.InteractionResult) -> str | None:
        assert answer.response is not None
        return next(iter(video_urls(self.message(answer.response.id).components)), None)

    def videos(self, answer: simcord.InteractionResult) -> list[str]:
        """File names of what the card's gallery shows."""
        assert answer.response is not None
        return names(self.message(answer.response.id))

    def link(self, answer: simcord.InteractionResult) -> str:
        """Where the card's link button leads."""
        assert answer.response is not None
        parts = walk(self.message(answer.response.id).components)
        return next(part.url for part in parts if isinstance(part, discord.Button) and part.url)

    async def until_text(self, answer: simcord.InteractionResult, part: str) -> str:
        await until(lambda: part in self.text(answer), lambda: self.text(answer))
        return self.text(answer)

    async def until_over(self, answer: simcord.InteractionResult) -> str:
        await until(lambda: "again" in self.buttons(answer), lambda: self.text(answer))
        return self.text(answer)

    async def until_told(self, answer: simcord.InteractionResult) -> None:
        """Its end is written down as well, and its owner was told."""
        await self.until_over(answer)
        card = answer.response
        assert card is not None
        await until(lambda: any(_answers(found, card.id) for found in self.messages()))

    async def press(
        self, member: simcord.MemberActor, answer: simcord.InteractionResult, verb: str
    ) -> simcord.InteractionResult:
        shown = answer.followups[-1] if answer.followups else answer.response
        assert shown is not None
        message = self._seen_by(member, shown.id)
        return await member.click(message, custom_id=buttons(message.components)[verb])

    def _seen_by(self, viewer: simcord.MemberActor, message_id: int) -> discord.Message:
        return next(found for found in self.messages(viewer) if found.id == message_id)


def names(message: discord.Message) -> list[str]:
    """File names of the videos that a message shows."""
    return [url.split("?")[0].rsplit("/", 1)[1] for url in video_urls(message.components)]


def _answers(message: discord.Message, card_id: int) -> bool:
    return message.reference is not None and message.reference.message_id == card_id


async def until(true: Callable[[], bool], tell: Callable[[], object] = lambda: "") -> None:
    """Wait for something that other tasks bring about."""
    for _ in range(int(WATCHDOG / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"still waiting after {WATCHDOG} s: {tell()}")


@asynccontextmanager
async def open_scene(
    relay: SampleRelay | None = None, *, pace: Pace = FAST, **options: Any
) -> AsyncIterator[Scene]:
    async with (
        relay or SampleRelay(pace=0, film=SMALL) as served,
        stage(served, pace=pace, **{"relay_poll_seconds": 0.05, **options}) as app,
        world(app) as made,
    ):
        yield Scene(relay=served, app=app, world=made)
