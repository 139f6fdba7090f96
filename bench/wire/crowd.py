"""Members who ask at once, or one after the other: how soon each has a card, what a job costs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean, quantiles

from bench.wire.place import Job, Stand
from bench.wire.usage import Usage

FILM = 1_000_000
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What a crowd cost."""

    jobs: Sequence[Job]
    spent: Usage
    """Processor time from the first request to the last video, and memory at its most."""
    refused: int
    """How often Discord said 429."""

    def ack(self, percent: int) -> float:
        """Seconds to the first answer, of so many of a hundred."""
        return quantiles((job.ack for job in self.jobs), n=100)[percent - 1]

    @property
    def own_ms(self) -> float:
        """Milliseconds of processor time for each job, without children."""
        return self.spent.own * 1000 / len(self.jobs)

    @property
    def children_ms(self) -> float:
        return self.spent.children * 1000 / len(self.jobs)

    @property
    def kilobytes(self) -> float:
        """Of memory for each job that is open."""
        return self.spent.memory / 1000 / len(self.jobs)

    @property
    def edits(self) -> float:
        return mean(job.edits for job in self.jobs)


async def crowd(stand: Stand, count: int, *, within: float, seconds: int = 6) -> Crowd:
    """Ask, wait for the videos, and look at the memory all the time."""
    refused, before = stand.place.refused, stand.usage()
    asking = asyncio.create_task(_whole(stand, count, within, seconds))
    memory = await stand.most_memory(asking)
    spent = stand.usage().since(before)
    return Crowd(
        jobs=asking.result(),
        spent=replace(spent, memory=memory - before.memory),
        refused=stand.place.refused - refused,
    )


async def _whole(stand: Stand, count: int, within: float, seconds: int) -> list[Job]:
    asked = await stand.place.ask(count, within=within, seconds=seconds, size=FILM)
    return await stand.bot.alive(stand.place.finished(asked))
