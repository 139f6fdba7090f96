"""Credits: the entries of the append-only ledger and what a member is allowed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry does; names as in two-phase transfers: a hold has exactly one resolution."""

    HOLD = "hold"
    """A job was admitted: credits are set aside."""
    SETTLE = "settle"
    """The job's video can be had: the hold is spent."""
    RELEASE = "release"
    """The job ended without a video: the hold returns where it came from."""
    GRANT = "grant"
    """A moderator gave credits that are spent after the allowance."""
    REVOKE = "revoke"
    """A moderator took back what was left of grants."""
    ADJUST = "adjust"
    """A moderator restored the present period (`reset`)."""


class Period(StrEnum):
    """How long an allowance lasts; weeks begin on Monday, in the server's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Scope(StrEnum):
    """Whose allowance a rule is, most specific first."""

    MEMBER = "member"
    ROLE = "role"
    SERVER = "server"
    DEFAULT = "default"
    """The operator's settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many credits per period, or without limit."""

    scope: Scope
    target_id: int | None = None
    """The member's or role's id."""
    credits: int | None
    """`None` means unlimited."""
    period: Period = Period.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Granted credits that can still be spent."""

    id: int
    left: int
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a member can spend now, and which rule says so."""

    rule: Allowance
    """The allowance that decides."""
    left: int | None
    """Of the allowance in this period, never shown below 0; `None` means unlimited."""
    resets_at: datetime | None
    """When the allowance returns; `None` when it is unlimited."""
    grants: tuple[Grant, ...] = ()
    """Soonest expiry first."""

    @property
    def granted(self) -> int:
        """Credits left of grants."""
        return sum(grant.left for grant in self.grants)

    @property
    def spendable(self) -> int | None:
        """Allowance and grants together; `None` means unlimited."""
        return None if self.left is None else max(self.left, 0) + self.granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger as people read it."""

    id: int
    kind: EntryKind
    amount: int
    at: datetime
    job_id: str | None = None
    actor_id: int | None = None
    """The moderator who did it."""
    reason: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A member who may not make videos here, with the moderator's reason."""

    user_id: int
    reason: str
    actor_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nobody makes videos here for now, with the moderator's reason."""

    reason: str
    actor_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaReport:
    """Everything that `/quota` and `/video-admin quota show` tell of one member."""

    balance: Balance
    rules: tuple[Allowance, ...]
    """Every allowance that applies, most specific first; `balance.rule` is one of them."""
    running: int
    waiting: int
    entries: tuple[Entry, ...]
    """The newest first."""
    block: Block | None = None
    pause: Pause | None = None
    pool_left: int | None = None
    """Of the server's pool in its period; `None` without a pool."""
    spoiler: bool = False
    """Whether every video is posted behind a spoiler in the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The operator's limits, from the settings (names there in capitals)."""

    default_credits: int | None = 3
    """DEFAULT_CREDITS; `None` means unlimited."""
    default_period: Period = Period.DAY
    operator_credits_per_day: int | None = None
    max_running: int = 1
    max_waiting: int = 3
    timezone: str = "UTC"
    allowed_servers: frozenset[int] = frozenset()
    """Empty means any."""
