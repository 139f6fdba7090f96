"""The bot's own edits in one channel, one after the other: Discord counts them together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Channels:
    """Lets one edit after the other into a channel, in the order in which they came."""

    def __init__(self, spacing: float) -> None:
        self._spacing = spacing
        self._doors: WeakValueDictionary[int, _Door] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, channel_id: int | None) -> AsyncIterator[None]:
        """Wait until the channel bears one more edit, and make it inside; `None` waits for nobody.

        May be cancelled at any time.
        """
        if channel_id is None:
            yield
            return
        door = self._doors.get(channel_id)
        if door is None:
            door = self._doors[channel_id] = _Door()
        async with door.lock:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(door.opens_at - loop.time(), 0))
            try:
                yield
            finally:
                door.opens_at = loop.time() + self._spacing
                # Kept as long as it says something.
                loop.call_at(door.opens_at, door.seen)


class _Door:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.opens_at = 0.0

    def seen(self) -> None:
        """Does nothing; whoever will call it keeps the door until then."""
