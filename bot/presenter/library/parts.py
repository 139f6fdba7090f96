"""**In parts**: an original that is too large for its place, given to its owner piece by piece."""

import asyncio
from contextlib import aclosing

import discord

from bot.delivery import DEFAULT_LIMIT
from bot.domain.errors import Refusal
from bot.domain.jobs import TOKEN_LIFE
from bot.domain.library import Handout, Part, VideoFile
from bot.presenter.answering import acknowledge, tell
from bot.presenter.desk import Desk, desk_of
from bot.presenter.face import unlisted
from bot.presenter.library.giving import PACE, offered, refused_in_words
from bot.presenter.library.views import (
    alt_of_part,
    note_view,
    part_view,
    parts_end_view,
    which_parts,
)
from bot.presenter.requester import requester_of
from bot.presenter.routes import MIB, SILENT, Verdict, verdict
from bot.presenter.voice import Voice

GONE = "refusal-video-gone"


async def give_in_parts(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    """Cut and send what does not fit, in order, to its owner alone.

    Raises:
        Refusal: it is not theirs, not kept any more, or they are being given parts already.
    """
    by = requester_of(interaction, desk.moderator_role)
    await acknowledge(interaction, thinking=True)
    with desk.originals.turn(by):
        kept = await desk.library.find(job_id, by)
        handout = offered(desk.library, kept, interaction.filesize_limit)
        if not handout.left_out:
            raise Refusal("refusal-parts-fits")
        await _Giving(interaction, handout)()


class _Giving:
    """One press: everything has to be sent while the interaction's token lives."""

    def __init__(self, interaction: discord.Interaction, handout: Handout) -> None:
        self._interaction = interaction
        self._handout = handout
        self._desk = desk_of(interaction)
        self._say = Voice(self._desk.texts, str(interaction.locale))
        self._of = 0
        """Parts of the videos that were begun."""
        self._sent = 0
        self._refused = 0
        """Parts that Discord finds too large by themselves."""

    async def __call__(self) -> None:
        """Give every video that does not fit, and say in the end what came of it."""
        # This also takes the deferred answer's place, in which a follow-up would land else.
        await self._note(self._say("library-cutting"))
        reasons = [await self._videos()]
        if self._refused:
            reasons.append(self._say("library-parts-refused", count=self._refused))
        why = " ".join(reason for reason in reasons if reason)
        if not why:
            await self._desk.library.given(self._handout.kept.job)
        await tell(self._interaction, self._end(why))

    async def _videos(self) -> str:
        """Why not all of it was sent; empty when it was.

        Raises:
            Refusal: `refusal-video-gone`: then nobody has it any more.
        """
        try:
            async with asyncio.timeout(TOKEN_LIFE.total_seconds()):
                for file in self._handout.left_out:
                    await self._video(file, self._handout.limit)
        except TimeoutError:
            return self._say("library-parts-late")
        except Refusal as refused:
            if refused.code == GONE:
                raise
            return self._say.quoting(refused.code, refused.params)
        return ""

    async def _video(self, file: VideoFile, limit: int) -> None:
        """One video; smaller parts, once, where Discord takes less than it said."""
        async with (
            refused_in_words(),
            aclosing(self._desk.originals.batches(file, limit)) as batches,
        ):
            async for batch in batches:
                self._of += batch[0].of if batch[0].number == 1 else 0
                await self._progress(batch)
                await self._send(batch)
                if not self._sent and limit > DEFAULT_LIMIT:
                    break
            else:
                return
        self._of = self._refused = 0
        await self._video(file, DEFAULT_LIMIT)

    async def _send(self, batch: tuple[Part, ...]) -> None:
        """Send parts together, or one by one where that is too much."""
        try:
            await self._post(batch)
        except discord.HTTPException as error:
            if verdict(error) is not Verdict.TOO_LARGE:
                raise
            if len(batch) == 1:
                self._refused += 1
                return
            for part in batch:
                await self._send((part,))
            return
        self._sent += len(batch)

    async def _post(self, batch: tuple[Part, ...]) -> None:
        kept = self._handout.kept
        mib = sum(part.size for part in batch) / MIB
        files = [
            discord.File(
                part.path, filename=part.name, description=alt_of_part(kept, part, self._say)
            )
            for part in batch
        ]
        view = unlisted(part_view(batch, kept, self._say))
        async with asyncio.timeout(PACE.call + PACE.per_mib * mib):
            await self._interaction.followup.send(
                view=view, files=files, ephemeral=True, allowed_mentions=SILENT
            )

    async def _progress(self, batch: tuple[Part, ...]) -> None:
        one, several = "library-sending-part", "library-sending-parts"
        await self._note(which_parts(batch, self._say, one=one, several=several))

    async def _note(self, text: str) -> None:
        await tell(self._interaction, note_view(text, done=False))

    def _end(self, why: str) -> discord.ui.LayoutView:
        if not why:
            done = self._say("library-parts-done", count=self._of)
            return note_view(done, done=True)
        some = self._say("library-parts-some", sent=self._sent, count=self._of) if self._of else ""
        text = " ".join(part for part in (why, some) if part)
        return parts_end_view(text, self._handout, self._say)
