"""A card on the loopback Discord and an editor that works on it: requests without a process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord

from bot.domain.jobs import TOKEN_LIFE, CardRef, Job, JobStatus
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest
from bot.domain.views import CardState, Clip, Delivery, DeliveryForm
from bot.presenter.buttons import job_buttons
from bot.presenter.editor import Editor
from bot.presenter.face import Faces
from bot.presenter.invalid_requests import Bounds, InvalidRequests
from bot.presenter.pace import Pace
from bot.text import Texts
from tests.wire.body import Body
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Channel, Interaction, Message, SeenRequest

MODELS = Catalogue([VideoModel(id="sora-2", label="Sora 2")])
FACES = Faces(texts=Texts(strict=True), models=MODELS, buttons=job_buttons)
FAST = Pace(spacing=0.01, old_spacing=0.01, ending=0, look=0.01, wait=0.01, preempt=0.5, call=3.0)


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One job's card, and the interaction that made it."""

    event: Interaction
    message: Message
    state: CardState
    folder: Path

    def at(self, status: JobStatus = JobStatus.RUNNING, **changes: Any) -> CardState:
        job = replace(self.state.job, status=status, started_at=self.state.job.created_at)
        return replace(self.state, job=job, **changes)

    def delivered(self) -> CardState:
        path = self.folder / "clip.mp4"
        path.write_bytes(b"a video")
        clip = Clip(
            path=path, size=7, seconds=4, width=64, height=64, codec="h264", inline_safe=True
        )
        delivery = Delivery(form=DeliveryForm.ATTACHED, clip=clip)
        return self.at(JobStatus.DELIVERED, deliveries=(delivery,))


@dataclass
class Stand:
    """What tests act on."""

    server: LoopbackDiscord
    place: Place
    bot: discord.Client
    editor: Editor
    invalid: InvalidRequests
    clock: Clock
    folder: Path

    def card(self, channel: Channel | None = None, number: int = 1) -> Card:
        """Alice has asked, and her card is up."""
        world, place = self.server.world, channel or self.place.channel
        event = world.interact(self.place.alice, place, 2)
        event.response = {"type": 4}
        message = world.messages.post(place, world.app_id, Body(fields={"content": "card"}), 10**7)
        message.content = ""
        event.original_id = message.id
        event.message_ids.append(message.id)
        ref = CardRef(
            application_id=world.app_id,
            channel_id=place.id,
            message_id=message.id,
            token=event.token,
            token_expires_at=self.clock() + TOKEN_LIFE,
            size_limit=10**7,
            bot_can_view=place.bot_can_view,
        )
        return Card(
            event=event, message=message, state=self._state(event, ref, number), folder=self.folder
        )

    def _state(self, event: Interaction, ref: CardRef, number: int) -> CardState:
        job = Job(
            id=f"{number:016x}",
            interaction_id=event.id,
            guild_id=self.place.guild.id,
            channel_id=event.channel.id,
            user_id=self.place.alice.id,
            locale="en-US",
            request=VideoRequest(prompt="a cat", model="sora-2"),
            price=1,
            status=JobStatus.RUNNING,
            created_at=self.clock(),
            card=ref,
        )
        return CardState(job=job)

    def trail(self) -> list[str]:
        """What was asked of Discord, in order, and how it answered."""
        return [f"{self._route(seen)} {seen.status}" for seen in self.server.requests[2:]]

    def _route(self, seen: SeenRequest) -> str:
        """By which way; the first two requests are the login."""
        by_token = seen.path.startswith("/webhooks/")
        if seen.method == "PATCH":
            return "token" if by_token else "bot"
        if by_token:
            return "follow-up"
        if seen.path == "/users/@me/channels":
            return "open"
        channel = self.server.world.channels.get(int(seen.path.split("/")[2]))
        return "direct" if channel and channel.recipient_id else "channel"


@asynccontextmanager
async def a_stand(
    place: Place, folder: Path, *, pace: Pace = FAST, bounds: Bounds | None = None
) -> AsyncIterator[Stand]:
    """The editor at work; discord.py must be pointed at `place.server` already."""
    clock = Clock()
    invalid = InvalidRequests(clock, bounds)
    bot = discord.Client(intents=discord.Intents.none(), http_trace=invalid.trace())
    editor = Editor(bot=bot, faces=FACES, clock=clock, pace=pace, invalid=invalid)
    async with bot:
        await bot.login(LoopbackDiscord.TOKEN)
        work = asyncio.create_task(editor.run())
        yield Stand(
            server=place.server,
            place=place,
            bot=bot,
            editor=editor,
            invalid=invalid,
            clock=clock,
            folder=folder,
        )
        work.cancel()
        await asyncio.wait({work})
        assert place.server.unguarded() == []


async def until(true: Callable[[], object]) -> None:
    """Give others turns until a condition holds; fails after half a minute."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.005)
