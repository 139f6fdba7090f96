"""What a member asks for, and who asks."""

import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import Refusal

MAX_PROMPT = 4000
"""Characters; longer ones are refused (`docs/discord.md`: a card's whole text is 4,000)."""

_FIRST_FRAME = "-first"


def input_name(digest: str, suffix: str, *, moved: bool = False) -> str:
    """What a checked reference image is called on disk.

    Where it is the first frame of something that `moved` its name says so, and so it is known as
    long as the request is.
    """
    return f"{digest}{_FIRST_FRAME if moved else ''}{suffix}"


def has_moved(name: str) -> bool:
    """Whether the image of that name is the first frame of something that moved."""
    return name.rpartition(".")[0].endswith(_FIRST_FRAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRequest:
    """One wish for a video, as the member stated it; `None` means the model's default."""

    prompt: str
    """1 to 4,000 characters, sent to the relay unchanged and only shown escaped."""
    model: str
    """A catalogue id."""
    seconds: int | None = None
    ratio: str | None = None
    """Width to height such as `16:9`."""
    images: tuple[str, ...] = ()
    """Names of checked files in the folder of inputs, in the order given."""
    continues: str | None = None
    """The id of the job whose video it goes on from."""
    spoiler: bool = False
    """Whether the video is to be posted hidden, until somebody wants to see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks: ids and strings, never a Discord object."""

    guild_id: int
    """0 in direct messages."""
    user_id: int
    role_ids: tuple[int, ...] = ()
    locale: str = "en-US"
    moderator: bool = False
    """May manage the server, or has the moderator role."""


class Frame(StrEnum):
    """Which end of the video an image shows."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOffer:
    """An attachment before its bytes were seen; what Discord says of it proves nothing."""

    filename: str
    size: int
    """Bytes, as Discord counted them."""
    content_type: str | None
    read: Callable[[], Awaitable[bytes]] = field(repr=False)
    """Fetches the bytes; called once, after the job was taken on."""
    frame: Frame | None = None
    """Said where there are two ends to tell apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request on its way in: what, who, and the interaction that makes it unique."""

    interaction_id: int
    """Discord may deliver an event twice; one interaction makes one job at most."""
    request: VideoRequest
    requester: Requester
    channel_id: int
    images: tuple[ImageOffer, ...] = ()
    """The first frame first."""


def check_prompt(prompt: str) -> None:
    """Let pass what says anything: controls, spaces and marks of direction alone say nothing.

    Raises:
        Refusal: `refusal-prompt-empty` or `refusal-prompt-long`.
    """
    if all(unicodedata.category(char)[0] in "CZ" for char in prompt):
        raise Refusal("refusal-prompt-empty")
    if len(prompt) > MAX_PROMPT:
        raise Refusal("refusal-prompt-long", count=len(prompt), limit=MAX_PROMPT)
