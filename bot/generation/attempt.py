"""One attempt at a job, from wherever it stands: ask the relay once, listen, hand the video on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.domain.continuation import Earlier
from bot.domain.errors import FailureKind, ImageRejected, JobFailure, Refusal, RelayFailure
from bot.domain.events import Accepted, Completed, Event, Failed, Progress
from bot.domain.jobs import Job, JobStatus
from bot.domain.models import Catalogue, ImageTransport, VideoModel
from bot.domain.views import CardState
from bot.generation.board import Board
from bot.generation.deliver import Deliver
from bot.generation.earlier import EarlierVideos
from bot.generation.gate import Gate
from bot.generation.inputs import Inputs
from bot.generation.persistence import told, written
from bot.generation.ports import Cards, Operators
from bot.generation.silence import heard
from bot.generation.standing import Standing
from bot.relay import OutgoingImage, request_body
from storage.jobs import Jobs
from storage.ledger import Ledger

if TYPE_CHECKING:
    from bot.relay import RelayClient

log = structlog.get_logger()

LAST_LOOK = timedelta(minutes=2)
"""For a task whose time ran out while nobody listened: its video may be there all the same."""


class Attempt:
    """Works on a claimed job until it has a video; whatever fails is raised as `JobFailure`."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        ledger: Ledger,
        cards: Cards,
        inputs: Inputs,
        earlier: EarlierVideos,
        deliver: Deliver,
        operators: Operators,
        standing: Standing,
        gate: Gate,
        catalogue: Catalogue,
        relays: Mapping[str, "RelayClient"],
        clock: Callable[[], datetime],
        limit: timedelta,
        silence: timedelta,
    ) -> None:
        self._jobs = jobs
        self._ledger = ledger
        self._cards = cards
        self._inputs = inputs
        self._earlier = earlier
        self._deliver = deliver
        self._operators = operators
        self._standing = standing
        self._gate = gate
        self._catalogue = catalogue
        self._relays = relays
        self._clock = clock
        self._limit = limit
        self._silence = silence

    async def __call__(self, job: Job) -> None:
        """Ask, listen, deliver; or go on where an earlier worker was stopped.

        Raises:
            JobFailure: the relay, the image or the video; the credits return.
            Postponed: Discord is away; the video waits.
        """
        board = await self._board(job)
        if job.status is JobStatus.DELIVERING:
            await self._deliver.again(job, board)
        elif job.post_started_at is None:
            await self._begin(job, board)
        else:
            await self._go_on(job, job.post_started_at, board)

    async def _begin(self, job: Job, board: Board) -> None:
        model = self._model(job)
        body = await self._body(job, model)
        if self._gate.closed:  # the next start takes it up
            await self._cards.park(replace(board.state, parked=True))
            return
        started = await written(partial(self._jobs.post_starting, job))
        if started is None:
            return  # cancelled meanwhile
        board.show(job=started)
        relay = self._relays[model.relay]
        events = relay.run(body, prompt=job.request.prompt, route=model.route)
        outcome = await self._listen(started, events, board, self._limit)
        await self._conclude(model, outcome, board)

    async def _go_on(self, job: Job, asked_at: datetime, board: Board) -> None:
        """The relay was asked and is paid: nothing is asked for twice, the task is found again."""
        if job.handle is None or not job.handle.findable:
            raise JobFailure("failure-restarted")
        model = self._model(job)
        log.info("job.resumed", job=job.id)
        events = self._relays[model.relay].resume(job.handle, prompt=job.request.prompt)
        left = max(asked_at + self._limit - self._clock(), LAST_LOOK)
        outcome = await self._listen(job, events, board, left)
        # What a task says of itself is not the answer that a continuation would send back.
        await self._conclude(model, replace(outcome, text=""), board)

    def _model(self, job: Job) -> VideoModel:
        try:
            return self._catalogue.get(job.request.model)
        except Refusal as gone:
            raise RelayFailure(FailureKind.MODEL_UNAVAILABLE) from gone

    async def _board(self, job: Job) -> Board:
        beside = await told(self._ledger.beside(job))
        typical = beside.typical_seconds if beside else None
        ready = job.started_at + timedelta(seconds=typical) if job.started_at and typical else None
        state = CardState(
            job=job,
            pictures=self._inputs.pictures(job),
            ready_at=ready,
            earlier=await told(self._earlier.spot(job)),
        )
        board = Board(self._cards, replace(state, balance=beside.balance if beside else None))
        if job.status is not JobStatus.DELIVERING:  # its card may hold the video already
            board.show()
        return board

    async def _body(self, job: Job, model: VideoModel) -> Mapping[str, object]:
        count = len(job.request.images)
        images = [await self._image(job, model, number) for number in range(count)]
        return request_body(model, job.request, images, await self._continued(job))

    async def _continued(self, job: Job) -> Earlier | None:
        try:
            return await written(partial(self._earlier.of, job.request))
        except Refusal as gone:
            raise JobFailure("failure-continuation") from gone

    async def _image(self, job: Job, model: VideoModel, number: int) -> OutgoingImage:
        path = self._inputs.path(job.request.images[number])
        mime = "image/png" if path.suffix == ".png" else "image/jpeg"
        if model.image_transport is ImageTransport.DATA:
            return OutgoingImage(mime=mime, data=await asyncio.to_thread(path.read_bytes))
        if (url := await self._cards.picture_url(job, number)) is None:
            raise ImageRejected("image-fetch")
        return OutgoingImage(mime=mime, url=url)

    async def _conclude(self, model: VideoModel, outcome: Completed | Failed, board: Board) -> None:
        if isinstance(outcome, Failed):
            await self._report(model, outcome)
            raise RelayFailure(outcome.kind, outcome.reason)
        self._standing.succeeded(model)
        await self._deliver(board.state.job, outcome, board)

    async def _listen(
        self, job: Job, events: AsyncGenerator[Event, None], board: Board, limit: timedelta
    ) -> Completed | Failed:
        try:
            async with asyncio.timeout(limit.total_seconds()), aclosing(events):
                return await self._follow(job, events, board)
        except TimeoutError:
            return Failed(kind=FailureKind.TIMEOUT)

    async def _follow(
        self, job: Job, events: AsyncIterator[Event], board: Board
    ) -> Completed | Failed:
        async for event in heard(events, self._silence, lambda: board.silent(self._last_word())):
            match event:
                case Accepted(handle=handle):
                    await written(partial(self._jobs.store_handle, job, handle))
                    board.state = replace(board.state, job=replace(job, handle=handle))
                case Progress():
                    board.progress(event)
                case Completed() | Failed():
                    return event
        return Failed(kind=FailureKind.TRUNCATED)

    def _last_word(self) -> datetime:
        return self._clock() - self._silence

    async def _report(self, model: VideoModel, failed: Failed) -> None:
        if self._standing.failed(model, failed.kind):
            log.error("relay.operator_must_act", kind=failed.kind.value, reason=failed.reason)
            await self._operators.report(
                f"operator-{failed.kind.value.replace('_', '-')}",
                model=model.label,
                reason=failed.reason,
            )
