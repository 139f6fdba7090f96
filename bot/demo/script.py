"""What the sample relay says while it works: the wording and the order of a `sora-2` chat relay."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_TOKENS = re.compile(r"\s+|[A-Za-z]+|[^\sA-Za-z]{1,4}")
_OPENING_SECONDS = 1.0
_PERCENTS = (36, 44, 52, 61, 69, 75, 81, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One chunk of the stream."""

    text: str | None
    """`None` is a chunk without content, as relays send between two parts."""
    wait: float = 0.0
    """Seconds of silence before it."""

    @property
    def delta(self) -> Mapping[str, str]:
        """The chunk's `delta`."""
        return {} if self.text is None else {"content": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the outside finds a task and what it made."""

    task_id: str
    origin: str
    videos: Sequence[str]
    """URLs; nearly always one."""
    poster: str
    """URL."""
    remix_id: str = field(repr=False)
    """`s_` and 32 hex digits."""


def opening(prompt: str, orientation: str) -> Iterator[Line]:
    """The request as the relay understood it: a fence that comes word by word."""
    echo = {"prompt": prompt, "orientation": orientation}
    yield from (Line(text=mark) for mark in ("```", "json", "\n"))
    tokens = _TOKENS.findall(json.dumps(echo, ensure_ascii=False, indent=2))
    wait = min(0.03, _OPENING_SECONDS / len(tokens))
    yield from (Line(text=token, wait=wait) for token in tokens)
    yield from (Line(text="\n"), Line(text="```"), Line(text=None))


def queued(links: Links) -> Iterator[Line]:
    """The task's id and links, and the queue."""
    task = links.task_id
    preview, source = (f"{links.origin}/{kind}/{task}" for kind in ("web", "source"))
    head = f"\n\n> ID: `{task}`\n>[数据预览]({preview}) | [原始数据]({source})\n> 排队中"
    yield Line(text=head, wait=0.3)
    yield from (Line(text=".", wait=1.0) for _ in range(3))


def running() -> Iterator[Line]:
    """The start, and percentages in the family's own way of counting."""
    yield Line(text="\n> 生成中", wait=0.4)
    yield from (Line(text=".", wait=1.0) for _ in range(2))
    for number, percent in enumerate(_PERCENTS):
        text = f"{percent}.." if number else f"\n\n>🏃 进度 {percent}.."
        yield Line(text=text, wait=1.2)


def dotted() -> Iterator[Line]:
    """The start as the veo models tell it: never a percentage."""
    yield Line(text="\n\n> 🎬 开始生成视频", wait=0.4)
    yield from (Line(text=".", wait=1.2) for _ in range(5))
    yield Line(text="\n> 🔄 正在优化视频质量", wait=0.6)
    yield from (Line(text=".", wait=1.2) for _ in range(4))


def finished(links: Links, *, with_video: bool) -> Line:
    """The end, with the link that is the result."""
    text = f"\n\n> 生成完成 ✅\n> sid: {links.remix_id}\n\n"
    shown = f"![{links.poster}]({links.poster})\n{_offered(links.videos)}"
    return Line(text=text + (shown if with_video else ""), wait=0.4)


def _offered(videos: Sequence[str]) -> str:
    """One link, or the items of a list."""
    if len(videos) == 1:
        return f"[在线播放▶️]({videos[0]})"
    items = (f"{number}. [在线播放▶️]({url})" for number, url in enumerate(videos, start=1))
    return "\n".join(items)


def failed(reason: str) -> Line:
    """The end without a video."""
    return Line(text=f"\n\n> 生成失败 ❌\n> 失败原因: {reason}\n", wait=0.4)
