"""Which links of a text are its video: a pure function of the text."""

import re
from collections import deque
from collections.abc import Callable, Collection, Sequence
from enum import IntEnum
from functools import partial
from operator import itemgetter
from urllib.parse import unquote, urlsplit

from bot.relay.reading.addresses import Nature, holds_id, is_signed, nature, twin_key
from bot.relay.reading.links import Form, Link, is_status, links
from bot.relay.reading.offers import (
    is_called_video,
    is_introduced,
    is_lesson,
    is_offered,
    is_other,
    is_ready,
)

_KEY = re.compile(r"[\w\-]+")
"""The label of a link that is a value in JSON."""
_THOUGHT = re.compile(r"<(/?)think(?:ing)?>")
_FENCE = re.compile(r"^[ \t>]*```[\w-]*\s*(?=[{\[]).*?(?:```|\Z)", re.DOTALL | re.MULTILINE)
_ECHO = re.compile(r'"(?:prompt|input|messages|model)"\s*:', re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)、）])\s")
_SCHEMES = ("http://", "https://", "/")
MAX_VIDEOS = 16
"""Videos that one answer may have."""
LOOKED_AT = 400
"""Links of one text: the last ones, since results come last and each costs time."""
MAX_LINKS = 4
"""Links that one video may have."""


class Rank(IntEnum):
    """How much speaks for a link, least first."""

    NONE = 0
    LESSON = 1
    """Names a video file, but one that shows how something is done."""
    BARE = 2
    MARKDOWN = 3
    CALLED = 4
    """Bare, and called a video by its words; this and those below, and `OFFER`, name no file."""
    FILE = 5
    """Bare, and its address names a video file."""
    OFFER = 6
    """With a label, and called a video."""
    LABELLED_FILE = 7
    PLAYER = 8


_FILES = frozenset({Rank.LESSON, Rank.FILE, Rank.LABELLED_FILE, Rank.PLAYER})


def choose(
    text: str,
    *,
    input_urls: Collection[str] = (),
    task_id: str | None = None,
    anything: bool = False,
    gave_up: Callable[[str], bool] = lambda _: False,
) -> tuple[tuple[str, ...], ...]:
    """The links of each video of a relay's text, best first; several if its last lines list them.

    Links that were in the request, pictures, links to a task's state and pages are no videos. A
    player beats a link with words, which beats a bare address; an address that names a video file
    beats one that does not, and of those one that is called a video. Of equals the last counts:
    previews come first, the result last. The others are spares of the one video.
    With `anything` a link counts that no word offers, if it names something: for texts that tell
    nothing else. `gave_up` tells whether a text ends with a failure: a link behind one is advice,
    unless it is called a video.
    """
    body = spoken(text)
    told = _FENCE.sub(_same_lines, body)
    ranked = partial(_ranked, input_urls=input_urls, task_id=task_id, anything=anything)
    found = ranked(told)
    if not found and told != body:
        # A fence with data echoes the request, unless nothing else names a video.
        found = [pair for pair in ranked(body) if pair[0] in _FILES]
        found = found or [pair for pair in ranked(_results(body)) if pair[0] is Rank.CALLED]
    if not found:
        return ()
    best = max(rank for rank, _ in found)
    winners = [link for rank, link in found if rank == best]
    if best < Rank.CALLED and gave_up(_in_front(told, winners[-1])):
        return ()
    if listed := _listed(body, winners):
        several = dict.fromkeys(_first_twin(link, found) for link in listed)
        return tuple((url,) for url in several)[:MAX_VIDEOS]
    return (_with_spares(winners[-1], found),)


def _in_front(text: str, link: Link) -> str:
    return "\n".join([*text.split("\n")[: link.line], link.before])


def _with_spares(best: Link, found: Sequence[tuple[Rank, Link]]) -> tuple[str, ...]:
    """The address of `best`, and what is tried when it fails: better ranks first, then the last."""
    ranked = sorted(found, key=itemgetter(0))
    others = [link.url for _, link in ranked[::-1]]
    return tuple(dict.fromkeys([_first_twin(best, found), *others]))[:MAX_LINKS]


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


def _results(text: str) -> str:
    """The text without the fences in which a field of the request shows an echo."""
    return _FENCE.sub(
        lambda fence: _same_lines(fence) if _ECHO.search(fence[0]) else fence[0], text
    )


def _same_lines(taken: str | re.Match[str]) -> str:
    """Nothing, in as many lines as before: links are counted by line."""
    return " " + "\n" * (taken if isinstance(taken, str) else taken[0]).count("\n")


def _ranked(
    text: str, input_urls: Collection[str], task_id: str | None, anything: bool
) -> list[tuple[Rank, Link]]:
    sent = {form for url in input_urls for form in (url, unquote(url))}
    found = []
    for link in deque(links(text), maxlen=LOOKED_AT):
        known = link.url in sent or unquote(link.url) in sent
        if not known and link.url.startswith(_SCHEMES) and (rank := _rank(link, task_id, anything)):
            found.append((rank, link))
    return found


def _rank(link: Link, task_id: str | None, anything: bool) -> Rank:
    kind = nature(link.url, task_id)
    if kind is Nature.OTHER or is_status(link, task_id):
        return Rank.NONE
    if link.form is Form.PLAYER:
        return Rank.PLAYER
    labelled = link.form is Form.MARKDOWN
    if kind is Nature.VIDEO:
        named = Rank.LABELLED_FILE if labelled else Rank.FILE
        return Rank.LESSON if is_lesson(link) else named
    may_be = _may_be_video(link, kind) or (anything and _names_one(link, kind))
    if link.picture or not may_be or _shows_task(link, task_id):
        return Rank.NONE
    if is_called_video(link):
        return Rank.OFFER if labelled else Rank.CALLED
    return Rank.MARKDOWN if labelled else Rank.BARE


def _may_be_video(link: Link, kind: Nature) -> bool:
    """An address without the name of a video counts when the text offers it as the result."""
    if kind is Nature.CONTENT or is_other(link):
        return False
    offered = is_offered(link.label)
    written = link.form is Form.MARKDOWN
    if kind is Nature.PLAIN:
        labelled = written or _KEY.fullmatch(link.label)
        return bool(labelled) and offered and urlsplit(link.url).path.strip("/") != ""
    if kind is Nature.NAMED:
        return (offered or is_offered(link.before)) and (written or is_introduced(link))
    return offered or link.alone or written or is_signed(link.url)


def _shows_task(link: Link, task_id: str | None) -> bool:
    """Whether an address holds the task's id, and nothing says that it is more than its page."""
    told = is_called_video(link) or is_ready(link) or is_signed(link.url)
    return holds_id(link.url, task_id) and not told


def _names_one(link: Link, kind: Nature) -> bool:
    """An address with an id, of which no word says what it is."""
    if kind not in (Nature.OPAQUE, Nature.NAMED) or is_other(link):
        return False
    return kind is Nature.OPAQUE or link.form is Form.MARKDOWN or is_introduced(link)


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


def _first_twin(chosen: Link, found: Sequence[tuple[Rank, Link]]) -> str:
    key = twin_key(chosen.url)
    return next((link.url for _, link in found if twin_key(link.url) == key), chosen.url)
