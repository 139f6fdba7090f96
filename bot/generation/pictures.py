"""Fetch and check the images of admitted jobs, outside the interaction that brought them."""

import asyncio
from collections.abc import Sequence
from functools import partial

from bot.domain.jobs import Job
from bot.domain.requests import ImageOffer
from bot.domain.views import CardState
from bot.generation.endings import Endings
from bot.generation.gate import Bell
from bot.generation.inputs import Inputs
from bot.generation.line import Line
from bot.generation.persistence import told, written
from bot.generation.ports import Cards
from bot.intake import take_in
from storage.jobs import Jobs
from storage.ledger import Ledger

AT_ONCE = 2
"""Checks side by side: each is a child process with up to a picture's pixels in memory."""


class Pictures:
    """A queue of images on their way in; `run` belongs to the application."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        ledger: Ledger,
        cards: Cards,
        endings: Endings,
        line: Line,
        bell: Bell,
        inputs: Inputs,
    ) -> None:
        self._jobs = jobs
        self._ledger = ledger
        self._cards = cards
        self._endings = endings
        self._line = line
        self._bell = bell
        self._inputs = inputs
        self._queue: asyncio.Queue[tuple[Job, Sequence[ImageOffer]]] = asyncio.Queue()

    def take(self, job: Job, offers: Sequence[ImageOffer]) -> None:
        """Put a job's images in line; never waits."""
        self._queue.put_nowait((job, offers))

    async def run(self) -> None:
        """Work through the line until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            job, offers = await self._queue.get()
            async with self._endings.guarding(job):
                await self._take_in(job, offers)

    async def _take_in(self, job: Job, offers: Sequence[ImageOffer]) -> None:
        names = [(await take_in(offer, self._inputs.folder)).name for offer in offers]
        ready = await written(partial(self._jobs.inputs_ready, job.id, tuple(names)))
        if ready is None:
            return
        balance = await told(self._ledger.balance(ready.requester()))
        place = await told(self._jobs.place(ready))
        pictures = self._inputs.pictures(ready)
        state = CardState(job=ready, balance=balance, place=place, pictures=pictures)
        self._cards.offer(state)
        self._line.join(state)
        self._bell.ring()
