"""How jobs end: state and credits first, in one transaction, then the card and one mention."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.errors import CardLost, DiscordAway, JobFailure, Postponed, RelayFailure
from bot.domain.jobs import CardRef, Job, JobStatus
from bot.domain.views import CardState
from bot.generation.earlier import EarlierVideos
from bot.generation.inputs import Inputs
from bot.generation.line import Line
from bot.generation.persistence import told, written
from bot.generation.ports import Cards
from bot.telemetry import Metrics
from storage.jobs import Jobs
from storage.leases import Leases
from storage.ledger import Ledger

log = structlog.get_logger()

LONGEST = timedelta(minutes=10)
"""The most that a job waits which cannot go on now."""
HOPELESS = timedelta(hours=12)
"""After so long a video that Discord does not take waits for its owner in their library."""
PARKING = 10.0
"""Seconds for each job when the bot stops; all are parked at once."""


class Endings:
    """The one place where jobs become failed or cancelled."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        jobs: Jobs,
        leases: Leases,
        cards: Cards,
        inputs: Inputs,
        earlier: EarlierVideos,
        line: Line,
        clock: Callable[[], datetime],
        pause: timedelta,
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._leases = leases
        self._cards = cards
        self._inputs = inputs
        self._earlier = earlier
        self._line = line
        self._clock = clock
        self._pause = pause
        self._metrics = metrics

    @asynccontextmanager
    async def guarding(self, job: Job) -> AsyncIterator[None]:
        """Turn whatever goes wrong inside into the job's honest end; nothing but a stop passes."""
        try:
            yield
        except JobFailure as failure:
            await self._survive(job, failure)
        except Postponed as later:
            await self._postpone(job, later)
        except Exception:
            log.exception("job.broke", job=job.id)
            await self._survive(job, JobFailure("failure-unexpected", reference=job.id))

    async def fail(self, job: Job, failure: JobFailure) -> None:
        """End a job without a video: its credits return and its card says why."""
        if (ended := await self.release(job, failure)) is not None:
            await self.show(ended)

    async def release(self, job: Job, failure: JobFailure) -> Job | None:
        """The first half of `fail`, without its card; `None` when the job was over before."""
        finish = partial(
            self._ledger.finish,
            job,
            JobStatus.FAILED,
            settle=False,
            failure=failure.code,
            reason=failure.reason if isinstance(failure, RelayFailure) else None,
            params=failure.params,
            untold=True,
        )
        if (ended := await written(finish)) is not None:
            log.info("job.failed", job=job.id, code=failure.code)
            self._metrics.jobs.labels("failed", failure.code).inc()
        return ended

    async def cancel(
        self, job: Job, *, by: int, settle: bool, from_: Collection[JobStatus]
    ) -> Job | None:
        """End a job because somebody said so; `None` when it was over (or further) before."""
        code = "cancelled-by-owner" if by == job.user_id else "cancelled-by-moderator"
        ended = await self._ledger.finish(
            job,
            JobStatus.CANCELLED,
            settle=settle,
            failure=code,
            reason=str(by),
            untold=True,
            from_=from_,
        )
        if ended is not None:
            log.info("job.cancelled", job=job.id, settled=settle)
            self._metrics.jobs.labels("cancelled", "").inc()
        return ended

    async def show(self, job: Job, *, mention: bool = True) -> bool:
        """Show a job's end on its card, then tell its owner once; false when no card shows it."""
        self._line.leave(job.id)
        try:
            card: CardRef | None = await self._cards.settle(await self.state(job))
        except DiscordAway as away:
            log.warning("card.not_told_yet", job=job.id, code=away.code)
            return False  # it stays untold, and is shown again later
        except CardLost as lost:
            log.warning("card.lost", job=job.id, code=lost.code)
            card = None
        if card is not None and card != job.card:
            await written(partial(self._jobs.place_card, job.id, card))
        first = await written(partial(self._jobs.told, job.id))
        if mention and first and card is not None:
            await self._cards.mention(replace(job, card=card))
        return card is not None

    async def hand_over(self, job_id: str) -> None:
        """Another process shows the job's card from now on.

        What it cancelled is shown once more, in case that was shown over here.
        """
        await self._cards.drop(job_id)
        job = await self._jobs.get(job_id)
        if job is not None and job.status is JobStatus.CANCELLED:
            await self.show(job, mention=False)

    async def park(self, job_id: str) -> None:
        """Say on a card that the bot stops and the job goes on by itself; never raises.

        A job whose relay was asked and gave no way to find the task ends here: nothing that
        comes could reach it.
        """
        try:
            async with asyncio.timeout(PARKING):
                await self._park(job_id)
        except Exception:
            log.exception("job.not_parked", job=job_id)  # the next start takes it up all the same

    async def _park(self, job_id: str) -> None:
        job = await self._jobs.get(job_id)
        if job is None or job.status.final:
            return
        if job.lost_without_worker:
            await self.fail(job, JobFailure("failure-restarted"))
            return
        await self._cards.park(replace(await self.state(job), parked=True))
        await self._leases.postpone(job)  # only now may another process show it

    async def state(self, job: Job) -> CardState:
        """What a job's card shows, whatever it is at; hidden where its server asks for it now."""
        state = CardState(
            job=job,
            pictures=self._inputs.pictures(job),
            earlier=await told(self._earlier.spot(job)),
        )
        return state.with_beside(await told(self._ledger.beside(job)))

    async def _postpone(self, job: Job, later: Postponed) -> None:
        """The longer it waits already, the longer it waits."""
        waited = self._clock() - job.created_at
        put_by = await told(self._jobs.put_by(job)) if waited > HOPELESS else None
        if put_by is not None:
            log.warning("job.put_by", job=job.id, code=later.code)
            return
        pause = min(max(waited / 10, self._pause), LONGEST)
        log.warning("job.postponed", job=job.id, code=later.code, seconds=pause.total_seconds())
        await told(self._leases.postpone(job, pause))

    async def _survive(self, job: Job, failure: JobFailure) -> None:
        try:
            await self.fail(job, failure)
        except Exception:
            # Unless it was written, the job is taken up again once its lease has ended.
            log.exception("job.end_broke", job=job.id)
