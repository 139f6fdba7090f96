"""JSON that describes a task: its id, how it stands, how far it is, and its files."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from bot.domain.jobs import Handle
from bot.relay.reading.files import Files, files_in
from bot.relay.reading.framing import children, loads
from bot.relay.reading.percents import MAX_PERCENT

Record: TypeAlias = Mapping[str, object]

_INNER = ("data", "result", "output", "response", "task", "video", "job", "payload")
"""Where envelopes keep the task."""
_TASK_ID = ("task_id", "taskid", "id", "video_id", "videoid", "generation_id", "job_id", "jobid")
_LOOSE_ID = ("uuid", "task_uuid", "job_uuid", "prediction_id", "request_id", "requestid", "name")
"""Names that mean a task only where a status stands beside them."""
_FLAGS = ("done", "is_done", "finished", "completed", "ready")
"""Status words as fields: what is not so goes on; what is so still has to show its result."""
_REMIX_ID = ("remix_id", "remixid", "post_id", "postid", "sid", "pid", "share_id")
_MEDIA_ID = ("media_id", "mediaid", "media_generation_id", "mediagenerationid")
_STATUS = ("status", "state", "phase", "task_status", "taskstatus", "video_status", "job_status")
_PROGRESS = ("progress", "percent", "percentage", "pct", "progress_percent", "progresspercent")
_METADATA = ("metadata", "meta")
_DONE = re.compile(
    r"succe(?:ss|ssful|ssfully|ed|eded)|completed?|done|finish(?:ed)?|ready"
    r"|(?:.*_)?upsampl\w*_(?:completed?|success)"
)
_FAILED = re.compile(
    r".*(?:fail|error|cancel|time_?d?_?out|reject|block|expired|violat|moderat|refus|abort).*"
)
_WAITING = re.compile(
    r".*(?:queue|pend|process|progress|running|ing\b|submit|wait|not_start|in_).*|created|accepted"
    r"|.*generation_completed?"
)
_MAX_DEPTH = 4
_MAX_TEXT = 300
_NUMBER = re.compile(r"\s*(\d{1,3}(?:\.\d+)?)\s*[%％]?\s*")


class Standing(Enum):
    """How a task stands."""

    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What one JSON object says about a task."""

    standing: Standing = Standing.UNKNOWN
    handle: Handle = field(default_factory=Handle)
    percent: float | None = None
    files: Files = field(default_factory=Files)
    status: str | None = None
    """The relay's own word for it."""
    record: Record = field(default_factory=dict)
    """The part of the answer that is about the task."""

    @property
    def fetchable(self) -> bool:
        """Whether the task is done and its file is not named: it has a download route."""
        return (
            self.standing is Standing.DONE
            and self.handle.task_id is not None
            and not (self.files.promised or self.files.videos)
        )


def read_ticket(value: Record, *, chat: bool = False) -> Ticket:
    """The ticket in `value`; of a chat answer, whose `id` is the answer's own, only the extras."""
    record = _lowered(_subject(value))
    status = _first_text(record, _STATUS)
    standing = _standing(status) if status else _flagged(record)
    files = files_in(value, done=standing is Standing.DONE)
    keys = tuple(key for key in _TASK_ID if key != "id") if chat else _TASK_ID
    if standing is not Standing.UNKNOWN and not chat:
        keys += _LOOSE_ID
    handle = Handle(
        task_id=_first_text(record, keys),
        poll_url=files.poll_url,
        remix_id=_first_text(record, _REMIX_ID) or _deep_text(value, _REMIX_ID),
        media_id=_first_text(record, _MEDIA_ID) or _deep_text(value, _MEDIA_ID),
    )
    return Ticket(
        standing=standing,
        handle=handle,
        percent=_percent(record, standing),
        files=files,
        status=status,
        record=record,
    )


def _subject(value: Record) -> Record:
    """The record that the ticket is about: envelopes wrap it once or twice."""
    for _ in range(_MAX_DEPTH):
        inner = _inner(value)
        if inner is None or _is_about_a_task(value):
            break
        value = inner
    return value


def _inner(value: Record) -> Record | None:
    lowered = _lowered(value)
    for key in _INNER:
        found = lowered.get(key)
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        if isinstance(found, dict) and found:
            return found
    return None


def _is_about_a_task(value: Record) -> bool:
    record = _lowered(value)
    if any(isinstance(record.get(key), str) for key in _TASK_ID):
        return True
    status = _first_text(record, _STATUS)
    return status is not None and _standing(status) in (Standing.WAITING, Standing.FAILED)


def _flagged(record: Record) -> Standing:
    """How a task stands that says only whether it is over."""
    told = any(record.get(key) is False for key in _FLAGS)
    return Standing.WAITING if told and not record.get("error") else Standing.UNKNOWN


def _lowered(value: Record) -> dict[str, object]:
    return {str(key).lower(): item for key, item in value.items()}


def _standing(status: str) -> Standing:
    word = re.sub(r"[\s\-.]+", "_", status.strip().lower())[:60]
    if _DONE.fullmatch(word):
        return Standing.DONE
    if _FAILED.fullmatch(word):
        return Standing.FAILED
    return Standing.WAITING if _WAITING.fullmatch(word) else Standing.UNKNOWN


def _first_text(record: Record, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value.strip() and len(value) <= _MAX_TEXT:
            return value.strip()
        if key.endswith("id") and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _deep_text(value: object, keys: tuple[str, ...]) -> str | None:
    found = (_first_text(_lowered(record), keys) for record in _records(value))
    return next((text for text in found if text), None)


def _records(value: object, depth: int = 0) -> Iterator[Record]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
    for child in children(value):
        yield from _records(child, depth + 1)


def _percent(record: Record, standing: Standing) -> float | None:
    places = [record, *(_lowered(inner) for inner in _metadata(record))]
    values = (place[key] for place in places for key in _PROGRESS if place.get(key) is not None)
    value = next(values, None)
    if isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
        value = float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if 0 < value < 1 or (value == 1 and standing is Standing.DONE):
        value *= 100  # a share of one
    return float(value) if 0 <= value <= MAX_PERCENT else None


def _metadata(record: Record) -> Iterator[Record]:
    for key in _METADATA:
        if isinstance(inner := record.get(key), dict):
            yield inner


_FIELD = re.compile(r"[\s>*\-•`]*([A-Za-z][\w ]{1,30}?)[`*]*\s*[:=]\s*[`*]*(\S[^\n]*?)[`*]*\s*")
_MAX_FIELDS = 40
_MAX_WRITTEN = 8192


def written_ticket(text: str) -> Ticket | None:
    """The ticket that a whole text is: JSON, or lines of `name: value` that name a task."""
    if len(text) > _MAX_WRITTEN:
        return None
    bare = text.strip().strip("`").removeprefix("json").strip()
    if (value := loads(bare)) is not None:
        named = isinstance(value, dict) and _is_about_a_task(_subject(value))
        return read_ticket(value) if isinstance(value, dict) and named else None
    lines = [line for line in bare.splitlines()[: _MAX_FIELDS + 1] if line.strip()]
    matches = [_FIELD.fullmatch(line) for line in lines]
    if not 1 < len(lines) <= _MAX_FIELDS or not all(matches):
        return None
    record = {match[1].lower().replace(" ", "_"): match[2] for match in matches if match}
    named = any(key in record for key in _TASK_ID) and any(key in record for key in _STATUS)
    return read_ticket(record) if named else None
