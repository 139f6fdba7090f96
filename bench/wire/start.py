"""From the start of the process to READY, where database and commands are there already."""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.wire.place import Place, settings
from bench.wire.usage import usage
from tests.wire.bot_process import BotProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How long a start takes until READY, in seconds, and of those on a processor."""

    seconds: float
    cpu: float


async def starts(place: Place, times: int = 5) -> tuple[Start, int]:
    """The median start, and how often commands were put after the first one."""
    with TemporaryDirectory(prefix="clapper-bench-") as folder:
        await _start(place, Path(folder))
        puts = len(place.discord.asked("PUT", "/commands"))
        taken = [await _start(place, Path(folder)) for _ in range(times)]
        puts = len(place.discord.asked("PUT", "/commands")) - puts
    return sorted(taken, key=lambda start: start.cpu)[times // 2], puts


async def _start(place: Place, folder: Path) -> Start:
    identified, begun = place.discord.gateway.identified, time.monotonic()
    async with BotProcess(place.discord, folder, settings(place)) as bot:
        ready = place.discord.wait_for(lambda: place.discord.gateway.identified > identified)
        await bot.alive(ready)
        taken = Start(seconds=time.monotonic() - begun, cpu=usage(bot.pid).own)
        assert await bot.stop() == 0
    await place.discord.wait_for(lambda: not place.discord.gateway.connected)
    return taken
