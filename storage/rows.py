"""Rows of the job table and the ledger as records, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Update, bindparam, update

from bot.domain.jobs import CardRef, Handle, Job, JobStatus
from bot.domain.ledger import Entry, EntryKind
from bot.domain.requests import VideoRequest
from storage.schema import jobs

_REQUEST = ("prompt", "model", "seconds", "ratio", "continues", "spoiler")
_AS_THEY_ARE = (
    "id",
    "interaction_id",
    "guild_id",
    "channel_id",
    "user_id",
    "locale",
    "price",
    "inputs_ready",
    "created_at",
    "started_at",
    "post_started_at",
    "finished_at",
    "failure",
    "failure_reason",
    "refunded",
    "untold",
    "server_spoiler",
    "claimable_since",
    "lease_until",
    "fence",
)


def row_of_job(job: Job) -> dict[str, object]:
    """Every column of a job's row except `worker`."""
    return {
        **{name: getattr(job, name) for name in _AS_THEY_ARE},
        **{name: getattr(job.request, name) for name in _REQUEST},
        "images": list(job.request.images),
        "role_ids": list(job.role_ids),
        "failure_params": dict(job.failure_params),
        "status": job.status,
        "handle": document_of_handle(job.handle),
        "opening": None if job.opening is None else document_of_card(job.opening),
        "card": None if job.card is None else document_of_card(job.card),
        "videos": job.videos,
    }


def job_of_row(row: RowMapping) -> Job:
    """The job that a whole row describes."""
    return Job(
        **{name: row[name] for name in _AS_THEY_ARE},
        request=VideoRequest(**{name: row[name] for name in _REQUEST}, images=tuple(row["images"])),
        role_ids=tuple(row["role_ids"]),
        failure_params=row["failure_params"],
        status=JobStatus(row["status"]),
        handle=Handle(**row["handle"]) if row["handle"] else None,
        opening=_card_of_document(row["opening"]) if row["opening"] else None,
        card=_card_of_document(row["card"]) if row["card"] else None,
        videos=tuple(tuple(links) for links in row["videos"]),
    )


OF_JOB = jobs.c.id == bindparam("of_job")
OF_CLAIM = jobs.c.fence == bindparam("of_claim")


def claim_of(job: Job) -> Mapping[str, str | int]:
    """The parameters of `OF_JOB` and `OF_CLAIM`."""
    return {"of_job": job.id, "of_claim": job.fence}


def change_of(*where: ColumnElement[bool]) -> Update:
    """A change of the one job that is as `where` says, for `change_job`.

    Made once: putting a statement together costs four times as much as executing it.
    """
    return update(jobs).where(*where).returning(*jobs.c)


def change_job(connection: Connection, change: Update, **given: object) -> Job | None:
    """Change the job; `None` when it is not as the change wants it (any more).

    `given` are the change's parameters, and the new values by column.
    """
    row = connection.execute(change, given).mappings().one_or_none()
    return None if row is None else job_of_row(row)


def document_of_handle(handle: Handle | None) -> Mapping[str, str | None] | None:
    """A handle as it is stored; one that says nothing is none."""
    return asdict(handle) if handle else None


def document_of_card(card: CardRef) -> Mapping[str, object]:
    """A card as it is stored."""
    return {**asdict(card), "token_expires_at": card.token_expires_at.isoformat()}


def _card_of_document(document: Mapping[str, Any]) -> CardRef:
    expires_at = datetime.fromisoformat(document["token_expires_at"])
    return CardRef(**{**document, "token_expires_at": expires_at})


def entry_of_row(row: RowMapping) -> Entry:
    """The entry that a whole row describes."""
    return Entry(
        id=row["id"],
        kind=EntryKind(row["kind"]),
        amount=row["amount"],
        at=row["at"],
        job_id=row["job_id"],
        actor_id=row["actor_id"],
        reason=row["reason"],
        expires_at=row["expires_at"],
    )
