"""What moderators decide, and the record that is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from bot.domain.errors import Refusal, StorageError
from bot.domain.ledger import Allowance, Block, Pause, Period, Scope
from storage.database import Database
from tests.storage.studio import GUILD, MEMBER, MODERATOR, NOW, Studio, a_requester


async def record(database: Database) -> list[tuple[object, ...]]:
    def read(connection: Connection) -> list[tuple[object, ...]]:
        sql = "SELECT action, actor_id, target_id, reason FROM audit ORDER BY id"
        return [tuple(row) for row in connection.execute(text(sql))]

    return await database.transact(read)


async def test_the_most_specific_allowance_decides_until_it_is_cleared(studio: Studio) -> None:
    server = Allowance(scope=Scope.SERVER, credits=10, period=Period.WEEK)
    own = Allowance(scope=Scope.MEMBER, target_id=MEMBER, credits=1)
    for rule in (server, own):
        await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)
    both = await studio.ledger.report(a_requester())

    cleared = await studio.rules.clear_allowance(GUILD, Scope.MEMBER, MEMBER, actor_id=MODERATOR)

    assert cleared
    assert both.balance.rule == own
    assert [rule.scope for rule in both.rules] == [Scope.MEMBER, Scope.SERVER, Scope.DEFAULT]
    assert (await studio.ledger.balance(a_requester())).rule == server
    assert not await studio.rules.clear_allowance(GUILD, Scope.MEMBER, MEMBER, actor_id=MODERATOR)


async def test_an_allowance_is_replaced(studio: Studio) -> None:
    for amount in (5, 8, None):
        rule = Allowance(scope=Scope.SERVER, credits=amount)
        await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)

    report = await studio.ledger.report(a_requester())

    assert report.rules[0].credits is None
    assert len(report.rules) == 2


async def test_the_operators_default_is_no_servers_rule(studio: Studio) -> None:
    with pytest.raises(ValueError, match="default"):
        await studio.rules.set_allowance(
            GUILD, Allowance(scope=Scope.DEFAULT, credits=1), actor_id=MODERATOR
        )


async def test_one_servers_rules_do_not_reach_another(studio: Studio) -> None:
    rule = Allowance(scope=Scope.MEMBER, target_id=MEMBER, credits=50)
    await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)

    elsewhere = await studio.ledger.balance(a_requester(guild=GUILD + 1))

    assert elsewhere.rule.scope is Scope.DEFAULT


async def test_a_report_shows_block_and_pause(studio: Studio) -> None:
    await studio.rules.block(GUILD, MEMBER, actor_id=MODERATOR, reason="first")
    await studio.rules.block(GUILD, MEMBER, actor_id=MODERATOR + 1, reason="second")
    await studio.rules.pause(GUILD, actor_id=MODERATOR, reason="tidying")

    report = await studio.ledger.report(a_requester())

    assert report.block == Block(user_id=MEMBER, reason="second", actor_id=MODERATOR + 1, at=NOW)
    assert report.pause == Pause(reason="tidying", actor_id=MODERATOR, at=NOW)


async def test_a_block_ends(studio: Studio) -> None:
    await studio.rules.block(GUILD, MEMBER, actor_id=MODERATOR, reason="spam")

    first = await studio.rules.unblock(GUILD, MEMBER, actor_id=MODERATOR)
    second = await studio.rules.unblock(GUILD, MEMBER, actor_id=MODERATOR)

    assert (first, second) == (True, False)
    assert (await studio.ledger.report(a_requester())).block is None


async def test_a_server_that_wants_spoilers_has_them_until_it_does_not(studio: Studio) -> None:
    before = await studio.admit()
    await studio.rules.set_spoiler(GUILD, True, actor_id=MODERATOR)
    during = await studio.admit()

    assert (before.hidden, during.hidden, during.request.spoiler) == (False, True, False)
    assert await studio.jobs.hides(before)
    assert (await studio.ledger.report(a_requester())).spoiler

    await studio.rules.set_spoiler(GUILD, False, actor_id=MODERATOR)

    assert not await studio.jobs.hides(before)
    assert await studio.jobs.hides(during)
    assert not (await studio.ledger.report(a_requester())).spoiler


async def test_one_servers_spoilers_are_not_anothers(studio: Studio) -> None:
    await studio.rules.set_spoiler(GUILD + 1, True, actor_id=MODERATOR)

    job = await studio.admit()

    assert not await studio.jobs.hides(job)


async def test_the_moderator_role_is_kept(studio: Studio) -> None:
    before = await studio.rules.moderator_role(GUILD)
    await studio.rules.set_moderator_role(GUILD, 77, actor_id=MODERATOR)
    named = await studio.rules.moderator_role(GUILD)
    await studio.rules.set_moderator_role(GUILD, None, actor_id=MODERATOR)

    after = await studio.rules.moderator_role(GUILD)

    assert (before, named, after) == (None, 77, None)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Europe", ""])
async def test_a_time_zone_must_exist(studio: Studio, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        await studio.rules.set_timezone(GUILD, name, actor_id=MODERATOR)

    assert caught.value.code == "refusal-timezone"


async def test_every_decision_is_recorded_once(studio: Studio, database: Database) -> None:
    await studio.rules.set_allowance(
        GUILD, Allowance(scope=Scope.ROLE, target_id=5, credits=2), actor_id=MODERATOR
    )
    await studio.rules.block(GUILD, MEMBER, actor_id=MODERATOR, reason="spam")
    await studio.rules.unblock(GUILD, MEMBER, actor_id=MODERATOR, reason="sorry")
    await studio.rules.unblock(GUILD, MEMBER, actor_id=MODERATOR)
    await studio.rules.pause(GUILD, actor_id=MODERATOR, reason="tidying")
    await studio.rules.resume(GUILD, actor_id=MODERATOR)
    await studio.rules.set_cooldown(GUILD, timedelta(seconds=9), actor_id=MODERATOR)
    await studio.rules.set_spoiler(GUILD, True, actor_id=MODERATOR)

    assert await record(database) == [
        ("allowance-set", MODERATOR, 5, None),
        ("blocked", MODERATOR, MEMBER, "spam"),
        ("unblocked", MODERATOR, MEMBER, "sorry"),
        ("paused", MODERATOR, None, "tidying"),
        ("resumed", MODERATOR, None, None),
        ("cooldown", MODERATOR, None, None),
        ("spoiler", MODERATOR, None, None),
    ]


async def test_the_record_cannot_be_changed(studio: Studio, database: Database) -> None:
    await studio.rules.pause(GUILD, actor_id=MODERATOR, reason="tidying")

    def forget(connection: Connection) -> None:
        connection.execute(text("DELETE FROM audit"))

    with pytest.raises(StorageError):
        await database.transact(forget)

    assert len(await record(database)) == 1
