"""What a start finds open from the run before: each job ends, with a word to its owner."""

from dataclasses import dataclass, field
from functools import partial

import structlog

from bot.domain.errors import JobFailure
from bot.domain.jobs import Job, JobStatus
from bot.generation.endings import Endings
from bot.generation.persistence import written
from bot.generation.ports import Cards
from storage.jobs import Jobs
from storage.ledger import Ledger

log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """`release` runs before anything is taken on; `tell` may take its time in the background."""

    jobs: Jobs
    ledger: Ledger
    cards: Cards
    endings: Endings
    released: list[Job] = field(default_factory=list)
    posted: list[Job] = field(default_factory=list)
    """Jobs that were just being posted: their cards tell whether they were."""

    async def release(self) -> None:
        """Return the credits of every open job that cannot have shown its video yet."""
        for job in await self.jobs.open_jobs():
            if job.claimable:
                continue  # it waits for its owner, not for a worker
            if job.status is JobStatus.DELIVERING:
                self.posted.append(job)
            elif ended := await self.endings.release(job, JobFailure("failure-restarted")):
                self.released.append(ended)
        log.info("recover.released", jobs=len(self.released), looking=len(self.posted))

    async def tell(self) -> None:
        """Show the ends on the cards, one after the other."""
        for job in self.posted:
            async with self.endings.guarding(job):
                await self._judge(job)
        for job in self.released:
            async with self.endings.guarding(job):
                await self.endings.show(job)

    async def _judge(self, job: Job) -> None:
        """A video that is on its card was delivered, whatever became of the bot afterwards."""
        if not await self.cards.shows_video(job):
            raise JobFailure("failure-restarted")
        await written(partial(self.ledger.finish, job, JobStatus.DELIVERED, settle=True))
        log.info("recover.delivered", job=job.id)
