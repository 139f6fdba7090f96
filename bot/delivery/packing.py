"""Which videos of one answer go on the card, which into a second message, and which are linked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.limits import MARGIN, fits
from bot.domain.views import Clip, DeliveryForm

MIB = 1024 * 1024
CARD_VIDEOS = 4
"""On one card: two rows, which still show what happens."""
MESSAGE_VIDEOS = 10
"""What a message, and a gallery in it, may hold."""
DEFAULT_LIMIT = 10 * MIB
"""Bytes of a file that every channel takes."""
SAFE_REQUEST = 24 * MIB
"""Bytes of all files of a request together. Discord's reference names 25 MiB for the whole of it;
a channel that takes a single file larger than that takes such a request too."""


def together_at(limit: int) -> int:
    """Bytes that the files of one message may have together where each may have `limit`."""
    return max(limit, SAFE_REQUEST) - MARGIN


@dataclass(slots=True, kw_only=True)
class _Room:
    """What a message still takes."""

    videos: int
    size: int
    """Bytes."""
    empty: bool = True

    def takes(self, clip: Clip, *, alone: bool = False) -> bool:
        """Give `clip` its place if there is one; `alone`, an empty message has it."""
        if not (self.videos and clip.size <= self.size) and not (alone and self.empty):
            return False
        self.videos -= 1
        self.size -= clip.size
        self.empty = False
        return True


def share(count: int, limit: int, *, request: int | None = None, beside: int = 0) -> int:
    """The most that each of so many videos may have, as a limit, so that all have a place.

    Args:
        count: How many there are.
        limit: Bytes that each file may have here.
        request: As for `packed`.
        beside: As for `packed`.
    """
    if count <= 1 or not limit:
        return limit
    together = (together_at(limit) if request is None else request - MARGIN) - beside
    in_one_message = max(-(-count // 2), count - CARD_VIDEOS)
    return max(min(limit, together // in_one_message + MARGIN), 0)


def packed(
    clips: Sequence[Clip], limit: int, *, request: int | None = None, beside: int = 0
) -> tuple[DeliveryForm, ...]:
    """The form of each video, the best first.

    Args:
        clips: All videos of one answer.
        limit: Bytes that each file may have here.
        request: Bytes that the files of one message may have together.
        beside: Bytes that the card carries anyway. They give way to a video that would fit alone.
    """
    together = together_at(limit) if request is None else request - MARGIN
    card = _Room(videos=CARD_VIDEOS, size=together - beside)
    further = _Room(videos=MESSAGE_VIDEOS, size=together)
    return tuple(_form(clip, limit, card, further) for clip in clips)


def _form(clip: Clip, limit: int, card: _Room, further: _Room) -> DeliveryForm:
    if not fits(clip, limit):
        return DeliveryForm.LINKED
    if card.takes(clip, alone=True):
        return DeliveryForm.ATTACHED
    return DeliveryForm.FURTHER if further.takes(clip) else DeliveryForm.LINKED
