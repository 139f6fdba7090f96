"""Leases: which worker has which job, and how a job goes on whose worker is gone."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, or_, select, tuple_, update

from bot.domain.jobs import Job, JobStatus
from storage.database import Database
from storage.rows import OF_CLAIM, OF_JOB, change_job, change_of, claim_of, job_of_row
from storage.schema import jobs

LEASE = timedelta(seconds=30)
"""For so long a worker that says nothing is believed to live."""

BATCH = 500
"""Jobs whose leases one statement renews."""

ACTIVE = (JobStatus.RUNNING, JobStatus.DELIVERING)

TAKE = change_of(OF_JOB).values(fence=jobs.c.fence + 1)
"""A worker takes a job: of every claim before nothing more is written."""
_POSTPONE = change_of(OF_JOB, OF_CLAIM, jobs.c.status.in_(ACTIVE))


class Leases:
    """The claims of all processes on one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def adopt(
        self,
        worker: str,
        *,
        skip: Collection[str] = (),
        holding: Collection[str] = (),
        expired: bool = True,
    ) -> Job | None:
        """Take up the oldest job whose worker is gone; `None` when there is none.

        Its number rises: a worker that lives after all writes nothing more. Jobs of the models
        in `skip` wait: their relay bears no more now. `holding` are the jobs that `worker` has
        itself, however late it was with their leases. Without `expired` only what was let go of
        is taken: a lease that merely ended proves nothing to whoever was away itself.
        """
        gone: list[ColumnElement[bool]] = [jobs.c.lease_until.is_(None)]
        if expired:
            gone.append(jobs.c.lease_until <= self._clock())
        orphan = (or_(*gone), jobs.c.model.not_in(tuple(skip)), jobs.c.id.not_in(tuple(holding)))
        work = partial(self._adopt, worker=worker, orphan=orphan)
        return await self._database.transact(work)

    async def renew(self, held: Collection[Job]) -> Mapping[str, Job]:
        """Say that the workers of these jobs live; by id, those that are still theirs.

        With none it only finds out whether the database answers.
        """
        found: dict[str, Job] = {}
        for some in _batches(list(held)):
            found |= await self._database.transact(partial(self._extend, held=some))
        return found

    async def disown(self, worker: str | None) -> None:
        """Give up whatever an earlier life of `worker` left, so that it is taken up at once.

        `None` is every worker: of a database on which no other process can be.
        """
        left = [jobs.c.status.in_(ACTIVE)] + ([jobs.c.worker == worker] if worker else [])

        def write(connection: Connection) -> None:
            connection.execute(update(jobs).where(*left).values(lease_until=None))

        await self._database.transact(write)

    async def postpone(self, job: Job, pause: timedelta = timedelta(0)) -> Job | None:
        """Let go of a job for at least `pause`; then any worker may take it up."""
        until = self._clock() + pause
        return await self._database.transact(
            lambda connection: change_job(connection, _POSTPONE, **claim_of(job), lease_until=until)
        )

    def _adopt(
        self,
        connection: Connection,
        *,
        worker: str,
        orphan: tuple[ColumnElement[bool], ...],
    ) -> Job | None:
        now = self._clock()
        found = connection.execute(
            select(jobs.c.id)
            .where(jobs.c.status.in_(ACTIVE), jobs.c.claimable_since.is_(None), *orphan)
            .order_by(jobs.c.created_at, jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if (job_id := found.scalar_one_or_none()) is None:
            return None
        taken = {"worker": worker, "lease_until": now + LEASE}
        return change_job(connection, TAKE, of_job=job_id, **taken)

    def _extend(self, connection: Connection, *, held: list[Job]) -> Mapping[str, Job]:
        until = self._clock() + LEASE
        ids = jobs.c.id.in_([job.id for job in held])  # found by the index; SQLite scans for pairs
        mine = tuple_(jobs.c.id, jobs.c.fence).in_([(job.id, job.fence) for job in held])
        statement = update(jobs).where(ids, mine).values(lease_until=until)
        found = connection.execute(statement.returning(*jobs.c))
        return {row["id"]: job_of_row(row) for row in found.mappings()}


def _batches(held: list[Job]) -> Iterator[list[Job]]:
    """At least one; databases bear only so many values in one statement."""
    yield held[:BATCH]
    for start in range(BATCH, len(held), BATCH):
        yield held[start : start + BATCH]
