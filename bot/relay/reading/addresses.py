"""What an address says about itself: video, picture, status of a task, or a page to look at."""

import re
from enum import Enum
from urllib.parse import parse_qsl, unquote, urlsplit

_VIDEO = frozenset({"mp4", "mov", "webm", "m4v", "mkv", "avi", "mpeg", "mpg", "ogv"})
_PICTURES = {
    "jpg",
    "jpeg",
    "png",
    "webp",
    "gif",
    "avif",
    "bmp",
    "svg",
    "heic",
    "tif",
    "tiff",
    "ico",
}
_SOUNDS = {"mp3", "wav", "m4a", "aac", "flac", "ogg"}
_PAGES = {"html", "htm", "php", "asp", "aspx", "md", "pdf"}
_FILES = {"json", "txt", "srt", "vtt", "css", "js", "zip", "xml", "csv"}
_OTHER = frozenset(_PICTURES | _SOUNDS | _PAGES | _FILES)
_VIDEO_TYPE = re.compile(r"video[/_](?:mp4|webm|quicktime|\*)|\.(?:mp4|mov|webm)$", re.IGNORECASE)
_STATUS = frozenset({"source", "web", "task", "tasks", "status", "query", "jobs", "job"})
"""Path segments of addresses that tell how a task stands."""
_OPAQUE = re.compile(r"(?=[^/]{0,64}\d)(?=[^/]{0,64}[A-Za-z])[\w%.~:\-]{12}|\d{10}")
_MAX_LENGTH = 8192
"""Characters; longer addresses are no addresses."""
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{2,5})$")


class Nature(Enum):
    """What lies behind an address, as far as the address tells."""

    VIDEO = "video"
    OTHER = "other"
    """A picture, a sound, a page: certainly no video."""
    STATUS = "status"
    """The state of a task."""
    CONTENT = "content"
    """The download route of a task: its file once it is done."""
    OPAQUE = "opaque"
    """Names something by a long id or a signed query: may be a video."""
    PLAIN = "plain"
    """Nothing but words: most likely a page."""


def nature(url: str, task_id: str | None = None) -> Nature:
    """Judge an address by its form; `task_id` is the id by which the relay named the task."""
    if len(url) > _MAX_LENGTH:
        return Nature.OTHER
    try:
        parts = urlsplit(url)
    except ValueError:
        return Nature.OTHER
    path = unquote(parts.path)
    extension = _EXTENSION.search(path.rstrip("/"))
    if extension and extension[1].lower() in _VIDEO:
        return Nature.VIDEO
    if extension and extension[1].lower() in _OTHER:
        return Nature.OTHER
    if any(_VIDEO_TYPE.search(value) for _, value in parse_qsl(parts.query)):
        return Nature.VIDEO
    return _without_extension(path, parts.query, task_id)


def _without_extension(path: str, query: str, task_id: str | None) -> Nature:
    segments = [segment for segment in path.split("/") if segment]
    if task_id and task_id in segments:
        behind = segments[segments.index(task_id) + 1 :]
        return Nature.CONTENT if behind in (["content"], ["download"]) else Nature.STATUS
    if any(segment.lower() in _STATUS for segment in segments[:-1]):
        return Nature.STATUS
    if task_id and any(value == task_id for _, value in parse_qsl(query)):
        return Nature.STATUS
    named = any(_OPAQUE.search(segment) for segment in segments)
    return Nature.OPAQUE if named or _OPAQUE.search(query) else Nature.PLAIN


def twin_key(url: str) -> str:
    """Equal for two addresses of one file: the one to watch and the one to download."""
    path, mark, query = url.partition("?")
    return re.sub(r"/(?:download|dl)(?=/)", "", path) + mark + query
