"""Stop a job on its owner's or a moderator's word, and say what that costs."""

from dataclasses import dataclass
from enum import Enum

from bot.domain.errors import Refusal
from bot.domain.jobs import Job, JobStatus
from bot.domain.requests import Requester
from bot.generation.endings import Endings
from bot.generation.worker import Worker
from storage.jobs import Jobs

LOOKS = 3
"""A worker may move the job between the look and the end; then what it costs is decided anew."""


class Cancelled(Enum):
    """What became of the wish to cancel."""

    DONE = "done"
    CONFIRM = "confirm"
    """The relay is paid already: the member is asked first, nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Before the relay was asked a job costs nothing; afterwards it is settled.

    Unless the operator returns cancelled jobs all the same (`REFUND_CANCELLED`).
    """

    jobs: Jobs
    endings: Endings
    worker: Worker
    refund: bool

    async def __call__(self, job_id: str, by: Requester, *, confirmed: bool) -> Cancelled:
        """Cancel the job.

        Raises:
            Refusal: `refusal-job-gone`, `refusal-not-yours` or `refusal-over`.
        """
        for _ in range(LOOKS):
            job = await find(self.jobs, job_id, by)
            check_owner(job, by)
            if job.status not in (JobStatus.QUEUED, JobStatus.RUNNING):
                break
            paid = job.post_started_at is not None and not self.refund
            if paid and not confirmed:
                return Cancelled.CONFIRM
            if await self._end(job, by, settle=paid):
                return Cancelled.DONE
        raise Refusal("refusal-over")

    async def _end(self, job: Job, by: Requester, *, settle: bool) -> bool:
        ended = await self.endings.cancel(job, by=by.user_id, settle=settle, from_={job.status})
        if ended is None:
            return False
        self.worker.stop(job.id)
        if ended.card is not None:  # else `Submit.placed` shows it, as soon as there is one
            await self.endings.show(ended, mention=False)
        return True


async def find(jobs: Jobs, job_id: str, by: Requester) -> Job:
    """The job of that id in the requester's server, or in their direct messages their own.

    Raises:
        Refusal: `refusal-job-gone`; ids in custom ids may be stale or forged.
    """
    job = await jobs.get(job_id)
    if job is None or not _within_reach(job, by):
        raise Refusal("refusal-job-gone")
    return job


def _within_reach(job: Job, by: Requester) -> bool:
    return job.user_id == by.user_id if by.guild_id == 0 else job.guild_id == by.guild_id


def check_owner(job: Job, by: Requester) -> None:
    """Let the owner or a moderator pass.

    Raises:
        Refusal: `refusal-not-yours`.
    """
    if by.user_id != job.user_id and not by.moderator:
        raise Refusal("refusal-not-yours")
