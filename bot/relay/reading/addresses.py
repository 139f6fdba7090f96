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
_PLAYLISTS = {"m3u8", "m3u", "mpd"}
"""They name a video's pieces, which is no file that can be posted."""
_OTHER = frozenset(_PICTURES | _SOUNDS | _PAGES | _FILES | _PLAYLISTS)
_VIDEO_TYPE = re.compile(r"video[/_](?:mp4|webm|quicktime|\*)|\.(?:mp4|mov|webm)$", re.IGNORECASE)
_STATUS = frozenset({"source", "web", "task", "tasks", "status", "query", "jobs", "job"})
"""Path segments of addresses that tell how a task stands."""
_LESSONS = re.compile(r"(?:help|docs?|guides?|how[_\-]?to|tutorials?|examples?|samples?|demos?)")
"""Path segments and names of files that show how something is done."""
_SIGNED = re.compile(r"(?:^|[_\-])(?:sig(?:nature)?|sign|token|auth(?:_?key)?)$", re.IGNORECASE)
"""Names of a query's fields that let a stranger have one file: nobody signs a page."""
_NAMED = re.compile(r"(?=[^/]{0,16}\d)(?=[^/]{0,16}[A-Za-z])\w{6,}")
"""A short id: letters and digits, where a page would have words."""
_OPAQUE = re.compile(r"(?=[^/]{0,64}\d)(?=[^/]{0,64}[A-Za-z])[\w%.~:\-]{12}|\d{10}")
_MIN_ID = 6
"""Characters; a shorter id may stand in any path."""
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
    NAMED = "named"
    """Names something by a short id: may be a video when the text says so, or nothing else is."""
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
    if _tells_state([segment.lower() for segment in segments]):
        return Nature.STATUS
    fields = parse_qsl(query)
    if task_id and any(value == task_id for _, value in fields):
        return Nature.STATUS
    named = any(_OPAQUE.search(segment) for segment in segments)
    if named or _OPAQUE.search(query) or any(_SIGNED.search(name) for name, _ in fields):
        return Nature.OPAQUE
    short = segments and _NAMED.fullmatch(segments[-1])
    return Nature.NAMED if short else Nature.PLAIN


def is_lesson(url: str) -> bool:
    """Whether a path leads to a film for all who ask, such as a tutorial."""
    try:
        segments = urlsplit(url).path.lower().split("/")
    except ValueError:
        return False
    return any(_LESSONS.fullmatch(segment.partition(".")[0]) for segment in segments)


def holds_id(url: str, task_id: str | None) -> bool:
    """Whether a task's id is part of a path, as in the address of the page that shows it."""
    if task_id is None or len(task_id) < _MIN_ID:
        return False
    try:
        return task_id in unquote(urlsplit(url).path)
    except ValueError:
        return False


def is_signed(url: str) -> bool:
    """Whether a query holds the right to one file; only files are given away so."""
    try:
        fields = parse_qsl(urlsplit(url).query)
    except ValueError:
        return False
    return any(_SIGNED.search(name) for name, _ in fields)


def _tells_state(segments: list[str]) -> bool:
    """Whether a path leads to a task below its collection, or to the state of something."""
    below = any(segment in _STATUS for segment in segments[:-1])
    return below or (len(segments) > 1 and segments[-1] in ("status", "state"))


def twin_key(url: str) -> str:
    """Equal for two addresses of one file: the one to watch and the one to download."""
    path, mark, query = url.partition("?")
    return re.sub(r"/(?:download|dl)(?=/)", "", path) + mark + query
