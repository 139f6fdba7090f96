"""A few at a time, so that the first are done early, but never for long behind one that is slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

AT_ONCE = 8
LONGEST = 5.0
"""Seconds; a film over a poor line lets the next begin beside it."""


class Turns:
    """Hands out turns in the order of asking.

    A hundred who begin at once all end late, and each holds memory until then.
    """

    def __init__(self, at_once: int = AT_ONCE, longest: float = LONGEST) -> None:
        self._free = asyncio.Semaphore(at_once)
        self.longest = longest

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; whoever takes long gives it back and goes on without."""
        await self._free.acquire()
        with ExitStack() as once:
            once.callback(self._free.release)
            over = asyncio.get_running_loop().call_later(self.longest, once.close)
            once.callback(over.cancel)
            yield
