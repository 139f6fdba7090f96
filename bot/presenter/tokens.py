"""Which interaction tokens still work: young enough by our clock, and not refused by Discord."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.jobs import Job
from bot.presenter.memory import Recent
from bot.presenter.routes import Verdict, verdict

REMEMBERED = 2_000
"""Dead tokens that are not tried again."""


class Tokens:
    """The tokens of jobs' cards."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._dead = Recent(REMEMBERED)

    def alive(self, job: Job) -> bool:
        """Whether the token of the job's card may be tried."""
        card = job.card
        return card is not None and card.token_alive(self._clock()) and job.id not in self._dead

    def died(self, job: Job, error: BaseException) -> bool:
        """Note a dead token, so that it is never used again."""
        dead = verdict(error) is Verdict.TOKEN_DEAD
        if dead:
            self._dead.add(job.id)
        return dead
