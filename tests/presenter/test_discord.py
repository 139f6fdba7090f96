"""A (simulated) Discord takes the cards: sent once, then edited through every state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import simcord
from discord import ui
from PIL import Image

from bot.domain.jobs import JobStatus
from bot.domain.views import CardState, Delivery, DeliveryForm
from bot.presenter.answers import prompt_view
from bot.presenter.card import card_files, card_view
from tests.presenter.states import MODELS, NOW, TEXTS, make_clip, make_job, some_buttons


@asynccontextmanager
async def a_channel() -> AsyncIterator[discord.TextChannel]:
    bot = discord.Client(intents=discord.Intents(guilds=True))
    async with simcord.run(bot) as env:
        handle = env.create_guild("Film club").create_text_channel("videos")
        found = bot.get_channel(handle.id)
        assert isinstance(found, discord.TextChannel)
        yield found


def media(message: discord.Message) -> set[str]:
    """File names of what a message shows."""
    shown: set[str] = set()
    for component in message.components:
        for part in getattr(component, "children", ()):
            items = [*getattr(part, "items", ()), getattr(part, "accessory", None)]
            shown |= {item.media.url for item in items if item is not None}
    return {url.rsplit("/", 1)[-1].partition("?")[0] for url in shown}


def payload(state: CardState) -> dict[str, Any]:
    buttons = some_buttons("Again", "Delete")
    return {
        "view": card_view(state, texts=TEXTS, models=MODELS, buttons=buttons),
        "allowed_mentions": discord.AllowedMentions.none(),
    }


def state_of(status: JobStatus, picture: Path, clip: Path) -> CardState:
    job = make_job(status=status, started_at=NOW, finished_at=NOW + timedelta(seconds=9))
    done = Delivery(form=DeliveryForm.ATTACHED, clip=make_clip(path=clip))
    deliveries = (done,) if status is JobStatus.DELIVERED else ()
    return CardState(job=job, pictures=(picture,), deliveries=deliveries)


def uploads(state: CardState) -> list[discord.File]:
    files = card_files(state, texts=TEXTS)
    return [discord.File(file.path, file.name, description=file.alt) for file in files]


async def test_one_message_goes_through_every_state(tmp_path: Path) -> None:
    picture, clip = tmp_path / "a.jpg", tmp_path / "a.mp4"
    Image.new("RGB", (64, 36)).save(picture)
    clip.write_bytes(b"\0\0\0\x18ftypisom")
    async with a_channel() as channel:
        waiting = CardState(job=make_job(), pictures=(picture,))
        message = await channel.send(files=uploads(waiting), **payload(waiting))
        for status in JobStatus:
            state = state_of(status, picture, clip)

            message = await message.edit(attachments=uploads(state), **payload(state))

            assert media(message) == {file.name for file in card_files(state, texts=TEXTS)}


async def test_a_prompt_too_long_for_a_message_arrives_as_a_file() -> None:
    view, files = prompt_view("x" * 4000, texts=TEXTS, locale="en-US")

    async with a_channel() as channel:
        message = await channel.send(view=view, files=list(files))

    (box,) = message.components
    assert isinstance(box, discord.Container)
    (file,) = (part for part in box.children if isinstance(part, discord.FileComponent))
    assert (file.name, file.size) == ("prompt.txt", 4000)


def test_a_view_leaves_nothing_to_time_out() -> None:
    view: ui.LayoutView = payload(CardState(job=make_job()))["view"]

    assert view.timeout is None
