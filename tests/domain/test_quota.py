"""The quota rules one by one: facts in, Admission out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ledger import Allowance, Block, Grant, Limits, Pause, Period, Scope
from bot.domain.quota import Facts, Part, Pool, balance, evaluate, pool_left, rules

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MIDNIGHT = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
MONDAY = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())


def facts(**known: Any) -> Facts:
    plain = Facts(now=NOW, guild_id=1, limits=Limits(), zone=ZoneInfo("UTC"))
    return replace(plain, **known)


def a_role(target_id: int, amount: int | None, period: Period = Period.DAY) -> Allowance:
    return Allowance(scope=Scope.ROLE, target_id=target_id, credits=amount, period=period)


def code(known: Facts, price: int = 1) -> str | None:
    refusal = evaluate(known, price).refusal
    return refusal.code if refusal else None


def params(known: Facts, price: int = 1) -> dict[str, Any]:
    refusal = evaluate(known, price).refusal
    assert refusal is not None
    return dict(refusal.params)


def test_the_operators_default_decides_when_nothing_else_is_set() -> None:
    admission = evaluate(facts(), price=2)

    assert admission.refusal is None
    assert admission.rule == Allowance(scope=Scope.DEFAULT, credits=3)
    assert admission.parts == (Part(amount=2),)


@pytest.mark.parametrize(
    ("scopes", "decides"),
    [
        ((Scope.SERVER,), Scope.SERVER),
        ((Scope.SERVER, Scope.ROLE), Scope.ROLE),
        ((Scope.ROLE, Scope.SERVER, Scope.MEMBER), Scope.MEMBER),
    ],
)
def test_the_most_specific_rule_decides(scopes: tuple[Scope, ...], decides: Scope) -> None:
    set_here = tuple(Allowance(scope=scope, target_id=1, credits=0) for scope in scopes)

    assert evaluate(facts(allowances=set_here), 1).rule.scope is decides
    assert code(facts(allowances=set_here)) == "refusal-credits"


def test_an_unlimited_role_is_the_best() -> None:
    roles = (a_role(1, 500), a_role(2, None))

    assert balance(facts(allowances=roles)).rule.target_id == 2


def test_the_role_with_most_left_now_is_the_best() -> None:
    roles = (a_role(1, 5, Period.DAY), a_role(2, 10, Period.MONTH))
    used = {Period.DAY: 3, Period.MONTH: 6}

    found = balance(facts(allowances=roles, used=used))

    assert (found.rule.target_id, found.left) == (2, 4)


def test_among_equals_the_role_that_returns_sooner_is_the_best() -> None:
    roles = (a_role(1, 5, Period.MONTH), a_role(2, 4, Period.WEEK))
    used = {Period.WEEK: 2, Period.MONTH: 3}

    assert balance(facts(allowances=roles, used=used)).rule.target_id == 2


def test_exhausted_roles_count_alike_however_far_below_zero() -> None:
    roles = (a_role(1, 5, Period.MONTH), a_role(2, 1, Period.WEEK))
    used = {Period.WEEK: 9, Period.MONTH: 5}

    found = balance(facts(allowances=roles, used=used))

    assert (found.rule.target_id, found.left) == (2, 0)


def test_rules_are_listed_most_specific_first() -> None:
    server = Allowance(scope=Scope.SERVER, credits=1)
    own = Allowance(scope=Scope.MEMBER, target_id=9, credits=1)

    listed = rules(facts(allowances=(server, a_role(1, 2), own, a_role(2, 5))))

    assert [(rule.scope, rule.target_id) for rule in listed] == [
        (Scope.MEMBER, 9),
        (Scope.ROLE, 2),
        (Scope.ROLE, 1),
        (Scope.SERVER, None),
        (Scope.DEFAULT, None),
    ]


def test_grants_are_spent_after_the_allowance_soonest_expiry_first() -> None:
    grants = (
        Grant(id=1, left=9),
        Grant(id=2, left=2, expires_at=NOW + timedelta(days=9)),
        Grant(id=3, left=1, expires_at=NOW + timedelta(days=1)),
    )

    admission = evaluate(facts(grants=grants, used={Period.DAY: 2}), price=5)

    assert admission.parts == (
        Part(amount=1),
        Part(amount=1, grant_id=3),
        Part(amount=2, grant_id=2),
        Part(amount=1, grant_id=1),
    )


def test_an_unlimited_allowance_leaves_grants_alone() -> None:
    unlimited = (Allowance(scope=Scope.SERVER, credits=None),)

    admission = evaluate(facts(allowances=unlimited, grants=(Grant(id=1, left=5),)), price=9)

    assert admission.parts == (Part(amount=9),)


def test_a_refusal_names_the_next_credit() -> None:
    weekly = (Allowance(scope=Scope.SERVER, credits=4, period=Period.WEEK),)

    refused = params(facts(allowances=weekly, used={Period.WEEK: 3}), price=2)

    assert refused == {
        "price": 2,
        "left": 1,
        "rule": "server",
        "period": "week",
        "next_at": MONDAY,
    }


@pytest.mark.parametrize(
    ("grant", "next_at"),
    [
        (Grant(id=1, left=2), MIDNIGHT),
        (Grant(id=1, left=2, expires_at=NOW + timedelta(hours=1)), 0),
    ],
)
def test_no_time_is_named_when_waiting_does_not_help(grant: Grant, next_at: int) -> None:
    known = facts(grants=(grant,), used={Period.DAY: 3})

    assert params(known, price=5)["next_at"] == next_at


def test_an_allowance_of_nothing_never_returns() -> None:
    assert params(facts(limits=Limits(default_credits=0)))["next_at"] == 0


@pytest.mark.parametrize(
    ("pool", "used", "price", "next_at"),
    [
        (Pool(credits=5), 4, 2, MIDNIGHT),
        (Pool(credits=5, period=Period.WEEK), 4, 2, MONDAY),
        (Pool(credits=1), 0, 2, 0),
    ],
)
def test_the_servers_pool_can_run_dry(pool: Pool, used: int, price: int, next_at: int) -> None:
    known = facts(pool=pool, pool_used=used)

    assert code(known, price) == "refusal-pool"
    assert params(known, price) == {"next_at": next_at}


def test_a_lowered_pool_shows_nothing_left() -> None:
    assert pool_left(facts(pool=Pool(credits=1), pool_used=7)) == 0
    assert pool_left(facts()) is None


def test_the_operators_day_is_in_the_operators_time_zone() -> None:
    limits = Limits(operator_credits_per_day=10, timezone="Asia/Tokyo")

    refused = params(facts(limits=limits, operator_used=10))

    assert refused == {"next_at": int(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp())}
    assert code(facts(limits=limits, operator_used=9)) is None


@pytest.mark.parametrize(("running", "waiting"), [(2, 3), (0, 5), (1, 4)])
def test_open_jobs_are_counted_together(running: int, waiting: int) -> None:
    limits = Limits(max_running=2, max_waiting=3)
    known = facts(limits=limits, running=running, waiting=waiting)

    assert params(known) == {"count": 5, "limit": 5}
    assert code(replace(known, waiting=waiting - 1)) is None


def test_a_cooldown_ends() -> None:
    known = facts(cooldown=timedelta(minutes=5), last_job_at=NOW - timedelta(minutes=4))

    assert params(known) == {"next_at": int((NOW + timedelta(minutes=1)).timestamp())}
    assert code(replace(known, now=NOW + timedelta(minutes=1))) is None
    assert code(replace(known, cooldown=None)) is None


def test_access_is_asked_before_credits() -> None:
    poor = facts(used={Period.DAY: 3})
    block = Block(user_id=1, reason="spam", actor_id=2, at=NOW)
    pause = Pause(reason="tidying", actor_id=2, at=NOW)

    assert code(replace(poor, pause=pause)) == "refusal-paused"
    assert code(replace(poor, pause=pause, block=block)) == "refusal-blocked"
    elsewhere = Limits(allowed_servers=frozenset({5}))
    assert code(replace(poor, block=block, limits=elsewhere)) == "refusal-server"


@settings(deadline=None)
@given(
    price=st.integers(0, 50),
    amount=st.none() | st.integers(0, 20),
    used=st.integers(0, 30),
    grants=st.lists(st.integers(1, 9), max_size=5),
)
def test_what_is_held_is_the_price_and_never_more_than_there_is(
    price: int, amount: int | None, used: int, grants: list[int]
) -> None:
    known = facts(
        allowances=(Allowance(scope=Scope.SERVER, credits=amount),),
        used={Period.DAY: used},
        grants=tuple(Grant(id=n, left=left) for n, left in enumerate(grants, start=1)),
    )

    admission = evaluate(known, price)

    have = balance(known)
    left: dict[int | None, int | None] = {None: have.left}
    left |= {grant.id: grant.left for grant in have.grants}
    affordable = have.spendable is None or price <= have.spendable
    assert (admission.refusal is None) == affordable
    if affordable:
        assert sum(part.amount for part in admission.parts) == price
    for part in admission.parts:
        source = left[part.grant_id]
        assert source is None or 0 < part.amount <= source
