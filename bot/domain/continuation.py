"""Going on from an earlier video: what is known of it, and how a relay is told."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.jobs import Handle

WHOLE_TEXT = 128 << 10
"""Bytes (UTF-8) up to which a kept answer is surely whole; longer ones may lack their middle."""


class Continuation(StrEnum):
    """How a request names the video that it goes on from."""

    NONE = "none"
    """The model cannot."""
    TRANSCRIPT = "transcript"
    """The earlier prompt and the whole earlier answer, word for word, go before the new prompt."""
    FIELD = "field"
    """The remix id in a field of the body."""
    PROMPT = "prompt"
    """The remix id before the new prompt."""
    EXTEND = "extend"
    """The media id as the address `extend://…` of an `image_url` part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The video that a request continues, as its relay told of it."""

    prompt: str
    text: str = field(repr=False)
    """The whole answer of the relay, unchanged; empty when it was not kept."""
    handle: Handle

    @property
    def whole(self) -> bool:
        """Whether the answer is there, from its first to its last word."""
        return bool(self.text.strip()) and len(self.text.encode()) <= WHOLE_TEXT

    def serves(self, way: Continuation) -> bool:
        """Whether it has what this way of continuing needs."""
        match way:
            case Continuation.TRANSCRIPT:
                return self.whole
            case Continuation.FIELD | Continuation.PROMPT:
                return bool(self.handle.remix_id)
            case Continuation.EXTEND:
                return bool(self.handle.media_id)
            case Continuation.NONE:
                return False
