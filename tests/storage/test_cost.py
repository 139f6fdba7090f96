"""What a transaction costs, told by its statements and not by a clock: it grows with nothing."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.domain.jobs import Handle, Job
from bot.domain.ledger import Allowance, Limits, Period, Scope
from bot.domain.quota import Pool
from storage.database import Database
from tests.storage.studio import GUILD, MEMBER, MODERATOR, Clock, Studio, a_requester
from tests.storage.test_admission import MakeStudio

ADMISSION = 9
"""Begin or lock; interaction, server, block, allowances, grants and sums; the job and its hold."""

Sent = list[tuple[str, Any]]


@contextmanager
def sent() -> Iterator[Sent]:
    """Every statement that goes to a database meanwhile, with its parameters."""
    statements: Sent = []

    def note(*told: Any) -> None:
        _, _, statement, parameters, _, many = told
        statements.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
async def sqlite(tmp_path: Path, clock: Clock) -> AsyncIterator[Studio]:
    """Its plans go by the schema alone; PostgreSQL's go by how much it has."""
    database = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    yield Studio(database, clock, Limits())
    await database.close()


async def live(studio: Studio) -> None:
    """A whole job, and everything that is asked of the database beside it."""
    job: Job | None = await studio.admit_ready()
    assert job is not None
    await studio.ledger.report(job.requester())
    await studio.jobs.by_interaction(job.interaction_id)
    await studio.jobs.place(job)
    await studio.leases.adopt("worker", skip=("other",), holding=("nothing",))
    job = await studio.jobs.claim("worker", skip=("other",))
    assert job is not None
    await studio.jobs.post_starting(job)
    await studio.jobs.store_handle(job, Handle(task_id="task"))
    await studio.leases.renew([job])
    await studio.ledger.beside(job)
    video = ["https://relay.example/video.mp4"]
    job = await studio.jobs.delivering(job, [video], text="text")
    assert job is not None
    await studio.jobs.places()
    await studio.deliver(job)
    await studio.jobs.told(job.id)
    await studio.jobs.text(job.id)
    await look_around(studio)


async def look_around(studio: Studio) -> None:
    now = studio.clock()
    await studio.jobs.open_jobs()
    await studio.jobs.running()
    await studio.jobs.counts(GUILD, MEMBER)
    await studio.jobs.untold(ended_by=now)
    await studio.jobs.unclaimed(now)
    await studio.jobs.forget_texts(ended_before=now)
    for candidate in await studio.jobs.library(GUILD, MEMBER, limit=10):
        await studio.jobs.of_ids([candidate.job_id])


async def plans(database: Database, statements: Sent) -> list[str]:
    """The steps in which SQLite answers each of them."""

    def explain(connection: Connection) -> list[str]:
        return [
            step
            for statement, parameters in statements
            if not statement.startswith(("BEGIN", "INSERT"))
            for _, _, _, step in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
        ]

    return await database.transact(explain)


async def test_an_admission_is_nine_statements(studio: Studio) -> None:
    with sent() as statements:
        await studio.admit()

    assert len(statements) == ADMISSION, statements


async def test_no_rule_and_no_history_adds_a_statement(
    make_studio: MakeStudio, clock: Clock
) -> None:
    studio = make_studio(operator_credits_per_day=1000)
    await studio.rules.set_pool(GUILD, Pool(credits=1000, period=Period.MONTH), actor_id=MODERATOR)
    await studio.rules.set_cooldown(GUILD, timedelta(seconds=1), actor_id=MODERATOR)
    for role in range(1, 9):
        rule = Allowance(scope=Scope.ROLE, target_id=role, credits=role, period=Period.WEEK)
        await studio.rules.set_allowance(GUILD, rule, actor_id=MODERATOR)
    for _ in range(5):
        await studio.grant(2)
        await studio.deliver(await studio.admit(roles=(1, 2, 3)))
        clock.advance(seconds=2)

    with sent() as statements:
        await studio.admit(price=5, roles=(1, 2, 3))

    locks = [statement for statement, _ in statements if "pg_advisory" in statement]
    assert len(statements) == ADMISSION + max(len(locks) - 1, 0), statements


async def test_nothing_that_a_job_needs_reads_a_whole_table(sqlite: Studio) -> None:
    with sent() as statements:
        await live(sqlite)

    steps = await plans(sqlite.database, statements)

    scanned = {found.group(1) for step in steps if (found := re.match(r"SCAN ([\w(]+)", step))}
    # A row of sums, a list of values; and the answers that are kept for a week.
    assert scanned <= {"used", "CONSTANT", "(subquery", "texts"}, steps


async def test_resets_are_sought_among_the_resets_of_the_member(sqlite: Studio) -> None:
    """Sought among all entries of theirs, they would cost the square of what was used."""
    with sent() as statements:
        await sqlite.ledger.balance(a_requester())

    steps = await plans(sqlite.database, statements)

    sought = [step for step in steps if " reset " in step]
    assert sought
    assert all("entries_by_kind (guild_id=? AND user_id=? AND kind=?" in step for step in sought)
