"""The only place where credits move, always together with the state that justifies it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType

from sqlalchemy import Connection, bindparam, insert, select

from bot.domain.errors import Param
from bot.domain.jobs import CardRef, Job, JobStatus
from bot.domain.ledger import Balance, Entry, EntryKind, Limits, QuotaReport
from bot.domain.periods import span
from bot.domain.quota import (
    Facts,
    Part,
    balance,
    deciding,
    evaluate,
    held,
    pool_left,
    rules,
    spread,
)
from bot.domain.requests import Order, Requester
from bot.domain.views import Beside
from storage.database import Database
from storage.entries import By, holds, line, newest, resolve, taken, write, write_one
from storage.facts import load_facts
from storage.locks import Lock, hold_lock
from storage.rows import OF_CLAIM, OF_JOB, change_job, change_of, claim_of, job_of_row, row_of_job
from storage.schema import jobs
from storage.spending import spendable_grants
from storage.verify import violations
from storage.waiting import typical_seconds

_KNOWN = select(jobs).where(jobs.c.interaction_id == bindparam("interaction"))
_NEW_JOB = insert(jobs)
_FINISH = change_of(OF_JOB, OF_CLAIM, jobs.c.status.in_(bindparam("states", expanding=True)))
_END_UNASKED = _FINISH.where(jobs.c.post_started_at.is_(None))

NOTHING: Mapping[str, Param] = MappingProxyType({})
OPEN = frozenset(status for status in JobStatus if not status.final)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    to: JobStatus
    settle: bool
    failure: str | None
    reason: str | None
    params: Mapping[str, Param]
    untold: bool

    def columns(self) -> Mapping[str, object]:
        return {
            "status": self.to,
            "failure": self.failure,
            "failure_reason": self.reason,
            "failure_params": dict(self.params),
            "refunded": not self.settle,
            "untold": self.untold,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A job that was taken on."""

    job: Job
    balance: Balance
    """What the member can spend after its hold."""


class Ledger:
    """Admits jobs, ends them, and keeps what moderators give and take; append-only."""

    def __init__(self, database: Database, clock: Callable[[], datetime], limits: Limits) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits

    async def admit(
        self, order: Order, *, job_id: str, price: int, opening: CardRef | None = None
    ) -> Admitted:
        """Take an order on: the rules evaluated, credits held, the job written, all or nothing.

        The same interaction again finds the job that exists and charges nothing. `opening`
        is where its first answer will be, for a start that finds it without a card.

        Raises:
            Refusal: `refusal-server`, `-blocked`, `-paused`, `-credits`, `-pool`, `-operator`,
                `-running` or `-cooldown`; nothing was written.
        """
        work = partial(self._admit, order=order, job_id=job_id, price=price, opening=opening)
        return await self._database.transact(work)

    async def finish(
        self,
        job: Job,
        to: JobStatus,
        *,
        settle: bool,
        failure: str | None = None,
        reason: str | None = None,
        params: Mapping[str, Param] = NOTHING,
        untold: bool = False,
        from_: Collection[JobStatus] | None = None,
    ) -> Job | None:
        """End a job and resolve each of its holds once: spent when `settle`, else given back.

        `untold` is kept until `Jobs.told`: its card is still to say so, whatever happens.

        `None` when someone else was first: the job is in none of the states `from_` (default:
        all that are not final), or a worker claimed it after `job` was read. A cancellation
        that gives credits back also fails once the relay was asked without `job` knowing it,
        because from then on the video is paid. Read the job again then, and decide anew.
        """
        end = _End(
            to=to, settle=settle, failure=failure, reason=reason, params=params, untold=untold
        )
        work = partial(self._finish, job=job, end=end, states=from_ or OPEN)
        return await self._database.transact(work)

    async def balance(self, requester: Requester) -> Balance:
        """What a member can spend now."""
        return balance(await self._database.transact(partial(self._facts, requester=requester)))

    async def beside(self, job: Job) -> Beside:
        """What the job's card says beside it, in one look."""
        return await self._database.transact(partial(self._beside, job=job))

    async def report(self, requester: Requester, *, entries: int = 10) -> QuotaReport:
        """Everything that `/quota` tells of a member, with their newest entries."""
        work = partial(self._report, requester=requester, count=entries)
        return await self._database.transact(work)

    async def grant(
        self,
        *,
        guild_id: int,
        user_id: int,
        amount: int,
        actor_id: int,
        reason: str | None,
        expires_at: datetime | None = None,
    ) -> Entry:
        """Give credits that are spent after the allowance, until they expire."""
        account = Requester(guild_id=guild_id, user_id=user_id)
        new = line(EntryKind.GRANT, account, amount, self._clock(), expires_at=expires_at)
        new |= {"actor_id": actor_id, "reason": reason}
        return await self._database.transact(partial(write_one, new=new))

    async def revoke(
        self, *, guild_id: int, user_id: int, amount: int, actor_id: int, reason: str | None
    ) -> int:
        """Take granted credits back, soonest expiry first, and say how many there were to take."""
        account = Requester(guild_id=guild_id, user_id=user_id)
        by = By(actor_id=actor_id, reason=reason)
        work = partial(self._revoke, account=account, amount=amount, by=by)
        return await self._database.transact(work)

    async def reset(self, requester: Requester, *, actor_id: int, reason: str | None) -> int:
        """Make the member's present period new and say how many credits that brought back."""
        by = By(actor_id=actor_id, reason=reason)
        return await self._database.transact(partial(self._reset, requester=requester, by=by))

    async def verify(self) -> list[str]:
        """What contradicts the ledger's laws, as `code:subject`; empty when all is well."""
        return await self._database.transact(violations)

    def _admit(
        self,
        connection: Connection,
        *,
        order: Order,
        job_id: str,
        price: int,
        opening: CardRef | None,
    ) -> Admitted:
        if self._limits.operator_credits_per_day is not None:
            hold_lock(connection, Lock.OPERATOR)
        hold_lock(connection, order.requester.guild_id)
        known = _job_of_interaction(connection, order.interaction_id)
        facts = self._facts(connection, requester=order.requester)
        if known:
            return Admitted(job=known, balance=balance(facts))
        admission = evaluate(facts, price)
        if admission.refusal:
            raise admission.refusal
        job = _new_job(order, facts, job_id=job_id, price=price, opening=opening)
        connection.execute(_NEW_JOB, row_of_job(job))
        write(connection, holds(job, admission, facts))
        return Admitted(job=job, balance=balance(held(facts, admission.parts)))

    def _facts(self, connection: Connection, *, requester: Requester) -> Facts:
        # The clock is read here, behind the lock, so that entries stand in the order of time.
        return load_facts(connection, requester, self._limits, self._clock())

    def _beside(self, connection: Connection, *, job: Job) -> Beside:
        facts = self._facts(connection, requester=job.requester())
        runs = job.status is JobStatus.RUNNING
        typical = typical_seconds(connection, job.request.model) if runs else None
        return Beside(
            balance=balance(facts), hidden=job.hidden or facts.spoiler, typical_seconds=typical
        )

    def _finish(
        self, connection: Connection, *, job: Job, end: _End, states: Collection[JobStatus]
    ) -> Job | None:
        now = self._clock()
        unasked = end.to is JobStatus.CANCELLED and not end.settle and job.post_started_at is None
        given = {**claim_of(job), "states": list(states), **end.columns(), "finished_at": now}
        ended = change_job(connection, _END_UNASKED if unasked else _FINISH, **given)
        if ended is not None:
            resolve(connection, job, settle=end.settle, now=now)
        return ended

    def _report(self, connection: Connection, *, requester: Requester, count: int) -> QuotaReport:
        facts = self._facts(connection, requester=requester)
        return QuotaReport(
            balance=balance(facts),
            rules=rules(facts),
            running=facts.running,
            waiting=facts.waiting,
            entries=newest(connection, requester, count),
            block=facts.block,
            pause=facts.pause,
            pool_left=pool_left(facts),
            spoiler=facts.spoiler,
        )

    def _revoke(self, connection: Connection, *, account: Requester, amount: int, by: By) -> int:
        hold_lock(connection, account.guild_id)
        now = self._clock()
        shares = spread(amount, spendable_grants(connection, account, now=now))
        lines = [taken(EntryKind.REVOKE, account, share, now, by) for share in shares]
        write(connection, lines)
        return sum(share.amount for share in shares)

    def _reset(self, connection: Connection, *, requester: Requester, by: By) -> int:
        hold_lock(connection, requester.guild_id)
        facts = self._facts(connection, requester=requester)
        rule = deciding(facts)
        used = facts.used[rule.period]
        if rule.credits is None or not used:
            return 0
        new = taken(EntryKind.ADJUST, requester, Part(amount=used), facts.now, by)
        new["effective_at"] = span(rule.period, facts.now, facts.zone).start
        write(connection, [new])
        return min(used, rule.credits)


def _job_of_interaction(connection: Connection, interaction_id: int) -> Job | None:
    row = connection.execute(_KNOWN, {"interaction": interaction_id}).mappings().one_or_none()
    return None if row is None else job_of_row(row)


def _new_job(
    order: Order, facts: Facts, *, job_id: str, price: int, opening: CardRef | None
) -> Job:
    return Job(
        id=job_id,
        interaction_id=order.interaction_id,
        guild_id=order.requester.guild_id,
        channel_id=order.channel_id,
        user_id=order.requester.user_id,
        role_ids=order.requester.role_ids,
        locale=order.requester.locale,
        request=order.request,
        price=price,
        status=JobStatus.QUEUED,
        created_at=facts.now,
        inputs_ready=not order.images,
        opening=opening,
        server_spoiler=facts.spoiler,
    )
