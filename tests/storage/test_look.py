"""Looking at a ledger beside whatever works on it."""

import asyncio

from storage.look import contradictions
from tests.storage.studio import Studio
from tests.storage.test_verify import break_


async def test_a_ledger_that_keeps_its_laws(url: str, studio: Studio) -> None:
    await studio.deliver(await studio.admit())

    assert await contradictions(url) == []


async def test_a_ledger_that_breaks_one(url: str, studio: Studio) -> None:
    job = await studio.admit()
    await break_(studio.database, "UPDATE jobs SET price = 2")

    assert await contradictions(url) == [f"price-not-held:{job.id}"]


async def test_it_is_looked_at_while_it_is_written(url: str, studio: Studio) -> None:
    """An end between two queries is no contradiction."""

    async def write() -> None:
        for user in range(1, 40):
            await studio.deliver(await studio.admit(user=user))

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        looks = 0
        while not writing.done():
            assert await contradictions(url) == []
            looks += 1

    assert looks > 1


MANY = (
    "INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, job_id,"
    " limit_credits, limit_since) WITH RECURSIVE n(i) AS"
    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " SELECT guild_id, user_id, kind, amount, at, effective_at, job_id, 1000000, limit_since"
    " FROM entries CROSS JOIN n"
)
"""Holds of one member in one period, each to be summed with all before it: for a minute."""


async def test_a_stop_does_not_wait_for_a_long_look(url: str, studio: Studio) -> None:
    await studio.admit()
    await break_(studio.database, MANY)

    looking = asyncio.create_task(contradictions(url))
    done, _ = await asyncio.wait({looking}, timeout=2)
    assert not done, "too quick to be stopped"
    looking.cancel()
    async with asyncio.timeout(20):
        await asyncio.wait({looking})

    assert looking.cancelled()
    await studio.admit(user=2)
