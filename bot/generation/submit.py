"""Take a request on: checked, admitted and held before anything is answered."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import structlog

from bot.domain.errors import AlreadyTaken, Refusal
from bot.domain.jobs import CardRef, JobStatus
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import Frame, ImageOffer, Order, VideoRequest, check_prompt
from bot.domain.views import CardState
from bot.generation.earlier import EarlierVideos
from bot.generation.endings import Endings
from bot.generation.gate import Bell, Gate
from bot.generation.line import Line
from bot.generation.persistence import told, written
from bot.generation.pictures import Pictures
from bot.generation.standing import Standing
from bot.intake import check_offer
from storage.jobs import Jobs
from storage.ledger import Ledger

log = structlog.get_logger()

UNANSWERED = "cancelled-unanswered"
"""Why a job ends whose first answer nobody may have seen."""


def new_job_id() -> str:
    """16 hex digits, unguessable, so that a forged custom id finds nothing."""
    return secrets.token_hex(8)


class Submit:
    """The way in of every request, whether typed, pressed or continued."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        jobs: Jobs,
        earlier: EarlierVideos,
        catalogue: Catalogue,
        gate: Gate,
        standing: Standing,
        pictures: Pictures,
        line: Line,
        bell: Bell,
        endings: Endings,
        max_image_bytes: int,
    ) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._earlier = earlier
        self._catalogue = catalogue
        self._gate = gate
        self._standing = standing
        self._pictures = pictures
        self._line = line
        self._bell = bell
        self._endings = endings
        self._max_image_bytes = max_image_bytes

    def check(self, order: Order) -> None:
        """Refuse at once what the options alone show to be wrong; touches no database.

        Raises:
            Refusal: stopping, prompt, model, options, image size or type, or a relay that is down.
        """
        self._gate.check()
        check_prompt(order.request.prompt)
        model = self._catalogue.get(order.request.model)
        images = len(order.request.images) + len(order.images)
        self._check_frames(order, model, images)
        _check_options(order.request, model, images)
        for offer in order.images:
            check_offer(offer, max_bytes=self._max_image_bytes)
        self._standing.check(model)

    def _check_frames(self, order: Order, model: VideoModel, images: int) -> None:
        """Of two images the second is the last frame, and there is none without a first."""
        alone = images == 1 and any(offer.frame is Frame.LAST for offer in order.images)
        if (alone or images > 1) and not model.last_frame:
            choices = ", ".join(other.label for other in self._catalogue if other.last_frame)
            raise Refusal("refusal-last-frame", model=model.label, choices=choices)
        if alone:
            raise Refusal("refusal-first-frame")

    async def __call__(self, order: Order, opening: CardRef) -> CardState:
        """Hold the credits and write the job, in one transaction; return its first card.

        `opening` is where the first answer will be, which is not made yet.

        Raises:
            Refusal: what `check` finds, or the rule of the quotas that says no.
            AlreadyTaken: this interaction has made its job before.
            StorageError: the database cannot answer; nothing was held.
        """
        self.check(order)
        model = self._catalogue.get(order.request.model)
        order = replace(order, request=model.completed(order.request))
        price = model.price(order.request.seconds)
        job_id = new_job_id()
        admitted = await self._ledger.admit(order, job_id=job_id, price=price, opening=opening)
        job = admitted.job
        if job.id != job_id:
            raise AlreadyTaken("already-taken", job=job.id)
        log.info("job.admitted", job=job.id, price=price, model=job.request.model)
        return CardState(
            job=job,
            balance=admitted.balance,
            place=await told(self._jobs.place(job)),
            earlier=await told(self._earlier.spot(job)),
        )

    async def placed(
        self, state: CardState, card: CardRef, images: Sequence[ImageOffer] = ()
    ) -> None:
        """The card is up: from here on the job may be worked on."""
        job = await written(partial(self._jobs.place_card, state.job.id, card))
        if job is None:
            return
        if job.status.final:  # whoever asked was quicker to think better of it
            await self._endings.show(job, mention=False)
            return
        self._line.join(replace(state, job=job))
        if images and not job.inputs_ready:
            self._pictures.take(job, images)
        self._bell.ring()

    async def abandoned(self, job_id: str) -> None:
        """The first answer did not reach Discord, as far as is known: release the job.

        Should it be there after all, and not have been taken back, its end will be shown on it.
        """
        job = await written(partial(self._jobs.get, job_id))
        if job is None or job.card is not None:
            return
        finish = partial(
            self._ledger.finish,
            job,
            JobStatus.CANCELLED,
            settle=False,
            failure=UNANSWERED,
            untold=True,
            from_={JobStatus.QUEUED},
        )
        await written(finish)


def _check_options(request: VideoRequest, model: VideoModel, images: int) -> None:
    model.check(
        ratio=request.ratio,
        seconds=request.seconds,
        images=images,
        continues=request.continues is not None,
    )
