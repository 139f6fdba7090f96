"""The addresses in a JSON answer that are its video, by the name of their key and their form."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.relay.reading.addresses import Nature, nature, twin_key

MAX_DEPTH = 8
MAX_VALUES = 5000
"""Values of one answer that are looked at."""
MAX_COPIES = 4
"""Links of one video: each is fetched only if those before it fail."""
_MAX_ADDRESS = 8192

_INPUT = re.compile(
    r"^(?:req(?:uest)?|inputs?|prompt|params?|parameters|arguments|messages|options)$|input|init_|reference|webhook|callback"
)
_PICTURE = re.compile(
    r"thumb|cover|poster|image|img|avatar|frame|icon|logo|gif|audio|music|sound|subtitle"
)
_POLL = re.compile(r"(?:poll(?:ing)?|query|status|fetch|get)_?(?:url|link|uri)")
_LINKS = frozenset({"urls", "links", "_links"})
_ASK = frozenset({"get", "self", "status", "poll", "query"})
"""Names under which a record of links keeps the task itself."""
_BEST = re.compile(r"upsampl|upscal|(?:^|_)(?:hd|hq|4k|1080p?)(?:_|$)|high")
_COPY = re.compile(r"download|no_?water|nowm|(?:^|_)wm")
_LESSER = re.compile(r"preview|(?:^|_)(?:low|sd|watermark(?:ed)?)(?:_|$)")
_RESULT = re.compile(
    r"video|(?:^|_)(?:url|uri|src|link|play|file|media)s?$|result|output|mp4|download|content_url"
)
_SENT = re.compile(r"^(?:source|original|uploaded)_(?:video|clip|movie|file|media)")
"""What was worked on rather than made."""
_SEVERAL = re.compile(
    r"(?:_?(?:data|list|all|generated|(?:ur[li]|video|movie|clip|take|result|output|work|item|file"
    r"|generation|choice|candidate|artifact|asset|creation|media)s?))+"
)
"""Names of lists of results; by others go pieces, earlier videos, and those of other people."""
_SIZE = re.compile(r"(\d{3,4})p\d{0,3}|([248])k", re.IGNORECASE)
_PLACE = re.compile(r"(?:^|_)(?:ur[li]s?|videos?|results?|outputs?|works)$")
_ELSEWHERE = re.compile(
    r"response|share|page|detail|web|site|home|doc|help|cancel|self|author|user|upload|citation"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What an answer names as its video."""

    videos: tuple[tuple[str, ...], ...] = ()
    """One tuple for each video: its copies, best first."""
    poll_url: str | None = None
    promised: bool = False
    """Whether there is a place for an address, and it is empty."""


@dataclass(frozen=True, slots=True)
class _Found:
    weight: int
    group: tuple[int, ...]
    lists: tuple[str, ...]
    """The names of the lists that `group` counts in."""
    url: str


@dataclass(frozen=True, slots=True)
class _Where:
    """The places in lists that lead to a value, and what the lists are called."""

    group: tuple[int, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    found: list[_Found] = field(default_factory=list)
    poll_url: str | None = None
    promised: bool = False
    left: int = MAX_VALUES


def files_in(value: object, *, done: bool) -> Files:
    """The videos in `value`; a task that is `done` may keep its address in the oddest place."""
    search = _Search()
    _walk(value, "", _Where(), search, 0)
    threshold = 1 if not done or any(item.weight for item in search.found) else 0
    chosen = _results([item for item in search.found if item.weight >= threshold])
    groups: dict[tuple[int, ...], list[_Found]] = {}
    for item in chosen:
        groups.setdefault(item.group, []).append(item)
    videos = tuple(_copies(items) for items in groups.values())
    return Files(
        videos=tuple(dict.fromkeys(videos)), poll_url=search.poll_url, promised=search.promised
    )


def without(files: Files, sent: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The videos less the addresses that were in the request; of each its best links."""
    kept = (tuple(url for url in copies if url not in sent) for copies in files.videos)
    return tuple(copies[:MAX_COPIES] for copies in kept if copies)


def _results(found: Sequence[_Found]) -> list[_Found]:
    """What is found, less the lists beside a video that are no lists of results."""
    named: dict[tuple[int, ...], set[str]] = {}
    for item in found:
        if nature(item.url) in (Nature.VIDEO, Nature.OPAQUE):
            named.setdefault(item.group, set()).add(twin_key(item.url))
    repeating = {
        (group, lists)
        for item in found
        for group, lists in _levels(item)
        if twin_key(item.url) in named.get(group, ())
    }

    def is_result(group: tuple[int, ...], lists: tuple[str, ...]) -> bool:
        told = _SEVERAL.fullmatch(lists[-1]) is not None or (group, lists) in repeating
        return told or group not in named

    return [item for item in found if all(is_result(*level) for level in _levels(item))]


def _levels(item: _Found) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
    """Each list that an address stands in: where it stands itself, and the names down to it."""
    for depth in range(len(item.lists)):
        yield item.group[:depth], item.lists[: depth + 1]


def _copies(items: Iterable[_Found]) -> tuple[str, ...]:
    ranked = sorted(items, key=lambda item: -item.weight)
    first: dict[str, str] = {}
    for item in ranked:
        first.setdefault(twin_key(item.url), item.url)
    return tuple(first.values())


def _walk(value: object, key: str, where: _Where, search: _Search, depth: int) -> None:
    search.left -= 1
    if search.left < 0 or depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        _walk_record(value, key, where, search, depth)
    elif isinstance(value, list):
        for item, there in _items(value, key, where):
            _walk(item, key, there, search, depth + 1)
    elif isinstance(value, str):
        _look_at(value.strip(), key, where, search)


def _items(values: list[object], key: str, where: _Where) -> Iterator[tuple[object, _Where]]:
    """The elements of a list; those that differ in size are one video, the largest first."""
    sizes = [_size(item) for item in values]
    if len(values) > 1 and all(sizes) and len(set(sizes)) == len(sizes):
        yield from ((item, where) for item in sorted(values, key=_size, reverse=True))
        return
    for index, item in enumerate(values):
        yield item, _Where((*where.group, index), (*where.lists, key))


def _size(value: object) -> int:
    """The height that a record names for its video, such as `1080p`; 0 when it names none."""
    words = value.values() if isinstance(value, dict) else ()
    found = [_SIZE.fullmatch(word) for word in words if isinstance(word, str)]
    return max((int(size[1] or int(size[2]) * 540) for size in found if size), default=0)


def _walk_record(
    value: Mapping[str, object], key: str, where: _Where, search: _Search, depth: int
) -> None:
    for name, item in value.items():
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name)).lower()
        if _INPUT.search(plain) or _PICTURE.search(plain):
            continue
        if not item and _PLACE.search(plain) and not _POLL.search(plain):
            search.promised = True
        _walk(item, _full_name(key, plain), where, search, depth + 1)


def _full_name(key: str, name: str) -> str:
    """What a field is called together with the record that it stands in."""
    if key in _LINKS and name in _ASK:
        return "get_url"
    inherits = name in ("url", "uri", "src", "link", "href") and key
    return f"{key}_{name}" if inherits else name


def _look_at(text: str, key: str, where: _Where, search: _Search) -> None:
    if not text.startswith(("http://", "https://", "/")) or len(text) > _MAX_ADDRESS:
        return
    if re.search(r"[\s<>\"]", text):
        return
    if _POLL.search(key):
        search.poll_url = text
    elif (weight := _weight(text, key)) is not None:
        search.found.append(_Found(weight, where.group, where.lists, text))


def _weight(url: str, key: str) -> int | None:
    kind = nature(url)
    if kind in (Nature.OTHER, Nature.STATUS):
        return None
    if kind is not Nature.VIDEO and (_ELSEWHERE.search(key) or not url.startswith("http")):
        return None
    if _BEST.search(key):
        return 4
    if _COPY.search(key) or _LESSER.search(key):
        return 2
    made = _SENT.search(key) is None
    if made and _RESULT.search(key):
        return 3
    return 1 if made and kind is Nature.VIDEO else 0
