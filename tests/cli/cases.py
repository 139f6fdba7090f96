"""Each recorded answer as a whole run: what the relay serves, and what must come out at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urljoin, urlsplit

from aiohttp import web

from tests.cli.relay import KEY, small_video
from tests.relay.bodies import Body, samples
from tests.relay.tasks import CHAT, Routes, moved, sample

PROMPT = "a paper boat drifting down a rainy street"
VIDEO = small_video()
SAMPLES = {body.name: body for body in samples()}

_SOURCE = "/source/veo3.1-pro:7c1d2e3f-0000-4000-8000-0000000000aa"
_ACK, _SOURCE_DONE = "asyncdata-ack-only.sse", "asyncdata-source-completed-escaped.json"
_OPENAI, _OPENAI_DONE = "openai-video-queued.json", "openai-video-completed.json"
_LUMA = "/luma/generations/5b0d2f3a-0000-4000-8000-000000000004"
_ENVELOPE, _NEWAPI_DONE = "task-envelope-pending.json", "newapi-task-success-resulturl.json"


@dataclass(frozen=True, kw_only=True)
class Family:
    """How a task of one kind begins, where it is asked for, and how it ends when it goes well."""

    ticket: str
    place: str
    done: str
    renamed: tuple[str, str] = ("", "")
    """The id in the ticket, and the one of the family's other answers."""


FAMILIES: Mapping[str, Family] = {
    "asyncdata-source": Family(ticket=_ACK, place=_SOURCE, done=_SOURCE_DONE),
    "luma-task": Family(
        ticket="runway-task-pending.json", place=_LUMA, done="luma-task-completed.json"
    ),
    "openai-video": Family(ticket=_OPENAI, place="/v1/videos/video_0001example", done=_OPENAI_DONE),
    "newapi-task": Family(
        ticket=_ENVELOPE,
        place="/v1/video/generations/task_0003example",
        done=_NEWAPI_DONE,
        renamed=("tsk_0004", "task_0003example"),
    ),
    "unified-query": Family(
        ticket="unified-query-pending.json",
        place="/v1/video/query?id=sora-2:task_0005example",
        done="unified-query-completed.json",
    ),
    "grsai-result": Family(
        ticket="grsai-stream.ndjson", place="/v1/draw/result", done="grsai-result-poll.json"
    ),
}
"""By how the names of their poll bodies begin."""
PENDING: Mapping[str, tuple[str, str]] = {
    _ACK: (_SOURCE, _SOURCE_DONE),
    "asyncdata-truncated-no-url.sse": (
        "/source/task_01kexample0000000000000001",
        _SOURCE_DONE,
    ),
    "runway-task-pending.json": (_LUMA, "luma-task-completed.json"),
    _ENVELOPE: ("/v1/video/generations/tsk_0004", _NEWAPI_DONE),
    "cherry-ack-text.json": ("/v1/videos/video_0001example", _OPENAI_DONE),
}
"""Chat answers that are only tickets: where they are asked for, and what is said there."""


class Case:
    """One body on its way through the command line."""

    def __init__(self, body: Body, origin: str) -> None:
        self.name = body.name
        self._origin = origin
        self._steps: Sequence[str] = [body.name]
        self._place = ""
        self._chat = sample(body.name, origin)
        if body.entry["kind"] == "poll":
            self._as_poll(body)
        elif body.name in PENDING:
            self._place, done = PENDING[body.name]
            self._steps = [body.name, done]
        self.posts: list[str] = []
        """The path of each POST."""
        self._routes = Routes(self._answers())

    def _as_poll(self, body: Body) -> None:
        family = next(each for name, each in FAMILIES.items() if body.name.startswith(name))
        waits = body.expected["outcome"] == "pending"
        self._place = family.place
        self._steps = [family.ticket, body.name, *([family.done] if waits else [])]
        self._chat = sample(family.ticket, self._origin)
        data = bytes(self._chat.body or b"")  # type: ignore[arg-type] # it was given as bytes
        if family.ticket.endswith(".ndjson"):
            data = data.splitlines(keepends=True)[0]  # a stream that breaks at once
        old, new = family.renamed
        self._chat.body = data.replace(old.encode(), new.encode())

    @property
    def prompt(self) -> str:
        """What was wished for, with the links that the request held."""
        links = SAMPLES[self.name].entry.get("input_urls", ())
        return " ".join([PROMPT, *map(self.here, links)])

    @property
    def final(self) -> Mapping[str, Any]:
        """What the last answer must be read as."""
        return SAMPLES[self._steps[-1]].entry["expected"]  # type: ignore[no-any-return] # JSON

    @property
    def percents(self) -> list[float]:
        """Every percentage in order, each once while it stays."""
        told = [each for name in self._steps for each in self._told(name)]
        return [percent for percent, _ in groupby(told)]

    def _told(self, name: str) -> list[float]:
        progress: list[float] = SAMPLES[name].entry["expected"].get("progress", [])
        return progress[:1] if name.endswith(".ndjson") and name != self.name else progress

    @property
    def videos(self) -> list[str]:
        """The links that must come out; none unless the end is a video."""
        if self.final["outcome"] != "video":
            return []
        if not self.final.get("video_url"):
            return [f"{self._origin}/v1/videos/{self.final['task_id']}/content"]
        return [self.here(url) for url in self.final.get("video_urls") or [self.final["video_url"]]]

    @property
    def error(self) -> str | None:
        """The kind of failure, when the end is none; a task that nobody knows is `truncated`."""
        if self.final["outcome"] == "pending":
            return self.final.get("error") or "truncated"
        error: str | None = self.final.get("error")
        return error

    def here(self, url: str) -> str:
        """A link of the body, as it is served here."""
        return urljoin(self._origin, moved(url, self._origin))

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Serve this body, its task and its videos; the key is wanted for everything but links."""
        if request.method == "POST":
            self.posts.append(request.path)
        return await self._routes(request)

    def _answers(self) -> dict[str, Any]:
        video = web.Response(body=VIDEO, headers={"Content-Type": "video/mp4"})
        paths = {urlsplit(url)._replace(scheme="", netloc="").geturl() for url in self.videos}
        answers: dict[str, Any] = dict.fromkeys(paths, video)
        for path in paths:
            if path.endswith("/content"):
                answers[path] = _for_the_key
        if self._place:
            turns = [sample(name, self._origin) for name in self._steps[1:]]
            answers[self._place] = turns
        return {**answers, CHAT: self._chat}


async def _for_the_key(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        return web.Response(status=401)
    return web.Response(body=VIDEO, headers={"Content-Type": "video/mp4"})
