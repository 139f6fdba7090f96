"""The supervisor in this process, with quick pauses and a file of its own for what it spends."""

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.app.gateway import Gateway, Persistence
from bot.app.starts import Account, Starts
from bot.client import ClapperBot
from storage.instance import Place as Held
from tests.wire.discord_server import LoopbackDiscord

QUICK = Persistence(first=0.001, longest=0.001)

Logs = Sequence[MutableMapping[str, Any]]


@asynccontextmanager
async def connecting(
    folder: Path, *, share: float = 1.0, shards: Sequence[int] = (0,), declares: bool = False
) -> AsyncIterator[asyncio.Task[None]]:
    """A bot that logs in and stays connected until the block ends."""
    client = ClapperBot(
        declared=folder / "commands" if declares else None,
        shards=shards,
        shard_count=len(shards),
        cogs=(),
    )
    starts = Starts(Account(folder / "sessions", share=share), Held(), between=0)
    gateway = Gateway(client, LoopbackDiscord.TOKEN, starts, persistence=QUICK)

    async def stay() -> None:
        await gateway.log_in()
        await gateway.stay_connected()

    async with client:
        staying = asyncio.create_task(stay())
        try:
            yield staying
        finally:
            staying.cancel()
            await asyncio.wait({staying})


async def until(true: Callable[[], object]) -> None:
    """Wait for what has no event, such as a line of the log."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 (see above)
            await asyncio.sleep(0.005)


def counted(logs: Logs, event: str) -> int:
    return sum(entry["event"] == event for entry in logs)
