"""Keep the cards of waiting jobs true while the line moves."""

import asyncio
from dataclasses import replace

import structlog

from bot.domain.errors import StorageError
from bot.domain.views import CardState, Place
from bot.generation.gate import Bell
from bot.generation.ports import Cards
from bot.telemetry import Metrics
from storage.jobs import Jobs

log = structlog.stdlib.get_logger()

NEAR = 25
"""Places that are always shown exactly; farther back a card is edited once it moved by a tenth."""


class Line:
    """Who waits, with what their cards show; `run` belongs to the application."""

    def __init__(self, *, jobs: Jobs, cards: Cards, metrics: Metrics, pause: float) -> None:
        self._jobs = jobs
        self._metrics = metrics
        self._cards = cards
        self._pause = pause
        self._moved = Bell()
        self._waiting: dict[str, CardState] = {}

    def join(self, state: CardState) -> None:
        """A card that shows a waiting job, or shows it anew."""
        self._waiting[state.job.id] = state
        if state.job.card is not None and not state.job.card.bot_can_view:
            self._cards.offer(state)  # its token ends, whether the line moves or not
        self._metrics.waiting.set(len(self._waiting))
        self._moved.ring()

    @property
    def empty(self) -> bool:
        """Whether nobody waits, as far as this process knows."""
        return not self._waiting

    def leave(self, job_id: str) -> bool:
        """The job waits no more, and whoever is behind it moves up; false if it did not wait."""
        waited = self._waiting.pop(job_id, None) is not None
        self._metrics.waiting.set(len(self._waiting))
        self._moved.ring()
        return waited

    async def run(self) -> None:
        """Show new places, at most every `pause` seconds, until cancelled."""
        while True:
            await self._moved.wait()
            try:
                await self._refresh()
            except StorageError as error:
                log.warning("line.unknown", code=error.code)
            await asyncio.sleep(self._pause)

    async def _refresh(self) -> None:
        if not self._waiting:
            return
        known = set(self._waiting)
        places = await self._jobs.places()
        gone = known - places.keys()
        for job_id in gone:
            self._waiting.pop(job_id, None)
        await asyncio.gather(*map(self._cards.drop, gone))  # another process has them, or nobody
        for job_id, state in list(self._waiting.items()):
            if job_id not in places:
                continue  # it came meanwhile
            if _moved(state.place, places[job_id]):
                self._show(replace(state, place=places[job_id]))

    def _show(self, state: CardState) -> None:
        self._waiting[state.job.id] = state
        self._cards.offer(state)


def _moved(shown: Place | None, place: Place) -> bool:
    if shown is None or place.number <= NEAR:
        return shown != place
    return abs(shown.number - place.number) * 10 >= place.number
