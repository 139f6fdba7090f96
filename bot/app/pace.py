"""How often things happen; tests and the demo choose shorter times."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.presenter.invalid_requests import Bounds
from bot.presenter.pace import Pace as CardPace


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The bot's own intervals, as far as no setting names them."""

    cards: CardPace = field(default_factory=CardPace)
    """How often and how long Discord is asked."""
    refusals: Bounds = field(default_factory=Bounds)
    """How many refusals of Discord's let the bot ask less."""
    silence: timedelta = timedelta(seconds=60)
    """How long a relay may say nothing before the card says so."""
    look: float = 5.0
    """Seconds between two looks for work that nobody here announced."""
    line: float = 5.0
    """Seconds between two looks at who waits where."""
    probe: float = 15.0
    """Seconds between two looks at relays that were given up."""
    heartbeat: float = 10.0
    """Seconds between two renewals of the leases of running jobs; a third of a lease."""
    postponed: timedelta = timedelta(seconds=30)
    """The least that a job waits which cannot go on now."""
    recovery: float = 30.0
    """Seconds between two looks for what other lives of the bot left open."""
    tidying: float = 3600.0
    """Seconds between two looks for files whose time is over."""
    room: float = 5.0
    """Seconds between two looks at whether what is new can be kept."""
