"""What a relay tells while it works: the events between the reader and the job."""

from dataclasses import dataclass, field
from typing import TypeAlias

from bot.domain.errors import FailureKind
from bot.domain.jobs import Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The relay printed how to find the task again; sent whenever the handle gains a field."""

    handle: Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The relay moved: sent only on change."""

    percent: float | None
    """0 to 100, only ever the relay's own number; it may go backwards."""
    note: str | None = None
    """The relay's last meaningful line, one line of plain text of at most 200 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The relay has a video."""

    video_urls: tuple[str, ...]
    """Absolute links, best first when they are several videos; empty means the content route."""
    handle: Handle
    text: str = ""
    """The whole assistant text (at most 256 KiB), which a continuation sends back."""
    copies: tuple[str, ...] = ()
    """Those of `video_urls` that hold the video before them once more: to be tried if it fails."""

    @property
    def videos(self) -> tuple[tuple[str, ...], ...]:
        """The links of each video, the best first; the others are to be tried if it fails."""
        videos: list[tuple[str, ...]] = []
        for url in self.video_urls:
            if url in self.copies and videos:
                videos[-1] = (*videos[-1], url)
            else:
                videos.append((url,))
        return tuple(videos)

    @property
    def video_url(self) -> str | None:
        """The one to post."""
        return self.video_urls[0] if self.video_urls else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A clean end without a video, but with a handle: the place to ask is in it."""

    handle: Handle
    text: str = ""
    kind: FailureKind | None = None
    """Why it did not end otherwise: `truncated`, `timeout` or `not_ready`; `None` if cleanly."""
    done: bool = False
    """Whether the task is over, but the place for its address was still empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The relay gave no video."""

    kind: FailureKind
    reason: str = ""
    """The relay's own words: one line, no markup, no links, at most 300 characters."""
    handle: Handle = field(default_factory=Handle)
    retry_after: float | None = None
    """Seconds, when the relay asked for a pause."""
    text: str = ""


Outcome: TypeAlias = Completed | Pending | Failed
"""How an answer ends: exactly one of them closes every stream of events."""

Event: TypeAlias = Accepted | Progress | Outcome
