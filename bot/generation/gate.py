"""Whether new work is taken on, and the bell that wakes the workers."""

import asyncio

from bot.domain.errors import Refusal


class Gate:
    """Open while the bot runs; closed for good once it is stopping."""

    def __init__(self) -> None:
        self._closed = False
        self.storing = True
        """Whether what a new job brings can be kept; `Room` looks after it."""

    def close(self) -> None:
        """Refuse everything from now on."""
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the bot is stopping."""
        return self._closed

    def check(self) -> None:
        """Let a request pass.

        Raises:
            Refusal: `refusal-restarting` once the gate is closed, `refusal-storage` while
                nothing new can be kept.
        """
        if self._closed:
            raise Refusal("refusal-restarting")
        if not self.storing:
            raise Refusal("refusal-storage")


class Bell:
    """Rung when there may be a job to claim; several rings before a wait count as one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._event.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Return at the next ring, or after `seconds`: other processes cannot ring this bell."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._event.clear()
