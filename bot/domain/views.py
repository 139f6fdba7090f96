"""What people are shown: the state of a job's card, and what a delivery came to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.domain.jobs import Job
from bot.domain.ledger import Balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A video file on disk that was probed and plays."""

    path: Path
    size: int
    """Bytes."""
    seconds: float
    width: int
    height: int
    codec: str
    """FFmpeg's name of the video codec, such as `h264`."""
    inline_safe: bool
    """H.264, yuv420p, AAC or silent, faststart: what every Discord client plays in place."""
    picture_safe: bool = True
    """Whether its picture at least is H.264 in yuv420p, which need not be encoded anew."""
    sound: str | None = None
    """FFmpeg's name of the audio codec; `None` when it is silent."""
    rate: float = 24.0
    """Frames a second, on average."""


class Treatment(StrEnum):
    """What became of a relay's video before it was posted; the relay's own file stays."""

    UNTOUCHED = "untouched"
    REMUXED = "remuxed"
    """The same picture and sound in an MP4 that plays from its first bytes on."""
    CONVERTED = "converted"
    """Picture or sound encoded anew, because not every client plays the codec."""
    SHRUNK = "shrunk"
    """All of it, made small enough for the channel."""
    PREVIEW = "preview"
    """Its beginning: all of it would not fit without being visibly broken."""


class DeliveryForm(StrEnum):
    """How the member gets a video."""

    ATTACHED = "attached"
    """On the card."""
    FURTHER = "further"
    """In a second message, because the card is full."""
    LINKED = "linked"
    """Too large for this channel, or for both messages: the relay's own link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one video of a job reaches its member."""

    form: DeliveryForm
    clip: Clip
    number: int = 1
    """Which of the answer's videos it is; 1 is the best."""
    url: str | None = None
    """The relay's link."""
    expires_at: datetime | None = None
    """When that link ends, where the link itself says so."""
    treatment: Treatment = Treatment.UNTOUCHED
    original: Clip | None = None
    """The relay's own file, where `clip` was made of it."""
    limit: int = 0
    """Bytes that a file may have where it is posted; 0 when it shares them with others."""
    kept: bool = True
    """Whether the relay's own file stays in its owner's library."""

    def as_link(self) -> "Delivery":
        """The same, where the relay's link alone leads to it: to its own file, not to ours."""
        return replace(
            self,
            form=DeliveryForm.LINKED,
            clip=self.original or self.clip,
            treatment=Treatment.UNTOUCHED,
            original=None,
        )

    @property
    def linked(self) -> bool:
        """Whether the relay's link leads to more than is posted and kept."""
        if self.form is DeliveryForm.LINKED or self.treatment is Treatment.PREVIEW:
            return True
        return not self.kept and self.treatment in (Treatment.CONVERTED, Treatment.SHRUNK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a waiting job stands."""

    number: int
    """1 is next."""
    of: int
    starts_at: datetime | None = None
    """Only where this bot's own history of the model allows to say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a message is, so that it can be linked to."""

    guild_id: int
    channel_id: int
    message_id: int


class Step(StrEnum):
    """What is being done while delivering."""

    FETCHING = "fetching"
    CONVERTING = "converting"
    """Making it playable everywhere."""
    SHRINKING = "shrinking"
    """Making it small enough for the channel."""
    CUTTING = "cutting"
    """Making a preview of its beginning."""
    POSTING = "posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a card says beside its job, as it stands in one moment."""

    balance: Balance
    hidden: bool
    """Whether its videos go behind a spoiler: somebody asked, or its server does so now."""
    typical_seconds: float | None
    """How long the last videos of the model took, for a job that runs; `None` without history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """Everything that a job's card shows; two equal states need no edit."""

    job: Job
    balance: Balance | None = None
    """What is left after this job's hold; `None` while it cannot be read."""
    place: Place | None = None
    percent: float | None = None
    note: str | None = None
    """The relay's own step."""
    silent_since: datetime | None = None
    """Set once the relay has said nothing for long."""
    ready_at: datetime | None = None
    """Start plus the median of this model's last videos; `None` without history."""
    step: Step | None = None
    fetching: int = 1
    """Which of the job's videos is being worked on."""
    bytes_total: int | None = None
    """What it has, once known."""
    bytes_limit: int = 0
    """What it may have here, while it is made to fit."""
    pictures: tuple[Path, ...] = ()
    """The reference images as they were understood, first frame first, shown on the card."""
    parked: bool = False
    """The bot is stopping; its next start goes on with the job."""
    offers_result: bool = False
    """Whether a press of **Get result** is the way by which the card is reached later."""
    deliveries: tuple[Delivery, ...] = ()
    """The videos that play, best first."""
    took: timedelta | None = None
    continuable: bool = False
    """Whether the video can be gone on from."""
    earlier: Spot | None = None
    """Where the card of the video is that this one goes on from."""

    @property
    def picture(self) -> Path | None:
        """The image that the video starts from."""
        return self.pictures[0] if self.pictures else None

    def with_beside(self, beside: Beside | None) -> "CardState":
        """The same with what is beside the job; `None` while that cannot be read."""
        hidden = self.job.server_spoiler or bool(beside and beside.hidden)
        return replace(
            self,
            job=replace(self.job, server_spoiler=hidden),
            balance=beside.balance if beside else None,
        )
