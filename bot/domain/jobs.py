"""A job: one accepted request on its way to a video, and the card that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.requests import Requester, VideoRequest

TOKEN_LIFE = timedelta(minutes=14)
"""How long an interaction token is used: Discord ends it at 15 minutes, clocks differ."""
MAX_VIDEOS = 10
"""Videos that are fetched of one answer, which cost one price whatever their number."""


def video_name(job_id: str, number: int = 1) -> str:
    """What one of a job's videos is called, on disk and on its card; 1 is the best.

    Raises:
        ValueError: the id could lead elsewhere.
    """
    if not (job_id.isascii() and job_id.isalnum()):
        raise ValueError("a job id is letters and digits")
    return f"video-{job_id}.mp4" if number == 1 else f"video-{job_id}-{number}.mp4"


def original_name(name: str) -> str:
    """What the video is called of which a file was made: of `video-a.shrunk-9.mp4`, `video-a.mp4`.

    Every other file is its own original.
    """
    derived = name.startswith("video-") and name.endswith(".mp4")
    return f"{name.partition('.')[0]}.mp4" if derived else name


def remuxed_name(name: str) -> str:
    """What the same video is called in a container that plays in place, where it was not in one."""
    return f"{name.partition('.')[0]}.remuxed.mp4"


class JobStatus(StrEnum):
    """`queued → running → delivering → delivered | failed | cancelled`."""

    QUEUED = "queued"
    """Held and waiting for a worker."""
    RUNNING = "running"
    """A worker talks to the relay."""
    DELIVERING = "delivering"
    """The relay is done; the video is fetched, probed and posted."""
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the job is over and its holds are resolved."""
        return self in (self.DELIVERED, self.FAILED, self.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """What a relay printed to find the task again; all of it may be missing."""

    task_id: str | None = None
    poll_url: str | None = None
    """A status link, absolute or relative to the relay's origin."""
    remix_id: str | None = None
    media_id: str | None = None

    @property
    def findable(self) -> bool:
        """Whether the task can be asked for with it."""
        return bool(self.task_id or self.poll_url)

    def __bool__(self) -> bool:
        return any((self.task_id, self.poll_url, self.remix_id, self.media_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRef:
    """Where a job's card is and by which routes it can be edited."""

    application_id: int
    channel_id: int
    message_id: int
    token: str
    """The interaction token; a bearer secret for 15 minutes, never logged."""
    token_expires_at: datetime
    size_limit: int
    """Bytes that this interaction may attach (Discord's `attachment_size_limit`)."""
    bot_can_view: bool = True
    """Whether the bot itself may see the channel, and so edit without the token."""
    further_id: int | None = None
    """The second message, with the videos for which the card has no room."""

    def token_alive(self, now: datetime) -> bool:
        """Whether the token may still be used at `now`."""
        return now < self.token_expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the job table."""

    id: str
    """16 hex digits; also in custom ids, file names and logs."""
    interaction_id: int
    guild_id: int
    channel_id: int
    user_id: int
    role_ids: tuple[int, ...] = ()
    """The owner's roles when they asked; stored, because they decide what is left on the card."""
    locale: str
    request: VideoRequest
    price: int
    """Credits held for it, fixed when it was admitted."""
    status: JobStatus
    created_at: datetime
    inputs_ready: bool = True
    """False while a reference image is still being fetched and checked."""
    started_at: datetime | None = None
    """When a worker claimed it."""
    post_started_at: datetime | None = None
    """Committed before the relay is asked: from here on the video may cost the operator."""
    finished_at: datetime | None = None
    handle: Handle | None = None
    opening: CardRef | None = None
    """How the first answer can be reached while its message is not known yet (id 0)."""
    card: CardRef | None = None
    failure: str | None = None
    """A text key, when failed or cancelled."""
    failure_reason: str | None = None
    """The relay's own words, cleaned; or who cancelled (a user id)."""
    failure_params: Mapping[str, str | int | float] = field(default_factory=dict)
    """What else the failure's sentence needs, such as `megapixels` or `status`."""
    refunded: bool = False
    """Whether the holds were released rather than settled."""
    untold: bool = False
    """Whether it is over and its card does not say so yet."""
    videos: tuple[tuple[str, ...], ...] = ()
    """The relay's links to each video, once known; the best first, the others if that fails."""
    claimable_since: datetime | None = None
    """When its video was put by because nobody could be reached; the hold waits with it."""
    lease_until: datetime | None = None
    """Until when its worker is believed to live; renewed while it does."""
    fence: int = 0
    """Counts the claims: a worker whose number is old may not write any more."""
    server_spoiler: bool = False
    """Whether its server had every video posted behind a spoiler when it was admitted."""

    @property
    def hidden(self) -> bool:
        """Whether its videos and images are shown behind a spoiler."""
        return self.request.spoiler or self.server_spoiler

    @property
    def video_url(self) -> str | None:
        """The relay's best link to its first video, once known."""
        return self.videos[0][0] if self.videos else None

    @property
    def lost_without_worker(self) -> bool:
        """Whether its relay was asked and nothing is known by which the task could be found."""
        asked = self.status is JobStatus.RUNNING and self.post_started_at is not None
        return asked and not (self.handle and self.handle.findable)

    @property
    def claimable(self) -> bool:
        """Whether its video waits for its owner in their library."""
        return self.status is JobStatus.DELIVERING and self.claimable_since is not None

    def requester(self) -> Requester:
        """The owner, as they asked."""
        return Requester(
            guild_id=self.guild_id,
            user_id=self.user_id,
            role_ids=self.role_ids,
            locale=self.locale,
        )

    def took(self) -> timedelta | None:
        """From the worker's start to the end; `None` while it is not over."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None
