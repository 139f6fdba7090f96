"""Everything that the quota rules look at, read in one transaction."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    ScalarSelect,
    Select,
    bindparam,
    func,
    or_,
    select,
)

from bot.domain.jobs import JobStatus
from bot.domain.ledger import Allowance, Block, Limits, Pause, Period, Scope
from bot.domain.periods import span
from bot.domain.quota import Facts, Pool, rules
from bot.domain.requests import Requester
from storage.columns import Instant, Whole
from storage.schema import allowances, blocks, entries, jobs, servers
from storage.spending import ALLOWANCE_USED, spendable_grants, spent_since
from storage.waiting import in_work

_GUILD = bindparam("guild", type_=Whole)
_USER = bindparam("user", type_=Whole)
_HERE, _ANYWHERE = entries.alias("here"), entries.alias("anywhere")

_SERVER = select(servers).where(servers.c.guild_id == _GUILD)
_BLOCK = select(blocks).where(blocks.c.guild_id == _GUILD, blocks.c.user_id == _USER)
_ALLOWANCES = select(allowances).where(
    allowances.c.guild_id == _GUILD,
    or_(
        allowances.c.scope == Scope.SERVER,
        (allowances.c.scope == Scope.MEMBER) & (allowances.c.target_id == _USER),
        (allowances.c.scope == Scope.ROLE)
        & allowances.c.target_id.in_(bindparam("roles", expanding=True)),
    ),
)


def _jobs_that(are: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).where(jobs.c.guild_id == _GUILD, jobs.c.user_id == _USER, are)


def _last_job_at() -> ScalarSelect[datetime]:
    newest = select(func.max(jobs.c.created_at)).where(
        jobs.c.guild_id == _GUILD,
        jobs.c.user_id == _USER,
        jobs.c.created_at > bindparam("cooldown", type_=Instant),
        jobs.c.refunded == False,  # noqa: E712
    )
    return newest.scalar_subquery()


_used = ALLOWANCE_USED.subquery("used")
_NUMBERS = select(
    _used,
    spent_since(_HERE.c.guild_id == _GUILD, entry=_HERE, since="pool").label("pool"),
    spent_since(entry=_ANYWHERE, since="operator").label("operator"),
    _jobs_that(in_work(jobs)).scalar_subquery().label("running"),
    _jobs_that(jobs.c.status == JobStatus.QUEUED).scalar_subquery().label("waiting"),
    _last_job_at().label("last_job_at"),
)
"""One statement, because every one of them costs an answer's time."""


def load_facts(
    connection: Connection, requester: Requester, limits: Limits, now: datetime
) -> Facts:
    """The facts of one member, as they stand in this transaction."""
    member = {"guild": requester.guild_id, "user": requester.user_id}
    server = connection.execute(_SERVER, member).mappings().one_or_none()
    block = connection.execute(_BLOCK, member).mappings().one_or_none()
    rows = connection.execute(_ALLOWANCES, {**member, "roles": list(requester.role_ids)})
    facts = Facts(
        now=now,
        guild_id=requester.guild_id,
        limits=limits,
        zone=ZoneInfo((server and server["timezone"]) or limits.timezone),
        allowances=tuple(_allowance(row) for row in rows.mappings()),
        grants=spendable_grants(connection, requester, now=now),
        pool=_pool(server),
        cooldown=_cooldown(server),
        block=_block(block),
        pause=_pause(server),
        spoiler=bool(server and server["spoiler"]),
    )
    numbers = connection.execute(_NUMBERS, {**member, **_starts(facts)}).mappings().one()
    return _with_numbers(facts, numbers)


def _starts(facts: Facts) -> dict[str, datetime]:
    """Where each look back begins: at this moment, leaving it empty, where no rule asks for it."""
    asked = {rule.period for rule in rules(facts)}
    starts = {
        period.value: span(period, facts.now, facts.zone).start if period in asked else facts.now
        for period in Period
    }
    operator_day = span(Period.DAY, facts.now, ZoneInfo(facts.limits.timezone)).start
    return {
        **starts,
        "oldest": min(starts.values()),
        "pool": span(facts.pool.period, facts.now, facts.zone).start if facts.pool else facts.now,
        "operator": facts.now if facts.limits.operator_credits_per_day is None else operator_day,
        "cooldown": facts.now - (facts.cooldown or timedelta()),
    }


def _with_numbers(facts: Facts, numbers: RowMapping) -> Facts:
    return replace(
        facts,
        used={period: numbers[period.value] for period in Period},
        pool_used=numbers["pool"],
        operator_used=numbers["operator"],
        running=numbers["running"],
        waiting=numbers["waiting"],
        last_job_at=numbers["last_job_at"],
    )


def _allowance(row: RowMapping) -> Allowance:
    return Allowance(
        scope=Scope(row["scope"]),
        target_id=row["target_id"] or None,
        credits=row["credits"],
        period=Period(row["period"]),
    )


def _pool(server: RowMapping | None) -> Pool | None:
    if server is None or server["pool_credits"] is None:
        return None
    return Pool(credits=server["pool_credits"], period=Period(server["pool_period"]))


def _cooldown(server: RowMapping | None) -> timedelta | None:
    seconds = server and server["cooldown_seconds"]
    return timedelta(seconds=seconds) if seconds else None


def _block(row: RowMapping | None) -> Block | None:
    if row is None:
        return None
    return Block(
        user_id=row["user_id"], reason=row["reason"], actor_id=row["actor_id"], at=row["at"]
    )


def _pause(server: RowMapping | None) -> Pause | None:
    if server is None or server["pause_at"] is None:
        return None
    return Pause(
        reason=server["pause_reason"], actor_id=server["pause_actor_id"], at=server["pause_at"]
    )
