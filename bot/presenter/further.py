"""The second message of a card, with the videos for which the card has no room."""

import asyncio
from dataclasses import replace
from typing import Protocol

import discord
import structlog

from bot.domain.jobs import CardRef, Job
from bot.domain.views import CardState
from bot.presenter.face import Face, Faces
from bot.presenter.reading import Reader
from bot.presenter.routes import Route, Verdict, furthers, verdict, webhook
from bot.presenter.tokens import Tokens

log = structlog.stdlib.get_logger()


class Send(Protocol):
    """Shows a face by one route, again where that is harmless."""

    async def __call__(self, route: Route, face: Face, *, upload: bool) -> CardRef:
        """Where it is now; whatever Discord says against it is raised."""


class SecondMessages:
    """Posts and removes them; nobody is notified, and no failure goes any further."""

    def __init__(
        self,
        *,
        bot: discord.Client,
        faces: Faces,
        tokens: Tokens,
        read: Reader,
        send: Send,
        seconds: float,
    ) -> None:
        self._bot = bot
        self._faces = faces
        self._tokens = tokens
        self._read = read
        self._send = send
        self._seconds = seconds

    async def post(self, state: CardState) -> CardRef | None:
        """Post it unless it is there already; `None` when no route works."""
        job, card = state.job, state.job.card
        if card is None:
            return None
        return (
            await self._there(job, card)
            or await self._posted(state, card)
            or await self._there(job, card)  # what seemed to fail may have been done
        )

    async def _there(self, job: Job, card: CardRef) -> CardRef | None:
        found = await self._read.further(job, card) if card.bot_can_view else None
        return replace(card, further_id=found.id) if found else None

    async def _posted(self, state: CardState, card: CardRef) -> CardRef | None:
        job = state.job
        for route in furthers(self._bot, job, card, token=self._tokens.alive(job)):
            try:
                return await self._send(route, self._faces.further(state), upload=True)
            except Exception as error:  # noqa: BLE001 (judged and logged)
                if self._judged(job, route, error) is not Verdict.CLOSED:
                    break  # it may be there after all, or by no route
        return None

    async def remove(self, job: Job) -> None:
        """Delete it, as the bot or by the token."""
        card = job.card
        if card is None or card.further_id is None:
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._delete(job, card, card.further_id)
        except Exception as error:  # noqa: BLE001 (judged and logged)
            log.warning("card.further_not_removed", job=job.id, kind=verdict(error).name)

    async def _delete(self, job: Job, card: CardRef, message_id: int) -> None:
        if card.bot_can_view:
            channel = self._bot.get_partial_messageable(card.channel_id)
            await channel.get_partial_message(message_id).delete()
        elif self._tokens.alive(job):
            await webhook(self._bot, card).delete_message(message_id)

    def _judged(self, job: Job, route: Route, error: Exception) -> Verdict:
        kind = verdict(error)
        bug = error if kind is Verdict.BUG else None
        log.warning(
            "card.further_failed", job=job.id, route=route.name, kind=kind.name, exc_info=bug
        )
        return kind
