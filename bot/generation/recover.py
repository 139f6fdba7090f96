"""What a start finds open from the run before: each job is released, with a word to its owner."""

from dataclasses import dataclass

import structlog

from bot.domain.errors import JobFailure
from bot.generation.endings import Endings
from storage.jobs import Jobs

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """Runs once, before commands are answered by workers."""

    jobs: Jobs
    endings: Endings

    async def __call__(self) -> int:
        """End every open job as restarted; return how many there were."""
        open_jobs = await self.jobs.open_jobs()
        for job in open_jobs:
            async with self.endings.guarding(job):
                raise JobFailure("failure-restarted")
        if open_jobs:
            log.info("recover.released", jobs=len(open_jobs))
        return len(open_jobs)
