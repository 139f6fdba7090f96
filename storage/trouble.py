"""Whether the database takes what is written, as this process's own transactions find it."""

import asyncio

from bot.domain.errors import StorageError


class Trouble:
    """Begins with a transaction that the disk did not take; somebody tries until one is taken."""

    def __init__(self) -> None:
        self.code: str | None = None
        """What it is, such as `storage-full`; `None` while all is well."""
        self._begun = asyncio.Event()

    def note(self, error: StorageError) -> None:
        """Remember what does not pass by itself."""
        if error.lasting:
            self.code = error.code
            self._begun.set()

    def over(self) -> None:
        """A write was taken."""
        self.code = None
        self._begun.clear()

    async def begun(self) -> None:
        """Return when there is any."""
        await self._begun.wait()
