"""Say of every job that is worked on here that its worker lives, and hear what others did to it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from bot.domain.errors import StorageError
from bot.domain.jobs import Job, JobStatus
from bot.generation.ports import Cards
from storage.leases import LEASE, Leases

log = structlog.stdlib.get_logger()


class Heartbeat:
    """Renews the leases of this process's jobs; `run` belongs to the application."""

    def __init__(self, *, leases: Leases, cards: Cards, pause: float) -> None:
        self._leases = leases
        self._cards = cards
        self._pause = pause
        self._held: dict[str, tuple[Job, Callable[[], object]]] = {}
        self._last: float | None = None
        self._steady_since = 0.0

    @property
    def steady(self) -> bool:
        """Whether every renewal came in time for as long as a lease lasts, up to now.

        A process that was away itself (stopped, or without the database) finds the leases of
        all others ended, who were away like it: they are given the time to renew them.
        """
        now = asyncio.get_running_loop().time()
        fresh = self._last is not None and now - self._last <= 2 * self._pause
        return fresh and now - self._steady_since >= LEASE.total_seconds()

    @contextmanager
    def beating(self, job: Job, on_lost: Callable[[], object]) -> Iterator[None]:
        """Keep the lease while the block runs; `on_lost` is called when it is another's."""
        held = self._held[job.id] = (job, on_lost)
        try:
            yield
        finally:
            if self._held.get(job.id) is held:
                del self._held[job.id]

    async def run(self) -> None:
        """Renew every `pause` seconds until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self._beat()
            except StorageError as error:
                log.warning("heartbeat.not_written", code=error.code)

    async def _beat(self) -> None:
        held = dict(self._held)
        standing = await self._leases.renew([job for job, _ in held.values()])
        self._count()
        for job_id, (job, on_lost) in held.items():
            if self._held.get(job_id) != (job, on_lost):
                continue  # a job may end here meanwhile, and its end is still being told
            now = standing.get(job_id)
            if now is None or now.status is JobStatus.CANCELLED:
                # What another process cancelled is given up as well.
                log.warning("job.lease_lost", job=job_id)
                on_lost()
            elif now.card != job.card:
                self._cards.renew(now)  # somebody's press, which another process may have heard

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._last is None or now - self._last > 2 * self._pause:
            self._steady_since = now
        self._last = now
