"""What the use cases need from Discord, in ids and records; `bot/presenter` fulfils it."""

from typing import Protocol

from bot.domain.jobs import CardRef, Job
from bot.domain.views import CardState


class Cards(Protocol):
    """The cards of jobs. One edit of a card is in flight at a time and the newest state wins."""

    def offer(self, state: CardState) -> None:
        """Show this state when there is time; never waits, never raises."""

    def renew(self, job: Job) -> None:
        """Reach the job's card by what the job says now, and show there what it missed.

        Whoever works on the job may go on with the card as it was; never waits, never raises.
        """

    async def settle(self, state: CardState) -> CardRef:
        """Show a final state: stops earlier offers, retries, and returns once Discord said yes.

        The card holds the attached ones of its deliveries afterwards. The same state may be
        settled again.

        Raises:
            CardLost: no route reaches the card (or its channel) any more.
            DiscordAway: Discord does not answer; the same may work later.
            MediaFailure: `media-too-large` when Discord refuses the size of its files.
        """

    async def follow(self, state: CardState) -> CardRef | None:
        """Post the further ones of a settled state's deliveries in a second message, silently.

        It is there once, however often this is done. The card knows it afterwards; `None` means
        that there is none. Never raises.
        """

    async def withdraw(self, job: Job) -> None:
        """Remove the second message of a job's card, where there is one; never raises."""

    async def drop(self, job_id: str) -> None:
        """Forget a card that another process shows from now on; never raises."""

    async def park(self, state: CardState) -> None:
        """Show a last state before the bot stops, in one short try; never raises."""

    async def picture_url(self, job: Job, number: int) -> str | None:
        """The URL of a reference image that the card shows, for `url` and `prompt` transports.

        `number` counts the request's images from 0.
        """

    async def shows_video(self, job: Job) -> bool:
        """Whether the job's card holds its videos; false when it may not be read, or is gone.

        Raises:
            DiscordAway: Discord does not answer.
        """

    async def first_answer(self, job: Job) -> CardRef | None:
        """The card of a job of which only the opening is known; `None` when there is none.

        Raises:
            DiscordAway: Discord does not answer.
        """

    async def mention(self, job: Job, *, videos: int = 1) -> None:
        """Tell the owner once, by a short reply, that the job is over; never raises."""


class Operators(Protocol):
    """Where the operator hears of what only they can mend."""

    async def report(self, code: str, **params: str | int) -> None:
        """Tell the log channel, when there is one; never raises."""
