"""The laws of the ledger as queries: each finds the rows that break it."""

from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
)

from bot.domain.jobs import JobStatus
from bot.domain.ledger import EntryKind
from storage.schema import entries, jobs
from storage.spending import GRANTS_LEFT, LEFT, forgiven, moves, spent

_FINAL = tuple(status for status in JobStatus if status.final)

_CLOCK = timedelta(days=1) // timedelta(microseconds=1)
"""An entry with a lower number is at most so much later: as far as a clock was ever set back."""

_hold, _end, _earlier = (entries.alias(name) for name in ("hold", "resolution", "earlier"))
_pairs = _hold.outerjoin(_end, _end.c.hold_id == _hold.c.id)


MOST = 100
"""How many breaches of one law are told."""


def violations(connection: Connection) -> list[str]:
    """Every broken law as `code:subject`, the subject a job's or an entry's id."""
    broken = []
    for code, query in _LAWS.items():
        found = connection.execute(query.limit(MOST))
        broken += [f"{code}:{subject}" for subject in found.scalars()]
    return broken


def _resolved_twice() -> Select[str]:
    twice = select(cast(_end.c.hold_id, String)).where(_end.c.hold_id.is_not(None))
    return twice.group_by(_end.c.hold_id).having(func.count() > 1)


def _resolved_otherwise() -> Select[str]:
    """A resolution must mirror its hold: amount, source, job and the time it counts from."""
    same = (
        getattr(_end.c, name).is_not_distinct_from(getattr(_hold.c, name))
        for name in ("amount", "grant_id", "job_id", "effective_at", "guild_id", "user_id")
    )
    mirrored = and_(_hold.c.kind == EntryKind.HOLD, *same)
    joined = _end.join(_hold, _hold.c.id == _end.c.hold_id)
    return select(cast(_end.c.id, String)).select_from(joined).where(~mirrored)


def _not_covered() -> Select[str]:
    """At its own moment an allowance's hold went beyond what the allowance gave."""
    in_period = and_(
        _earlier.c.guild_id == _hold.c.guild_id,
        _earlier.c.user_id == _hold.c.user_id,
        moves(_earlier),
        _earlier.c.grant_id.is_(None),
        _earlier.c.effective_at >= _hold.c.limit_since,
        _micros(_earlier) <= _micros(_hold) + _CLOCK,  # what is later by the index is not read
        _earlier.c.id <= _hold.c.id,
        ~forgiven(_earlier, until=_hold.c.id),
    )
    used = select(func.sum(spent(_earlier))).where(in_period).scalar_subquery()
    limited = and_(_hold.c.kind == EntryKind.HOLD, _hold.c.limit_credits.is_not(None))
    return select(cast(_hold.c.id, String)).where(limited, used > _hold.c.limit_credits)


def _micros(entry: FromClause) -> ColumnElement[int]:
    return type_coerce(entry.c.effective_at, BigInteger)


def _overspent() -> Select[str]:
    left = GRANTS_LEFT.having(LEFT.element < 0).subquery("grants")
    return select(cast(left.c.id, String))


def _price_not_held() -> Select[str]:
    held = select(func.coalesce(func.sum(_hold.c.amount), 0)).where(
        _hold.c.job_id == jobs.c.id, _hold.c.kind == EntryKind.HOLD
    )
    return select(jobs.c.id).where(jobs.c.price != held.scalar_subquery())


def _end_and_resolution_apart() -> Select[str]:
    """Final jobs have every hold resolved, as `refunded` says; others have none resolved."""
    final = jobs.c.status.in_(_FINAL)
    expected = case((jobs.c.refunded == 1, EntryKind.RELEASE), else_=EntryKind.SETTLE)
    wrong = or_(
        and_(final, _end.c.kind.is_distinct_from(expected)),
        and_(~final, _end.c.id.is_not(None)),
    )
    joined = _pairs.join(jobs, jobs.c.id == _hold.c.job_id)
    found = select(jobs.c.id).select_from(joined)
    return found.where(_hold.c.kind == EntryKind.HOLD, wrong).distinct()


_LAWS = {
    "hold-resolved-twice": _resolved_twice(),
    "resolution-differs": _resolved_otherwise(),
    "hold-not-covered": _not_covered(),
    "grant-overspent": _overspent(),
    "price-not-held": _price_not_held(),
    "job-and-holds-differ": _end_and_resolution_apart(),
}
