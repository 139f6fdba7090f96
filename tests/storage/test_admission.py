"""Admissions: who pays what from where, and what is refused."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.errors import Refusal
from bot.domain.jobs import Job, JobStatus
from bot.domain.ledger import Allowance, EntryKind, Limits, Period, Scope
from bot.domain.quota import Pool
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


async def refused(studio: Studio, price: int = 1, **who: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await studio.admit(price, **who)
    return caught.value


async def test_writes_the_job_as_it_was_ordered(studio: Studio) -> None:
    order = an_order()

    job = (await studio.ledger.admit(order, job_id="00000000000000ab", price=2)).job

    assert job.status is JobStatus.QUEUED
    assert job.request == order.request
    assert job.created_at == NOW
    assert await studio.jobs.get("00000000000000ab") == job
    assert await studio.jobs.by_interaction(order.interaction_id) == job
    assert await studio.left() == 1


async def test_one_hundred_requests_on_one_credit_make_one_job(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=1)

    results = await asyncio.gather(*(studio.admit() for _ in range(100)), return_exceptions=True)

    refusals = [r for r in results if isinstance(r, Refusal)]
    assert sum(isinstance(r, Job) for r in results) == 1
    assert {r.code for r in refusals} == {"refusal-credits"}
    assert len(refusals) == 99
    assert len(await studio.jobs.open_jobs()) == 1
    assert await studio.ledger.verify() == []


async def test_two_processes_share_one_credit(url: str, clock: Clock) -> None:
    limits = Limits(default_credits=1, max_waiting=500)
    databases = [await Database.open(url) for _ in range(2)]
    studios = [Studio(database, clock, limits) for database in databases]

    results = await asyncio.gather(
        *(studio.admit() for _ in range(50) for studio in studios), return_exceptions=True
    )

    assert sum(isinstance(r, Job) for r in results) == 1
    assert sum(isinstance(r, Refusal) for r in results) == 99
    assert await studios[0].ledger.verify() == []
    for database in databases:
        await database.close()


async def test_a_cap_over_everything_holds_across_servers(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=None, operator_credits_per_day=3)

    results = await asyncio.gather(
        *(studio.admit(guild=GUILD + n) for n in range(20)), return_exceptions=True
    )

    refusals = [r for r in results if isinstance(r, Refusal)]
    assert sum(isinstance(r, Job) for r in results) == 3
    assert {r.code for r in refusals} == {"refusal-operator"}


async def test_the_same_interaction_makes_one_job(studio: Studio) -> None:
    order = an_order()

    admitted = await asyncio.gather(
        *(studio.ledger.admit(order, job_id=a_job_id(), price=1) for _ in range(20))
    )

    assert len({each.job.id for each in admitted}) == 1
    assert [each.balance.left for each in admitted] == [2] * 20
    assert await studio.left() == 2


async def test_an_interaction_is_known_again_after_the_credits_are_gone(
    make_studio: MakeStudio,
) -> None:
    studio = make_studio(default_credits=1)
    order = an_order()
    first = (await studio.ledger.admit(order, job_id=a_job_id(), price=1)).job

    again = (await studio.ledger.admit(order, job_id=a_job_id(), price=1)).job

    assert again == first


async def test_an_order_with_an_image_waits_for_it(studio: Studio) -> None:
    image = object()  # only its presence counts here

    job = await studio.admit(image=image)

    assert not job.inputs_ready


async def test_a_price_is_split_over_allowance_and_grants(studio: Studio) -> None:
    later = await studio.grant(5, days=9)
    sooner = await studio.grant(1, days=2)

    await studio.admit(price=6)

    report = await studio.ledger.report(a_requester())
    holds = [e.amount for e in report.entries if e.kind is EntryKind.HOLD]
    assert sorted(holds) == [1, 2, 3]
    assert report.balance.left == 0
    assert [(g.id, g.left) for g in report.balance.grants] == [(later, 3)]
    assert sooner != later
    assert await studio.ledger.verify() == []


async def test_a_refusal_for_credits_names_rule_and_time(studio: Studio) -> None:
    await studio.admit(price=2)

    refusal = await refused(studio, price=2)

    assert refusal.code == "refusal-credits"
    midnight = NOW.replace(day=21, hour=0)
    assert refusal.params == {
        "price": 2,
        "left": 1,
        "rule": "default",
        "period": "day",
        "next_at": int(midnight.timestamp()),
    }


async def test_the_allowance_returns_at_the_servers_midnight(studio: Studio, clock: Clock) -> None:
    await studio.rules.set_timezone(GUILD, "Asia/Tokyo", actor_id=MODERATOR)
    await studio.admit(price=3)
    clock.now = NOW.replace(hour=14, minute=59)
    before = await studio.left()
    clock.now = NOW.replace(hour=15, minute=0)

    after = await studio.left()

    assert (before, after) == (0, 3)


@pytest.mark.parametrize("period", list(Period))
async def test_each_period_counts_its_own_use(studio: Studio, clock: Clock, period: Period) -> None:
    rule = Allowance(scope=Scope.SERVER, credits=3, period=period)
    await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)
    await studio.admit()
    returns = {"day": 1, "week": 3, "month": 11}[period]  # 20 November 2026 is a Friday
    clock.advance(days=returns - 1)
    before = await studio.left()
    clock.advance(days=1)

    after = await studio.left()

    assert (before, after) == (2, 3)


async def test_an_unlimited_member_is_never_short(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=0)
    rule = Allowance(scope=Scope.MEMBER, target_id=MEMBER, credits=None)
    await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)

    await studio.admit(price=1000)

    balance = await studio.ledger.balance(a_requester())
    assert balance.left is None
    assert balance.spendable is None
    assert balance.rule == rule


async def test_a_free_video_needs_no_credits(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=0)

    job = await studio.admit(price=0)

    assert (await studio.deliver(job)) is not None
    assert await studio.ledger.verify() == []


async def test_a_lowered_allowance_shows_zero(studio: Studio) -> None:
    await studio.admit(price=3)
    rule = Allowance(scope=Scope.SERVER, credits=1)

    await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)

    assert await studio.left() == 0
    assert (await refused(studio)).params["left"] == 0
    assert await studio.ledger.verify() == []


async def test_the_best_role_decides(studio: Studio) -> None:
    for role, given in ((1, 2), (2, 7), (3, 5)):
        rule = Allowance(scope=Scope.ROLE, target_id=role, credits=given)
        await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)

    balance = await studio.ledger.balance(a_requester(roles=(1, 2)))

    assert balance.rule.target_id == 2
    assert await studio.left(roles=(1, 3)) == 5
    assert await studio.left() == 3


async def test_a_blocked_member_is_refused_with_the_reason(studio: Studio) -> None:
    await studio.rules.block(GUILD, MEMBER, actor_id=MODERATOR, reason="spam")

    refusal = await refused(studio)

    assert (refusal.code, refusal.params) == ("refusal-blocked", {"reason": "spam"})
    await studio.admit(user=MEMBER + 1)


async def test_a_paused_server_is_refused_until_it_resumes(studio: Studio) -> None:
    await studio.rules.pause(GUILD, actor_id=MODERATOR, reason="maintenance")

    refusal = await refused(studio)

    assert (refusal.code, refusal.params) == ("refusal-paused", {"reason": "maintenance"})
    assert await studio.rules.resume(GUILD, actor_id=MODERATOR)
    assert not await studio.rules.resume(GUILD, actor_id=MODERATOR)
    await studio.admit()


async def test_a_server_that_is_not_allowed_is_refused(make_studio: MakeStudio) -> None:
    studio = make_studio(allowed_servers=frozenset({GUILD + 1}))

    refusal = await refused(studio)

    assert refusal.code == "refusal-server"


async def test_too_many_open_jobs_are_refused(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=None, max_running=1, max_waiting=2)

    results = await asyncio.gather(*(studio.admit() for _ in range(9)), return_exceptions=True)

    refusals = [r for r in results if isinstance(r, Refusal)]
    assert len(refusals) == 6
    assert {r.code for r in refusals} == {"refusal-running"}
    assert refusals[0].params == {"count": 3, "limit": 3}
    await studio.admit(user=MEMBER + 1)


async def test_a_pool_is_shared_by_all_members(studio: Studio) -> None:
    await studio.rules.set_pool(GUILD, Pool(credits=2), actor_id=MODERATOR)

    results = await asyncio.gather(
        *(studio.admit(user=user) for user in range(1, 9)), return_exceptions=True
    )

    assert sum(isinstance(r, Job) for r in results) == 2
    refusal = await refused(studio)
    midnight = NOW.replace(day=21, hour=0)
    assert refusal.code == "refusal-pool"
    assert refusal.params == {"next_at": int(midnight.timestamp())}
    assert (await studio.ledger.report(a_requester())).pool_left == 0


async def test_a_cooldown_counts_from_the_last_video_that_was_kept(
    studio: Studio, clock: Clock
) -> None:
    await studio.rules.set_cooldown(GUILD, timedelta(minutes=5), actor_id=MODERATOR)
    job = await studio.admit()
    clock.advance(minutes=1)
    refusal = await refused(studio)

    await studio.fail(job)

    assert refusal.params == {"next_at": int((NOW + timedelta(minutes=5)).timestamp())}
    assert refusal.code == "refusal-cooldown"
    await studio.admit()
