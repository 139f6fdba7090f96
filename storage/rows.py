"""Rows of the job table and the ledger as records, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, update

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


def update_job(connection: Connection, *where: ColumnElement[bool], **values: object) -> Job | None:
    """Change the one job that is as `where` says; `None` when it is not (any more)."""
    statement = update(jobs).where(*where).values(**values).returning(*jobs.c)
    row = connection.execute(statement).mappings().one_or_none()
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
