"""What was left open: jobs without a worker go on, and every end reaches its owner."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.errors import DiscordAway, JobFailure, StorageError
from bot.domain.jobs import Job, JobStatus
from bot.domain.views import CardState
from bot.generation.endings import Endings
from bot.generation.gate import Bell
from bot.generation.inputs import Inputs
from bot.generation.line import Line
from bot.generation.persistence import written
from bot.generation.ports import Cards
from storage.jobs import Jobs
from storage.leases import Leases

log = structlog.stdlib.get_logger()

STALE = timedelta(minutes=2)
"""After so long nobody is still at work on a first answer, an image or the telling of an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """`prepare` runs before anything is taken on; `run` belongs to the application.

    Running jobs are taken up by the worker once nobody holds their lease. What stays for here:
    requests whose first answer nobody saw through, images that were never fetched, and ends
    that no card shows yet. `alone` says that no other process works on the database, so that
    all that is found at the start was left by a former life of this one.
    """

    worker: str
    alone: bool
    jobs: Jobs
    leases: Leases
    cards: Cards
    endings: Endings
    inputs: Inputs
    line: Line
    bell: Bell
    clock: Callable[[], datetime]
    pause: float

    async def prepare(self) -> None:
        """Free what a former life of this process held.

        Raises:
            StorageError: the database cannot answer.
        """
        await self.leases.disown(self.worker)

    async def run(self) -> None:
        """Look once after the start, then every `pause` seconds until cancelled."""
        age = timedelta(0) if self.alone else STALE
        began = self.clock()
        await self._line_up()
        while True:
            try:
                await self._look(before=min(began, self.clock()) - age)
            except StorageError as error:
                log.warning("recover.unknown", code=error.code)
            else:
                age, began = STALE, datetime.max.replace(tzinfo=began.tzinfo)
            await asyncio.sleep(self.pause)

    async def _line_up(self) -> None:
        """Waiting cards move on with the line again."""
        try:
            waiting = await self.jobs.open_jobs()
        except StorageError as error:
            log.warning("recover.unknown", code=error.code)
            return
        for job in waiting:
            if job.status is JobStatus.QUEUED and job.card is not None and job.inputs_ready:
                self.line.join(CardState(job=job, picture=self.inputs.picture(job)))
        log.info("recover.found", jobs=len(waiting))

    async def _look(self, *, before: datetime) -> None:
        for job in await self.jobs.open_jobs():
            if job.status is JobStatus.QUEUED and job.created_at <= before:
                async with self.endings.guarding(job):
                    await self._see_through(job)
        for job in await self.jobs.untold(ended_by=before):
            async with self.endings.guarding(job):
                await self.endings.show(job)

    async def _see_through(self, job: Job) -> None:
        """A request that came in when the process died: is it answered, has it its images?"""
        if not job.inputs_ready:
            raise JobFailure("failure-restarted")
        if job.card is not None:
            return
        try:
            card = await self.cards.first_answer(job)
        except DiscordAway:
            return  # the next look finds out
        if card is None:
            raise JobFailure("failure-restarted")
        placed = await written(partial(self.jobs.place_card, job.id, card))
        if placed is not None:
            log.info("recover.placed", job=job.id)
            self.line.join(CardState(job=replace(job, card=card)))
            self.bell.ring()
