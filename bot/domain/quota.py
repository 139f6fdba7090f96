"""Who may make a video now: the quota rules as pure functions, facts in, Admission out.

The order of the rules is that of `docs/ledger.md`; the first that says no decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import Refusal
from bot.domain.ledger import Allowance, Balance, Block, Grant, Limits, Pause, Period, Scope
from bot.domain.periods import span


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What all members of a server may spend together, whatever their allowances say."""

    credits: int
    period: Period = Period.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the rules look at, as it stands in one moment."""

    now: datetime
    guild_id: int
    limits: Limits
    zone: ZoneInfo
    """The server's; periods of allowances and of the pool begin at its midnights."""
    allowances: tuple[Allowance, ...] = ()
    """Those that moderators set for the member, for a role of theirs, or for the server."""
    used: Mapping[Period, int] = field(default_factory=dict)
    """Of the member's allowance, in the present period of every rule that applies."""
    grants: tuple[Grant, ...] = ()
    """With something left and not expired."""
    pool: Pool | None = None
    pool_used: int = 0
    operator_used: int = 0
    """By everybody in the present day of the operator's time zone."""
    running: int = 0
    waiting: int = 0
    cooldown: timedelta | None = None
    last_job_at: datetime | None = None
    """When the member's last job was taken on whose credits did not return."""
    block: Block | None = None
    pause: Pause | None = None
    spoiler: bool = False
    """Whether the server has every video posted behind a spoiler; says no to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One source's share of a price."""

    amount: int
    grant_id: int | None = None
    """`None` is the allowance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The answer: the shares to hold, or the refusal; and the allowance that decided."""

    rule: Allowance
    parts: tuple[Part, ...] = ()
    refusal: Refusal | None = None


def evaluate(facts: Facts, price: int) -> Admission:
    """Whether a video of `price` credits is taken on, and from where it is paid."""
    for rule in (_access, _credits, _pool, _operator, _concurrency, _cooldown):
        if refusal := rule(facts, price):
            return Admission(rule=deciding(facts), refusal=refusal)
    return Admission(rule=deciding(facts), parts=_split(balance(facts), price))


def held(facts: Facts, parts: Iterable[Part]) -> Facts:
    """The same once these shares are held."""
    shares = {part.grant_id: part.amount for part in parts}
    used = shares.get(None, 0)
    grants = (replace(each, left=each.left - shares.get(each.id, 0)) for each in facts.grants)
    return replace(
        facts,
        used={period: before + used for period, before in facts.used.items()},
        grants=tuple(grant for grant in grants if grant.left),
    )


def rules(facts: Facts) -> tuple[Allowance, ...]:
    """Every allowance that applies, most specific first, roles from the best to the least."""
    default = Allowance(
        scope=Scope.DEFAULT,
        credits=facts.limits.default_credits,
        period=facts.limits.default_period,
    )
    order = list(Scope)
    return tuple(
        sorted(
            (*facts.allowances, default),
            key=lambda rule: (order.index(rule.scope), *_worth(facts, rule)),
        )
    )


def deciding(facts: Facts) -> Allowance:
    """The allowance that counts for this member."""
    return rules(facts)[0]


def balance(facts: Facts) -> Balance:
    """What the member can spend now; a lowered allowance shows 0, never less."""
    rule = deciding(facts)
    left = _left(facts, rule)
    return Balance(
        rule=rule,
        left=left,
        resets_at=None if left is None else _resets_at(facts, rule),
        grants=tuple(sorted(facts.grants, key=_expiry)),
    )


def pool_left(facts: Facts) -> int | None:
    """What the server's members can still spend together; `None` without a pool."""
    return None if facts.pool is None else max(facts.pool.credits - facts.pool_used, 0)


def spread(amount: int, grants: Iterable[Grant]) -> tuple[Part, ...]:
    """Take `amount`, or as much of it as there is, from grants in the order given."""
    parts = []
    for grant in grants:
        if share := min(grant.left, amount):
            parts.append(Part(amount=share, grant_id=grant.id))
        amount -= share
    return tuple(parts)


def _worth(facts: Facts, rule: Allowance) -> tuple[bool, int, datetime, int]:
    """Sorts the best first: unlimited, else most left now, else the sooner reset."""
    left = _left(facts, rule)
    resets_at = _resets_at(facts, rule)
    return (left is not None, -(left or 0), resets_at, rule.target_id or 0)


def _left(facts: Facts, rule: Allowance) -> int | None:
    if rule.credits is None:
        return None
    return max(rule.credits - facts.used.get(rule.period, 0), 0)


def _resets_at(facts: Facts, rule: Allowance) -> datetime:
    return span(rule.period, facts.now, facts.zone).end


def _expiry(grant: Grant) -> tuple[bool, datetime | None, int]:
    return (grant.expires_at is None, grant.expires_at, grant.id)


def _split(have: Balance, price: int) -> tuple[Part, ...]:
    """The allowance first, then granted credits."""
    allowance = price if have.left is None else min(have.left, price)
    parts = (Part(amount=allowance),) if allowance else ()
    return parts + spread(price - allowance, have.grants)


def _access(facts: Facts, _price: int) -> Refusal | None:
    allowed = facts.limits.allowed_servers
    if allowed and facts.guild_id not in allowed:
        return Refusal("refusal-server")
    if facts.block:
        return Refusal("refusal-blocked", reason=facts.block.reason)
    return Refusal("refusal-paused", reason=facts.pause.reason) if facts.pause else None


def _credits(facts: Facts, price: int) -> Refusal | None:
    have = balance(facts)
    if have.spendable is None or price <= have.spendable:
        return None
    return Refusal(
        "refusal-credits",
        price=price,
        left=have.spendable,
        rule=have.rule.scope.value,
        period=have.rule.period.value,
        next_at=_next_credits_at(have, price),
    )


def _next_credits_at(have: Balance, price: int) -> int:
    """When the allowance's return makes the price payable; 0 when it never does."""
    if have.resets_at is None:
        return 0
    kept = sum(g.left for g in have.grants if g.expires_at is None or g.expires_at > have.resets_at)
    enough = (have.rule.credits or 0) + kept >= price
    return int(have.resets_at.timestamp()) if enough else 0


def _pool(facts: Facts, price: int) -> Refusal | None:
    left = pool_left(facts)
    if facts.pool is None or left is None or price <= left:
        return None
    end = span(facts.pool.period, facts.now, facts.zone).end
    return Refusal("refusal-pool", next_at=_when(end, possible=price <= facts.pool.credits))


def _operator(facts: Facts, price: int) -> Refusal | None:
    cap = facts.limits.operator_credits_per_day
    if cap is None or facts.operator_used + price <= cap:
        return None
    end = span(Period.DAY, facts.now, ZoneInfo(facts.limits.timezone)).end
    return Refusal("refusal-operator", next_at=_when(end, possible=price <= cap))


def _when(end: datetime, *, possible: bool) -> int:
    return int(end.timestamp()) if possible else 0


def _concurrency(facts: Facts, _price: int) -> Refusal | None:
    # Running and waiting are counted together: a job that a worker is about to claim waits
    # for a moment, and that moment must not decide.
    count = facts.running + facts.waiting
    limit = facts.limits.max_running + facts.limits.max_waiting
    return Refusal("refusal-running", count=count, limit=limit) if count >= limit else None


def _cooldown(facts: Facts, _price: int) -> Refusal | None:
    if facts.cooldown is None or facts.last_job_at is None:
        return None
    ready = facts.last_job_at + facts.cooldown
    if ready <= facts.now:
        return None
    return Refusal("refusal-cooldown", next_at=int(ready.timestamp()))
