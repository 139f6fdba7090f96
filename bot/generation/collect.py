"""Take up a card again that nothing reached any more: somebody's press brought a fresh token."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

import structlog

from bot.domain.errors import CardLost, DiscordAway, MediaFailure, Refusal
from bot.domain.jobs import CardRef, Job, JobStatus
from bot.domain.requests import Requester
from bot.generation.cancel import find
from bot.generation.deliver import Deliver
from bot.generation.endings import Endings
from bot.generation.gate import Bell
from bot.generation.persistence import written
from bot.generation.ports import Cards
from storage.jobs import Jobs

log = structlog.get_logger()

LOOKS = 3
"""A worker may move the job between the look and the change."""


class Collected(Enum):
    """What a press came to."""

    COMING = "coming"
    """The job is not over: its card goes on, and its end will be shown there."""
    SHOWN = "shown"
    """It was over, and its card shows that now."""
    THERE = "there"
    """Its card showed the end before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Anyone who sees a card may ask for its news; nobody sees more by it than the card."""

    jobs: Jobs
    cards: Cards
    endings: Endings
    deliver: Deliver
    bell: Bell

    async def __call__(self, job_id: str, by: Requester, card: CardRef) -> Collected:
        """Reach the job's card by `card` from now on, and show there what it missed.

        Raises:
            Refusal: `refusal-job-gone`, `refusal-video-gone`, or `refusal-discord` while Discord
                is away.
        """
        for _ in range(LOOKS):
            job = await find(self.jobs, job_id, by)
            fresh = replace(card, further_id=job.card.further_id if job.card else None)
            if job.status.final:
                return await self._show_end(job, fresh)
            if await self._go_on(job, fresh):
                return Collected.COMING
        raise Refusal("refusal-discord")  # it changes faster than anybody can look

    async def _go_on(self, job: Job, card: CardRef) -> bool:
        """False when the job moved meanwhile."""
        if job.claimable:
            work = partial(self.jobs.take_up, job, card)
        elif job.card is not None and job.card.message_id == card.message_id:
            work = partial(self.jobs.renew_card, job.id, card)
        else:
            raise Refusal("refusal-job-gone")  # its card is another message
        if (renewed := await written(work)) is None:
            return False
        log.info("card.renewed", job=job.id, status=renewed.status.value)
        self.cards.renew(renewed)
        self.bell.ring()
        return True

    async def _show_end(self, job: Job, card: CardRef) -> Collected:
        here = await written(partial(self.jobs.place_card, job.id, card)) or job
        if here.status is not JobStatus.DELIVERED:
            if not await self.endings.show(here, mention=False):
                raise Refusal("refusal-discord")
            return Collected.SHOWN
        try:
            again = await self.deliver.once_more(await self.endings.state(here))
        except (CardLost, DiscordAway) as away:
            raise Refusal("refusal-discord") from away
        except MediaFailure as gone:
            raise Refusal("refusal-video-gone") from gone
        return Collected.SHOWN if again else Collected.THERE
