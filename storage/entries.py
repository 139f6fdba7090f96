"""Lines of the ledger: how each kind is written, and reading the newest ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select

from bot.domain.jobs import Job
from bot.domain.ledger import Entry, EntryKind
from bot.domain.periods import span
from bot.domain.quota import Admission, Facts, Part
from storage.rows import entry_of_row
from storage.schema import entries
from storage.spending import Account

_APPEND = insert(entries)
_grant = entries.alias("granted")
_HOLDS = (
    select(entries, _grant.c.expires_at.label("grant_expires_at"))
    .select_from(entries.outerjoin(_grant, _grant.c.id == entries.c.grant_id))
    .where(entries.c.job_id == bindparam("job"), entries.c.kind == EntryKind.HOLD)
)
_EMPTY = {column.name: None for column in entries.c if column.name != "id"}

AFTERLIFE = timedelta(hours=24)
"""How long released credits live whose grant has expired meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """The moderator who does it, and why."""

    actor_id: int
    reason: str | None


def line(
    kind: EntryKind, account: Account, amount: int, at: datetime, **more: object
) -> dict[str, object]:
    """A new entry's columns; it counts from `at` on unless `effective_at` says otherwise."""
    who = {"guild_id": account.guild_id, "user_id": account.user_id}
    what = {"kind": kind, "amount": amount, "at": at, "effective_at": at}
    return {**_EMPTY, **who, **what, **more}


def taken(kind: EntryKind, account: Account, part: Part, at: datetime, by: By) -> dict[str, object]:
    """What a moderator takes of one source."""
    more = {"grant_id": part.grant_id, "actor_id": by.actor_id, "reason": by.reason}
    return line(kind, account, part.amount, at, **more)


def holds(job: Job, admission: Admission, facts: Facts) -> list[dict[str, object]]:
    """One hold per source, with the allowance that covered it, so that it can be proved later."""
    since = span(admission.rule.period, facts.now, facts.zone).start
    limit = {"limit_credits": admission.rule.credits, "limit_since": since}
    return [
        line(
            EntryKind.HOLD,
            job,
            part.amount,
            facts.now,
            job_id=job.id,
            grant_id=part.grant_id,
            **({} if part.grant_id else limit),
        )
        for part in admission.parts
    ]


def write(connection: Connection, lines: Sequence[Mapping[str, object]]) -> None:
    """Append entries."""
    if lines:
        connection.execute(_APPEND, lines)


def write_one(connection: Connection, new: Mapping[str, object]) -> Entry:
    """Append an entry and return it with its number."""
    written = connection.execute(_APPEND.returning(*entries.c), new)
    return entry_of_row(written.mappings().one())


def resolve(connection: Connection, job: Job, *, settle: bool, now: datetime) -> None:
    """Settle or release every hold of a job; a second time breaks on a unique index."""
    found = connection.execute(_HOLDS, {"job": job.id})
    kind = EntryKind.SETTLE if settle else EntryKind.RELEASE
    lines = []
    for hold in found.mappings():
        to_hold = {name: hold[name] for name in ("job_id", "grant_id", "effective_at")}
        lines.append(line(kind, job, hold["amount"], now, hold_id=hold["id"], **to_hold))
        expired_at = hold["grant_expires_at"]
        if not settle and expired_at is not None and expired_at <= now:
            lines.append(_afterlife(job, hold["amount"], now))
    write(connection, lines)


def _afterlife(job: Job, amount: int, now: datetime) -> dict[str, object]:
    # The release went back into a grant that nobody can spend any more: a new one carries it on.
    expires_at = now + AFTERLIFE
    return line(EntryKind.GRANT, job, amount, now, job_id=job.id, expires_at=expires_at)


def newest(connection: Connection, account: Account, count: int) -> tuple[Entry, ...]:
    """A member's last entries, the newest first."""
    found = connection.execute(
        select(entries)
        .where(entries.c.guild_id == account.guild_id, entries.c.user_id == account.user_id)
        .order_by(entries.c.id.desc())
        .limit(count)
    )
    return tuple(entry_of_row(row) for row in found.mappings())
