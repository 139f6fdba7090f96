"""The videos that others go on from: whether that can be done, and what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.continuation import Continuation, Earlier
from bot.domain.errors import Refusal
from bot.domain.jobs import Handle, Job
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest
from bot.domain.views import Spot
from storage.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVideos:
    """Looks back from a request to the job that it continues."""

    jobs: Jobs
    catalogue: Catalogue

    async def of(self, request: VideoRequest) -> Earlier | None:
        """What the relay needs to know of the video that `request` goes on from, if it does.

        Raises:
            Refusal: `refusal-earlier-gone`, `refusal-model`, or why its model cannot:
                `refusal-continuation`, `refusal-no-answer`, `refusal-no-id`.
        """
        if request.continues is None:
            return None
        model = self.catalogue.get(request.model)
        job = await self.jobs.get(request.continues)
        if job is None:
            raise Refusal("refusal-earlier-gone")
        earlier = await self._told(job, model)
        if not model.can_continue(earlier):
            raise Refusal(_WHY_NOT.get(model.continuation, "refusal-no-id"), model=model.label)
        return earlier

    async def continuable(self, job: Job) -> bool:
        """Whether the job's own video can be gone on from, as far as `job` knows of it."""
        try:
            model = self.catalogue.get(job.request.model)
        except Refusal:
            return False
        return model.can_continue(await self._told(job, model))

    async def spot(self, job: Job) -> Spot | None:
        """Where the card of the video is that `job` goes on from, unless it was sent privately."""
        if job.request.continues is None:
            return None
        earlier = await self.jobs.get(job.request.continues)
        card = earlier.card if earlier else None
        if earlier is None or card is None or card.channel_id != earlier.channel_id:
            return None
        return Spot(
            guild_id=earlier.guild_id, channel_id=card.channel_id, message_id=card.message_id
        )

    async def _told(self, job: Job, model: VideoModel) -> Earlier:
        """The answer may be long, so it is read for those alone who send it back."""
        whole = model.continuation is Continuation.TRANSCRIPT
        text = await self.jobs.text(job.id) if whole else None
        handle = job.handle or Handle()
        return Earlier(prompt=job.request.prompt, text=text or "", handle=handle)


_WHY_NOT: Mapping[Continuation, str] = {
    Continuation.NONE: "refusal-continuation",
    Continuation.TRANSCRIPT: "refusal-no-answer",
}
