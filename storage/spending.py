"""Sums over the ledger: what was used, and what is left of grants; nothing of it is stored."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    Select,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from bot.domain.ledger import EntryKind, Grant
from storage.columns import Instant
from storage.schema import entries


class Account(Protocol):
    """Whose credits: a member in a server; requesters and jobs are such."""

    @property
    def guild_id(self) -> int: ...

    @property
    def user_id(self) -> int: ...


def moves(entry: FromClause) -> ColumnElement[bool]:
    """Whether an entry changes what was used: a release gives back what its hold took."""
    # Not with IN: SQLAlchemy writes that anew for every execution, for some lists are empty.
    return or_(entry.c.kind == EntryKind.HOLD, entry.c.kind == EntryKind.RELEASE)


def spent(entry: FromClause) -> ColumnElement[int]:
    """What an entry adds to the credits used."""
    return case(
        (entry.c.kind == EntryKind.HOLD, entry.c.amount),
        (entry.c.kind == EntryKind.RELEASE, -entry.c.amount),
        else_=0,
    )


def forgiven(entry: FromClause, until: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """Whether a later `reset` (before entry `until`) reaches back over the hold in question.

    Reset and hold are told apart by number, not by time: a hold that was reset and is released
    afterwards must not return twice.
    """
    reset = entries.alias("reset")
    found = exists().where(
        reset.c.guild_id == entry.c.guild_id,
        reset.c.user_id == entry.c.user_id,
        reset.c.kind == EntryKind.ADJUST,
        reset.c.effective_at <= entry.c.effective_at,
        reset.c.id > func.coalesce(entry.c.hold_id, entry.c.id),
    )
    if until is not None:
        found = found.where(reset.c.id < until)
    return found.correlate_except(reset)  # `until` may stand outside of the query around this one


def total(amount: ColumnElement[int]) -> ColumnElement[int]:
    """A sum that is 0 over nothing, and a plain integer on both databases."""
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


def spent_since(*where: ColumnElement[bool], entry: FromClause, since: str) -> ScalarSelect[int]:
    """All credits used from the moment of the parameter `since` on, whatever paid for them."""
    return (
        select(total(spent(entry)))
        .where(*where, entry.c.effective_at >= bindparam(since, type_=Instant))
        .where(moves(entry))
        .scalar_subquery()
    )


_entry = entries.alias("entry")
_grant = entries.alias("granted")
_move = entries.alias("move")


def _in_period(since: str) -> ColumnElement[int]:
    recent = _entry.c.effective_at >= bindparam(since, type_=Instant)
    return total(case((recent, spent(_entry)), else_=0)).label(since)


ALLOWANCE_USED: Select[int, int, int] = select(
    _in_period("day"), _in_period("week"), _in_period("month")
).where(
    _entry.c.guild_id == bindparam("guild"),
    _entry.c.user_id == bindparam("user"),
    _entry.c.effective_at >= bindparam("oldest", type_=Instant),
    moves(_entry),
    _entry.c.grant_id.is_(None),
    ~forgiven(_entry),
)
"""Of one member's allowance in three periods; `oldest` is where the first of them begins."""

_taken = case((_move.c.kind == EntryKind.RELEASE, -_move.c.amount), else_=_move.c.amount)
_takes = or_(moves(_move), _move.c.kind == EntryKind.REVOKE)
LEFT = (_grant.c.amount - total(_taken)).label("left")
"""Of a grant, over the entries that name it."""

GRANTS_LEFT = (
    select(_grant.c.id, LEFT, _grant.c.expires_at)
    .select_from(_grant.outerjoin(_move, (_move.c.grant_id == _grant.c.id) & _takes))
    .group_by(_grant.c.id, _grant.c.amount, _grant.c.expires_at)
)

_SPENDABLE = (
    GRANTS_LEFT.where(
        _grant.c.guild_id == bindparam("guild"),
        _grant.c.user_id == bindparam("user"),
        _grant.c.kind == EntryKind.GRANT,
        or_(_grant.c.expires_at.is_(None), _grant.c.expires_at > bindparam("now", type_=Instant)),
    )
    .having(LEFT.element > 0)
    .order_by(_grant.c.expires_at.is_(None), _grant.c.expires_at, _grant.c.id)
)


def spendable_grants(
    connection: Connection, account: Account, *, now: datetime
) -> tuple[Grant, ...]:
    """A member's grants that have something left and have not expired, soonest expiry first."""
    found = connection.execute(
        _SPENDABLE, {"guild": account.guild_id, "user": account.user_id, "now": now}
    )
    return tuple(Grant(id=row.id, left=row.left, expires_at=row.expires_at) for row in found)
