"""When a session with Discord may begin: few a day, one after the other, over all processes.

Discord takes a bot's token away after 1,000 sessions begun in a day. discord.py begins one every
five seconds when each is refused, and a process that crashes at once begins one at every start.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from storage.instance import Place

log = structlog.stdlib.get_logger()

DAY = 86_400.0
AT_ONCE = 100
"""Sessions that all of a bot's processes together may begin one after the other …"""
A_DAY = 380
"""… and then so many in a day, evenly: never more than 480 within any day."""
BETWEEN = 5.0
"""Seconds between two sessions of one bot, which Discord asks for."""


class Account:
    """What is left of a process's share, kept in a file over restarts and crashes.

    The file holds one moment: when all that was drawn will be paid off. Each session puts it
    off by `interval`; at most `at_once` intervals may be owed.

    Args:
        path: The file; it is written over in place, which a full disk allows.
        share: The part of the bot's sessions that this process may begin.
    """

    def __init__(
        self, path: Path, *, share: float = 1.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._clock = clock
        self._interval = DAY / (A_DAY * share)
        self._at_once = max(1, int(AT_ONCE * share))
        self._paid_off = 0.0

    def draw(self) -> float:
        """Write one session down; return the seconds to wait before it begins.

        What cannot be written down is waited for: without a memory a process that crashes
        would begin too many.
        """
        now = self._clock()
        # However the clock was set meanwhile, no more can be owed than this.
        most = now + self._at_once * self._interval
        owed = min(max(self._paid_off, self._read(), now), most)
        self._paid_off = owed + self._interval
        wait = max(0.0, self._paid_off - most)
        if self._write():
            return wait
        return max(wait, self._interval)

    def give_back(self) -> None:
        """The session that was drawn last did not begin."""
        self._paid_off -= self._interval
        self._write()

    def _read(self) -> float:
        try:
            with self._path.open("rb") as file:
                return _moment(file.read(64))
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError) as error:
            log.warning("sessions.unreadable", error=repr(error))
            return float("inf")  # as if all had been drawn: the worst that may be true

    def _write(self) -> bool:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("r+b" if self._path.exists() else "xb") as file:
                file.write(f"{self._paid_off:020.3f}\n".encode())
                file.truncate()
        except OSError as error:
            log.warning("sessions.unwritten", error=repr(error), waiting=round(self._interval))
            return False
        return True


def _moment(written: bytes) -> float:
    found = float(written)
    if not math.isfinite(found):
        raise ValueError(found)
    return found


@dataclass(slots=True)
class Turn:
    """The right to begin one session; `spent` unless it was not used after all."""

    spent: bool = True
    granted: asyncio.Event = field(default_factory=asyncio.Event)
    used: asyncio.Event = field(default_factory=asyncio.Event)


class Starts:
    """Gives each shard its turn to begin a session; `run` belongs to the gateway."""

    def __init__(self, account: Account, place: Place, *, between: float = BETWEEN) -> None:
        self._account = account
        self._place = place
        self._between = between
        self._asked: asyncio.Queue[Turn] = asyncio.Queue()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Begin one session meanwhile, when enough are left and nobody else does."""
        turn = Turn()
        self._asked.put_nowait(turn)
        try:
            await turn.granted.wait()
            yield turn
        finally:
            turn.used.set()

    async def run(self) -> None:
        """Grant one turn after the other until cancelled."""
        while True:
            turn = await self._asked.get()
            await self._wait()
            async with self._place.turn():
                turn.granted.set()
                await turn.used.wait()
                if turn.spent:
                    await asyncio.sleep(self._between)
                else:
                    self._account.give_back()

    async def _wait(self) -> None:
        seconds = self._account.draw()
        if seconds:
            log.warning("sessions.spent", waiting=round(seconds))
            await asyncio.sleep(seconds)
