"""What may be posted of the videos that lie here: all of it as it should be, then ever less."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery import DEFAULT_LIMIT, Fitted, Fitter, fits, link_expiry, packed, share
from bot.domain.jobs import Job
from bot.domain.views import Delivery, DeliveryForm, Step, Treatment
from bot.generation.board import Board
from bot.generation.videos import Found

_STEPS: Mapping[Treatment, Step] = {
    Treatment.REMUXED: Step.CONVERTING,
    Treatment.CONVERTED: Step.CONVERTING,
    Treatment.SHRUNK: Step.SHRINKING,
    Treatment.PREVIEW: Step.CUTTING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    """How much may be posted."""

    limit: int
    """Bytes of a file; 0 for none."""
    request: int | None
    """Bytes of all files of a message, where that is less than usual."""
    beside: int
    """Bytes that the card carries anyway."""

    def each(self, count: int) -> int:
        """Bytes that each of so many videos may have, as a limit."""
        return share(count, self.limit, request=self.request, beside=self.beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A step down is taken when Discord takes less than it said; each is made when it is needed."""

    fitter: Fitter
    clock: Callable[[], datetime]
    keeps: bool
    """Whether finished videos stay in their owners' libraries."""

    async def steps(
        self, job: Job, found: Sequence[Found], board: Board
    ) -> AsyncGenerator[tuple[Delivery, ...], None]:
        """As much as the interaction allows, then what is allowed everywhere, then links alone."""
        before: tuple[Delivery, ...] | None = None
        for rung in _rungs(job, board):
            shown = [await self._fitted(video, rung, len(found), board) for video in found]
            deliveries = self._deliveries(found, shown, rung)
            if before is None or not _alike(before, deliveries):
                yield deliveries
            before = deliveries

    async def _fitted(self, video: Found, rung: _Rung, count: int, board: Board) -> Fitted:
        """The video as it plays in place; as it is where that cannot be had."""
        clip = video.clip
        untouched = Fitted(clip=clip, treatment=Treatment.UNTOUCHED)
        if not rung.limit or (clip.inline_safe and fits(clip, rung.limit)):
            return untouched
        most = rung.each(count)

        def show(treatment: Treatment) -> None:
            board.show(
                step=_STEPS[treatment],
                fetching=video.number,
                bytes_total=clip.size,
                bytes_limit=most,
            )

        return await self.fitter(clip, most, show) or untouched

    def _deliveries(
        self, found: Sequence[Found], shown: Sequence[Fitted], rung: _Rung
    ) -> tuple[Delivery, ...]:
        clips = [each.clip for each in shown]
        forms = packed(clips, rung.limit, request=rung.request, beside=rung.beside)
        alone = rung.limit if rung.each(len(found)) == rung.limit else 0
        return tuple(
            self._delivery(video, fitted, form, alone)
            for video, fitted, form in zip(found, shown, forms, strict=True)
        )

    def _delivery(self, video: Found, fitted: Fitted, form: DeliveryForm, limit: int) -> Delivery:
        delivery = Delivery(
            form=form,
            clip=fitted.clip,
            number=video.number,
            url=video.url,
            expires_at=link_expiry(video.url, self.clock()),
            treatment=fitted.treatment,
            original=None if fitted.treatment is Treatment.UNTOUCHED else video.clip,
            limit=limit,
            kept=self.keeps,
        )
        return delivery.as_link() if form is DeliveryForm.LINKED else delivery


def _rungs(job: Job, board: Board) -> Sequence[_Rung]:
    limit = job.card.size_limit if job.card else 0
    everywhere = min(limit, DEFAULT_LIMIT)
    picture = board.state.picture
    beside = picture.stat().st_size if picture and picture.is_file() else 0
    return (
        _Rung(limit=limit, request=None, beside=beside),
        _Rung(limit=everywhere, request=everywhere, beside=beside),
        _Rung(limit=0, request=None, beside=0),
    )


def _alike(before: Sequence[Delivery], now: Sequence[Delivery]) -> bool:
    """Whether the same would be posted again."""
    return [(each.form, each.clip) for each in before] == [(each.form, each.clip) for each in now]
