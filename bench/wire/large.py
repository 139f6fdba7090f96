"""How much the bot grows over a very large video, which it never has in memory."""

import asyncio

from bench.wire.place import Job, Stand


async def growth(stand: Stand, size: int) -> int:
    """Bytes, at the most, while one video of that size is fetched, probed and posted."""
    before = stand.usage().memory
    return await stand.most_memory(asyncio.create_task(_one(stand, size))) - before


async def _one(stand: Stand, size: int) -> list[Job]:
    asked = await stand.place.ask(1, within=0, seconds=2, size=size)
    return await stand.bot.alive(stand.place.finished(asked))
