"""Bring a finished video to its member: fetch, probe, post, and only then settle."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from bot.delivery import VideoFetcher, fits, link_expiry, probe
from bot.domain.errors import (
    CardLost,
    DiscordAway,
    FailureKind,
    JobFailure,
    MediaFailure,
    Postponed,
    RelayFailure,
    StorageError,
)
from bot.domain.events import Completed
from bot.domain.jobs import Job, JobStatus
from bot.domain.views import Clip, Delivery, DeliveryForm, Step
from bot.generation.board import Board
from bot.generation.earlier import EarlierVideos
from bot.generation.persistence import told, written
from bot.generation.ports import Cards
from bot.telemetry import Metrics
from storage.jobs import Jobs
from storage.ledger import Ledger

log = structlog.get_logger()


class Deliver:
    """The last part of a job that has a video."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        ledger: Ledger,
        cards: Cards,
        earlier: EarlierVideos,
        fetcher: VideoFetcher,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._jobs = jobs
        self._metrics = metrics
        self._ledger = ledger
        self._cards = cards
        self._earlier = earlier
        self._fetcher = fetcher
        self._clock = clock

    async def __call__(self, job: Job, completed: Completed, board: Board) -> None:
        """Fetch, probe and post the first video, then settle its credits.

        Raises:
            JobFailure: the links hold no video, or nobody can be reached.
        """
        if not completed.videos:
            raise RelayFailure(FailureKind.NO_RESULT)
        links = completed.videos[0]
        delivering = await written(partial(self._jobs.delivering, job, completed.videos))
        if delivering is None:
            return  # cancelled meanwhile
        await self._bring(delivering, links, board)

    async def again(self, job: Job, board: Board) -> None:
        """The same from the links that were kept, after a stop between the relay and the card.

        Raises:
            JobFailure: the links hold no video (any more).
            Postponed: Discord is away.
        """
        if await self._shows_video(job):
            await self._settle(job)  # whatever became of the bot afterwards
            return
        if not job.videos:
            raise RelayFailure(FailureKind.NO_RESULT)
        await self._bring(job, job.videos[0], board)

    async def _shows_video(self, job: Job) -> bool:
        try:
            return await self._cards.shows_video(job)
        except DiscordAway as away:
            raise Postponed(away.code) from away

    async def _bring(self, delivering: Job, links: Sequence[str], board: Board) -> None:
        board.show(job=delivering, step=Step.FETCHING)
        clip, url = await self._first_that_plays(delivering, links, board)
        board.show(step=Step.POSTING)
        card = await self._post(delivering, self._delivery(delivering, clip, url), board)
        await self._settle(card)

    async def _first_that_plays(
        self, job: Job, links: Sequence[str], board: Board
    ) -> tuple[Clip, str]:
        """Relays print one file under several links; the next is tried when one fails."""
        *others, last = links
        for url in others:
            try:
                return await self._fetch(job, url, board), url
            except MediaFailure as failure:
                log.info("media.next_link", job=job.id, code=failure.code)
        return await self._fetch(job, last, board), last

    async def _fetch(self, job: Job, url: str, board: Board) -> Clip:
        try:
            path = await self._fetcher.fetch(
                job.id, url, on_size=lambda size: board.show(bytes_total=size)
            )
        except OSError as error:
            log.exception("media.not_stored", job=job.id)
            raise MediaFailure("media-no-room") from error
        return await probe(path)

    def _delivery(self, job: Job, clip: Clip, url: str) -> Delivery:
        limit = job.card.size_limit if job.card else 0
        if fits(clip, limit):
            return Delivery(form=DeliveryForm.ATTACHED, clip=clip)
        return self._linked(clip, url)

    def _linked(self, clip: Clip, url: str) -> Delivery:
        expires = link_expiry(url, self._clock())
        return Delivery(form=DeliveryForm.LINKED, clip=clip, url=url, expires_at=expires)

    async def _post(self, job: Job, delivery: Delivery, board: Board) -> Job:
        try:
            return await self._show(job, delivery, board)
        except MediaFailure:
            if delivery.form is DeliveryForm.LINKED:
                raise
            # Discord's own limit was lower than the interaction said: one step down.
            linked = self._linked(delivery.clip, job.video_url or "")
            return await self._show(job, linked, board)
        except CardLost as lost:
            raise JobFailure("failure-unreachable") from lost
        except DiscordAway as away:
            raise Postponed(away.code) from away

    async def _show(self, job: Job, delivery: Delivery, board: Board) -> Job:
        done = replace(job, status=JobStatus.DELIVERED, finished_at=self._clock())
        balance = await told(self._ledger.balance(job.requester()))
        state = replace(
            board.state,
            job=done,
            balance=balance,
            delivery=delivery,
            took=done.took(),
            continuable=await told(self._earlier.continuable(job)) or False,
        )
        card = await self._cards.settle(state)
        return replace(job, card=card)

    async def _settle(self, job: Job) -> None:
        """The video is posted: from here on nothing may call the job failed."""
        finish = partial(self._ledger.finish, job, JobStatus.DELIVERED, settle=True)
        try:
            done = await written(finish)
        except StorageError:
            log.exception("job.settle_not_written", job=job.id)
            return
        if done is None:
            log.error("job.delivered_after_its_end", job=job.id)
            return
        log.info("job.delivered", job=job.id)
        self._count(done)
        if job.card is not None:
            await written(partial(self._jobs.place_card, job.id, job.card))
        await self._cards.mention(replace(done, card=job.card))

    def _count(self, job: Job) -> None:
        self._metrics.jobs.labels("delivered", "").inc()
        if took := job.took():
            self._metrics.seconds.labels(job.request.model).observe(took.total_seconds())
