"""What a finished card still offers: the same once more, the whole prompt, and its removal."""

from dataclasses import dataclass
from pathlib import Path

from bot.delivery import kept_files
from bot.domain.errors import ImageRejected, Refusal
from bot.domain.jobs import Job
from bot.domain.requests import Order, Requester
from bot.generation.cancel import check_owner, find
from bot.generation.inputs import Inputs
from storage.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The same request at today's price on a new card; who presses pays."""

    jobs: Jobs
    inputs: Inputs

    async def __call__(
        self, job_id: str, by: Requester, *, interaction_id: int, channel_id: int
    ) -> Order:
        """The order to submit.

        Raises:
            Refusal: `refusal-job-gone`, or `refusal-image-gone` when its image's time is over.
        """
        job = await find(self.jobs, job_id, by)
        if by.guild_id != job.guild_id:
            raise Refusal("refusal-guild-only")  # a card in direct messages: quotas are servers'
        self._check_images(job)
        return Order(
            interaction_id=interaction_id,
            request=job.request,
            requester=by,
            channel_id=channel_id,
        )

    def _check_images(self, job: Job) -> None:
        try:
            for name in job.request.images:
                self.inputs.path(name)
        except ImageRejected as gone:
            raise Refusal("refusal-image-gone") from gone

    async def prompt(self, job_id: str, by: Requester) -> str:
        """The whole prompt, for anyone who can see the card."""
        return (await find(self.jobs, job_id, by)).request.prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Removes a finished card and its videos on disk; returns no credits."""

    jobs: Jobs
    videos: Path

    async def __call__(self, job_id: str, by: Requester) -> Job:
        """Forget the videos; the caller removes the messages.

        Raises:
            Refusal: `refusal-job-gone`, `refusal-not-yours`, or `refusal-still-running`.
        """
        job = await find(self.jobs, job_id, by)
        check_owner(job, by)
        if not job.status.final:
            raise Refusal("refusal-still-running")
        for file in kept_files(self.videos, job.id):
            file.unlink(missing_ok=True)
        return job
