"""Where a task can be asked for: the place that its ticket tells, else those that relays share."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import httpx

from bot.domain.jobs import Handle

_VERSION = re.compile(r"/v\d+[a-z0-9]*$", re.IGNORECASE)
_RESULT = re.compile(r"/draw/result/?$")
_NAMES = ("video/generations", "video/query", "luma/generations", "draw/result", "videos")
_FILE = re.compile(r"/(?:content|download)/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One address that tells how a task stands."""

    url: str
    """Absolute."""
    posted_id: str | None = None
    """Where the id travels in the body of a POST; any other place is asked by GET."""

    @property
    def name(self) -> str:
        """Its route without ids, for the log."""
        return next((name for name in _NAMES if f"/{name}" in _path(self.url)), "link")

    @property
    def gives_file(self) -> bool:
        """Whether it is a download route, which gives the video itself once it is there."""
        return _FILE.search(_path(self.url)) is not None


def places(handle: Handle, base_url: str) -> list[Place]:
    """Where to ask for the task, most likely first; a place that does not know it answers 404.

    The handle's own address comes first. Task routes: new-api's `router/video-router.go`, OpenAI's
    `GET /videos/{id}`, and what relays document for their models.
    """
    found: list[Place] = []
    if url := absolute(handle.poll_url, base_url):
        posted = handle.task_id if _RESULT.search(_path(url)) else None
        found.append(Place(url=url, posted_id=posted))
    if handle.task_id:
        found += [Place(url=url) for url in _shared(handle.task_id, base_url)]
    first = {place.url: place for place in reversed(found)}
    return [first[url] for url in dict.fromkeys(place.url for place in found)]


def absolute(url: str | None, base_url: str) -> str | None:
    """A handle's address as it can be asked; `None` without one, or when it is malformed."""
    try:
        return urljoin(base_url, url) if url else None
    except ValueError:
        return None


def implied_url(record: Mapping[str, object], task_id: str, base_url: str) -> str | None:
    """The place that belongs to the shape of a ticket, or `None` for a shape that many have.

    `record` is the part of the answer that is about the task, its keys in lower case.
    """
    task = _quoted(task_id)
    if "failure_reason" in record and "results" in record:
        return f"{base_url}/draw/result"
    if "state" in record and "status" not in record and "video" in record:
        return f"{_root(base_url)}/luma/generations/{task}"
    if "status_update_time" in record or "enhanced_prompt" in record:
        return f"{base_url}/video/query?id={task}"
    if record.get("object") == "video":
        return f"{base_url}/videos/{task}"
    return f"{base_url}/video/generations/{task}" if "fail_reason" in record else None


def content_url(task_id: str, base_url: str, asked: str | None = None) -> str:
    """Where the file of a finished task lies: beside the place that was asked, if it is the like.

    `asked` is a place of the relay itself.
    """
    if asked and _path(asked).rstrip("/").endswith(f"/videos/{task_id}"):
        return asked.partition("?")[0].rstrip("/") + "/content"
    return f"{base_url}/videos/{_quoted(task_id)}/content"


def _shared(task_id: str, base_url: str) -> Iterator[str]:
    task = _quoted(task_id)
    yield f"{base_url}/videos/{task}"
    yield f"{base_url}/video/generations/{task}"
    yield f"{base_url}/video/query?id={task}"
    yield f"{_root(base_url)}/luma/generations/{task}"
    yield f"{base_url}/luma/generations/{task}"


def _root(base_url: str) -> str:
    return _VERSION.sub("", base_url)


def _quoted(task_id: str) -> str:
    """The id as one segment: it comes from outside and must not lead to another route."""
    return quote(task_id, safe=":") if task_id.strip(".") else "-"


def _path(url: str) -> str:
    try:
        return httpx.URL(url).path
    except (httpx.InvalidURL, ValueError):
        return ""
