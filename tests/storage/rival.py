"""A process of its own on a database that another one works on too: `rival.py URL name`.

It says `ready`, then for each line of its input one line of JSON: what it got.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from itertools import count

from bot.domain.errors import Refusal
from bot.domain.jobs import JobStatus
from bot.domain.ledger import Limits
from storage.database import Database
from storage.jobs import Jobs
from storage.ledger import Ledger
from tests.storage.studio import an_order

AT_ONCE = 8


class Rival:
    """Admits, claims and ends jobs as fast as it can, several at once."""

    def __init__(self, database: Database, name: str) -> None:
        self._name = name
        self._ledger = Ledger(database, _now, Limits(default_credits=1, max_waiting=99))
        self._jobs = Jobs(database, _now, max_running=1)
        self._numbers = count(1)

    async def admit(self, member: str) -> list[str]:
        """Ask for twenty videos on what may be one credit."""
        found = await asyncio.gather(*(self._admit(int(member)) for _ in range(20)))
        return [job for job in found if job]

    async def claim(self) -> list[str]:
        """Take every job that is to be had."""
        found = await asyncio.gather(*(self._claim() for _ in range(AT_ONCE)))
        return [job for jobs in found for job in jobs]

    async def end(self, how: str, *jobs: str) -> list[str]:
        """End these jobs; those that somebody else has ended are left out."""
        found = await asyncio.gather(*(self._end(how, job) for job in jobs))
        return [job for job in found if job]

    async def _admit(self, member: int) -> str | None:
        job_id = f"{self._name}{next(self._numbers)}"
        interaction = 1000 * ord(self._name) + next(self._numbers)
        try:
            order = an_order(user=member, interaction=interaction)
            return ((await self._ledger.admit(order, job_id=job_id, price=1)).job).id
        except Refusal:
            return None

    async def _claim(self) -> list[str]:
        claimed = []
        while job := await self._jobs.claim(self._name):
            claimed.append(job.id)
        return claimed

    async def _end(self, how: str, job_id: str) -> str | None:
        job = await self._jobs.get(job_id)
        assert job is not None
        settle = how == JobStatus.DELIVERED
        ended = await self._ledger.finish(job, JobStatus(how), settle=settle)
        return None if ended is None else ended.id


async def main(url: str, name: str) -> None:
    database = await Database.open(url)
    rival = Rival(database, name)
    _say("ready")
    while line := (await asyncio.to_thread(sys.stdin.readline)).split():
        got = await getattr(rival, line[0])(*line[1:])
        _say(json.dumps(got))
    await database.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
