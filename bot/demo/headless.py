"""The demo without a browser: one member's video, every state of the card a line, then the file."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import discord

from bot.delivery import probe
from bot.demo.parts import buttons, texts, video_urls
from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.world import World, world
from bot.domain.errors import MediaFailure
from bot.domain.views import Clip

PATIENCE = 300.0
"""Seconds; the sample relay takes about twenty."""
GLANCE = 0.1


async def film(
    *, prompt: str, image: Path | None, name: Callable[[int], Path], say: Callable[[str], None]
) -> Sequence[Clip]:
    """Ask for a video as a member would and write what came to files; empty when nothing did.

    `name` is that of each video, of which 1 is the best.

    Raises:
        MediaFailure: what was delivered is no playable H.264 video.
    """
    started = time.monotonic()
    async with SampleRelay() as relay, stage(relay) as app, world(app) as made:
        card = await _ask(made, prompt, image)
        async with asyncio.timeout(PATIENCE):
            async for text in _states(made, card):
                say(f"{time.monotonic() - started:6.1f} s  {text}")
        app.refuse_new_work()
        await app.drain(PATIENCE)
        videos = [video async for video in _videos(made, card)]
    return [await _kept(video, name(number)) for number, video in enumerate(videos, start=1)]


async def _kept(video: bytes, path: Path) -> Clip:
    await asyncio.to_thread(path.write_bytes, video)
    clip = await probe(path)
    if clip.codec != "h264":
        raise MediaFailure("media-not-a-video")
    return clip


async def _ask(made: World, prompt: str, image: Path | None) -> int:
    options: dict[str, object] = {"prompt": prompt}
    if image is not None:
        options["image"] = (image.name, await asyncio.to_thread(image.read_bytes))
    answer = await made.alice.slash(made.channel, "video", **options)
    return answer.response.id if answer.response else 0


async def _states(made: World, card: int) -> AsyncIterator[str]:
    """The card's text, whenever it changed, until its job is over or it was a refusal."""
    last = ""
    while True:
        message = _message(made, card)
        if (text := " · ".join(texts(message.components))) != last:
            yield text
        last = text
        if message.flags.ephemeral or "again" in buttons(message.components):
            return
        await asyncio.sleep(GLANCE)


def _message(made: World, card: int) -> discord.Message:
    history = made.channel.history(viewer=made.alice)
    return next(message for message in history if message.id == card)


async def _videos(made: World, card: int) -> AsyncIterator[bytes]:
    for url in video_urls(_message(made, card).components):
        # What Attachment.read() calls; media in components is no attachment of the message.
        yield await made.env.bot.http.get_from_cdn(url)
