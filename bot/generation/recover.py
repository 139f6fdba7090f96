"""What was left open: jobs without a worker go on, and every end reaches its owner."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.errors import DiscordAway, JobFailure, Postponed, StorageError
from bot.domain.jobs import Job, JobStatus
from bot.generation.endings import Endings
from bot.generation.gate import Bell
from bot.generation.line import Line
from bot.generation.persistence import written
from bot.generation.ports import Cards
from bot.generation.submit import UNANSWERED
from storage.jobs import Jobs
from storage.leases import Leases

log = structlog.stdlib.get_logger()

STALE = timedelta(minutes=2)
"""After so long nobody is still at work on a first answer or on the telling of an end."""
AT_ONCE = 10
"""Ends that are told side by side."""
STALE_IMAGES = timedelta(minutes=15)
"""Many may wait for their turn to be checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """`prepare` runs before anything is taken on; `run` belongs to the application.

    Running jobs are taken up by the worker once nobody holds their lease. What stays for here:
    requests whose first answer nobody saw through, images that were never fetched, and ends
    that no card shows yet. `alone` says that no other process works on the database (it serves
    all shards, and the lock is its own), so that all that is found at the start was left by a
    former life of this one.
    """

    worker: str
    alone: bool
    jobs: Jobs
    leases: Leases
    cards: Cards
    endings: Endings
    line: Line
    bell: Bell
    clock: Callable[[], datetime]
    began: datetime
    """When this life of the process began: before that nothing was its own."""
    pause: float
    found: list[Job] = field(default_factory=list)
    """The waiting jobs of former lives."""

    async def prepare(self) -> None:
        """Free what a former life of this process held.

        Raises:
            StorageError: the database cannot answer.
        """
        await self.leases.disown(None if self.alone else self.worker)
        self.found.extend(await self._waiting())
        log.info("recover.found", waiting=len(self.found))

    async def run(self) -> None:
        """Look once after the start, then every `pause` seconds until cancelled."""
        await self._repeatedly(self._look_first)
        while True:
            await asyncio.sleep(self.pause)
            await self._repeatedly(self._look)

    async def _repeatedly(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await written(look)
        except StorageError as error:
            log.warning("recover.unknown", code=error.code)

    async def _look_first(self) -> None:
        for job in self.found:
            if job.card is not None and job.inputs_ready:
                await self._line_up(job)
        if self.alone:
            await self._see_to(self.found, before=self.began, images_before=self.began)
        self.found.clear()

    async def _look(self) -> None:
        before, images_before = self.clock() - STALE, self.clock() - STALE_IMAGES
        await self._see_to(await self._waiting(), before=before, images_before=images_before)

    async def _waiting(self) -> list[Job]:
        return [job for job in await self.jobs.open_jobs() if job.status is JobStatus.QUEUED]

    async def _see_to(
        self, waiting: Sequence[Job], *, before: datetime, images_before: datetime
    ) -> None:
        for job in waiting:
            async with self.endings.guarding(job):
                if job.card is None and job.created_at <= before:
                    await self._see_through(job)
                if not job.inputs_ready and job.created_at <= images_before:
                    raise JobFailure("failure-restarted")
        untold = await self.jobs.untold(ended_by=before)
        for start in range(0, len(untold), AT_ONCE):
            await asyncio.gather(*map(self._tell, untold[start : start + AT_ONCE]))

    async def _tell(self, job: Job) -> None:
        async with self.endings.guarding(job):
            found = job if job.card else await self._with_card(job)
            if found.card is None and found.failure == UNANSWERED:
                await self.jobs.told(found.id)  # nobody saw anything of it
            else:
                await self.endings.show(found)

    async def _with_card(self, job: Job) -> Job:
        """The job with the card that Discord shows although nobody heard so.

        Raises:
            Postponed: Discord does not answer; a later look finds out.
        """
        try:
            card = await self.cards.first_answer(job)
        except DiscordAway as away:
            raise Postponed(away.code) from away
        placed = await written(partial(self.jobs.place_card, job.id, card)) if card else None
        return placed or job

    async def _line_up(self, job: Job) -> None:
        """A waiting card moves on with the line again."""
        self.line.join(await self.endings.state(job))

    async def _see_through(self, job: Job) -> None:
        """A request that came in when its process died: was it answered?"""
        placed = await self._with_card(job)
        if placed.card is None:
            raise JobFailure("failure-restarted")
        log.info("recover.placed", job=job.id)
        await self._line_up(placed)
        self.bell.ring()
