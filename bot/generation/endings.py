"""How jobs end: state and credits first, in one transaction, then the card and one mention."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial

import structlog

from bot.domain.errors import CardLost, JobFailure, RelayFailure
from bot.domain.jobs import Job, JobStatus
from bot.domain.views import CardState
from bot.generation.earlier import EarlierVideos
from bot.generation.inputs import Inputs
from bot.generation.line import Line
from bot.generation.persistence import told, written
from bot.generation.ports import Cards
from bot.telemetry import Metrics
from storage.jobs import Jobs
from storage.ledger import Ledger

log = structlog.get_logger()


class Endings:
    """The one place where jobs become failed or cancelled."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        jobs: Jobs,
        cards: Cards,
        inputs: Inputs,
        earlier: EarlierVideos,
        line: Line,
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._cards = cards
        self._inputs = inputs
        self._earlier = earlier
        self._line = line
        self._metrics = metrics

    @asynccontextmanager
    async def guarding(self, job: Job) -> AsyncIterator[None]:
        """Turn whatever goes wrong inside into the job's honest end; nothing but a stop passes."""
        try:
            yield
        except JobFailure as failure:
            await self._survive(job, failure)
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
            job, JobStatus.CANCELLED, settle=settle, failure=code, reason=str(by), from_=from_
        )
        if ended is not None:
            log.info("job.cancelled", job=job.id, settled=settle)
            self._metrics.jobs.labels("cancelled", "").inc()
        return ended

    async def show(self, job: Job, *, mention: bool = True) -> None:
        """Show a job's end on its card, then tell its owner once."""
        self._line.leave(job.id)
        balance = await told(self._ledger.balance(job.requester()))
        state = CardState(
            job=job,
            balance=balance,
            pictures=self._inputs.pictures(job),
            earlier=await told(self._earlier.spot(job)),
        )
        try:
            card = await self._cards.settle(state)
        except CardLost as lost:
            log.warning("card.lost", job=job.id, code=lost.code)
            return
        if card != job.card:
            await written(partial(self._jobs.place_card, job.id, card))
        if mention:
            await self._cards.mention(job)

    async def _survive(self, job: Job, failure: JobFailure) -> None:
        try:
            await self.fail(job, failure)
        except Exception:
            # Unless it was written, the next start finds the open job and releases it.
            log.exception("job.end_broke", job=job.id)
