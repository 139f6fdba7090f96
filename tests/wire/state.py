"""What the loopback Discord remembers: servers, channels, members, messages, interactions."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Payload: TypeAlias = dict[str, Any]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

MEMBER_PERMISSIONS = sum(1 << bit for bit in (10, 11, 14, 15, 16, 31, 38))
"""View, send, embed, attach, history, application commands, send in threads."""
VIEW_CHANNEL = 1 << 10
MANAGE_GUILD = 1 << 5

DEFAULT_LIMIT = 10 * 1024 * 1024
"""Bytes per file without boosts (Discord, reference, "Uploading Files")."""

_EPOCH_MS = 1_420_070_400_000


class ApiError(Exception):
    """An answer of Discord that is no success: HTTP status, Discord's code, its sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    id: int
    name: str
    size_limit: int = DEFAULT_LIMIT
    roles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    id: int
    guild_id: int | None
    """`None` for a direct conversation."""
    name: str = ""
    bot_can_view: bool = True
    recipient_id: int | None = None
    thread: bool = False
    archived: bool = False
    locked: bool = False
    """Whether only moderators may end that it is archived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: int
    guild_id: int
    name: str
    role_ids: tuple[int, ...] = ()
    permissions: int = MEMBER_PERMISSIONS
    locale: str = "en-US"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One attachment on the CDN."""

    id: int
    filename: str
    content: bytes = field(repr=False)
    content_type: str
    url: str
    description: str | None = None

    def to_json(self) -> Payload:
        return {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
            "description": self.description,
        }


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as members see it; `revisions` counts the edits."""

    id: int
    channel_id: int
    author_id: int
    content: str = ""
    components: list[Payload] = field(default_factory=list)
    embeds: list[Payload] = field(default_factory=list)
    flags: int = 0
    files: list[StoredFile] = field(default_factory=list)
    reply_to: int | None = None
    mentions: tuple[int, ...] = ()
    """Users that were notified; an edit notifies nobody."""
    nonce: str | None = None
    interaction_id: int | None = None
    revisions: int = 0
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it says "thinking…"."""
        return bool(self.flags & LOADING)

    @property
    def attachments(self) -> dict[str, bytes]:
        """Every stored file by name, whether a component shows it or not."""
        return {file.filename: file.content for file in self.files}

    @property
    def alts(self) -> dict[str, str | None]:
        """What is said of every stored file by name."""
        return {file.filename: file.description for file in self.files}

    @property
    def text(self) -> str:
        """The content and all text displays, line by line."""
        parts = [part["content"] for part in walk(self.components) if part["type"] == 10]
        return "\n".join(filter(None, (self.content, *parts)))

    @property
    def media_urls(self) -> tuple[str, ...]:
        """What galleries, files and thumbnails show."""
        return tuple(media["url"] for part in walk(self.components) for media in media_of(part))

    @property
    def buttons(self) -> dict[str, Payload]:
        """Buttons by label."""
        return {part.get("label", ""): part for part in walk(self.components) if part["type"] == 2}


@dataclass(slots=True, kw_only=True)
class Interaction:
    """One event that the bot must answer, and what it answered."""

    id: int
    token: str = field(repr=False)
    type: int
    member: Member
    channel: Channel
    created: float
    """Monotonic seconds."""
    size_limit: int
    source_message: Message | None = None
    """The message whose component was used."""
    response: Payload | None = None
    """The first answer, `{"type": …, "data": …}`."""
    original_id: int | None = None
    message_ids: list[int] = field(default_factory=list)
    """Messages that this token made and may change."""
    dead: bool = False


@dataclass(slots=True, kw_only=True)
class SeenRequest:
    """One request in the order of arrival."""

    method: str
    path: str
    at: float
    """Monotonic seconds since the server was made."""
    ended: float | None = None
    """The same for its answer."""
    status: int | str | None = None
    """`None` while it is being answered; `reset` and `hang` are faults."""
    fields: Payload = field(default_factory=dict, repr=False)
    """The JSON body."""
    uploads: dict[str, int] = field(default_factory=dict)
    """Bytes of multipart files by name."""


class Snowflakes:
    """Ids that carry the present time, as discord.py reads them."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)

    def next(self) -> int:
        milliseconds = int(time.time() * 1000) - _EPOCH_MS
        return (milliseconds << 22) | (next(self._counter) & 0xFFF)


def walk(components: list[Payload]) -> Iterator[Payload]:
    """Every component, outer before inner."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        if "accessory" in part:
            yield from walk([part["accessory"]])


def media_of(part: Payload) -> Iterator[Payload]:
    """The media that one component shows (gallery 12, thumbnail 11, file 13)."""
    yield from (item["media"] for item in part.get("items", []))
    if part["type"] == 11:
        yield part["media"]
    if part["type"] == 13:
        yield part["file"]
