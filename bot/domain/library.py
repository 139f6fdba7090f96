"""A member's library: the finished videos whose files are still kept."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A job that may still have its files; only the folder knows."""

    job_id: str
    videos: int
    """How many it brought."""
    claimable_since: datetime | None = None
    """Set while its video waits for its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFile:
    """One video on disk."""

    path: Path
    number: int
    """1 is the best of its job."""
    size: int
    """Bytes."""
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """All of a video, made so that it plays in place."""

    file: VideoFile
    smaller: bool
    """Whether it was made for its size; else the original does not play in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A job with the videos of it that are kept."""

    job: Job
    files: tuple[VideoFile, ...]
    """At least one, the best first."""
    until: datetime
    """When its time is over; a claimable one returns its credits then."""
    copies: tuple[Copy, ...] = ()
    """What was made of them to be watched in Discord."""
    hidden: bool = False
    """Whether others are shown it behind a spoiler."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def made_at(self) -> datetime:
        """When the first of them came here."""
        return min(file.stored_at for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a video that is too large for one file; it plays by itself."""

    path: Path
    """Where it lies for a moment."""
    size: int
    """Bytes."""
    number: int
    """1 is the first."""
    of: int
    video: VideoFile

    @property
    def name(self) -> str:
        """Such as `video-0123456789abcdef-part-1-of-5.mp4`."""
        return f"{self.video.path.stem}-part-{self.number}-of-{self.of}.mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a member's library."""

    items: tuple[Kept, ...]
    number: int
    """1 is the first; the nearest that there is to the one asked for."""
    pages: int
    """At least 1."""
    total: int
    """Videos on all pages, those of one job counted once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """What of a kept job can be given out at one place."""

    kept: Kept
    files: tuple[VideoFile, ...]
    """What may be attached there."""
    limit: int
    """Bytes that a file may have there; 0 when Discord takes fewer than it said."""
    url: str = ""
    """The relay's link to the first that may not, while it lives."""
    expires_at: datetime | None = None
    """When that link ends, where the link itself says so."""

    @property
    def empty(self) -> bool:
        """Whether nobody gets anything from it."""
        return not (self.files or self.url)

    @property
    def left_out(self) -> tuple[VideoFile, ...]:
        """What is too large for that place."""
        return tuple(file for file in self.kept.files if file not in self.files)

    @property
    def copied(self) -> bool:
        """Whether a smaller copy is there for everything that is too large."""
        shown = {file.number for file in self.files}
        return all(file.number in shown for file in self.left_out)
