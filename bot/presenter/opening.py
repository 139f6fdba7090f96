"""From an admitted request to its card: the first answer, in time, whatever the database does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeAlias

import discord
import structlog

from bot.domain.errors import AlreadyTaken, ClapperError, Refusal
from bot.domain.jobs import CardRef
from bot.domain.requests import ImageOffer
from bot.domain.views import CardState
from bot.presenter.answering import as_answer, later
from bot.presenter.answers import refusal_view
from bot.presenter.desk import Desk, desk_of
from bot.presenter.face import unlisted
from bot.presenter.refs import card_ref
from bot.presenter.routes import SILENT, Verdict, verdict

log = structlog.stdlib.get_logger()

LOOK = 5.0
"""Seconds to find out whether an unconfirmed answer is there."""

Answer: TypeAlias = "discord.InteractionCallbackResponse[Any] | None"
Admit: TypeAlias = Callable[[CardRef], Awaitable[CardState]]
"""Holds the credits and writes the job, or refuses; takes where the first answer will be."""


class _AnswerLostError(Exception):
    """The first answer did not reach Discord, as far as is known: nobody waits for this job."""


async def open_card(
    interaction: discord.Interaction, admit: Admit, *, images: Sequence[ImageOffer] = ()
) -> None:
    """Take a request on and show its card as the answer to the interaction.

    The database comes first, so that refusals are private; if it is slow, the answer is put off
    in public and the card, or a late refusal, follows. The admission itself is never broken off.
    Discord may send an interaction twice: all that its second coming leaves is a line in the log.

    Raises:
        Refusal: the request is not taken on, and nothing was answered yet.
        StorageError: likewise.
    """
    check_place(interaction)
    opening = _Opening(interaction, desk_of(interaction), images)
    admission = asyncio.ensure_future(admit(opening.ref()))
    done, _ = await asyncio.wait({admission}, timeout=opening.desk.haste.submit)
    try:
        await (opening.at_once(await admission) if done else opening.late(admission))
    except AlreadyTaken as twice:
        log.info("card.already_taken", job=twice.params.get("job"))


def check_place(interaction: discord.Interaction) -> None:
    """Refuse where a video could never be posted, before anything is charged.

    Raises:
        Refusal: `refusal-guild-only` or `refusal-attach`.
    """
    if interaction.channel_id is None or interaction.guild_id is None:
        raise Refusal("refusal-guild-only")
    if not interaction.app_permissions.attach_files:
        raise Refusal("refusal-attach")


class _Opening:
    def __init__(
        self, interaction: discord.Interaction, desk: Desk, images: Sequence[ImageOffer]
    ) -> None:
        self._interaction = interaction
        self._images = images
        self.desk = desk
        self._came_at = desk.clock()
        self._maybe_seen = False
        """Whether Discord may show an answer of ours."""

    async def at_once(self, state: CardState) -> None:
        """The card itself is the first answer."""
        async with self._or_abandoned(state):
            face = self.desk.faces(state)

            def send() -> Awaitable[Answer]:
                return self._interaction.response.send_message(
                    view=face.view, files=face.uploads(), allowed_mentions=SILENT
                )

            message_id = await self._answer(send)
            await self.desk.submit.placed(state, self.ref(message_id), self._images)

    async def late(self, admission: "asyncio.Future[CardState]") -> None:
        """Put the answer off, then show what the admission came to."""
        try:
            message_id = await self._answer(lambda: self._interaction.response.defer(thinking=True))
        except Exception:
            async with self._or_abandoned(await self._despite(admission)):
                raise
            return
        try:
            await self._follow(await admission, self.ref(message_id))
        except AlreadyTaken:
            raise
        except Exception as error:  # noqa: BLE001 (answered and logged)
            await self._withdraw(as_answer(error))

    async def _follow(self, state: CardState, ref: CardRef) -> None:
        async with self._or_abandoned(state, take_back=False):
            await self.desk.submit.placed(state, ref, self._images)
            self.desk.cards.offer(replace(state, job=replace(state.job, card=ref)))

    async def _despite(self, admission: "asyncio.Future[CardState]") -> CardState:
        """What is admitted although it cannot be answered; a refusal leaves no promise behind."""
        try:
            return await admission
        except AlreadyTaken:
            raise  # what can be seen belongs to the first coming
        except Exception:
            await self._take_back()
            raise

    @asynccontextmanager
    async def _or_abandoned(
        self, state: CardState, *, take_back: bool = True
    ) -> AsyncIterator[None]:
        """Whatever is raised inside, credits return and nothing is left that waits for ever."""
        try:
            yield
        except Exception as error:
            lost = isinstance(error, _AnswerLostError)
            if take_back:
                await self._take_back()
            await self.desk.submit.abandoned(state.job.id)
            log.warning("card.never_answered", job=state.job.id, lost=lost)
            if not lost:
                raise

    async def _answer(self, send: Callable[[], Awaitable[Answer]]) -> int:
        """The id of the message that the first answer made.

        Raises:
            _AnswerLostError: Discord does not know the interaction (any more).
        """
        for _ in range(self.desk.haste.tries):
            try:
                async with asyncio.timeout(self.desk.haste.answer):
                    answer = await send()
                self._maybe_seen = True
                return _message_id(answer)
            except Exception as error:
                kind = verdict(error)
                if kind not in (Verdict.AGAIN, Verdict.BUG) and not self._maybe_seen:
                    raise _AnswerLostError from error
                self._maybe_seen = True
                if kind is Verdict.BUG:
                    raise
                if kind is not Verdict.AGAIN:
                    break
        return await self._applied()

    async def _applied(self) -> int:
        """A try whose confirmation was lost may have counted: look for its message."""
        try:
            async with asyncio.timeout(LOOK):
                return (await self._interaction.original_response()).id
        except Exception as error:
            raise _AnswerLostError from error

    async def _take_back(self) -> None:
        """Delete an answer that may have arrived, in one try."""
        if not self._maybe_seen:
            return
        try:
            async with asyncio.timeout(LOOK):
                await self._interaction.delete_original_response()
        except Exception as error:  # noqa: BLE001 (the credits return all the same)
            log.info("card.not_taken_back", error=type(error).__name__)

    async def _withdraw(self, refused: ClapperError) -> None:
        """A late refusal: the public message was promised already, so it says a word and goes."""
        locale = str(self._interaction.locale)
        word = self.desk.texts.say("card-failed", locale)
        async with later(self._interaction):
            await self._interaction.edit_original_response(content=word, allowed_mentions=SILENT)
        view = unlisted(refusal_view(refused, texts=self.desk.texts, locale=locale))
        async with later(self._interaction):
            await self._interaction.followup.send(
                view=view, ephemeral=True, allowed_mentions=SILENT
            )
        async with later(self._interaction):
            await self._interaction.delete_original_response()

    def ref(self, message_id: int = 0) -> CardRef:
        """The card, or the answer that will be it."""
        return card_ref(self._interaction, came_at=self._came_at, message_id=message_id)


def _message_id(answer: Answer) -> int:
    if answer is None or answer.message_id is None:
        raise _AnswerLostError
    return answer.message_id
