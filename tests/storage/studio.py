"""The storage parts around one database, a clock that tests move, and records to begin with."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from bot.domain.jobs import CardRef, Job, JobStatus
from bot.domain.ledger import Limits
from bot.domain.requests import Order, Requester, VideoRequest
from storage.database import Database
from storage.jobs import Jobs
from storage.leases import Leases
from storage.ledger import Ledger
from storage.rules import Rules
from storage.waiting import typical_seconds

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GUILD, MEMBER, CHANNEL, MODERATOR = 900_000_000_000_000_001, 42, 7, 99
NUMBERS = count(1)


class Clock:
    """A time that moves when a test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class Studio:
    """The storage parts around one database, and the steps that tests repeat."""

    def __init__(self, database: Database, clock: Clock, limits: Limits) -> None:
        self.database = database
        self.clock = clock
        self.limits = limits
        self.ledger = Ledger(database, clock, limits)
        self.jobs = Jobs(database, clock, max_running=limits.max_running)
        self.leases = Leases(database, clock)
        self.rules = Rules(database, clock)

    async def admit(self, price: int = 1, **who: Any) -> Job:
        order = an_order(**who)
        return (await self.ledger.admit(order, job_id=a_job_id(), price=price)).job

    async def admit_ready(self, price: int = 1, **who: Any) -> Job:
        """A job that a worker can claim."""
        job = await self.admit(price, **who)
        placed = await self.jobs.place_card(job.id, a_card())
        assert placed is not None
        return placed

    async def deliver(self, job: Job) -> Job | None:
        return await self.ledger.finish(job, JobStatus.DELIVERED, settle=True)

    async def fail(self, job: Job) -> Job | None:
        return await self.ledger.finish(job, JobStatus.FAILED, settle=False, failure="failure-x")

    async def grant(self, amount: int, *, days: float | None = None, user: int = MEMBER) -> int:
        expires_at = None if days is None else self.clock() + timedelta(days=days)
        entry = await self.ledger.grant(
            guild_id=GUILD,
            user_id=user,
            amount=amount,
            actor_id=MODERATOR,
            reason="thanks",
            expires_at=expires_at,
        )
        return entry.id

    async def left(self, user: int = MEMBER, roles: tuple[int, ...] = ()) -> int | None:
        return (await self.ledger.balance(a_requester(user=user, roles=roles))).left

    async def typical_seconds(self, model: str) -> float | None:
        return await self.database.transact(partial(typical_seconds, model=model))

    async def granted(self, user: int = MEMBER) -> int:
        return (await self.ledger.balance(a_requester(user=user))).granted


def a_job_id() -> str:
    return f"{next(NUMBERS):016x}"


def a_requester(
    *, guild: int = GUILD, user: int = MEMBER, roles: tuple[int, ...] = ()
) -> Requester:
    return Requester(guild_id=guild, user_id=user, role_ids=roles)


def an_order(
    *, interaction: int | None = None, model: str = "sora-2", image: Any = None, **who: Any
) -> Order:
    return Order(
        interaction_id=interaction or 1_000_000_000_000_000_000 + next(NUMBERS),
        request=VideoRequest(prompt="a fox", model=model, seconds=4, ratio="16:9"),
        requester=a_requester(**who),
        channel_id=CHANNEL,
        images=() if image is None else (image,),
    )


def a_card(token: str = "secret-token") -> CardRef:
    return CardRef(
        application_id=1,
        channel_id=CHANNEL,
        message_id=5,
        token=token,
        token_expires_at=NOW + timedelta(minutes=14),
        size_limit=10_485_760,
    )
