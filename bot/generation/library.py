"""`/videos`: what a member still has, given out again long after the relay's link has ended."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.delivery import MARGIN, MESSAGE_VIDEOS, link_expiry, together_at
from bot.domain.errors import JobFailure, Refusal, StorageError
from bot.domain.jobs import Job, JobStatus
from bot.domain.library import Candidate, Handout, Kept, Page, VideoFile
from bot.domain.requests import Requester
from bot.generation.cancel import check_owner, find
from bot.generation.endings import Endings
from bot.generation.persistence import written
from bot.generation.shelf import Shelf
from bot.telemetry import Metrics
from storage.jobs import Jobs
from storage.ledger import Ledger

log = structlog.get_logger()

PAGE = 5
"""Videos on a page: each takes four of a message's 40 components, and a screen shows no more."""
LOOK_BACK = 1_000
"""The newest jobs of a member among which a library looks; older ones have long lost theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everybody's own: nobody else sees it, moderators included."""

    jobs: Jobs
    ledger: Ledger
    shelf: Shelf
    endings: Endings
    metrics: Metrics
    keep: timedelta
    """MEDIA_KEEP_DAYS."""
    clock: Callable[[], datetime]

    async def page(self, by: Requester, number: int) -> Page:
        """A page of the member's videos in this server: who waits for them first, then newest."""
        found = await self.jobs.library(by.guild_id, by.user_id, limit=LOOK_BACK)
        kept = await asyncio.to_thread(self._still_there, found)
        ids = sorted(kept, key=lambda job_id: kept[job_id].claimable_since is None)
        pages = max(-(-len(ids) // PAGE), 1)
        number = min(max(number, 1), pages)
        shown = ids[(number - 1) * PAGE : number * PAGE]
        jobs = await self.jobs.of_ids(shown)
        items = await asyncio.to_thread(lambda: [self._kept(job) for job in jobs])
        return Page(
            items=tuple(item for item in items if item is not None),
            number=number,
            pages=pages,
            total=len(ids),
        )

    async def find(self, job_id: str, by: Requester) -> Kept:
        """A video of the member's own.

        Raises:
            Refusal: `refusal-not-in-library`, the same for what there never was and for what is
                somebody else's; `refusal-video-gone` when its file is not there any more.
        """
        job = await self.jobs.get(job_id)
        if job is None or (job.guild_id, job.user_id) != (by.guild_id, by.user_id):
            raise Refusal("refusal-not-in-library")
        if job.status is not JobStatus.DELIVERED and not job.claimable:
            raise Refusal("refusal-not-in-library")
        kept = await asyncio.to_thread(self._kept, job)
        if kept is None:
            raise Refusal("refusal-video-gone")
        copies = await asyncio.to_thread(self.shelf.copies, job.id)
        return replace(kept, copies=copies, hidden=await self.jobs.hides(job))

    async def postable(self, job_id: str, by: Requester) -> Kept:
        """The same, to be shown to everybody.

        Raises:
            Refusal: also `refusal-blocked`: what moderators stopped must not come back this way.
        """
        kept = await self.find(job_id, by)
        report = await self.ledger.report(by, entries=0)
        if report.block is not None:
            raise Refusal("refusal-blocked", reason=report.block.reason)
        return kept

    def handout(self, kept: Kept, limit: int) -> Handout:
        """What of it can be given out where a file may have `limit` bytes; 0 asks for links.

        Before an original that does not play in place, or instead of one that is too large, comes
        the copy that was made of it.
        """
        offer = Handout(kept=kept, files=tuple(_fitting(_offered(kept, limit), limit)), limit=limit)
        if not offer.left_out:
            return offer
        url, now = _link(kept.job, offer.left_out[0]), self.clock()
        expires_at = link_expiry(url, now)
        over = expires_at is not None and expires_at <= now
        return offer if over else replace(offer, url=url, expires_at=expires_at)

    async def given(self, job: Job) -> None:
        """Its owner has it: what waited for them is settled now, once however often it is given."""
        if not job.claimable:
            return
        settle = partial(
            self.ledger.finish,
            job,
            JobStatus.DELIVERED,
            settle=True,
            from_={JobStatus.DELIVERING},
        )
        try:
            done = await written(settle)
        except StorageError:
            log.exception("job.claim_not_written", job=job.id)
            return
        if done is not None:
            log.info("job.claimed", job=job.id)
            self.metrics.jobs.labels("delivered", "").inc()

    async def delete(self, job_id: str, by: Requester) -> None:
        """Forget a video for good; returns no credits, as Delete on a card.

        Raises:
            Refusal: as `find`.
        """
        kept = await self.find(job_id, by)
        await self.given(kept.job)
        await asyncio.to_thread(self.shelf.remove, kept.job.id)
        await self.jobs.forget_text(job_id)
        log.info("library.deleted", job=job_id)

    async def removable(self, job_id: str, by: Requester) -> None:
        """Let whoever may take a posted copy away pass: its owner, and moderators.

        Raises:
            Refusal: `refusal-job-gone` or `refusal-not-yours`.
        """
        check_owner(await find(self.jobs, job_id, by), by)

    async def expire(self) -> None:
        """Return the credits of what nobody came for in time, with a word to its owner.

        What the relays said goes with the results: nothing can be gone on from then.
        """
        for job in await self.jobs.unclaimed(self.clock() - self.keep):
            async with self.endings.guarding(job):
                raise JobFailure("failure-unclaimed")
        await self.jobs.forget_texts(ended_before=self.clock() - self.keep)

    def _still_there(self, found: Iterable[Candidate]) -> dict[str, Candidate]:
        """Those whose files are there and whose time is not over, by job id, in their order."""
        return {
            one.job_id: one
            for one in found
            if self._files(one.job_id, one.videos, one.claimable_since) is not None
        }

    def _kept(self, job: Job) -> Kept | None:
        claimable_since = job.claimable_since if job.claimable else None
        found = self._files(job.id, len(job.videos), claimable_since)
        return Kept(job=job, files=found[0], until=found[1]) if found else None

    def _files(
        self, job_id: str, videos: int, claimable_since: datetime | None
    ) -> tuple[tuple[VideoFile, ...], datetime] | None:
        """The files and the end of their time; it is not over while a claimable job is open."""
        files = self.shelf.files(job_id, videos)
        if not files:
            return None
        until = (claimable_since or min(file.stored_at for file in files)) + self.keep
        over = until <= self.clock() and claimable_since is None
        return None if over else (files, until)


def _offered(kept: Kept, limit: int) -> Iterable[VideoFile]:
    """The originals, each after the best copy of it that is needed, while a message has room."""
    copies = kept.copies if 2 * len(kept.files) <= MESSAGE_VIDEOS else ()
    best = sorted(copies, key=lambda copy: copy.file.size, reverse=True)
    for file in kept.files:
        small = file.size <= limit - MARGIN
        yield from [
            copy.file
            for copy in best
            if copy.file.number == file.number
            and copy.file.size <= limit - MARGIN
            and not (small and copy.smaller)
        ][:1]
        yield file


def _fitting(files: Iterable[VideoFile], limit: int) -> Iterable[VideoFile]:
    """The files that one message takes, in their order."""
    together = together_at(limit)
    for file in files:
        if file.size <= min(limit - MARGIN, together):
            together -= file.size
            yield file


def _link(job: Job, file: VideoFile) -> str:
    """The relay's best link to a video, once known."""
    links = job.videos[file.number - 1 : file.number]
    return links[0][0] if links and links[0] else ""
