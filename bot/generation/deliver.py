"""Bring finished videos to their member: fetch, fit, post, and only then settle."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from bot.delivery import Fitter, VideoFetcher
from bot.domain.errors import (
    CardLost,
    DiscordAway,
    MediaFailure,
    Postponed,
    Refusal,
    StorageError,
)
from bot.domain.events import Completed
from bot.domain.jobs import Job, JobStatus
from bot.domain.views import CardState, Delivery, DeliveryForm, Step
from bot.generation.board import Board
from bot.generation.earlier import EarlierVideos
from bot.generation.ladder import Ladder
from bot.generation.persistence import to_its_end, told, written
from bot.generation.ports import Cards
from bot.generation.turns import Turns
from bot.generation.videos import Found, Videos
from bot.telemetry import Metrics
from storage.jobs import Jobs
from storage.ledger import Ledger

log = structlog.get_logger()


class Deliver:
    """The last part of a job that has videos."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        ledger: Ledger,
        cards: Cards,
        earlier: EarlierVideos,
        fetcher: VideoFetcher,
        fitter: Fitter,
        turns: Turns,
        keeps: bool,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        """Take the parts; `keeps` says whether finished videos stay in their owners' libraries."""
        self._jobs = jobs
        self._metrics = metrics
        self._ledger = ledger
        self._cards = cards
        self._earlier = earlier
        self._videos = Videos(fetcher)
        self._turns = turns
        self._ladder = Ladder(fitter=fitter, clock=clock, keeps=keeps)
        self._clock = clock

    async def __call__(self, job: Job, completed: Completed, board: Board) -> None:
        """Store where the videos are, and what the relay said, then bring them.

        Raises:
            JobFailure: the links hold no video.
            Postponed: Discord is away; `again` goes on from there.
        """
        write = partial(self._jobs.delivering, job, completed.videos, text=completed.text)
        delivering = await written(write)
        if delivering is not None:  # else it was cancelled meanwhile
            await self._bring(delivering, board)

    async def again(self, job: Job, board: Board) -> None:
        """Go on with a job in `delivering` whose bringing was broken off, from what is stored.

        Raises:
            JobFailure: the links hold no video (any more).
            Postponed: Discord is away.
        """
        board.quiet = await self._shows_video(job)
        if board.quiet and len(job.videos) == 1:
            await self._settle(job, videos=1)  # whatever became of the bot afterwards
            return
        try:
            await self._bring(job, board)
        except MediaFailure:
            if not board.quiet:
                raise
            await self._settle(job, videos=len(job.videos))  # the card has what there was

    async def once_more(self, state: CardState) -> bool:
        """Show a delivered job's videos on a card that could not be told; false if it has them.

        What its owner deleted does not come back: only what lies here is shown.

        Raises:
            CardLost: no route reaches it.
            DiscordAway: Discord does not answer.
            Refusal: `refusal-video-gone`, nothing lies here any more.
            MediaFailure: what lies here does not play.
        """
        job = state.job
        if await self._cards.shows_video(job):
            return False
        if not self._videos.here(job):
            raise Refusal("refusal-video-gone")
        board = Board(self._cards, state)
        board.quiet = True
        shown = await self._follow(await self._post(job, await self._videos(job, board), board))
        if shown.job.card is not None:
            await written(partial(self._jobs.place_card, job.id, shown.job.card))
        return True

    async def _shows_video(self, job: Job) -> bool:
        try:
            return await self._cards.shows_video(job)
        except DiscordAway as away:
            raise Postponed(away.code) from away

    async def _bring(self, job: Job, board: Board) -> None:
        """Fetch, fit and post, then settle; harmless to be done again.

        The card is edited to the same, and a second message is looked for before it is made.
        """
        board.show(job=job)
        try:
            async with self._turns.turn():
                found = await self._videos(job, board)
                shown = await self._follow(await self._post(job, found, board))
        except CardLost as lost:
            log.warning("job.put_by", job=job.id, code=lost.code)
            await written(partial(self._jobs.put_by, job))
        except DiscordAway as away:
            raise Postponed(away.code) from away
        else:
            card, moved = shown.job.card, shown.job.card != job.card
            done = replace(job, card=card)
            await to_its_end(self._settle(done, videos=len(found), moved=moved))

    async def _post(self, job: Job, found: Sequence[Found], board: Board) -> CardState:
        failure: MediaFailure | None = None
        async with aclosing(self._ladder.steps(job, found, board)) as steps:
            async for deliveries in steps:
                if board.state.step is not Step.POSTING:
                    board.show(step=Step.POSTING)
                try:
                    return await self._show(job, deliveries, board)
                except MediaFailure as too_large:
                    failure = too_large  # Discord's own limit is lower than it said: one step down
        raise failure or AssertionError("the ladder has a step")  # for the type checker

    async def _show(self, job: Job, deliveries: tuple[Delivery, ...], board: Board) -> CardState:
        finished_at = job.finished_at or self._clock()
        done = replace(job, status=JobStatus.DELIVERED, finished_at=finished_at)
        state = replace(
            board.state,
            job=done,
            deliveries=deliveries,
            took=done.took(),
            continuable=await told(self._earlier.continuable(job)) or False,
        ).with_beside(await told(self._ledger.beside(job)))
        card = await self._cards.settle(state)
        return replace(state, job=replace(state.job, card=card))

    async def _follow(self, state: CardState) -> CardState:
        """Post what the card has no room for; where that fails the card links it instead."""
        if all(each.form is not DeliveryForm.FURTHER for each in state.deliveries):
            return state
        if card := await self._cards.follow(state):
            return replace(state, job=replace(state.job, card=card))
        linked = replace(state, deliveries=tuple(map(_linked_if_further, state.deliveries)))
        try:
            card = await self._cards.settle(linked)
        except (CardLost, MediaFailure) as failure:
            log.warning("card.not_corrected", job=state.job.id, code=failure.code)
            return state
        return replace(linked, job=replace(state.job, card=card))

    async def _settle(self, job: Job, *, videos: int, moved: bool = False) -> None:
        """The videos are posted: from here on nothing may call the job failed.

        `moved` says that their card is not the one that was written down.
        """
        finish = partial(self._ledger.finish, job, JobStatus.DELIVERED, settle=True)
        try:
            if moved and job.card is not None:  # first, so that a start finds where the video is
                await written(partial(self._jobs.place_card, job.id, job.card))
            done = await written(finish)
        except StorageError:
            log.exception("job.settle_not_written", job=job.id)
            return
        if done is None:
            log.error("job.delivered_after_its_end", job=job.id)
            return
        log.info("job.delivered", job=job.id, videos=videos)
        self._count(done)
        await self._cards.mention(replace(done, card=job.card), videos=videos)

    def _count(self, job: Job) -> None:
        self._metrics.jobs.labels("delivered", "").inc()
        if took := job.took():
            self._metrics.seconds.labels(job.request.model).observe(took.total_seconds())


def _linked_if_further(delivery: Delivery) -> Delivery:
    further = delivery.form is DeliveryForm.FURTHER
    return delivery.as_link() if further else delivery
