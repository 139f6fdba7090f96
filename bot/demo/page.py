"""The demo in a browser: one page, live, until Ctrl-C."""

import asyncio
from collections.abc import Callable

import simcord
from simcord import Preview

from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.world import keep_time, world

GLANCE = 0.4
"""Seconds between two looks at whether the bot did something."""


async def show_page(*, port: int | None, say: Callable[[str], None]) -> None:
    """Serve the page and hand its URL to `say`; runs until cancelled or the page is ended."""
    async with SampleRelay() as relay, stage(relay) as app, world(app) as made:
        viewers = [made.alice, made.bob, made.moderator]
        async with made.env.preview(
            made.channel, viewers=viewers, layout="channel", port=port
        ) as preview:
            say(preview.url)
            await _keep_fresh(made.env, preview)


async def _keep_fresh(env: simcord.Env, preview: Preview) -> None:
    """Republish when the bot did something: a page republished for nothing rejects its user."""
    ended = asyncio.create_task(preview.wait_closed())
    seen = len(env.http_requests)
    while not ended.done():
        await asyncio.wait({ended}, timeout=GLANCE)
        if len(env.http_requests) > seen and await _refreshed(env, preview):
            seen = len(env.http_requests)


async def _refreshed(env: simcord.Env, preview: Preview) -> bool:
    try:
        await keep_time(env)
        await preview.refresh()
    except simcord.SetupError:
        return False  # somebody is acting on the page just now: next time
    return True
