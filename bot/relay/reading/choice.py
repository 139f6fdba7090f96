"""Which links of a text are its video: a pure function of the text."""

import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote, urlsplit

from bot.relay.reading.addresses import Nature, nature, twin_key
from bot.relay.reading.links import Form, Link, is_status, links

_OFFERED = re.compile(
    r"video|视频|影片|播放|观看|下载|点击|结果|成片|watch|download|play|result|output|file|view|here|open",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"帮助|文档|教程|官网|网站|登录|充值|价格|客服|加群|历史|更多|help|docs?\b|guide|support|website"
    r"|home ?page|log ?in|sign ?up|pricing|billing|top.?up|discord|telegram|history|terms|policy",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"<(/?)think(?:ing)?>")
_FENCE = re.compile(r"^[ \t>]*```[\w-]*\s*(?=[{\[]).*?(?:```|\Z)", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)、）])\s")
_SCHEMES = ("http://", "https://", "/")
MAX_VIDEOS = 16
"""Videos that one answer may have."""


def choose(
    text: str,
    *,
    input_urls: Collection[str] = (),
    task_id: str | None = None,
) -> tuple[str, ...]:
    """The video of a relay's text, best first when its last lines list several; or nothing.

    Links that were in the request, pictures, links to a task's state and pages are no videos. A
    player beats a link with words, which beats a bare address; an address that names a video file
    beats one that does not. Of equals the last counts: previews come first, the result last.
    """
    body = spoken(text)
    told = _FENCE.sub(_same_lines, body)
    found = _ranked(told, input_urls, task_id)
    if not found and told != body:
        # A fence with data echoes the request, unless nothing else names a video.
        found = [pair for pair in _ranked(body, input_urls, task_id) if pair[0] % 2]
    if not found:
        return ()
    best = max(rank for rank, _ in found)
    winners = [link for rank, link in found if rank == best]
    chosen = _listed(body, winners) or winners[-1:]
    return tuple(dict.fromkeys(_first_twin(link, found) for link in chosen))[:MAX_VIDEOS]


def spoken(text: str) -> str:
    """The text without what the relay only thought; a thought that never ends is spoken."""
    parts, start, opened = [], 0, -1
    for mark in _THOUGHT.finditer(text):
        if mark[1] and opened >= 0:
            parts.append(text[start:opened] + _same_lines(text[opened : mark.end()]))
            start, opened = mark.end(), -1
        elif not mark[1] and opened < 0:
            opened = mark.start()
    return "".join([*parts, text[start:]])


def _same_lines(taken: str | re.Match[str]) -> str:
    """Nothing, in as many lines as before: links are counted by line."""
    return " " + "\n" * (taken if isinstance(taken, str) else taken[0]).count("\n")


def _ranked(text: str, input_urls: Collection[str], task_id: str | None) -> list[tuple[int, Link]]:
    sent = {form for url in input_urls for form in (url, unquote(url))}
    found = []
    for link in links(text):
        known = link.url in sent or unquote(link.url) in sent
        if not known and link.url.startswith(_SCHEMES) and (rank := _rank(link, task_id)):
            found.append((rank, link))
    return found


def _rank(link: Link, task_id: str | None) -> int:
    """0 for no video; odd for an address that names a video, even for one that may be anything."""
    kind = nature(link.url, task_id)
    if kind is Nature.OTHER or is_status(link, task_id):
        return 0
    if link.form is Form.PLAYER:
        return 7
    if kind is Nature.VIDEO:
        return 5 if link.form is Form.MARKDOWN else 3
    if link.picture or not _may_be_video(link, kind):
        return 0
    return 4 if link.form is Form.MARKDOWN else 2


def _may_be_video(link: Link, kind: Nature) -> bool:
    """An address without the name of a video counts when the text offers it as the result."""
    if kind is Nature.CONTENT or _PAGE.search(link.label):
        return False
    offered = _OFFERED.search(link.label) is not None
    if kind is Nature.PLAIN:
        return link.form is Form.MARKDOWN and offered and urlsplit(link.url).path.strip("/") != ""
    return offered or link.alone or link.form is Form.MARKDOWN


def _listed(text: str, winners: Sequence[Link]) -> list[Link]:
    """Several winners, when they are the items of one list: one to a line, line after line."""
    lines = text.replace("\\/", "/").split("\n")
    block: list[Link] = []
    for link in reversed(winners):
        follows = not block or link.line in (block[-1].line - 1, block[-1].line - 2)
        if not follows or not _ITEM.match(lines[link.line]):
            break
        block.append(link)
    return block[::-1] if len(block) > 1 else []


def _first_twin(chosen: Link, found: Sequence[tuple[int, Link]]) -> str:
    key = twin_key(chosen.url)
    return next((link.url for _, link in found if twin_key(link.url) == key), chosen.url)
