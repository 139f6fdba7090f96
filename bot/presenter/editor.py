"""Keeps the cards of all jobs up to date: the newest state wins, and an end is shown once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import discord
import stamina
import structlog

from bot.domain.errors import CardLost, DiscordAway, MediaFailure
from bot.domain.jobs import CardRef, Job
from bot.domain.views import CardState
from bot.presenter.card import picture_stem
from bot.presenter.face import Face, Faces, media_url
from bot.presenter.further import SecondMessages
from bot.presenter.memory import Recent
from bot.presenter.progress import Card
from bot.presenter.reading import Reader
from bot.presenter.routes import (
    Route,
    Verdict,
    edits,
    only,
    partial_card,
    posts,
    verdict,
    webhook,
)
from bot.presenter.tokens import Tokens

log = structlog.stdlib.get_logger()

REMEMBERED = 2_000
"""Finished jobs whose late offers are still recognised as late."""
PICTURE_WAIT = 20.0
"""Seconds that a worker waits for the card to show its reference image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how long Discord is asked, in seconds."""

    spacing: float = 2.0
    """Between two progress edits of one card."""
    old_spacing: float = 6.0
    """The same once a card is older than an hour: Discord allows fewer edits then."""
    call: float = 15.0
    """One call without files."""
    per_mib: float = 6.0
    """Added for each MiB that is uploaded."""
    attempts: int = 4
    """Of a final state by one route."""
    wait: float = 0.5
    """Before the second attempt; doubles."""
    park: float = 5.0
    """For a card's last edit before the bot stops, all in all."""
    preempt: float = 3.0
    """How long a final state waits for a progress edit in flight before it breaks it off."""


class Editor:
    """Fulfils `bot.generation.ports.Cards`; `run` belongs to the application."""

    def __init__(
        self,
        *,
        bot: discord.Client,
        faces: Faces,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self._bot = bot
        self._faces = faces
        self._clock = clock
        self._pace = pace
        self._cards: dict[str, Card] = {}
        self._new: asyncio.Queue[Card] = asyncio.Queue()
        self._over = Recent(REMEMBERED)
        self._tokens = Tokens(clock)
        self._read = Reader(bot=bot, tokens=self._tokens, clock=clock, seconds=pace.call)
        self._second = SecondMessages(
            bot=bot, faces=faces, tokens=self._tokens, read=self._read, send=self._persist
        )

    async def run(self) -> None:
        """Send progress until cancelled, each card in a task of its own."""
        async with asyncio.TaskGroup() as group:
            while True:
                card = await self._new.get()
                if not card.closed:
                    card.task = group.create_task(self._follow(card), name=f"card {card.job.id}")

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
        try:
            return await self._show_end(card, state)
        except MediaFailure:
            if not state.pictures:
                raise
            # The picture is good to see; the end must be seen.
            log.info("card.picture_left_out", job=state.job.id)
            return await self._show_end(card, replace(state, pictures=()))

    async def park(self, state: CardState) -> None:
        """Show that the bot stops, in one try that a stop can wait for."""
        card = self._cards.pop(state.job.id, None) or Card(state)
        try:
            async with asyncio.timeout(self._pace.park):
                await card.close(self._pace.preempt)
                await self._edit_once(card, self._faces(card.carried(state)))
        except Exception as error:  # noqa: BLE001 (logged; the next start shows how it goes on)
            log.warning("card.not_parked", job=state.job.id, error=type(error).__name__)

    async def picture_url(self, job: Job, number: int) -> str | None:
        """The URL of a reference image on the card, once Discord has it."""
        card = self._cards.get(job.id)
        if card is not None and (url := await card.picture(number, PICTURE_WAIT)):
            return url
        try:
            message = await self._read(job)
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
        message = await self._read(job)
        return message is not None and media_url(message, f"video-{job.id}") is not None

    async def follow(self, state: CardState) -> CardRef | None:
        """Post the videos for which the card has no room; `None` when that does not work."""
        return await self._second.post(state)

    async def withdraw(self, job: Job) -> None:
        """Remove what `follow` posted."""
        await self._second.remove(job)

    async def mention(self, job: Job, *, videos: int = 1) -> None:
        """Tell the owner once, by a short reply to the card; at most once, so never again."""
        card = job.card
        if card is None or card.channel_id != job.channel_id:
            return  # a direct message has told them already
        text = self._faces.texts.say(
            f"reply-{job.status.value}", job.locale, user=str(job.user_id), count=videos
        )
        try:
            async with asyncio.timeout(self._pace.call):
                await self._say(job, card, text)
        except Exception:
            log.warning("card.mention_failed", job=job.id, exc_info=True)

    # Progress

    async def _follow(self, card: Card) -> None:
        while True:
            state = await card.next()
            async with card.busy:
                sent = await self._progress(card, state)
            if sent:
                await asyncio.sleep(self._spacing(card.job))

    async def _progress(self, card: Card, state: CardState) -> bool:
        """Send one edit if it changes anything; whatever goes wrong, the job goes on."""
        try:
            face = self._faces(card.carried(state))
            if not card.needs(face):
                return False
            message = await self._edit_once(card, face)
        except Exception as error:  # noqa: BLE001 (judged and logged)
            self._progress_failed(card, error)
        else:
            card.shown(face, _picture_urls(message, state))
        return True

    async def _edit_once(self, card: Card, face: Face) -> discord.Message:
        error: Exception = CardLost("card-lost")
        for route in self._edits(card.job):
            try:
                message, _ = await self._call(route, face, upload=card.must_upload(face))
            except discord.HTTPException as refused:
                if not self._tokens.died(card.job, refused):
                    raise
                error = refused
            else:
                return message
        raise error

    def _progress_failed(self, card: Card, error: Exception) -> None:
        kind = verdict(error)
        bug = error if kind is Verdict.BUG and not isinstance(error, CardLost) else None
        log.warning("card.progress_failed", job=card.job.id, kind=kind.name, exc_info=bug)
        if kind is Verdict.AGAIN:
            card.retry()
        elif kind is not Verdict.TOO_LARGE or not card.lighten():
            card.mute()

    def _spacing(self, job: Job) -> float:
        old = self._clock() - job.created_at > timedelta(minutes=55)
        return self._pace.old_spacing if old else self._pace.spacing

    # Ends

    def _end(self, state: CardState) -> Face:
        try:
            return self._faces(state)
        except Exception as error:
            log.exception("card.not_rendered", job=state.job.id)
            raise CardLost("card-lost") from error

    async def _show_end(self, card: Card | None, state: CardState) -> CardRef:
        job, face, private_only, away = state.job, self._end(state), False, False
        upload = card is None or card.must_upload(face)
        for route in (*self._edits(job), *posts(self._bot, job, self._clock())):
            if private_only and not route.private:
                continue
            try:
                return await self._persist(route, face, upload=upload)
            except Exception as error:  # noqa: BLE001 (judged, logged or raised again)
                kind = self._judge_end(job, route, error)
                # What somebody deleted is not put back in front of everybody.
                private_only |= kind is Verdict.GONE
                away |= kind is Verdict.AGAIN
        raise DiscordAway("discord-away") if away else CardLost("card-lost")

    def _judge_end(self, job: Job, route: Route, error: Exception) -> Verdict:
        kind = verdict(error)
        if kind is Verdict.TOO_LARGE:
            raise MediaFailure("media-too-large") from error
        if isinstance(error, MediaFailure):
            raise error
        self._tokens.died(job, error)
        bug = error if kind is Verdict.BUG else None
        log.warning("card.route_failed", job=job.id, route=route.name, kind=kind.name, exc_info=bug)
        return kind

    async def _persist(self, route: Route, face: Face, *, upload: bool) -> CardRef:
        if route.limit is not None and face.largest() > route.limit:
            raise MediaFailure("media-too-large")
        async for attempt in stamina.retry_context(
            on=_again,
            attempts=self._pace.attempts if route.repeatable else 1,
            timeout=None,
            wait_initial=self._pace.wait,
            wait_jitter=self._pace.wait / 4,
        ):
            with attempt:
                _, ref = await self._call(route, face, upload=upload)
                return ref
        raise CardLost("card-lost")  # pragma: no cover - the last attempt raises by itself

    async def _call(
        self, route: Route, face: Face, *, upload: bool
    ) -> tuple[discord.Message, CardRef]:
        """One call under its own timeout, scaled by what it uploads."""
        mib = face.size() / 2**20 if upload else 0
        async with asyncio.timeout(self._pace.call + self._pace.per_mib * mib):
            return await route.show(face, upload=upload)

    # Routes

    def _edits(self, job: Job) -> tuple[Route, ...]:
        return tuple(edits(self._bot, job, token=self._tokens.alive(job)))

    async def _say(self, job: Job, card: CardRef, text: str) -> None:
        if card.bot_can_view and await self._reply(job, card, text):
            return
        if self._tokens.alive(job):
            await webhook(self._bot, card).send(text, allowed_mentions=only(job.user_id))

    async def _reply(self, job: Job, card: CardRef, text: str) -> bool:
        """Whether the bot may send in the channel at all."""
        message = partial_card(self._bot, card, job.guild_id)
        try:
            await message.reply(text, allowed_mentions=only(job.user_id))
        except discord.Forbidden as closed:
            log.info("card.reply_forbidden", job=job.id, code=closed.code)
            return False
        return True


def _picture_urls(message: discord.Message, state: CardState) -> tuple[str | None, ...]:
    stems = (picture_stem(state.job, number) for number in range(len(state.pictures)))
    return tuple(media_url(message, stem) for stem in stems)


def _again(error: Exception) -> bool:
    return verdict(error) is Verdict.AGAIN
