"""`python -m bench`: every figure with what it is compared to; `… reading`, `… wire`: a part."""

import asyncio
import os
import platform
import sys
from collections.abc import AsyncIterator

from bench.admissions import admissions, at_once
from bench.figures import Figure
from bench.growth import growth
from bench.laws import laws
from bench.reading import memory, reading
from bench.relay import sample_relay
from bench.streams import streams
from bench.wire.figures import wire


async def main() -> None:
    python, cores = platform.python_version(), os.cpu_count()
    print(f"Python {python}, {platform.system()} {platform.machine()}, {cores} cores")
    async for figure in figures():
        show(figure)


async def figures() -> AsyncIterator[Figure]:
    if sys.argv[1:] != ["wire"]:
        async for figure in alone():
            yield figure
    if sys.argv[1:] != ["reading"]:
        async for figure in wire():
            yield figure


async def alone() -> AsyncIterator[Figure]:
    """What parts of the bot cost by themselves."""
    async with sample_relay() as url:
        async for figure in reading(url):
            yield figure
        if sys.argv[1:] == ["reading"]:
            return
        yield await memory(url)
        yield await streams(url)
    yield await admissions()
    yield await at_once()
    yield await growth()
    yield await laws()


def show(figure: Figure) -> None:
    print(f"\n{figure.name}")
    for row in figure.rows:
        print(f"  {row}", flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
