"""How often and how long Discord is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, but for counts."""

    spacing: float = 2.0
    """Between two progress edits of one card, and between those of the bot in one channel."""
    old_spacing: float = 6.0
    """The same for one card once it is older than an hour: Discord allows fewer edits then."""
    ending: float = 1.0
    """How long a card with a finished video is not told so, as it will mostly be there by then: an
    edit on its way would hold it up."""
    longest: float = 60.0
    """The most that lies between two tries while Discord refuses one after the other."""
    look: float = 5.0
    """Between two looks whether a card needs an edit that nobody offers."""
    call: float = 15.0
    """One call without files."""
    per_mib: float = 6.0
    """Added for each MiB that is uploaded."""
    attempts: int = 4
    """Of a final state by one route."""
    wait: float = 0.5
    """Before the second attempt; doubles."""
    park: float = 5.0
    """For a card's last edit before the bot stops, all in all."""
    preempt: float = 3.0
    """How long a final state waits for a progress edit in flight before it breaks it off."""
