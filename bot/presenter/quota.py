"""What a member has: what is left, when it returns, who decides, and where credits went."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from discord import ui

from bot.domain.ledger import Allowance, Balance, Entry, EntryKind, Grant, QuotaReport, Scope
from bot.presenter.answers import AMBER, GREEN, RED, boxed
from bot.presenter.lines import BAR_CELLS, bar
from bot.presenter.prose import cut, harmless
from bot.presenter.voice import Voice
from bot.text import Texts

MAX_GRANTS = 3
MAX_RULES = 6
MAX_ENTRIES = 8
REASON_WIDTH = 60
BLOCK_WIDTH = 150
NAME_WIDTH = 40
UNITS = 3
"""Of UTF-16 for each column of a reason: ten reasons of the longest emoji fit into a message."""


def quota_view(
    report: QuotaReport, *, texts: Texts, locale: str, name: str, own: bool
) -> ui.LayoutView:
    """A member's quota.

    Args:
        report: What the ledger says.
        texts: The sentences.
        locale: The reader's.
        name: The member's display name.
        own: Whether the reader is that member; a moderator sees the rules and who acted, too.
    """
    say = Voice(texts, locale)
    sections = (
        _standing(report, say, name=name, own=own),
        _circumstances(report, say, own=own),
        [] if own else _rules(report, say),
        _entries(report.entries, say),
    )
    shown = ["\n".join(lines) for lines in sections if lines]
    items: list[ui.Item[Any]] = [ui.TextDisplay(shown[0])]
    for text in shown[1:]:
        items += [ui.Separator(), ui.TextDisplay(text)]
    return boxed(_colour(report), *items)


def _colour(report: QuotaReport) -> int:
    if report.block or report.pause:
        return RED
    return AMBER if report.balance.spendable == 0 else GREEN


def _standing(report: QuotaReport, say: Voice, *, name: str, own: bool) -> list[str]:
    """What can be spent now."""
    balance = report.balance
    shown = harmless(name, limit=NAME_WIDTH)
    title = say("quota-title-own") if own else say("quota-title", name=shown)
    return [
        f"### {title}",
        *_allowance(balance, say),
        *_grants(balance.grants, balance.granted, say),
    ]


def _allowance(balance: Balance, say: Voice) -> list[str]:
    count = balance.rule.credits
    if balance.left is None or count is None:
        return [f"**{say('quota-unlimited')}**"]
    left = max(balance.left, 0)
    said = say("quota-left", left=left, count=count, period=balance.rule.period.value)
    lines = [f"**{said}**", *([_cells(left, count)] if count else [])]
    if balance.resets_at and left < count:
        lines.append(f"-# {say.at('quota-returns', balance.resets_at)}")
    return lines


def _cells(left: int, count: int) -> str:
    """One cell for each credit while they are few."""
    return bar(left / count, min(count, BAR_CELLS))


def _grants(grants: Sequence[Grant], total: int, say: Voice) -> list[str]:
    if not total:
        return []
    if len(grants) == 1:
        return [f"**{say('quota-granted', count=total)}**, {_end(grants[0], say)}"]
    parts = [_grant(grant, say) for grant in grants[:MAX_GRANTS]]
    if rest := sum(grant.left for grant in grants[MAX_GRANTS:]):
        parts.append(say("quota-more", count=rest))
    return [f"**{say('quota-granted', count=total)}**", f"-# {', '.join(parts)}"]


def _grant(grant: Grant, say: Voice) -> str:
    return say("quota-grant-part", count=grant.left, end=_end(grant, say))


def _end(grant: Grant, say: Voice) -> str:
    return say.at("quota-grant-ends", grant.expires_at) or say("quota-grant-endless")


def _circumstances(report: QuotaReport, say: Voice, *, own: bool) -> list[str]:
    """What stands in the way, what is under way, and who decides."""
    lines = [*_stops(report, say, own=own), _work(report, say)]
    if report.pool_left is not None:
        lines.append(say("quota-pool", count=report.pool_left))
    if report.spoiler:
        lines.append(say("quota-spoiler"))
    if own:
        lines.append(f"-# {say('quota-decides', rule=_rule(report.balance.rule, say, own=own))}")
    return lines


def _work(report: QuotaReport, say: Voice) -> str:
    counts = {"quota-running": report.running, "quota-waiting": report.waiting}
    parts = [say(key, count=count) for key, count in counts.items() if count]
    return ", ".join(parts) or say("quota-idle")


def _stops(report: QuotaReport, say: Voice, *, own: bool) -> list[str]:
    stops = {"quota-blocked": report.block, "quota-paused": report.pause}
    return [
        say(key, reason=_reason(stop.reason, BLOCK_WIDTH))
        if own
        else say(
            f"{key}-by",
            reason=_reason(stop.reason, BLOCK_WIDTH),
            actor=str(stop.actor_id),
            at=_unix(stop.at),
        )
        for key, stop in stops.items()
        if stop
    ]


def _rules(report: QuotaReport, say: Voice) -> list[str]:
    lines = [f"**{say('quota-rules')}**"]
    for rule in report.rules[:MAX_RULES]:
        said = f"{_rule(rule, say, own=False)}: {_amount(rule, say)}"
        lines.append(f"**{said}**" if rule == report.balance.rule else f"-# {said}")
    if (rest := len(report.rules) - MAX_RULES) > 0:
        lines.append(f"-# {say('quota-more', count=rest)}")
    return lines


def _rule(rule: Allowance, say: Voice, *, own: bool) -> str:
    if rule.scope is Scope.MEMBER and own:
        return say("rule-member-own")
    return say(f"rule-{rule.scope.value}", target=str(rule.target_id or 0))


def _amount(rule: Allowance, say: Voice) -> str:
    if rule.credits is None:
        return say("rule-unlimited")
    return say("rule-amount", count=rule.credits, period=rule.period.value)


def _entries(entries: Sequence[Entry], say: Voice) -> list[str]:
    told = list(_told(entries))[:MAX_ENTRIES]
    lines = [_entry(entry, say) for entry in told] or [f"-# {say('quota-no-entries')}"]
    return [f"**{say('quota-entries')}**", *lines]


def _told(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Each job once: shares of one price added up, holds left out when their end is told."""
    merged: dict[tuple[EntryKind, str], Entry] = {}
    for entry in entries:
        key = (entry.kind, entry.job_id or f"entry {entry.id}")
        seen = merged.get(key)
        merged[key] = replace(seen, amount=seen.amount + entry.amount) if seen else entry
    over = {job for kind, job in merged if kind in (EntryKind.SETTLE, EntryKind.RELEASE)}
    return [
        entry
        for (kind, job), entry in merged.items()
        if kind is not EntryKind.HOLD or job not in over
    ]


def _entry(entry: Entry, say: Voice) -> str:
    reason = _reason(entry.reason or "", REASON_WIDTH)
    parts = (
        f"<t:{_unix(entry.at)}:R>",
        say(f"entry-{entry.kind.value}", count=abs(entry.amount)),
        say("entry-by", actor=str(entry.actor_id)) if entry.actor_id else "",
        say.at("entry-until", entry.expires_at),
        reason,
    )
    return "-# " + " · ".join(part for part in parts if part)


def _reason(words: str, width: int) -> str:
    return cut(harmless(words, limit=width), UNITS * width)


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())
