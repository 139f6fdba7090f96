"""A card in a simulated channel, and an editor that works on it from outside the bot."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import discord
import simcord
from discord.ext import commands
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.domain.jobs import TOKEN_LIFE, CardRef, Job, JobStatus
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest
from bot.domain.views import CardState, Clip, Delivery, DeliveryForm
from bot.presenter.card import card_view
from bot.presenter.editor import Editor
from bot.presenter.face import Faces
from bot.presenter.pace import Pace
from bot.text import Texts

TEXTS = Texts(strict=True)
MODELS = Catalogue([VideoModel(id="sora-2", label="Sora 2")])
JOB = "0123456789abcdef"
FAST = Pace(spacing=0.01, old_spacing=0.01, ending=0, wait=0.01, preempt=0.2)


def no_buttons(_state: CardState) -> tuple[()]:
    return ()


FACES = Faces(texts=TEXTS, models=MODELS, buttons=lambda _texts: no_buttons)


class PlainBot(commands.Bot):
    """Answers `/card` with a first card; everything else is done by the editor."""

    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
        )
        self.asked: list[tuple[discord.Interaction, int]] = []

    async def setup_hook(self) -> None:
        @self.tree.command(name="card", description="Show a card")
        async def card(interaction: discord.Interaction) -> None:
            view = card_view(state_of(interaction), texts=TEXTS, models=MODELS, buttons=no_buttons)
            answer = await interaction.response.send_message(view=view)
            assert answer is not None
            assert answer.message_id is not None
            self.asked.append((interaction, answer.message_id))

        await self.tree.sync()


def state_of(interaction: discord.Interaction) -> CardState:
    assert interaction.guild_id is not None
    assert interaction.channel_id is not None
    job = Job(
        id=JOB,
        interaction_id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        user_id=interaction.user.id,
        locale="en-US",
        request=VideoRequest(prompt="A paper boat in the rain", model="sora-2"),
        price=1,
        status=JobStatus.QUEUED,
        created_at=interaction.created_at,
    )
    return CardState(job=job)


@dataclass
class Stage:
    """What tests act on."""

    env: simcord.Env
    bot: PlainBot
    editor: Editor
    alice: MemberActor
    channel: ChannelHandle
    folder: Path
    state: CardState = field(init=False)

    async def raise_card(self, *, bot_can_view: bool = True) -> None:
        """Alice asks, and her card is up."""
        await self.alice.slash(self.channel, "card")
        interaction, message_id = self.bot.asked[-1]
        ref = CardRef(
            application_id=interaction.application_id,
            channel_id=self.channel.id,
            message_id=message_id,
            token=interaction.token,
            token_expires_at=interaction.created_at + TOKEN_LIFE,
            size_limit=interaction.filesize_limit,
            bot_can_view=bot_can_view,
        )
        waiting = state_of(interaction)
        self.state = replace(waiting, job=replace(waiting.job, card=ref))

    def at(self, status: JobStatus = JobStatus.RUNNING, **changes: Any) -> CardState:
        """The card's state with these changes."""
        job = replace(self.state.job, status=status, started_at=self.state.job.created_at)
        return replace(self.state, job=job, **changes)

    def delivered(
        self, size: int = 1000, *, videos: int = 1, further: int = 0, with_: CardState | None = None
    ) -> CardState:
        """A delivered state whose clips have `size` bytes each, otherwise as `with_`.

        So many `videos` are on the card, and so many `further` ones in a second message.
        """
        forms = [DeliveryForm.ATTACHED] * videos + [DeliveryForm.FURTHER] * further
        deliveries = tuple(
            Delivery(form=form, clip=self._clip(number, size), number=number)
            for number, form in enumerate(forms, start=1)
        )
        return replace(with_ or self.at(JobStatus.DELIVERED), deliveries=deliveries)

    def _clip(self, number: int, size: int) -> Clip:
        path = self.folder / f"clip-{number}.mp4"
        path.write_bytes(bytes([96 + number]) * size)
        return Clip(
            path=path, size=size, seconds=4, width=64, height=64, codec="h264", inline_safe=True
        )

    def pictures(self, *names: str) -> tuple[Path, ...]:
        """Reference images, whose names are also their bytes."""
        paths = tuple(self.folder / f"{name}.png" for name in names or ("picture",))
        for path in paths:
            path.write_bytes(path.stem.encode())
        return paths

    def edits(self, *, by: str = "") -> list[str]:
        """Paths of the edits so far, all of them or those whose path begins with `by`."""
        return [
            request.path
            for request in self.env.http_requests
            if request.method == "PATCH" and request.path.startswith(by)
        ]

    def shown(self) -> str:
        """Everything that the newest message in the channel says."""
        return self.said(self.messages()[-1])

    def says(self, words: str) -> bool:
        return words in self.shown()

    def messages(self) -> list[discord.Message]:
        return self.channel.history()

    @staticmethod
    def said(message: discord.Message) -> str:
        return str([component.to_dict() for component in message.components]) + message.content


async def until(true: Callable[[], object]) -> None:
    """Give others turns until a condition holds; fails after half a minute."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.005)
