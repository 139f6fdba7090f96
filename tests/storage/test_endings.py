"""Endings: every hold is settled or released once, and credits return where they came from."""

import asyncio
import random
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, text

from bot.domain.errors import Refusal, StorageError
from bot.domain.jobs import JobStatus
from bot.domain.ledger import Allowance, EntryKind, Period, Scope
from storage.database import Database
from tests.storage.studio import (
    GUILD,
    MEMBER,
    MODERATOR,
    NOW,
    Clock,
    Studio,
    a_job_id,
    a_requester,
    an_order,
)

MakeStudio = Callable[..., Studio]


async def kinds(studio: Studio) -> list[EntryKind]:
    report = await studio.ledger.report(a_requester(), entries=100)
    return [entry.kind for entry in reversed(report.entries)]


async def test_a_delivered_job_is_paid(studio: Studio, clock: Clock) -> None:
    job = await studio.admit(price=2)
    clock.advance(minutes=3)

    ended = await studio.deliver(job)

    assert ended is not None
    assert ended.status is JobStatus.DELIVERED
    assert ended.finished_at == clock.now
    assert not ended.refunded
    assert await studio.jobs.get(job.id) == ended
    assert await kinds(studio) == [EntryKind.HOLD, EntryKind.SETTLE]
    assert await studio.left() == 1


async def test_a_failed_job_returns_every_credit_to_its_source(studio: Studio) -> None:
    await studio.grant(5)
    job = await studio.admit(price=4)

    ended = await studio.ledger.finish(
        job, JobStatus.FAILED, settle=False, failure="failure-timeout", reason="too slow"
    )

    assert ended is not None
    assert (ended.failure, ended.failure_reason) == ("failure-timeout", "too slow")
    assert ended.refunded
    assert (await studio.left(), await studio.granted()) == (3, 5)
    assert await studio.ledger.verify() == []


async def test_racing_ends_resolve_a_job_once(studio: Studio) -> None:
    await studio.grant(1)
    job = await studio.admit(price=4)

    ends = await asyncio.gather(
        *(end(job) for _ in range(15) for end in (studio.deliver, studio.fail))
    )

    won = [end for end in ends if end is not None]
    assert len(won) == 1
    assert len(await kinds(studio)) == 1 + 2 + 2
    assert await studio.left() == (3 if won[0].refunded else 0)
    assert await studio.ledger.verify() == []


async def test_an_end_names_the_states_it_comes_from(studio: Studio) -> None:
    job = await studio.admit_ready()
    claimed = await studio.jobs.claim("w")
    assert claimed is not None

    stale = await studio.ledger.finish(
        claimed, JobStatus.CANCELLED, settle=False, from_={JobStatus.QUEUED}
    )
    unaware = await studio.fail(job)

    assert stale is None
    assert unaware is None
    assert await studio.deliver(claimed) is not None


async def test_a_cancellation_that_has_not_seen_the_post_refunds_nothing(studio: Studio) -> None:
    await studio.admit_ready()
    before_post = await studio.jobs.claim("w")
    assert before_post is not None
    posted = await studio.jobs.post_starting(before_post)
    assert posted is not None

    refused = await studio.ledger.finish(before_post, JobStatus.CANCELLED, settle=False)

    assert refused is None
    settled = await studio.ledger.finish(before_post, JobStatus.CANCELLED, settle=True)
    assert settled is not None
    assert await studio.left() == 2


async def test_an_operator_may_refund_a_cancellation_after_the_post(studio: Studio) -> None:
    await studio.admit_ready()
    claimed = await studio.jobs.claim("w")
    assert claimed is not None
    posted = await studio.jobs.post_starting(claimed)
    assert posted is not None

    ended = await studio.ledger.finish(posted, JobStatus.CANCELLED, settle=False)

    assert ended is not None
    assert await studio.left() == 3


async def test_a_cancel_and_a_post_cannot_both_be_first(studio: Studio) -> None:
    for _ in range(10):
        await studio.admit_ready()
        claimed = await studio.jobs.claim("w")
        assert claimed is not None

        cancelled, posted = await asyncio.gather(
            studio.ledger.finish(claimed, JobStatus.CANCELLED, settle=False),
            studio.jobs.post_starting(claimed),
        )

        assert (cancelled is None) != (posted is None)
        if posted is not None:
            await studio.fail(posted)
    assert await studio.left() == 3


async def test_a_late_release_returns_to_the_period_of_its_hold(
    studio: Studio, clock: Clock
) -> None:
    yesterdays = await studio.admit(price=2)
    clock.advance(days=1)
    await studio.admit(price=1)

    await studio.fail(yesterdays)

    assert await studio.left() == 2
    clock.now = NOW
    assert await studio.left() == 2  # 3 less the hold of the day that follows


async def test_released_credits_of_an_expired_grant_live_a_day_more(
    make_studio: MakeStudio, clock: Clock
) -> None:
    studio = make_studio(default_credits=0)
    await studio.grant(5, days=1)
    job = await studio.admit(price=2)
    clock.advance(days=2)
    expired = await studio.granted()

    await studio.fail(job)

    assert expired == 0
    assert await studio.granted() == 2  # the three unspent ones stay gone
    clock.advance(hours=23, minutes=59)
    assert await studio.granted() == 2
    clock.advance(minutes=1)
    assert await studio.granted() == 0
    assert await studio.ledger.verify() == []


async def test_a_paid_job_of_an_expired_grant_gives_nothing_back(
    make_studio: MakeStudio, clock: Clock
) -> None:
    studio = make_studio(default_credits=0)
    await studio.grant(5, days=1)
    job = await studio.admit(price=2)
    clock.advance(days=2)

    await studio.deliver(job)

    assert await studio.granted() == 0


async def test_grants_are_spent_soonest_expiry_first_and_expire(
    studio: Studio, clock: Clock
) -> None:
    forever = await studio.grant(4)
    await studio.grant(4, days=5)
    await studio.grant(4, days=1)
    await studio.admit(price=3 + 6)

    balance = await studio.ledger.balance(a_requester())

    assert [grant.left for grant in balance.grants] == [2, 4]
    clock.advance(days=5)
    balance = await studio.ledger.balance(a_requester())
    assert [grant.id for grant in balance.grants] == [forever]


async def test_a_revoke_stops_at_what_is_left(studio: Studio) -> None:
    await studio.grant(4)
    await studio.grant(3, days=1)
    await studio.admit(price=3 + 2)

    taken = await studio.ledger.revoke(
        guild_id=GUILD, user_id=MEMBER, amount=100, actor_id=MODERATOR, reason="mistake"
    )

    assert taken == 5
    assert await studio.granted() == 0
    report = await studio.ledger.report(a_requester())
    assert {(e.actor_id, e.reason) for e in report.entries if e.kind is EntryKind.REVOKE} == {
        (MODERATOR, "mistake")
    }
    assert await studio.ledger.verify() == []


async def test_revokes_and_admissions_never_overspend_a_grant(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=0)
    await studio.grant(10)
    revoke_one = partial(
        studio.ledger.revoke,
        guild_id=GUILD,
        user_id=MEMBER,
        amount=1,
        actor_id=MODERATOR,
        reason=None,
    )

    await asyncio.gather(
        *(studio.admit() for _ in range(15)),
        *(revoke_one() for _ in range(15)),
        return_exceptions=True,
    )

    assert await studio.granted() == 0
    assert await studio.ledger.verify() == []


async def test_a_reset_restores_the_present_period(studio: Studio) -> None:
    await studio.deliver(await studio.admit(price=2))

    restored = await studio.ledger.reset(a_requester(), actor_id=MODERATOR, reason="sorry")

    assert restored == 2
    assert await studio.left() == 3
    report = await studio.ledger.report(a_requester())
    assert report.entries[0].kind is EntryKind.ADJUST
    assert (report.entries[0].actor_id, report.entries[0].reason) == (MODERATOR, "sorry")
    assert await studio.ledger.reset(a_requester(), actor_id=MODERATOR, reason="") == 0


async def test_what_was_reset_does_not_return_twice(studio: Studio) -> None:
    job = await studio.admit(price=3)
    await studio.ledger.reset(a_requester(), actor_id=MODERATOR, reason="")

    await studio.fail(job)

    assert await studio.left() == 3
    await studio.admit(price=3)
    assert await studio.left() == 0
    assert await studio.ledger.verify() == []


async def test_a_reset_of_the_day_leaves_the_month_before_it(studio: Studio, clock: Clock) -> None:
    await studio.admit(price=3)
    clock.advance(days=1)
    await studio.admit(price=2)

    await studio.ledger.reset(a_requester(), actor_id=MODERATOR, reason="")

    monthly = Allowance(scope=Scope.SERVER, credits=10, period=Period.MONTH)
    await studio.rules.set_allowance(GUILD, monthly, actor_id=MODERATOR)
    assert await studio.left() == 7


async def test_the_ledger_refuses_changes(studio: Studio, database: Database) -> None:
    await studio.admit()
    for statement in ("UPDATE entries SET amount = 2", "DELETE FROM entries"):

        def change(connection: Connection, sql: str = statement) -> None:
            connection.execute(text(sql))

        with pytest.raises(StorageError):
            await database.transact(change)

    assert await studio.left() == 2


async def test_verify_finds_what_contradicts_the_laws(studio: Studio, database: Database) -> None:
    job = await studio.admit(price=2)

    def forge(connection: Connection) -> None:
        connection.execute(text("UPDATE jobs SET status = 'delivered', finished_at = 1"))
        connection.execute(text("UPDATE jobs SET price = 3"))

    await database.transact(forge)

    assert await studio.ledger.verify() == [
        f"price-not-held:{job.id}",
        f"job-and-holds-differ:{job.id}",
    ]


async def test_a_storm_of_cancellations_leaves_no_half_transaction(
    make_studio: MakeStudio, database: Database
) -> None:
    studio = make_studio(default_credits=None)
    dice = random.Random(7)

    async def one(user: int) -> None:
        job = await studio.admit(user=user, price=2)
        await dice.choice((studio.deliver, studio.fail))(job)

    tasks = [asyncio.create_task(one(n % 9)) for n in range(200)]
    for task in dice.sample(tasks, 150):
        await asyncio.sleep(dice.random() / 500)
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(r is None or isinstance(r, asyncio.CancelledError) for r in results)
    assert any(isinstance(r, asyncio.CancelledError) for r in results)
    await database.ping()
    assert await studio.ledger.verify() == []
    for job in await studio.jobs.open_jobs():
        assert await studio.fail(job) is not None
    assert await studio.ledger.verify() == []


async def test_an_admission_that_nobody_waits_for_can_be_asked_for_again(
    make_studio: MakeStudio,
) -> None:
    studio = make_studio(default_credits=1)
    order = an_order()
    first = asyncio.create_task(studio.ledger.admit(order, job_id=a_job_id(), price=1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()

    job = (await studio.ledger.admit(order, job_id=a_job_id(), price=1)).job

    assert job.interaction_id == order.interaction_id
    with pytest.raises(Refusal):
        await studio.admit()
