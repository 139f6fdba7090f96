"""One card between its first appearance and its end: what it shows and what it should show."""

import asyncio
from dataclasses import replace

from bot.domain.jobs import Job, JobStatus
from bot.domain.views import CardState
from bot.presenter.face import Face

_ORDER = tuple(JobStatus)
STRIKES = 5
"""Failed progress edits in a row after which only a new offer is tried again."""


class Card:
    """The newest offered state, and what Discord is known to show."""

    def __init__(self, state: CardState) -> None:
        self._state = state
        self._changed = asyncio.Event()
        self._changed.set()
        self._mark: str | None = None
        self._attached: frozenset[str] | None = None
        self.strikes = 0
        """Failed progress edits in a row."""
        self.old = False
        """Whether Discord counts its edits among those of old messages."""
        self._muted = False
        self._pictures: tuple[str | None, ...] = ()
        self._picture_known = asyncio.Event()
        self._bare = False
        self.busy = asyncio.Lock()
        """Held while an edit is in flight."""
        self.task: asyncio.Task[None] | None = None
        """Sends the progress; belongs to the editor's group."""
        self.closed = False

    @property
    def job(self) -> Job:
        """The job of the newest state."""
        return self._state.job

    def offer(self, state: CardState) -> None:
        """Replace whatever was offered before, unless the job was further on there already."""
        if _ORDER.index(state.job.status) < _ORDER.index(self._state.job.status):
            return
        self._state = state
        self._changed.set()

    async def changed(self) -> None:
        """Return once there is a state that was not taken yet."""
        await self._changed.wait()

    def take(self) -> CardState:
        """The newest state."""
        self._changed.clear()
        return self._state

    def carried(self, state: CardState) -> CardState:
        """The state as far as the card can carry it."""
        return replace(state, pictures=()) if self._bare else state

    def lighten(self) -> bool:
        """Leave the reference images out from now on; false when they were left out before."""
        if self._bare:
            return False
        self._bare = True
        self._picture_known.set()
        self._changed.set()
        return True

    def needs(self, face: Face) -> bool:
        """Whether an edit would change anything, and may be tried at all."""
        return not self._muted and not self.closed and face.mark != self._mark

    def must_upload(self, face: Face) -> bool:
        """Whether the attachments differ from those of the last edit.

        Where they do not, they are left out of the edit, and Discord keeps all of them.
        """
        return face.names() != self._attached

    def shown(self, face: Face, pictures: tuple[str | None, ...]) -> None:
        """Discord said yes to this face, and has the reference images at these addresses."""
        self._mark, self._attached, self.strikes = face.mark, face.names(), 0
        if any(pictures):
            self._pictures = pictures
            self._picture_known.set()

    def retry(self, *, old: bool = False) -> None:
        """Try the newest state again after the pause."""
        self.old |= old
        self.strikes += 1
        if self.strikes < STRIKES:
            self._changed.set()

    def revive(self) -> None:
        """There is a new way to it: whatever was given up is tried again."""
        self._muted, self.strikes = False, 0
        self._changed.set()

    def mute(self) -> None:
        """No more progress: Discord refuses edits of this message."""
        self._muted = True
        self._picture_known.set()

    async def picture(self, number: int, seconds: float) -> str | None:
        """The URL of a reference image, waiting for the edit that shows it."""
        if number >= len(self._state.pictures):
            return None
        try:
            async with asyncio.timeout(seconds):
                await self._picture_known.wait()
        except TimeoutError:
            return None
        known = () if self._bare else self._pictures
        return known[number] if number < len(known) else None

    async def close(self, patience: float) -> None:
        """Let no more progress start, and wait for the edit in flight, or break it off."""
        self.closed = True
        try:
            async with asyncio.timeout(patience), self.busy:
                pass
        except TimeoutError:
            pass
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})
