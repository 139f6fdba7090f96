"""The present state of one job's card while it is worked on."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.events import Progress
from bot.domain.views import CardState
from bot.generation.ports import Cards


class Board:
    """Changes a card step by step; every change is an offer that never waits."""

    def __init__(self, cards: Cards, state: CardState) -> None:
        self._cards = cards
        self.state = state
        self.quiet = False
        """Whether changes are only noted: the card shows more than they would."""

    def show(self, **changes: Any) -> None:  # noqa: ANN401 (the fields of CardState)
        """Offer the present state with these fields changed."""
        self.state = replace(self.state, **changes)
        if not self.quiet:
            self._cards.offer(self.state)

    def progress(self, event: Progress) -> None:
        """Show what the relay said."""
        self.show(percent=event.percent, note=event.note, silent_since=None)

    def silent(self, since: datetime) -> None:
        """Say since when the relay has said nothing."""
        self.show(silent_since=since)
