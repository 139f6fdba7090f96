"""Two processes on one PostgreSQL: one credit is one job, and a job is one worker's."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.jobs import JobStatus
from bot.domain.ledger import Limits
from storage.database import Database
from tests.postgres import Postgres
from tests.storage.studio import GUILD, Clock, Studio

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parents[2]
PATIENCE = 120


class Rivals:
    """Two processes that are told to begin at the same moment."""

    def __init__(self, first: Process, second: Process) -> None:
        self._both = (first, second)

    async def both(self, *command: str) -> list[list[str]]:
        return await self.each(command, command)

    async def each(self, *commands: tuple[str, ...]) -> list[list[str]]:
        """What the first and the second got."""
        for process, command in zip(self._both, commands, strict=True):
            assert process.stdin is not None
            process.stdin.write((" ".join(command) + "\n").encode())
        async with asyncio.timeout(PATIENCE):
            return [json.loads(await said(process)) for process in self._both]


async def said(process: Process) -> str:
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert line, "it ended"
    return line.decode().strip()


@pytest.fixture
async def url(postgres: Postgres) -> AsyncIterator[str]:
    created = await postgres.create_database()
    yield created
    await postgres.drop_database(created)


@pytest.fixture
async def rivals(url: str) -> AsyncIterator[Rivals]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = (sys.executable, "-m", "tests.storage.rival", url)
    processes = [
        await asyncio.create_subprocess_exec(
            *program, name, cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, limit=1 << 20
        )
        for name in ("a", "b")
    ]
    async with asyncio.timeout(PATIENCE):
        assert [await said(process) for process in processes] == ["ready", "ready"]
    yield Rivals(*processes)
    for process in processes:
        await process.communicate(b"")
    assert [process.returncode for process in processes] == [0, 0]


@pytest.fixture
async def studio(url: str, rivals: Rivals) -> AsyncIterator[Studio]:
    """A third pair of eyes, opened when both have migrated the empty database."""
    database = await Database.open(url)
    yield Studio(database, Clock(), Limits(default_credits=None, max_waiting=99))
    await database.close()


async def test_one_credit_is_one_job(rivals: Rivals, studio: Studio) -> None:
    for member in range(1, 11):
        admitted = await rivals.both("admit", str(member))
        assert len([job for jobs in admitted for job in jobs]) == 1

    assert await studio.ledger.verify() == []
    assert len(await studio.jobs.open_jobs()) == 10


async def test_no_job_is_claimed_twice(rivals: Rivals, studio: Studio) -> None:
    waiting = [(await studio.admit_ready(user=member)).id for member in range(1, 201)]
    for _ in range(3):
        await studio.admit_ready(user=1)  # one after the other: max_running is 1

    first, second = await rivals.both("claim")

    assert first
    assert second
    assert len(first) + len(second) == len({*first, *second}) == len(waiting)
    assert await studio.jobs.running() == len(waiting)
    assert await studio.jobs.counts(GUILD, 1) == (1, 3)


async def test_a_job_ends_once(rivals: Rivals, studio: Studio) -> None:
    jobs = [(await studio.admit(user=member)).id for member in range(1, 101)]

    delivered, failed = await rivals.each(
        ("end", JobStatus.DELIVERED, *jobs), ("end", JobStatus.FAILED, *jobs)
    )

    assert delivered
    assert failed
    assert sorted([*delivered, *failed]) == sorted(jobs)
    assert await studio.ledger.verify() == []
