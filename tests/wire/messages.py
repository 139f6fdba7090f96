"""The messages of the loopback Discord: posted, edited, deleted, with the rules that bind bots."""

import copy
import mimetypes
import re

from tests.wire.body import Body
from tests.wire.state import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    ApiError,
    Channel,
    Message,
    Payload,
    Snowflakes,
    StoredFile,
    media_of,
    walk,
)

_MENTION = re.compile(r"<@!?(\d+)>")
_MAX_COMPONENTS = 40
_MAX_TEXT = 4000
_MAX_DESCRIPTION = 1024
"""Of a file, and of a gallery's item or a thumbnail."""


class Messages:
    """Every message ever posted, in order, and the CDN behind them."""

    def __init__(self, ids: Snowflakes, origin: str) -> None:
        self._ids = ids
        self._origin = origin
        self.all: list[Message] = []
        self.files: dict[int, StoredFile] = {}

    def get(self, message_id: int) -> Message:
        """Raises ApiError 10008 when there is none (any more)."""
        for message in self.all:
            if message.id == message_id and not message.deleted:
                return message
        raise ApiError(404, 10008, "Unknown Message")

    def thinking(self, channel: Channel, author_id: int, flags: int) -> Message:
        """The placeholder of a deferred answer."""
        return self._add(channel, author_id, flags=LOADING | flags & EPHEMERAL)

    def post(self, channel: Channel, author_id: int, body: Body, limit: int) -> Message:
        """A new message; the same enforced nonce gives the message that is there already."""
        fields = body.fields
        nonce = str(fields["nonce"]) if fields.get("enforce_nonce") else None
        if found := self._with_nonce(channel, nonce):
            return found
        message = Message(id=0, channel_id=channel.id, author_id=author_id)
        self._fill(message, body, limit)
        if not (message.content or message.components or message.embeds or message.files):
            raise ApiError(400, 50006, "Cannot send an empty message")
        message.id, message.nonce = self._ids.next(), nonce
        message.reply_to = _reply_to(fields)
        message.mentions = _notified(message, fields)
        self.all.append(message)
        return message

    def edit(self, message: Message, body: Body, limit: int) -> Message:
        """Changes what the body names and nothing else; all or nothing."""
        trial = copy.copy(message)
        self._fill(trial, body, limit)
        trial.flags &= ~LOADING
        trial.revisions += 1
        for name in ("content", "components", "embeds", "flags", "files", "revisions"):
            setattr(message, name, getattr(trial, name))
        return message

    def store(
        self, channel_id: int, filename: str, content: bytes, description: str | None = None
    ) -> StoredFile:
        """Puts a file on the CDN."""
        _check_description(description)
        file_id = self._ids.next()
        path = f"/attachments/{channel_id}/{file_id}/{filename}"
        stored = StoredFile(
            id=file_id,
            filename=filename,
            content=content,
            content_type=mimetypes.guess_type(filename)[0] or "application/octet-stream",
            url=f"{self._origin}{path}?ex=7fffffff&is=0&hm={file_id:x}&",
            description=description,
        )
        self.files[file_id] = stored
        return stored

    def _add(self, channel: Channel, author_id: int, *, flags: int) -> Message:
        message = Message(
            id=self._ids.next(), channel_id=channel.id, author_id=author_id, flags=flags
        )
        self.all.append(message)
        return message

    def _with_nonce(self, channel: Channel, nonce: str | None) -> Message | None:
        same = (m for m in self.all if m.channel_id == channel.id and m.nonce == nonce)
        return next(same, None) if nonce else None

    def _fill(self, message: Message, body: Body, limit: int) -> None:
        fields = body.fields
        message.flags = _flags(message, fields)
        message.files = self._files(message, body, limit)
        message.content = fields.get("content", message.content) or ""
        message.embeds = fields.get("embeds", message.embeds) or []
        if "components" in fields:
            parts = _checked(fields["components"], message)
            message.components = [_resolved(part, message.files) for part in parts]
        if message.flags & COMPONENTS_V2 and (message.content or message.embeds):
            raise ApiError(
                400, 50035, "Invalid Form Body: content and embeds exclude components v2"
            )

    def _files(self, message: Message, body: Body, limit: int) -> list[StoredFile]:
        if any(len(upload.content) > limit for upload in body.uploads.values()):
            raise ApiError(413, 40005, "Request entity too large")
        listed = body.fields.get("attachments")
        if listed is None:
            kept = list(message.files)
        else:
            wanted = {str(each["id"]) for each in listed}
            kept = [file for file in message.files if str(file.id) in wanted]
        said = {each["id"]: each.get("description") for each in listed or ()}
        added = [
            self.store(message.channel_id, upload.filename, upload.content, said.get(number))
            for number, upload in sorted(body.uploads.items())
        ]
        return kept + added


def _flags(message: Message, fields: Payload) -> int:
    # Components V2 can be set by an edit, never taken away.
    given = int(fields.get("flags") or 0)
    if message.id:
        return message.flags | given & COMPONENTS_V2
    return given


def _checked(parts: list[Payload], message: Message) -> list[Payload]:
    everything = list(walk(parts))
    if len(everything) > _MAX_COMPONENTS:
        raise ApiError(400, 50035, "Invalid Form Body: more than 40 components")
    if sum(len(part["content"]) for part in everything if part["type"] == 10) > _MAX_TEXT:
        raise ApiError(400, 50035, "Invalid Form Body: more than 4000 characters of text")
    for each in (item for part in everything for item in [part, *part.get("items", [])]):
        _check_description(each.get("description"))
    newer = any(part["type"] >= 9 for part in everything)
    if newer and not message.flags & COMPONENTS_V2:
        raise ApiError(400, 50035, "Invalid Form Body: components v2 without their flag")
    return copy.deepcopy(parts)


def _check_description(said: str | None) -> None:
    if said is not None and not 0 < len(said.encode("utf-16-le")) // 2 <= _MAX_DESCRIPTION:
        raise ApiError(400, 50035, "Invalid Form Body: description must have 1 to 1024 characters")


def _resolved(part: Payload, files: list[StoredFile]) -> Payload:
    """The component with `attachment://` replaced by the CDN's address, as Discord answers."""
    for each in walk([part]):
        for media in media_of(each):
            if media["url"].startswith("attachment://"):
                media.update(_unfurled(media["url"].removeprefix("attachment://"), files))
    return part


def _unfurled(filename: str, files: list[StoredFile]) -> Payload:
    # The newest of that name: an edit may replace a file by one of the same name.
    for file in reversed(files):
        if file.filename == filename:
            return {
                "url": file.url,
                "proxy_url": file.url,
                "content_type": file.content_type,
                "attachment_id": str(file.id),
                "loading_state": 2,
                "placeholder": "",
            }
    raise ApiError(400, 50035, f"Invalid Form Body: no attachment is called {filename!r}")


def _reply_to(fields: Payload) -> int | None:
    reference = fields.get("message_reference")
    return int(reference["message_id"]) if reference else None


def _notified(message: Message, fields: Payload) -> tuple[int, ...]:
    """Who hears of a new message: what its text mentions, as far as `allowed_mentions` lets it."""
    allowed = fields.get("allowed_mentions")
    named = tuple(int(found) for found in _MENTION.findall(message.text))
    if allowed is None or "users" in allowed.get("parse", []):
        return named
    return tuple(user for user in named if str(user) in map(str, allowed.get("users", [])))
