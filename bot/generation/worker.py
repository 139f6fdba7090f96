"""Claim jobs in fair order and work on each in a task of its own, as many as the relay bears."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from functools import partial

import structlog

from bot.domain.errors import StorageError
from bot.domain.jobs import Job
from bot.generation.attempt import Attempt
from bot.generation.endings import Endings
from bot.generation.gate import Bell, Gate
from bot.generation.heartbeat import Heartbeat
from bot.generation.line import Line
from bot.generation.slots import Slots
from bot.telemetry import Metrics
from storage.jobs import Jobs
from storage.leases import Leases

log = structlog.get_logger()


class Worker:
    """The only place that claims jobs and takes up orphans; `run` belongs to the application."""

    def __init__(
        self,
        *,
        name: str,
        jobs: Jobs,
        leases: Leases,
        heartbeat: Heartbeat,
        attempt: Attempt,
        endings: Endings,
        line: Line,
        gate: Gate,
        bell: Bell,
        slots: Slots,
        metrics: Metrics,
        alone: bool,
        pause: float,
    ) -> None:
        """Take the parts.

        `alone` says that no other process works on the database; `pause` lies between looks for
        work that no bell announced.
        """
        self._name = name
        self._jobs = jobs
        self._leases = leases
        self._heartbeat = heartbeat
        self._attempt = attempt
        self._endings = endings
        self._line = line
        self._gate = gate
        self._bell = bell
        self._slots = slots
        self._metrics = metrics
        self._alone = alone
        self._pause = pause
        self._passed_over = False
        """Whether models had to wait for their relay when jobs were looked for last."""
        self._orphans_at = 0.0
        """From when on, by the loop's time, orphans come before the line; else behind it."""
        self._lost: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._let_go(), name="lost jobs")
            while True:
                job = await self._next()
                if self._gate.closed:
                    continue  # claimed just as the gate closed: the next start takes it up
                self._slots.take(job.request.model)
                announced = self._line.leave(job.id)
                self._tasks[job.id] = group.create_task(self._work(job), name=f"job {job.id}")
                if announced and not self._more:
                    await self._bell.wait(self._pause)

    def stop(self, job_id: str) -> None:
        """Stop working on a job whose end is already written."""
        if task := self._tasks.get(job_id):
            task.cancel()

    def _lose(self, job_id: str) -> None:
        """The job is another's now, or another process cancelled it."""
        self.stop(job_id)
        self._lost.put_nowait(job_id)

    async def _let_go(self) -> None:
        """What was lost is shown no more from here; of a cancelled one the end is shown again."""
        while True:
            job_id = await self._lost.get()
            with suppress(StorageError):
                await self._endings.hand_over(job_id)

    async def drain(self, seconds: float) -> int:
        """Wait for the running jobs; return how many were still running after `seconds`."""
        tasks = list(self._tasks.values())
        if not tasks:
            return 0
        _, late = await asyncio.wait(tasks, timeout=seconds)
        return len(late)

    async def park(self) -> None:
        """Leave what still runs to the next start, which goes on from where it stands."""
        parked = dict(self._tasks)
        for task in parked.values():
            task.cancel()
        await asyncio.gather(*parked.values(), return_exceptions=True)
        await asyncio.gather(*map(self._endings.park, parked))

    async def _next(self) -> Job:
        while True:
            job = None if self._gate.closed else await self._claim()
            if job is not None:
                return job
            await self._bell.wait(self._pause)

    @property
    def _more(self) -> bool:
        """Whether it is known here that others wait; what is not known is looked for anyway.

        Each look is a transaction or two, which a job that comes alone can do without.
        """
        return self._passed_over or not self._line.empty

    async def _claim(self) -> Job | None:
        full = self._slots.full_models()
        self._passed_over = bool(full)
        try:
            if asyncio.get_running_loop().time() < self._orphans_at:
                job = await self._jobs.claim(self._name, skip=full)
                return job or await self._adopt(full)
            return await self._adopt(full) or await self._jobs.claim(self._name, skip=full)
        except StorageError as error:  # looked for again in a moment; databases are away at times
            log.warning("worker.claim_failed", code=error.code, cause=repr(error.__cause__))
            return None

    async def _adopt(self, full: Collection[str]) -> Job | None:
        job = await self._leases.adopt(
            self._name,
            skip=full,
            holding=list(self._tasks),
            expired=self._alone or self._heartbeat.steady,
        )
        if job is None and not full:  # else one may wait for a place at its relay: it comes first
            self._orphans_at = asyncio.get_running_loop().time() + self._pause
        return job

    async def _work(self, job: Job) -> None:
        with_job = structlog.contextvars.bound_contextvars(job=job.id)
        beating = self._heartbeat.beating(job, partial(self._lose, job.id))
        try:
            with with_job, beating, self._metrics.running.track_inprogress():
                async with self._endings.guarding(job):
                    await self._attempt(job)
        finally:
            if self._tasks.get(job.id) is asyncio.current_task():
                del self._tasks[job.id]
            self._slots.give(job.request.model)
            if self._more:
                self._bell.ring()
