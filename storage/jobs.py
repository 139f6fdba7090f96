"""The job table: how a job moves from waiting to delivering; `ledger.py` admits and ends it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from bot.domain.jobs import CardRef, Handle, Job, JobStatus
from bot.domain.library import Candidate
from bot.domain.views import Place
from storage.database import Database
from storage.leases import ACTIVE, LEASE, TAKE
from storage.library import candidates, jobs_of, unclaimed
from storage.locks import Lock, hold_lock
from storage.rows import (
    OF_CLAIM,
    OF_JOB,
    change_job,
    change_of,
    claim_of,
    document_of_card,
    document_of_handle,
    job_of_row,
)
from storage.schema import jobs, servers, texts
from storage.sharing import SharedLook
from storage.waiting import FAIR_WINDOW, NEXT, in_work, places

MAX_TEXT = 256 * 1024
"""Bytes of a relay's answer that are kept for a continuation."""

_NEW_TEXT = insert(texts)
_WAITS = jobs.c.status == JobStatus.QUEUED
_RUNS = jobs.c.status == JobStatus.RUNNING
_IS_BROUGHT = jobs.c.status == JobStatus.DELIVERING

_PLACE_CARD = change_of(OF_JOB)
_RENEW_CARD = change_of(OF_JOB, or_(_WAITS, _RUNS, _IS_BROUGHT))
_MAKE_READY = change_of(OF_JOB, _WAITS)
_OWN = change_of(OF_JOB, OF_CLAIM)
_POST = change_of(OF_JOB, OF_CLAIM, _RUNS, jobs.c.post_started_at.is_(None))
_DELIVER = change_of(OF_JOB, OF_CLAIM, _RUNS)
_PUT_BY = change_of(OF_JOB, OF_CLAIM, _IS_BROUGHT)
_TAKE_UP = change_of(OF_JOB, _IS_BROUGHT, jobs.c.claimable_since.is_not(None))
_TELL = change_of(OF_JOB, jobs.c.untold == True)  # noqa: E712


class Jobs:
    """Every job that was ever admitted.

    A change names what it expects to find: `None` means that someone else was first. Changes
    by a worker also carry its claim's number, so that one that was replaced writes nothing.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, max_running: int = 1
    ) -> None:
        self._database = database
        self._clock = clock
        self._max_running = max_running
        self._line = SharedLook(partial(database.transact, self._places))

    async def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return await self._one(jobs.c.id == job_id)

    async def by_interaction(self, interaction_id: int) -> Job | None:
        """The job that an interaction made."""
        return await self._one(jobs.c.interaction_id == interaction_id)

    async def hides(self, job: Job) -> bool:
        """Whether its videos go behind a spoiler: somebody asked, or its server does so now."""
        statement = select(servers.c.spoiler).where(servers.c.guild_id == job.guild_id)

        def read(connection: Connection) -> bool:
            return bool(connection.execute(statement).scalar_one_or_none())

        return job.hidden or await self._database.transact(read)

    async def place_card(self, job_id: str, card: CardRef) -> Job | None:
        """Remember where the card is, or its fresh token; `None` for a job that is not there."""
        return await self._change(_PLACE_CARD, of_job=job_id, card=document_of_card(card))

    async def renew_card(self, job_id: str, card: CardRef) -> Job | None:
        """The same for a job that is not over; `None` when it is, and so its card is told."""
        return await self._change(_RENEW_CARD, of_job=job_id, card=document_of_card(card))

    async def inputs_ready(self, job_id: str, images: tuple[str, ...]) -> Job | None:
        """Let a job be claimed whose images are checked; `None` unless it still waits."""
        ready = {"images": list(images), "inputs_ready": True}
        return await self._change(_MAKE_READY, of_job=job_id, **ready)

    async def claim(self, worker: str, *, skip: Collection[str] = ()) -> Job | None:
        """Start the next job that is ready for `worker`; `None` when there is none.

        Jobs of the models in `skip` wait: their relay bears no more now.
        """
        work = partial(self._claim, worker=worker, skip=tuple(skip))
        return await self._database.transact(work)

    async def post_starting(self, job: Job) -> Job | None:
        """Note that the relay is about to be asked; `None` means: do not ask."""
        return await self._change(_POST, **claim_of(job), post_started_at=self._clock())

    async def store_handle(self, job: Job, handle: Handle) -> None:
        """Keep how the relay's task is found again, whatever became of the job meanwhile."""
        await self._change(_OWN, **claim_of(job), handle=document_of_handle(handle))

    async def text(self, job_id: str) -> str | None:
        """The relay's answer, as far as it was kept."""
        statement = select(texts.c.text).where(texts.c.job_id == job_id)

        def read(connection: Connection) -> str | None:
            return connection.execute(statement).scalar_one_or_none()

        return await self._database.transact(read)

    async def forget_text(self, job_id: str) -> None:
        """Keep the relay's answer no longer."""
        await self._forget(texts.c.job_id == job_id)

    async def forget_texts(self, *, ended_before: datetime) -> None:
        """The same for every job that was over before that moment."""
        # Asked of each text that is left, and not of every job that there ever was.
        over = exists().where(jobs.c.id == texts.c.job_id, jobs.c.finished_at < ended_before)
        await self._forget(over)

    async def _forget(self, which: ColumnElement[bool]) -> None:
        def write(connection: Connection) -> None:
            connection.execute(delete(texts).where(which))

        await self._database.transact(write)

    async def delivering(
        self, job: Job, videos: Sequence[Sequence[str]], *, text: str = ""
    ) -> Job | None:
        """The relay is done and has these links: from running to delivering.

        `text` is its whole answer, kept for a continuation and cut at 256 KiB.
        """
        work = partial(_delivering, job=job, videos=videos, text=_cut(text))
        return await self._database.transact(work)

    async def put_by(self, job: Job) -> Job | None:
        """Nobody can be reached: the video waits in its owner's library, and its hold with it."""
        return await self._change(_PUT_BY, **claim_of(job), claimable_since=self._clock())

    async def take_up(self, job: Job, card: CardRef) -> Job | None:
        """There is a way to it again: any worker may bring it; `None` when it waits no more."""
        free = {"claimable_since": None, "lease_until": None, "card": document_of_card(card)}
        return await self._change(_TAKE_UP, of_job=job.id, **free)

    async def open_jobs(self) -> list[Job]:
        """Every job that is not over, the oldest first."""
        return await self._all(jobs.c.status.in_((JobStatus.QUEUED, *ACTIVE)))

    async def untold(self, *, ended_by: datetime) -> list[Job]:
        """The jobs that were over at that moment and whose cards do not say so yet."""
        return await self._all(jobs.c.untold == True, jobs.c.finished_at <= ended_by)  # noqa: E712

    async def told(self, job_id: str) -> bool:
        """Note that a job's end is on its card; false when somebody noted that before."""
        return await self._change(_TELL, of_job=job_id, untold=False) is not None

    async def library(self, guild_id: int, user_id: int, *, limit: int) -> list[Candidate]:
        """A member's delivered and claimable jobs, the newest `limit` of them, newest first."""
        work = partial(candidates, guild_id=guild_id, user_id=user_id, limit=limit)
        return await self._database.transact(work)

    async def of_ids(self, job_ids: Sequence[str]) -> list[Job]:
        """The jobs of these ids in the order of the ids; who is not there is left out."""
        return await self._database.transact(partial(jobs_of, job_ids=tuple(job_ids)))

    async def unclaimed(self, since: datetime) -> list[Job]:
        """Claimable jobs that have been waiting since before that moment."""
        return await self._database.transact(partial(unclaimed, since=since))

    async def place(self, job: Job) -> Place | None:
        """Where a waiting job stands; `None` when it does not wait."""
        return (await self.places()).get(job.id)

    async def places(self) -> dict[str, Place]:
        """Where every waiting job stands, by job id: one look for all cards, and all who ask."""
        return await self._line()

    async def counts(self, guild_id: int, user_id: int) -> tuple[int, int]:
        """How many jobs of a member run (or are delivered), and how many wait."""
        member = (jobs.c.guild_id == guild_id, jobs.c.user_id == user_id)
        running = await self._count(*member, in_work(jobs))
        return running, await self._count(*member, jobs.c.status == JobStatus.QUEUED)

    async def running(self) -> int:
        """How many jobs run or are delivered, of all members."""
        return await self._count(in_work(jobs))

    async def _one(self, where: ColumnElement[bool]) -> Job | None:
        def read(connection: Connection) -> Job | None:
            row = connection.execute(select(jobs).where(where)).mappings().one_or_none()
            return None if row is None else job_of_row(row)

        return await self._database.transact(read)

    async def _all(self, *where: ColumnElement[bool]) -> list[Job]:
        statement = select(jobs).where(*where).order_by(jobs.c.created_at, jobs.c.id)

        def read(connection: Connection) -> list[Job]:
            found = connection.execute(statement)
            return [job_of_row(row) for row in found.mappings()]

        return await self._database.transact(read)

    def _places(self, connection: Connection) -> dict[str, Place]:
        return places(connection, now=self._clock(), max_running=self._max_running)

    async def _count(self, *where: ColumnElement[bool]) -> int:
        def read(connection: Connection) -> int:
            return connection.execute(select(func.count()).where(*where)).scalar_one()

        return await self._database.transact(read)

    async def _change(self, change: Update, **given: Any) -> Job | None:  # noqa: ANN401 (columns and parameters of any type)
        return await self._database.transact(partial(change_job, change=change, **given))

    def _claim(self, connection: Connection, *, worker: str, skip: tuple[str, ...]) -> Job | None:
        hold_lock(connection, Lock.CLAIM)
        now = self._clock()
        given = {"since": now - FAIR_WINDOW, "max_running": self._max_running, "skip": skip}
        found = connection.execute(NEXT, given)
        job_id = found.scalar_one_or_none()
        if job_id is None:
            return None
        taken = {"worker": worker, "lease_until": now + LEASE}
        running = {"status": JobStatus.RUNNING, "started_at": now, **taken}
        return change_job(connection, TAKE, of_job=job_id, **running)


def _delivering(
    connection: Connection, *, job: Job, videos: Sequence[Sequence[str]], text: str
) -> Job | None:
    changed = change_job(
        connection, _DELIVER, **claim_of(job), status=JobStatus.DELIVERING, videos=videos
    )
    if changed is not None and text:
        connection.execute(delete(texts).where(texts.c.job_id == job.id))
        connection.execute(_NEW_TEXT, {"job_id": job.id, "text": text})
    return changed


def _cut(text: str) -> str:
    return text.encode(errors="replace")[:MAX_TEXT].decode(errors="ignore")
