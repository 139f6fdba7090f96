"""Keeps the cards of all jobs up to date: the newest state wins, and an end is shown once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import discord
import structlog

from bot.domain.errors import DiscordAway, MediaFailure
from bot.domain.jobs import CardRef, Job
from bot.domain.views import CardState
from bot.presenter.calls import Calls
from bot.presenter.card import picture_stem
from bot.presenter.ends import Ends
from bot.presenter.face import Face, Faces, media_url
from bot.presenter.further import SecondMessages
from bot.presenter.invalid_requests import InvalidRequests
from bot.presenter.memory import Recent
from bot.presenter.mentions import Mentions
from bot.presenter.pace import Pace
from bot.presenter.progress import Card
from bot.presenter.reading import Reader
from bot.presenter.tokens import Tokens
from bot.presenter.updates import Updates

log = structlog.stdlib.get_logger()

REMEMBERED = 2_000
"""Finished jobs whose late offers are still recognised as late."""
PICTURE_WAIT = 20.0
"""Seconds that a worker waits for the card to show its reference image."""


class Editor:
    """Fulfils `bot.generation.ports.Cards`; `run` belongs to the application."""

    def __init__(
        self,
        *,
        bot: discord.Client,
        faces: Faces,
        clock: Callable[[], datetime],
        pace: Pace,
        invalid: InvalidRequests | None = None,
    ) -> None:
        self._faces = faces
        self._pace = pace
        self._cards: dict[str, Card] = {}
        self._new: asyncio.Queue[Card] = asyncio.Queue()
        self._over = Recent(REMEMBERED)
        self._tokens = tokens = Tokens(clock)
        calls = Calls(pace)
        self._updates = Updates(
            bot=bot,
            faces=faces,
            clock=clock,
            pace=pace,
            tokens=tokens,
            calls=calls,
            allowed=(invalid or InvalidRequests(clock)).progress_allowed,
        )
        self._ends = Ends(bot=bot, faces=faces, clock=clock, tokens=tokens, calls=calls)
        self._read = Reader(bot=bot, tokens=tokens, clock=clock, seconds=pace.call)
        self._second = SecondMessages(
            bot=bot,
            faces=faces,
            tokens=tokens,
            read=self._read,
            send=calls.persist,
            seconds=pace.call,
        )
        self._mention = Mentions(bot=bot, texts=faces.texts, tokens=tokens, seconds=pace.call)

    async def run(self) -> None:
        """Send progress until cancelled, each card in a task of its own."""
        async with asyncio.TaskGroup() as group:
            while True:
                card = await self._new.get()
                if not card.closed:
                    card.task = group.create_task(
                        self._updates.follow(card), name=f"card {card.job.id}"
                    )

    def offer(self, state: CardState) -> None:
        """Show this state when there is time; never waits, never raises."""
        if state.job.card is None or state.job.id in self._over:
            return
        if card := self._cards.get(state.job.id):
            card.offer(state)
            return
        card = self._cards[state.job.id] = Card(state)
        self._new.put_nowait(card)

    async def settle(self, state: CardState) -> CardRef:
        """Show a final state by the first route that works.

        Raises:
            CardLost: no route is left.
            DiscordAway: none answered; the same may work later.
            MediaFailure: `media-too-large` when Discord refuses the file's size.
        """
        self._over.add(state.job.id)
        card = self._cards.pop(state.job.id, None)
        if card is not None:
            await card.close(self._pace.preempt)
            state = card.carried(state)
        state = replace(state, job=self._tokens.freshened(state.job))
        try:
            return await self._shown(state, upload=_uploading(card))
        except MediaFailure:
            self._over.forget(state.job.id)  # what is done about it is shown again
            raise

    async def _shown(self, state: CardState, *, upload: Callable[[Face], bool]) -> CardRef:
        try:
            return await self._ends.show(state, upload=upload)
        except MediaFailure:
            if not state.pictures:
                raise
            # The picture is good to see; the end must be seen.
            log.info("card.picture_left_out", job=state.job.id)
            return await self._ends.show(replace(state, pictures=()), upload=upload)

    def renew(self, job: Job) -> None:
        """Reach the job's card by what the job says now, and show there what it missed."""
        self._tokens.renew(job)
        if card := self._cards.get(job.id):
            card.revive()

    async def drop(self, job_id: str) -> None:
        """Forget a card that another process shows from now on, once no edit of it is on its way.

        Who ends the job here meanwhile waits for that edit too, or it could arrive last.
        """
        if card := self._cards.get(job_id):
            await card.close(self._pace.preempt)
            if self._cards.get(job_id) is card:
                del self._cards[job_id]

    async def park(self, state: CardState) -> None:
        """Show that the bot stops, in one try that a stop can wait for."""
        card = self._cards.pop(state.job.id, None) or Card(state)
        try:
            async with asyncio.timeout(self._pace.park):
                await card.close(self._pace.preempt)
                shown = self._updates.dressed(card.carried(state))
                await self._updates.edit(card, self._faces(shown))
        except Exception as error:  # noqa: BLE001 (logged; the next start shows how it goes on)
            log.warning("card.not_parked", job=state.job.id, error=type(error).__name__)

    async def picture_url(self, job: Job, number: int) -> str | None:
        """The URL of a reference image on the card, once Discord has it."""
        card = self._cards.get(job.id)
        if card is not None and (url := await card.picture(number, PICTURE_WAIT)):
            return url
        try:
            message = await self._read(self._tokens.freshened(job))
        except DiscordAway:
            return None
        return media_url(message, picture_stem(job, number)) if message else None

    async def first_answer(self, job: Job) -> CardRef | None:
        """The card of a job of which only the opening is known, if it was ever answered."""
        message = await self._read.opened(job)
        known = job.opening if message else None
        return replace(known, message_id=message.id) if known and message else None

    async def shows_video(self, job: Job) -> bool:
        """Whether the card holds the job's videos; false when it may not be read."""
        job = self._tokens.freshened(job)
        message = await self._read(job)
        if message is not None and media_url(message, f"video-{job.id}") is not None:
            return True
        return await self._read.moved(job) is not None

    async def follow(self, state: CardState) -> CardRef | None:
        """Post the videos for which the card has no room; `None` when that does not work."""
        return await self._second.post(replace(state, job=self._tokens.freshened(state.job)))

    async def withdraw(self, job: Job) -> None:
        """Remove what `follow` posted."""
        await self._second.remove(self._tokens.freshened(job))

    async def mention(self, job: Job, *, videos: int = 1) -> None:
        """Tell the owner once, by a short reply to the card; at most once, so never again."""
        await self._mention(self._tokens.freshened(job), videos=videos)


def _uploading(card: Card | None) -> Callable[[Face], bool]:
    """Whether a face's files have to be sent: unless they are known to be on the card."""
    return (lambda _face: True) if card is None else card.must_upload
