"""How cost grows with the number of jobs, and of members who ask in one instant.

`python -m bench.wire.series` prints rows of x and y, which `bench/plots.py` draws.
"""

import asyncio
import sys

from bench.wire.crowd import crowd
from bench.wire.place import a_bot, a_place

COUNTS = (10, 50, 100, 250, 500)


async def main(counts: tuple[int, ...] = COUNTS) -> None:
    async with a_place() as place, a_bot(place) as stand:
        for count in counts:
            found = await crowd(stand, count, within=count / 20, seconds=10)
            print(f"cpu-per-job {count} {found.own_ms:.1f}")
            print(f"memory-per-job {count} {found.kilobytes:.1f}", flush=True)
        for count in counts:
            found = await crowd(stand, count, within=0)
            print(f"first-answer-99 {count} {found.ack(99) * 1000:.0f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(tuple(map(int, sys.argv[1:])) or COUNTS))
