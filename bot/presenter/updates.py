"""The progress of cards on its way to Discord: the newest state, and seldom enough."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import discord
import structlog

from bot.domain.errors import CardLost
from bot.domain.jobs import Job, JobStatus
from bot.domain.views import CardState
from bot.presenter.calls import Calls
from bot.presenter.card import picture_stem
from bot.presenter.channels import Channels
from bot.presenter.face import Face, Faces, media_url
from bot.presenter.pace import Pace
from bot.presenter.progress import Card
from bot.presenter.routes import Verdict, ages, edits, verdict
from bot.presenter.tokens import Tokens

log = structlog.stdlib.get_logger()

OLD = timedelta(minutes=55)
"""Discord counts edits of messages older than an hour apart; clocks differ."""
IN_ALL = 50
"""Progress edits a second of all cards together: the more cards there are, the rarer each one's."""
RESULT_AFTER = timedelta(minutes=13)
"""From then on a card that its token alone reaches offers a way to a fresh one."""


class Updates:
    """Follows cards, each in a task of its own."""

    def __init__(
        self,
        *,
        bot: discord.Client,
        faces: Faces,
        clock: Callable[[], datetime],
        pace: Pace,
        tokens: Tokens,
        calls: Calls,
        allowed: Callable[[], bool],
    ) -> None:
        """Take the parts; while `allowed` says no, nothing is sent."""
        self._bot = bot
        self._faces = faces
        self._clock = clock
        self._pace = pace
        self._tokens = tokens
        self._calls = calls
        self._allowed = allowed
        self._channels = Channels(pace.spacing)
        self._followed: set[Card] = set()

    async def follow(self, card: Card) -> None:
        """Send what changes on a card until cancelled."""
        with self._following(card):
            while True:
                await self._news(card)
                if card.job.status is JobStatus.DELIVERING:
                    await asyncio.sleep(self._pace.ending)
                while not self._allowed():  # noqa: ASYNC110 (time alone allows it again)
                    await asyncio.sleep(self._pace.look)
                async with self._channels.turn(self._channel(card.job)), card.busy:
                    sent = await self._send(card)
                if sent:
                    await asyncio.sleep(self._spacing(card))

    async def edit(self, card: Card, face: Face) -> discord.Message:
        """Change the card once, by the first route that is not known to be closed.

        Raises:
            CardLost: there is none.
        """
        job = self._tokens.freshened(card.job)
        error: Exception = CardLost("card-lost")
        for route in edits(self._bot, job, token=self._tokens.alive(job)):
            try:
                message, _ = await self._calls.once(route, face, upload=card.must_upload(face))
            except discord.HTTPException as refused:
                if not self._tokens.died(job, refused):
                    raise
                error = refused
            else:
                return message
        raise error

    def dressed(self, state: CardState) -> CardState:
        """The state with what only its way to Discord decides."""
        job = self._tokens.freshened(state.job)
        late = self._clock() - job.created_at >= RESULT_AFTER
        alone = job.card is not None and not job.card.bot_can_view
        return replace(state, job=job, offers_result=alone and late and not job.status.final)

    async def _news(self, card: Card) -> None:
        """Wait for a new state; of a card that its token alone reaches time makes one as well."""
        known = card.job.card
        patience = self._pace.look if known and not known.bot_can_view else None
        try:
            async with asyncio.timeout(patience):
                await card.changed()
        except TimeoutError:
            pass

    async def _send(self, card: Card) -> bool:
        """Send one edit if it changes anything; whatever goes wrong, the job goes on."""
        try:
            state = self.dressed(card.carried(card.take()))
            face = self._faces(state)
            if not card.needs(face):
                return False
            message = await self.edit(card, face)
        except Exception as error:  # noqa: BLE001 (judged and logged)
            self._failed(card, error)
        else:
            card.shown(face, _picture_urls(message, state))
        return True

    def _failed(self, card: Card, error: Exception) -> None:
        kind = verdict(error)
        bug = error if kind is Verdict.BUG and not isinstance(error, CardLost) else None
        log.warning("card.progress_failed", job=card.job.id, kind=kind.name, exc_info=bug)
        if kind is Verdict.AGAIN:
            card.retry(old=ages(error))
        elif kind is not Verdict.TOO_LARGE or not card.lighten():
            card.mute()

    def _spacing(self, card: Card) -> float:
        """The more cards there are, in all or in a channel, and the oftener Discord says no."""
        pause = max(self._pace.spacing * self._sharing(card), len(self._followed) / IN_ALL)
        if card.old or self._clock() - card.job.created_at > OLD:
            pause = max(pause, self._pace.old_spacing)
        return min(pause * (1 << card.strikes), max(pause, self._pace.longest))

    def _sharing(self, card: Card) -> int:
        """How many cards the bot itself edits in the card's channel, where it does."""
        channel = self._channel(card.job)
        if channel is None:
            return 1
        return sum(self._channel(other.job) == channel for other in self._followed)

    def _channel(self, job: Job) -> int | None:
        """The channel in which the bot itself edits the card; `None` while its token does."""
        job = self._tokens.freshened(job)
        if job.card is None or not job.card.bot_can_view or self._tokens.alive(job):
            return None
        return job.card.channel_id

    @contextmanager
    def _following(self, card: Card) -> Iterator[None]:
        self._followed.add(card)
        try:
            yield
        finally:
            self._followed.discard(card)


def _picture_urls(message: discord.Message, state: CardState) -> tuple[str | None, ...]:
    stems = (picture_stem(state.job, number) for number in range(len(state.pictures)))
    return tuple(media_url(message, stem) for stem in stems)
