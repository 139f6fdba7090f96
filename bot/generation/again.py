"""What a finished card still offers: the same once more, what comes next, and its removal."""

from dataclasses import dataclass, replace

from bot.domain.errors import ImageRejected, Refusal
from bot.domain.jobs import Job, JobStatus
from bot.domain.requests import Order, Requester
from bot.generation.cancel import check_owner, find
from bot.generation.earlier import EarlierVideos
from bot.generation.inputs import Inputs
from bot.generation.shelf import Shelf
from storage.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The same request at today's price on a new card; who presses pays."""

    jobs: Jobs
    inputs: Inputs
    earlier: EarlierVideos

    async def __call__(
        self, job_id: str, by: Requester, *, interaction_id: int, channel_id: int
    ) -> Order:
        """The order to submit.

        Raises:
            Refusal: `refusal-job-gone`, `refusal-image-gone` when its image's time is over, or
                why the video that it goes on from cannot be gone on from any more.
        """
        job = await _found(self.jobs, job_id, by)
        self._check_images(job)
        await self.earlier.of(job.request)
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
class GoOn:
    """A new request that goes on from a finished video; who presses pays."""

    jobs: Jobs
    earlier: EarlierVideos

    async def __call__(
        self,
        job_id: str,
        by: Requester,
        *,
        prompt: str | None = None,
        interaction_id: int,
        channel_id: int,
    ) -> Order:
        """The order to submit: same model, ratio and length, and no image beside the video.

        Without a `prompt` it has the earlier one.

        Raises:
            Refusal: `refusal-job-gone`, `refusal-no-video`, or why its model cannot go on.
        """
        job = await _found(self.jobs, job_id, by)
        if job.status not in (JobStatus.DELIVERING, JobStatus.DELIVERED):
            raise Refusal("refusal-no-video")
        said = job.request.prompt if prompt is None else prompt
        request = replace(job.request, prompt=said, images=(), continues=job.id)
        await self.earlier.of(request)
        return Order(
            interaction_id=interaction_id, request=request, requester=by, channel_id=channel_id
        )


async def _found(jobs: Jobs, job_id: str, by: Requester) -> Job:
    """The job, in its own server: quotas are servers', so a card in direct messages has none.

    Raises:
        Refusal: `refusal-job-gone` or `refusal-guild-only`.
    """
    job = await find(jobs, job_id, by)
    if by.guild_id != job.guild_id:
        raise Refusal("refusal-guild-only")
    return job


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Removes a finished card and its videos on disk; returns no credits."""

    jobs: Jobs
    shelf: Shelf

    async def __call__(self, job_id: str, by: Requester) -> Job:
        """Forget the videos; the caller removes the messages.

        Raises:
            Refusal: `refusal-job-gone`, `refusal-not-yours`, or `refusal-still-running`.
        """
        job = await find(self.jobs, job_id, by)
        check_owner(job, by)
        if not job.status.final:
            raise Refusal("refusal-still-running")
        self.shelf.remove(job.id)
        await self.jobs.forget_text(job.id)
        return job
