"""The whole application in this process, on the loopback Discord, by a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import Application, Pace
from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.stand import FAST, Clock

PACE = Pace(
    cards=FAST,
    silence=timedelta(hours=9),
    look=0.05,
    line=0.05,
    recovery=0.1,
    heartbeat=0.1,
    tidying=0.1,
    postponed=timedelta(seconds=0.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    app: Application
    clock: Clock


@asynccontextmanager
async def live(
    relay: SampleRelay, folder: Path, clock: Clock, *, pace: Pace = PACE, **settings: Any
) -> AsyncIterator[Live]:
    """At work until the block ends; discord.py must be pointed at the server already."""
    given = {"discord_token": LoopbackDiscord.TOKEN, "data_dir": folder, **settings}
    async with stage(relay, pace=pace, clock=clock, **given) as app, app.bot:
        await app.bot.login(LoopbackDiscord.TOKEN)
        connection = asyncio.create_task(app.bot.connect())
        try:
            async with app.at_work():
                yield Live(app=app, clock=clock)
        finally:
            await app.bot.close()
            await asyncio.wait({connection})
