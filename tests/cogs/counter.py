"""The real bot over the real use cases and a new database; only the relay's side stands still."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import discord
from simcord.actors import MemberActor

from bot.client import ClapperBot
from bot.domain.continuation import Continuation
from bot.domain.jobs import Job, JobStatus
from bot.domain.ledger import Limits, QuotaReport
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import Order, Requester, VideoRequest
from bot.domain.views import CardState
from bot.generation.again import Again, Delete, GoOn
from bot.generation.attempt import Attempt
from bot.generation.cancel import Cancel
from bot.generation.collect import Collect
from bot.generation.deliver import Deliver
from bot.generation.earlier import EarlierVideos
from bot.generation.endings import Endings
from bot.generation.gate import Bell, Gate
from bot.generation.heartbeat import Heartbeat
from bot.generation.inputs import Inputs
from bot.generation.library import Library
from bot.generation.line import Line
from bot.generation.pictures import Pictures
from bot.generation.quotas import Moderation, Quotas
from bot.generation.shelf import Shelf
from bot.generation.slots import Slots
from bot.generation.standing import Standing
from bot.generation.submit import Submit, new_job_id
from bot.generation.worker import Worker
from bot.presenter.buttons import job_buttons
from bot.presenter.desk import Desk, Haste
from bot.presenter.editor import Editor
from bot.presenter.face import Faces
from bot.presenter.pace import Pace
from bot.telemetry import Metrics
from bot.text import Texts
from storage.database import Database
from storage.jobs import Jobs
from storage.leases import Leases
from storage.ledger import Admitted, Ledger
from storage.rules import Rules

TEXTS = Texts(strict=True)
MODELS = Catalogue(
    [
        VideoModel(
            id="sora-2",
            label="Sora 2",
            seconds=(4, 8),
            ratios=("16:9", "9:16"),
            continuation=Continuation.TRANSCRIPT,
        ),
        VideoModel(id="veo-3", label="Veo 3", credits=2, seconds=(6,), ratios=("1:1",), images=0),
        VideoModel(id="kling", label="Kling", ratios=("16:9",), images=2, last_frame=True),
    ]
)
FACES = Faces(texts=TEXTS, models=MODELS, buttons=job_buttons)
_INTERACTIONS = count(1)
KEEP = timedelta(days=7)
HASTE = Haste(submit=0.3, answer=0.3)


class SlowLedger(Ledger):
    """The real one, which a test may keep waiting: simulated time stands still during real I/O."""

    waiting_for: Callable[[], Awaitable[object]] | None = None

    async def admit(self, order: Order, **details: Any) -> Admitted:
        await self._wait()
        return await super().admit(order, **details)

    async def report(self, requester: Requester, **options: Any) -> QuotaReport:
        await self._wait()
        return await super().report(requester, **options)

    async def _wait(self) -> None:
        if self.waiting_for is not None:
            await self.waiting_for()


@dataclass(frozen=True)
class Counter:
    """The parts that tests reach into."""

    bot: ClapperBot
    editor: Editor
    jobs: Jobs
    leases: Leases
    ledger: SlowLedger
    rules: Rules
    earlier: EarlierVideos
    endings: Endings
    line: Line
    gate: Gate
    bell: Bell
    pictures: Pictures
    folder: Path

    @property
    def desk(self) -> Desk:
        return self.bot.desk

    async def only_job(self) -> Job:
        (job,) = await self.jobs.open_jobs()
        return job

    async def run_job(self) -> Job:
        """A worker has asked the relay."""
        claimed = await self.jobs.claim("worker")
        assert claimed is not None
        started = await self.jobs.post_starting(claimed)
        assert started is not None
        return started

    async def fail_job(self) -> Job:
        """The job's end, shown on its card."""
        job = await self.only_job()
        ended = await self.ledger.finish(
            job, JobStatus.FAILED, settle=False, failure="failure-timeout"
        )
        assert ended is not None
        await self.endings.show(ended, mention=False)
        return ended

    async def deliver_job(self, *, said: str = "> sid: s_1") -> Job:
        """The job's video, shown on its card; `said` is the relay's answer."""
        running = await self.run_job()
        delivering = await self.jobs.delivering(running, (), text=said)
        assert delivering is not None
        done = await self.ledger.finish(delivering, JobStatus.DELIVERED, settle=True)
        assert done is not None
        can = await self.earlier.continuable(done)
        card = await self.editor.settle(CardState(job=done, continuable=can))
        await self.jobs.place_card(done.id, card)
        return done

    async def spend(self, price: int, user_id: int, guild_id: int) -> None:
        """A video of that price was delivered."""
        order = Order(
            interaction_id=next(_INTERACTIONS),
            request=VideoRequest(prompt="before", model="sora-2"),
            requester=Requester(guild_id=guild_id, user_id=user_id),
            channel_id=1,
        )
        job = (await self.ledger.admit(order, job_id=new_job_id(), price=price)).job
        await self.ledger.finish(job, JobStatus.DELIVERED, settle=True)

    async def left(self, member: MemberActor, guild_id: int) -> int | None:
        return (await self.ledger.balance(Requester(guild_id=guild_id, user_id=member.id))).left


@asynccontextmanager
async def taking_in(counter: Counter) -> AsyncIterator[None]:
    """Images are fetched and checked meanwhile, as the application lets them."""
    task = asyncio.create_task(counter.pictures.run())
    yield
    task.cancel()
    await asyncio.wait({task})


def open_counter(
    database: Database,
    folder: Path,
    *,
    clock: Callable[[], datetime] = discord.utils.utcnow,
    **desk: Any,
) -> Counter:
    """Everything put together as the application does it."""
    bot = ClapperBot(declared=folder / "commands")
    jobs, gate, bell = Jobs(database, clock), Gate(), Bell()
    ledger = SlowLedger(database, clock, Limits(default_credits=3, max_waiting=2))
    editor = Editor(bot=bot, faces=FACES, clock=clock, pace=Pace(spacing=0.01, ending=0, wait=0.01))
    inputs, earlier = Inputs(folder), EarlierVideos(jobs=jobs, catalogue=MODELS)
    line = Line(jobs=jobs, cards=editor, metrics=Metrics(), pause=0.01)
    endings = Endings(
        ledger=ledger,
        jobs=jobs,
        leases=Leases(database, clock),
        cards=editor,
        inputs=inputs,
        earlier=earlier,
        line=line,
        clock=clock,
        pause=timedelta(seconds=0),
        metrics=Metrics(),
    )
    pictures = Pictures(
        jobs=jobs,
        ledger=ledger,
        cards=editor,
        endings=endings,
        line=line,
        bell=bell,
        inputs=inputs,
    )
    counter = Counter(
        bot=bot,
        editor=editor,
        jobs=jobs,
        leases=Leases(database, clock),
        ledger=ledger,
        rules=Rules(database, clock),
        earlier=earlier,
        endings=endings,
        line=line,
        gate=gate,
        bell=bell,
        pictures=pictures,
        folder=folder,
    )
    bot.desk = replace(_desk(counter, clock), **desk)
    return counter


def _desk(counter: Counter, clock: Callable[[], datetime]) -> Desk:
    return Desk(
        submit=_submit(counter, clock),
        cancel=_cancel(counter),
        again=Again(jobs=counter.jobs, inputs=Inputs(counter.folder), earlier=counter.earlier),
        go_on=GoOn(jobs=counter.jobs, earlier=counter.earlier),
        delete=Delete(jobs=counter.jobs, shelf=Shelf(counter.folder)),
        collect=Collect(
            jobs=counter.jobs,
            cards=counter.editor,
            endings=counter.endings,
            deliver=cast("Deliver", None),  # nothing is fetched here
            bell=counter.bell,
        ),
        quotas=Quotas(ledger=counter.ledger),
        moderation=Moderation(ledger=counter.ledger, rules=counter.rules),
        library=Library(
            jobs=counter.jobs,
            ledger=counter.ledger,
            shelf=Shelf(counter.folder),
            endings=counter.endings,
            metrics=Metrics(),
            keep=KEEP,
            clock=clock,
        ),
        cards=counter.editor,
        faces=FACES,
        clock=clock,
        haste=HASTE,
    )


def _submit(counter: Counter, clock: Callable[[], datetime]) -> Submit:
    return Submit(
        ledger=counter.ledger,
        jobs=counter.jobs,
        earlier=counter.earlier,
        catalogue=MODELS,
        gate=counter.gate,
        standing=Standing(MODELS, clock),
        pictures=counter.pictures,
        line=counter.line,
        bell=counter.bell,
        endings=counter.endings,
        max_image_bytes=1_000_000,
    )


def _cancel(counter: Counter) -> Cancel:
    worker = Worker(
        name="worker",
        jobs=counter.jobs,
        leases=counter.leases,
        heartbeat=Heartbeat(leases=counter.leases, cards=counter.editor, pause=60),
        attempt=cast("Attempt", None),  # it is never run here
        endings=counter.endings,
        line=counter.line,
        gate=counter.gate,
        bell=counter.bell,
        slots=Slots(MODELS, {"default": 1}),
        metrics=Metrics(),
        alone=True,
        pause=60,
    )
    return Cancel(jobs=counter.jobs, endings=counter.endings, worker=worker, refund=False)
