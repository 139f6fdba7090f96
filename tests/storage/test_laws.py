"""The ledger against a simple model: whatever happens in whatever order, no law is broken."""

import asyncio
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.jobs import Job, JobStatus
from bot.domain.ledger import Limits
from storage.database import Database
from tests.storage.studio import GUILD, MODERATOR, Clock, Studio, a_job_id, a_requester, an_order

pytestmark = pytest.mark.unmeasured

STEPS = st.one_of(
    st.tuples(st.just("admit"), st.integers(1, 6)),
    st.tuples(st.sampled_from(["deliver", "fail", "cancel", "twice"]), st.integers(0, 9)),
    st.tuples(st.just("grant"), st.integers(1, 5)),
    st.tuples(st.just("grant for a day"), st.integers(1, 5)),
    st.tuples(st.just("revoke"), st.integers(1, 9)),
    st.tuples(st.just("reset"), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([1, 11, 13, 25, 24 * 9])),
)
MEMBERS = count(10_000)


@dataclass(slots=True)
class Member:
    """Does what a step says and looks at the laws that can be seen from outside."""

    studio: Studio
    clock: Clock
    user: int
    jobs: list[Job] = field(default_factory=list)

    async def take(self, step: str, number: int) -> None:
        match step:
            case "admit":
                await self.admit(number)
            case "deliver" | "fail" | "cancel" | "twice":
                await self.end(step, number)
            case "grant":
                await self.studio.grant(number, user=self.user)
            case "grant for a day":
                await self.studio.grant(number, days=1, user=self.user)
            case "revoke":
                await self.revoke(number)
            case "reset":
                await self.reset()
            case _:
                self.clock.advance(hours=number)

    async def admit(self, price: int) -> None:
        before = await self.spendable()
        try:
            admitted = await self.studio.ledger.admit(
                an_order(user=self.user), job_id=a_job_id(), price=price
            )
        except Refusal:
            assert before < price
        else:
            self.jobs.append(admitted.job)
            who = a_requester(user=self.user)
            assert admitted.balance == await self.studio.ledger.balance(who)
            assert admitted.balance.spendable == before - price

    async def end(self, step: str, number: int) -> None:
        if not self.jobs:
            return
        job = self.jobs.pop(number % len(self.jobs))
        before = await self.spendable()
        if step == "twice":
            await asyncio.gather(self.studio.deliver(job), self.studio.fail(job))
        elif step == "cancel":
            await self.studio.ledger.finish(job, JobStatus.CANCELLED, settle=False)
        else:
            await (self.studio.deliver if step == "deliver" else self.studio.fail)(job)
        assert before <= await self.spendable() <= before + job.price
        assert await self.studio.fail(job) is None

    async def revoke(self, amount: int) -> None:
        before = await self.studio.granted(self.user)
        taken = await self.studio.ledger.revoke(
            guild_id=GUILD, user_id=self.user, amount=amount, actor_id=MODERATOR, reason=None
        )
        assert taken == min(before, amount)
        assert await self.studio.granted(self.user) == before - taken

    async def reset(self) -> None:
        before = await self.studio.left(self.user)
        who = a_requester(user=self.user)
        restored = await self.studio.ledger.reset(who, actor_id=MODERATOR, reason=None)
        assert before is not None
        assert await self.studio.left(self.user) == before + restored == 4

    async def spendable(self) -> int:
        balance = await self.studio.ledger.balance(a_requester(user=self.user))
        assert balance.left is not None
        assert 0 <= balance.left <= 4
        assert balance.spendable is not None
        return balance.spendable


@given(steps=st.lists(STEPS, max_size=25))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_order_of_events_breaks_a_law(shared_url: str, steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        database = await Database.open(shared_url)
        clock = Clock()
        studio = Studio(database, clock, Limits(default_credits=4, max_waiting=99))
        member = Member(studio, clock, next(MEMBERS))
        for step in steps:
            await member.take(*step)
        assert await studio.ledger.verify() == []
        await database.close()

    asyncio.run(play())
