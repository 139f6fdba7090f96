"""Which jobs a member's library may show, and which of them nobody came for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from bot.domain.jobs import Job, JobStatus
from bot.domain.library import Candidate
from storage.rows import job_of_row
from storage.schema import jobs

_CLAIMABLE = (jobs.c.status == JobStatus.DELIVERING) & jobs.c.claimable_since.is_not(None)
_CANDIDATES = (
    select(jobs.c.id, jobs.c.videos, jobs.c.status, jobs.c.claimable_since)
    .where(jobs.c.guild_id == bindparam("guild"), jobs.c.user_id == bindparam("user"))
    .where(or_(jobs.c.status == JobStatus.DELIVERED, _CLAIMABLE))
    .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    .limit(bindparam("limit"))
)
"""By the index `jobs_of_member`; without the prompts and cards, of which a page shows few."""


def candidates(
    connection: Connection, *, guild_id: int, user_id: int, limit: int
) -> list[Candidate]:
    """A member's delivered and claimable jobs, newest first."""
    given = {"guild": guild_id, "user": user_id, "limit": limit}
    return [
        Candidate(
            job_id=row.id,
            videos=max(len(row.videos), 1),
            claimable_since=row.claimable_since if row.status == JobStatus.DELIVERING else None,
        )
        for row in connection.execute(_CANDIDATES, given)
    ]


def jobs_of(connection: Connection, *, job_ids: Sequence[str]) -> list[Job]:
    """The jobs of these ids, in their order."""
    rows = connection.execute(select(jobs).where(jobs.c.id.in_(job_ids)))
    found = {row["id"]: job_of_row(row) for row in rows.mappings()}
    return [found[job_id] for job_id in job_ids if job_id in found]


def unclaimed(connection: Connection, *, since: datetime) -> list[Job]:
    """Claimable jobs that have been waiting since before that moment, the longest first."""
    waiting = select(jobs).where(_CLAIMABLE, jobs.c.claimable_since < since)
    rows = connection.execute(waiting.order_by(jobs.c.claimable_since))
    return [job_of_row(row) for row in rows.mappings()]
