"""The demo in a browser: one page, live, until Ctrl-C."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import simcord
from simcord import Preview
from yarl import URL

from bot.demo.door import open_door
from bot.demo.film import Film
from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.welcome import welcome
from bot.demo.world import World, keep_time, world
from bot.text import Texts

GLANCE = 0.4
"""Seconds between two looks at whether the bot did something."""
FRAME = 640 * 360
"""Pixels: the page shows videos about so large, and encodes each anew before it plays them."""


async def show_page(*, port: int | None, say: Callable[[str], None]) -> None:
    """Serve the page and hand its URL to `say`; runs until cancelled or the page is ended.

    Raises:
        OSError: the port is taken; nothing was started yet.
    """
    film = partial(Film, area=FRAME)
    with socket.create_server(("127.0.0.1", port or 0)) as ear:
        async with SampleRelay(film=film) as relay, stage(relay) as app, world(app) as made:
            await welcome(made, Texts())
            await _serve(made, ear, say)


async def _serve(made: World, ear: socket.socket, say: Callable[[str], None]) -> None:
    quiet = asyncio.Lock()
    viewers = [made.alice, made.bob, made.moderator]
    async with (
        made.env.preview(made.channel, viewers=viewers, layout="channel") as preview,
        open_door(
            URL(preview.url), ear=ear, quiet=quiet, before=partial(_catch_up, made.env)
        ) as url,
    ):
        say(str(url))
        await _keep_fresh(made.env, preview, quiet)


async def _keep_fresh(env: simcord.Env, preview: Preview, quiet: asyncio.Lock) -> None:
    """Republish when the bot did something, and never while somebody acts on the page."""
    ended = asyncio.create_task(preview.wait_closed())
    seen = len(env.http_requests)
    while not ended.done():
        await asyncio.wait({ended}, timeout=GLANCE)
        async with quiet:
            if not ended.done() and (now := len(env.http_requests)) > seen:
                await _catch_up(env)
                with suppress(simcord.SetupError, TimeoutError):  # still at work: next time
                    await preview.refresh()
                    seen = now


async def _catch_up(env: simcord.Env) -> None:
    """Bring the simulation's clock up to ours, if it has time for that."""
    with suppress(simcord.SetupError, TimeoutError):
        await keep_time(env)
