"""What `/quota` and `/video-admin quota show` tell."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.ledger import (
    Allowance,
    Block,
    Entry,
    EntryKind,
    Grant,
    Pause,
    Period,
    QuotaReport,
    Scope,
)
from bot.presenter.quota import quota_view
from tests.presenter.states import NOW, TEXTS, make_balance, shown_text

UNIX = int(NOW.timestamp())
DEFAULT = Allowance(scope=Scope.DEFAULT, credits=3)
REPORT = QuotaReport(balance=make_balance(), rules=(DEFAULT,), running=0, waiting=0, entries=())


def told(report: QuotaReport, *, own: bool = True, name: str = "alice") -> list[str]:
    return shown_text(quota_view(report, texts=TEXTS, locale="en-US", name=name, own=own))


def entry(number: int, kind: EntryKind, **changes: Any) -> Entry:
    return Entry(**{"id": number, "kind": kind, "amount": 1, "at": NOW, **changes})


def test_a_member_reads_what_is_left_and_when_it_returns() -> None:
    assert told(REPORT) == [
        "### Your credits",
        "**2 of 3 left today**",
        "▰▰▱",
        f"-# The allowance is full again <t:{UNIX + 8 * 3600}:R>",
        "Nothing running or waiting",
        "-# Decided by the bot’s default",
        "**Latest**",
        "-# No credits have moved yet.",
    ]


def test_a_full_allowance_has_nothing_to_wait_for() -> None:
    said = told(replace(REPORT, balance=make_balance(left=3)))

    assert "▰▰▰" in said
    assert not any("full again" in line for line in said)


def test_no_limit_needs_no_bar() -> None:
    said = told(replace(REPORT, balance=make_balance(left=None)))

    assert said[1] == "**No limit**"
    assert not any("▰" in line or "▱" in line for line in said)


def test_an_allowance_of_nothing_is_told_plainly() -> None:
    rule = Allowance(scope=Scope.SERVER, credits=0, period=Period.MONTH)
    balance = replace(make_balance(left=0), rule=rule)

    assert told(replace(REPORT, balance=balance))[1] == "**0 of 0 left this month**"


def test_granted_credits_are_told_with_their_ends() -> None:
    soon = NOW + timedelta(days=1)
    grants = (Grant(id=1, left=3, expires_at=soon), *(Grant(id=n, left=1) for n in range(2, 6)))

    said = told(replace(REPORT, balance=make_balance(grants=grants)))

    assert "**7 granted credits on top**" in said
    assert (
        f"-# 3 ending <t:{UNIX + 86400}:R>, 1 without an end, 1 without an end, and 2 more" in said
    )


def test_one_grant_needs_no_list() -> None:
    grant = Grant(id=1, left=5, expires_at=NOW + timedelta(days=7))

    said = told(replace(REPORT, balance=make_balance(grants=(grant,))))

    assert f"**5 granted credits on top**, ending <t:{UNIX + 7 * 86400}:R>" in said


def test_running_and_waiting_videos_are_counted() -> None:
    assert "1 running, 2 waiting" in told(replace(REPORT, running=1, waiting=2))
    assert "1 running" in told(replace(REPORT, running=1))


def test_the_servers_pool_is_told() -> None:
    assert "1 credit left for the whole server" in told(replace(REPORT, pool_left=1))


def test_a_member_reads_the_reason_of_a_block_and_a_moderator_who_did_it() -> None:
    block = Block(user_id=1, reason="**spam**", actor_id=42, at=NOW)
    pause = Pause(reason="", actor_id=43, at=NOW)
    report = replace(REPORT, block=block, pause=pause)

    assert "Blocked from making videos: \\*\\*spam\\*\\*" in told(report)
    assert "Videos are paused on this server" in told(report)
    assert f"Blocked <t:{UNIX}:R> by <@42>: \\*\\*spam\\*\\*" in told(report, own=False)
    assert f"Paused for everybody here <t:{UNIX}:R> by <@43>" in told(report, own=False)


def test_a_moderator_sees_every_rule_and_which_one_decides() -> None:
    role = Allowance(scope=Scope.ROLE, target_id=7, credits=5, period=Period.WEEK)
    free = Allowance(scope=Scope.SERVER, credits=None)
    balance = replace(make_balance(), rule=role)

    said = told(replace(REPORT, balance=balance, rules=(role, free, DEFAULT)), own=False)

    start = said.index("**Rules, the first one decides**")
    assert said[start + 1 : start + 4] == [
        "**the role <@&7>: 5 a week**",
        "-# the server’s allowance: no limit",
        "-# the bot’s default: 3 a day",
    ]


def test_the_members_name_is_harmless_in_the_title() -> None:
    assert told(REPORT, own=False, name="# <@1>")[0] == "### Credits of \\# <\u200b@\u200b1\\>"


def test_a_job_is_told_once() -> None:
    entries = (
        entry(5, EntryKind.SETTLE, job_id="a"),
        entry(4, EntryKind.SETTLE, job_id="a", amount=2),
        entry(3, EntryKind.HOLD, job_id="a"),
        entry(2, EntryKind.HOLD, job_id="a", amount=2),
        entry(1, EntryKind.HOLD, job_id="b"),
    )

    said = told(replace(REPORT, entries=entries))

    assert said[-2:] == [
        f"-# <t:{UNIX}:R> · 3 credits used for a video",
        f"-# <t:{UNIX}:R> · 1 credit held for a video",
    ]


def test_what_moderators_did_is_told_with_name_and_reason() -> None:
    granted = entry(
        1, EntryKind.GRANT, amount=5, actor_id=42, reason="won", expires_at=NOW + timedelta(1)
    )

    assert told(replace(REPORT, entries=(granted,)))[-1] == (
        f"-# <t:{UNIX}:R> · 5 credits granted · by <@42> · ending <t:{UNIX + 86400}:R> · won"
    )


def test_the_longest_report_fits_a_message() -> None:
    words = "<@1>" * 500
    rules = tuple(
        Allowance(scope=Scope.ROLE, target_id=10**18 + n, credits=10**6) for n in range(50)
    )
    entries = tuple(
        entry(n, EntryKind.GRANT, actor_id=10**18, reason=words, expires_at=NOW, amount=10**6)
        for n in range(50)
    )
    stop: dict[str, Any] = {"reason": words, "actor_id": 10**18, "at": NOW}
    report = QuotaReport(
        balance=replace(make_balance(), grants=tuple(Grant(id=n, left=9) for n in range(50))),
        rules=rules,
        running=99,
        waiting=99,
        entries=entries,
        block=Block(user_id=1, **stop),
        pause=Pause(**stop),
        pool_left=10**6,
    )

    said = "\n".join(told(report, own=False, name=words))

    assert len(said.encode("utf-16-le")) // 2 <= 4000
