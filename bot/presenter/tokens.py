"""Which interaction tokens still work: young enough by our clock, and not refused by Discord."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.jobs import CardRef, Job
from bot.presenter.memory import Recent
from bot.presenter.routes import Verdict, verdict

REMEMBERED = 2_000
"""Dead tokens that are not tried again, and fresh ones of jobs that began with others."""


class Tokens:
    """The tokens of jobs' cards."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._dead = Recent(REMEMBERED)
        self._renewed: dict[str, CardRef] = {}

    def alive(self, job: Job) -> bool:
        """Whether the token of the job's card may be tried."""
        card = job.card
        return card is not None and card.token_alive(self._clock()) and card.token not in self._dead

    def died(self, job: Job, error: BaseException) -> bool:
        """Note a dead token, so that it is never used again."""
        dead = verdict(error) is Verdict.TOKEN_DEAD
        if dead and job.card is not None:
            self._dead.add(job.card.token)
        return dead

    def renew(self, job: Job) -> None:
        """Remember the card as it is reached now: whoever works on the job knows it as it was."""
        if job.card is None:
            return
        self._renewed.pop(job.id, None)
        self._renewed[job.id] = job.card
        if len(self._renewed) > REMEMBERED:
            del self._renewed[next(iter(self._renewed))]

    def freshened(self, job: Job) -> Job:
        """The job with the youngest token that is known for its card."""
        fresh, card = self._renewed.get(job.id), job.card
        if fresh is None or card is None or fresh.message_id != card.message_id:
            return job
        if fresh.token_expires_at <= card.token_expires_at:
            return job
        return replace(job, card=replace(fresh, further_id=card.further_id))
