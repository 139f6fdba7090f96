"""What members and moderators ask of the quotas: every permission is checked here, in code."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Refusal
from bot.domain.ledger import Allowance, Entry, QuotaReport, Scope
from bot.domain.requests import Requester
from storage.ledger import Ledger
from storage.rules import Rules

MOST_CREDITS = 1_000_000
"""More than any server needs, and far below what a database integer holds."""


LONGEST_REASON = 200
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """`/quota` for members."""

    ledger: Ledger

    async def __call__(self, requester: Requester) -> QuotaReport:
        """What the member has, which rule says so, and what happened last."""
        return await self.ledger.report(requester)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """`/video-admin` for who may manage the server; `by` acts, the rest is acted on.

    Every method raises `Refusal`: `refusal-not-moderator` when `by` is none, `refusal-amount`
    when a number makes no sense, `refusal-reason` when a reason is none or too long.
    """

    ledger: Ledger
    rules: Rules

    async def show(self, by: Requester, member: Requester) -> QuotaReport:
        """One member's quota, and every rule that applies to them."""
        _check(by)
        return await self.ledger.report(member)

    async def set_allowance(self, by: Requester, allowance: Allowance) -> None:
        """Set a member's, a role's or the server's allowance."""
        _check(by)
        if allowance.credits is not None:
            _check_amount(allowance.credits, least=0)
        await self.rules.set_allowance(by.guild_id, allowance, actor_id=by.user_id)

    async def clear_allowance(self, by: Requester, scope: Scope, target_id: int | None) -> bool:
        """Remove an override; false when there was none."""
        _check(by)
        return await self.rules.clear_allowance(by.guild_id, scope, target_id, actor_id=by.user_id)

    async def grant(
        self,
        by: Requester,
        user_id: int,
        amount: int,
        *,
        reason: str,
        expires_at: datetime | None = None,
    ) -> Entry:
        """Give credits that are spent after the allowance."""
        _check(by)
        _check_amount(amount, least=1)
        _check_reason(reason)
        return await self.ledger.grant(
            guild_id=by.guild_id,
            user_id=user_id,
            amount=amount,
            actor_id=by.user_id,
            reason=reason,
            expires_at=expires_at,
        )

    async def revoke(self, by: Requester, user_id: int, amount: int, *, reason: str) -> int:
        """Take granted credits back, at most what is left; return how many."""
        _check(by)
        _check_amount(amount, least=1)
        _check_reason(reason)
        return await self.ledger.revoke(
            guild_id=by.guild_id,
            user_id=user_id,
            amount=amount,
            actor_id=by.user_id,
            reason=reason,
        )

    async def reset(self, by: Requester, member: Requester, *, reason: str) -> int:
        """Restore the member's present period; return how many credits that gave back."""
        _check(by)
        _check_reason(reason)
        return await self.ledger.reset(member, actor_id=by.user_id, reason=reason)

    async def block(self, by: Requester, user_id: int, *, reason: str) -> None:
        """Keep a member from making videos here."""
        _check(by)
        _check_reason(reason)
        await self.rules.block(by.guild_id, user_id, actor_id=by.user_id, reason=reason)

    async def unblock(self, by: Requester, user_id: int) -> bool:
        """Let them again; false when they were not blocked."""
        _check(by)
        return await self.rules.unblock(by.guild_id, user_id, actor_id=by.user_id)

    async def pause(self, by: Requester, *, reason: str) -> None:
        """Take no new videos in this server."""
        _check(by)
        _check_reason(reason)
        await self.rules.pause(by.guild_id, actor_id=by.user_id, reason=reason)

    async def resume(self, by: Requester) -> bool:
        """Take them again; false when it was not paused."""
        _check(by)
        return await self.rules.resume(by.guild_id, actor_id=by.user_id)

    async def set_spoiler(self, by: Requester, *, on: bool) -> None:
        """Have every video posted behind a spoiler in this server, or only where asked for."""
        _check(by)
        await self.rules.set_spoiler(by.guild_id, on, actor_id=by.user_id)


def _check(by: Requester) -> None:
    if not by.moderator:
        raise Refusal("refusal-not-moderator")


def _check_amount(amount: int, *, least: int) -> None:
    if not least <= amount <= MOST_CREDITS:
        raise Refusal("refusal-amount", least=least, most=MOST_CREDITS)


def _check_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= len(reason) <= LONGEST_REASON:
        raise Refusal("refusal-reason", limit=LONGEST_REASON)
