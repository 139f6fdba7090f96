"""Each law of the ledger, broken by hand: it is named with what breaks it, and nothing else is."""

import pytest
from sqlalchemy import Connection, text

from bot.domain.jobs import JobStatus
from storage.database import Database
from storage.verify import MOST
from tests.storage.studio import MEMBER, MODERATOR, Studio, a_requester


async def break_(database: Database, *statements: str) -> None:
    """Write what the bot never writes; what forbids it is taken away first."""

    def write(connection: Connection) -> None:
        on_sqlite = connection.dialect.name == "sqlite"
        guards = (
            ("entries_no_update", "entries_no_delete")
            if on_sqlite
            else ("entries_append_only ON entries",)
        )
        for guard in guards:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {guard}"))
        for statement in statements:
            connection.execute(text(statement))

    await database.transact(write)


async def hold_of(studio: Studio, job_id: str) -> int:
    def read(connection: Connection) -> int:
        found = "SELECT min(id) FROM entries WHERE kind = 'hold' AND job_id = :job"
        return int(connection.execute(text(found), {"job": job_id}).scalar_one())

    return await studio.database.transact(read)


async def test_a_hold_beyond_its_allowance(studio: Studio) -> None:
    await studio.admit()
    job = await studio.admit()
    hold = await hold_of(studio, job.id)

    await break_(studio.database, f"UPDATE entries SET limit_credits = 1 WHERE id = {hold}")

    assert await studio.ledger.verify() == [f"hold-not-covered:{hold}"]


async def test_a_later_reset_does_not_cover_what_was_not(studio: Studio) -> None:
    await studio.admit()
    job = await studio.admit()
    hold = await hold_of(studio, job.id)
    await break_(studio.database, f"UPDATE entries SET limit_credits = 1 WHERE id = {hold}")

    await studio.ledger.reset(a_requester(), actor_id=MODERATOR, reason=None)
    await studio.admit()

    assert await studio.ledger.verify() == [f"hold-not-covered:{hold}"]


async def test_an_allowance_without_limit_covers_everything(studio: Studio) -> None:
    job = await studio.admit(price=3)
    hold = await hold_of(studio, job.id)

    await break_(studio.database, f"UPDATE entries SET limit_credits = NULL WHERE id = {hold}")

    assert await studio.ledger.verify() == []


async def test_a_grant_that_was_overspent(studio: Studio) -> None:
    grant = await studio.grant(4)
    await studio.admit(price=7)

    await break_(studio.database, f"UPDATE entries SET amount = 3 WHERE id = {grant}")

    assert await studio.ledger.verify() == [f"grant-overspent:{grant}"]


async def test_a_hold_that_was_resolved_twice(studio: Studio) -> None:
    job = await studio.admit()
    hold = await hold_of(studio, job.id)
    await studio.deliver(job)

    await break_(
        studio.database,
        "DROP INDEX entries_one_resolution",
        "INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, job_id, hold_id)"
        " SELECT guild_id, user_id, kind, amount, at, effective_at, job_id, hold_id FROM entries"
        f" WHERE hold_id = {hold}",
    )

    assert await studio.ledger.verify() == [f"hold-resolved-twice:{hold}"]


@pytest.mark.parametrize("column", ["amount", "effective_at", "user_id", "guild_id"])
async def test_a_resolution_that_is_not_like_its_hold(studio: Studio, column: str) -> None:
    job = await studio.admit()
    hold = await hold_of(studio, job.id)
    await studio.deliver(job)

    change = f"UPDATE entries SET {column} = {column} + 1 WHERE hold_id = {hold}"
    await break_(studio.database, change)

    assert await studio.ledger.verify() == [f"resolution-differs:{hold + 1}"]


async def test_a_price_that_was_not_held(studio: Studio) -> None:
    job = await studio.admit()

    await break_(studio.database, f"UPDATE jobs SET price = 2 WHERE id = '{job.id}'")

    assert await studio.ledger.verify() == [f"price-not-held:{job.id}"]


@pytest.mark.parametrize(
    ("status", "refunded"),
    [(JobStatus.DELIVERED, 0), (JobStatus.FAILED, 1), (JobStatus.CANCELLED, 1)],
)
async def test_a_job_that_ended_with_its_hold_open(
    studio: Studio, status: JobStatus, refunded: int
) -> None:
    job = await studio.admit()

    await break_(
        studio.database,
        f"UPDATE jobs SET status = '{status}', finished_at = 1, refunded = {refunded}",
    )

    assert await studio.ledger.verify() == [f"job-and-holds-differ:{job.id}"]


async def test_a_job_that_is_open_with_its_hold_resolved(studio: Studio) -> None:
    job = await studio.admit()
    await studio.deliver(job)

    await break_(studio.database, "UPDATE jobs SET status = 'running', finished_at = NULL")

    assert await studio.ledger.verify() == [f"job-and-holds-differ:{job.id}"]


async def test_a_video_that_came_and_was_given_back_too(studio: Studio) -> None:
    job = await studio.admit()
    await studio.fail(job)

    await break_(studio.database, "UPDATE jobs SET status = 'delivered', refunded = 0")

    assert await studio.ledger.verify() == [f"job-and-holds-differ:{job.id}"]


async def test_a_ledger_that_is_broken_all_over_is_told_in_part(studio: Studio) -> None:
    """One fault of ours may break every job; the report must not fill the memory or the log."""
    grants = f"(1, {MEMBER}, 'hold', 1, 1, 1, '{{}}', 5, 1)"
    job = await studio.admit()
    many = ", ".join([grants.format(job.id)] * (MOST + 50))
    columns = (
        "guild_id, user_id, kind, amount, at, effective_at, job_id, limit_credits, limit_since"
    )

    await break_(studio.database, f"INSERT INTO entries ({columns}) VALUES {many}")

    broken = await studio.ledger.verify()
    assert len([each for each in broken if each.startswith("hold-not-covered")]) == MOST
