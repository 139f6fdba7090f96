"""`/video`: a prompt and, if you like, an image, become a video."""

from collections.abc import Iterable
from functools import partial
from typing import TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ClapperBot
from bot.domain.errors import Refusal
from bot.domain.models import VideoModel
from bot.domain.requests import MAX_PROMPT, Frame, ImageOffer, Order, VideoRequest
from bot.presenter.answering import answering
from bot.presenter.desk import Desk
from bot.presenter.opening import open_card
from bot.presenter.requester import requester_of
from cogs import wording

MAX_CHOICES = 25
"""Discord shows no more."""
MAX_LABEL = 100

Prompt: TypeAlias = app_commands.Range[str, 1, MAX_PROMPT]


class Video(commands.Cog):
    """Asks for videos."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(name="video")
    @answering
    async def video(  # noqa: PLR0917 (Discord passes the command's options)
        self,
        interaction: discord.Interaction,
        prompt: Prompt,
        image: discord.Attachment | None = None,
        last_frame: discord.Attachment | None = None,
        model: str | None = None,
        ratio: str | None = None,
        seconds: int | None = None,
        spoiler: bool = False,
    ) -> None:
        request = VideoRequest(
            prompt=prompt,
            model=self._model(model).id,
            ratio=ratio,
            seconds=seconds,
            spoiler=spoiler,
        )
        order = self._order(interaction, request, _offers(image, last_frame))
        await open_card(interaction, partial(self._desk.submit, order), images=order.images)

    @video.autocomplete("model")
    async def _models(
        self, _interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        labels = ((self._label(model), model.id) for model in self._desk.catalogue)
        return [
            app_commands.Choice(name=label, value=value)
            for label, value in _matching(labels, typed)
        ]

    @video.autocomplete("ratio")
    async def _ratios(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        ratios = ((ratio, ratio) for ratio in self._chosen(interaction).ratios)
        return [
            app_commands.Choice(name=name, value=ratio) for name, ratio in _matching(ratios, typed)
        ]

    @video.autocomplete("seconds")
    async def _seconds(
        self, interaction: discord.Interaction, typed: int | str
    ) -> list[app_commands.Choice[int]]:
        model = self._chosen(interaction)
        labels = ((self._length(model, length), str(length)) for length in model.seconds)
        return [
            app_commands.Choice(name=name, value=int(value))
            for name, value in _matching(labels, str(typed))
        ]

    def _order(
        self,
        interaction: discord.Interaction,
        request: VideoRequest,
        images: tuple[ImageOffer, ...],
    ) -> Order:
        return Order(
            interaction_id=interaction.id,
            request=request,
            requester=requester_of(interaction, self._desk.moderator_role),
            channel_id=interaction.channel_id or 0,
            images=images,
        )

    def _model(self, model: str | None) -> VideoModel:
        """By id, or by the label that a member typed instead of choosing it."""
        labels = {offered.label.casefold(): offered.id for offered in self._desk.catalogue}
        return self._desk.catalogue.get(labels.get(model.casefold(), model) if model else None)

    def _chosen(self, interaction: discord.Interaction) -> VideoModel:
        """The model that is filled in already; the default while it is half typed."""
        try:
            return self._model(getattr(interaction.namespace, "model", None))
        except Refusal:
            return self._desk.catalogue.default

    def _label(self, model: VideoModel) -> str:
        return self._desk.texts.say("choice-model", label=model.label, count=model.price(None))

    def _length(self, model: VideoModel, seconds: int) -> str:
        length = self._desk.texts.say("card-seconds", count=seconds)
        return self._desk.texts.say("choice-model", label=length, count=model.price(seconds))


def _offers(
    image: discord.Attachment | None, last_frame: discord.Attachment | None
) -> tuple[ImageOffer, ...]:
    """First frame first; they are called so where there are both, or a last one alone."""
    first = (_offer(image, Frame.FIRST if last_frame else None),) if image else ()
    return (*first, _offer(last_frame, Frame.LAST)) if last_frame else first


def _offer(image: discord.Attachment, frame: Frame | None) -> ImageOffer:
    return ImageOffer(
        filename=image.filename,
        size=image.size,
        content_type=image.content_type,
        read=image.read,
        frame=frame,
    )


def _matching(labels: Iterable[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """Those that contain what was typed, as many as Discord shows."""
    wanted = typed.strip().casefold()
    found = [(label[:MAX_LABEL], value) for label, value in labels if wanted in label.casefold()]
    return found[:MAX_CHOICES]


async def setup(bot: ClapperBot) -> None:
    await wording.add(bot, Video(bot.desk))
