"""Refuse new jobs while what they would bring cannot be kept, so that running ones can be."""

import asyncio
from collections.abc import Callable

import structlog

from bot.domain.errors import StorageError
from bot.generation.gate import Gate
from bot.generation.ports import Operators
from storage.database import Database

log = structlog.stdlib.get_logger()

LEAST = 200_000_000
"""Free bytes: videos that are on their way and the database itself need them."""
ENOUGH = 300_000_000
"""Free bytes with which new jobs are taken on again; more than `LEAST`, or it would flicker."""


class Room:
    """Looks after database and disk; `run` belongs to the application.

    Running jobs are not touched: what they have to write is tried again by themselves
    (`persistence.py`), and goes through when this ends.
    """

    def __init__(
        self,
        *,
        database: Database,
        gate: Gate,
        operators: Operators,
        free: Callable[[], int],
        pause: float,
    ) -> None:
        self._database = database
        self._gate = gate
        self._operators = operators
        self._free = free
        self._pause = pause

    async def run(self) -> None:
        """Look every `pause` seconds, and at once when the database fails, until cancelled."""
        while True:
            hindrance = await self._hindrance()
            if self._gate.storing and hindrance:
                await self._stop_taking(hindrance)
            elif not self._gate.storing and not hindrance:
                await self._go_on()
            await self._next()

    async def _hindrance(self) -> str | None:
        if code := self._database.trouble.code:
            try:
                await self._database.try_to_write()
            except StorageError:
                return code.removeprefix("storage-")
        return "low" if await self._is_low() else None

    async def _is_low(self) -> bool:
        try:
            free = await asyncio.to_thread(self._free)
        except OSError:
            return False  # a disk that does not tell may have room
        return free < (LEAST if self._gate.storing else ENOUGH)

    async def _stop_taking(self, hindrance: str) -> None:
        self._gate.storing = False
        log.error("room.new_jobs_refused", cause=hindrance)
        await self._operators.report("operator-no-room", cause=hindrance)

    async def _go_on(self) -> None:
        self._gate.storing = True
        log.info("room.new_jobs_taken")
        await self._operators.report("operator-room")

    async def _next(self) -> None:
        if not self._gate.storing:
            await asyncio.sleep(self._pause)
            return
        try:
            async with asyncio.timeout(self._pause):
                await self._database.trouble.begun()
        except TimeoutError:
            return
