"""Which links of a text are its video: a pure function of the text."""

import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote, urlsplit

from bot.relay.reading.addresses import Nature, is_signed, nature, twin_key
from bot.relay.reading.links import Form, Link, is_status, links

_OFFERED = re.compile(
    r"video|视频|影片|播放|观看|下载|点击|结果|成片|watch|download|play|result|output|file|view|here|open"
    r"|clip|movie|v[íi]d[ée]o|descarg|t[ée]l[ée]charg|baixar|scarica|herunterlad|anseh|vedi|voir|ver\b"
    r"|видео|скача|смотр|результат|ролик|動画|映像|ダウンロード|結果|再生|영상|동영상|비디오|다운로드|결과|보기"
    r"|影片|視頻|下載|觀看|點擊",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"帮助|文档|教程|官网|网站|登录|充值|价格|客服|加群|历史|更多|help|docs?\b|guide|support|website"
    r"|home ?page|log ?in|sign ?up|pricing|billing|top.?up|discord|telegram|history|terms|policy"
    r"|ayuda|ajuda|\baide\b|hilfe|aiuto|помощ|поддержк|сайт|ヘルプ|サポート|公式|도움말|고객|홈페이지",
    re.IGNORECASE,
)
_COVER = re.compile(
    r"cover|poster|thumb|\bimage|picture|snapshot|first frame|封面|缩略图|首帧|图片|海报"
    r"|miniatur|vignette|portada|imagen|affiche|vorschaubild|standbild|обложк|картинк|превью"
    r"|サムネ|カバー|画像|썸네일|표지|이미지",
    re.IGNORECASE,
)
"""Labels of pictures: their addresses look like any other when they name no file."""
_KEY = re.compile(r"[\w\-]+")
"""The label of a link that is a value in JSON."""
_INTRODUCED = re.compile(r"[:：=|→»][\s<(（【\[\"'`*]*$")
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
    anything: bool = False,
) -> tuple[str, ...]:
    """The video of a relay's text, best first when its last lines list several; or nothing.

    Links that were in the request, pictures, links to a task's state and pages are no videos. A
    player beats a link with words, which beats a bare address; an address that names a video file
    beats one that does not. Of equals the last counts: previews come first, the result last.
    With `anything` a link counts that no word offers, if it names something: for texts that tell
    nothing else.
    """
    body = spoken(text)
    told = _FENCE.sub(_same_lines, body)
    found = _ranked(told, input_urls, task_id, anything)
    if not found and told != body:
        # A fence with data echoes the request, unless nothing else names a video.
        found = [pair for pair in _ranked(body, input_urls, task_id, anything) if pair[0] % 2]
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


def _ranked(
    text: str, input_urls: Collection[str], task_id: str | None, anything: bool
) -> list[tuple[int, Link]]:
    sent = {form for url in input_urls for form in (url, unquote(url))}
    found = []
    for link in links(text):
        known = link.url in sent or unquote(link.url) in sent
        if not known and link.url.startswith(_SCHEMES) and (rank := _rank(link, task_id, anything)):
            found.append((rank, link))
    return found


def _rank(link: Link, task_id: str | None, anything: bool) -> int:
    """0 for no video; odd for an address that names a video, even for one that may be anything."""
    kind = nature(link.url, task_id)
    if kind is Nature.OTHER or is_status(link, task_id):
        return 0
    if link.form is Form.PLAYER:
        return 7
    if kind is Nature.VIDEO:
        return 5 if link.form is Form.MARKDOWN else 3
    if link.picture or not (_may_be_video(link, kind) or (anything and _names_one(link, kind))):
        return 0
    return 4 if link.form is Form.MARKDOWN else 2


def _may_be_video(link: Link, kind: Nature) -> bool:
    """An address without the name of a video counts when the text offers it as the result."""
    if kind is Nature.CONTENT or _is_other(link):
        return False
    offered = _OFFERED.search(link.label) is not None
    written = link.form is Form.MARKDOWN
    if kind is Nature.PLAIN:
        labelled = written or _KEY.fullmatch(link.label)
        return bool(labelled) and offered and urlsplit(link.url).path.strip("/") != ""
    if kind is Nature.NAMED:
        told = offered or _OFFERED.search(link.before) is not None
        return told and (written or _INTRODUCED.search(link.before) is not None)
    return offered or link.alone or written or is_signed(link.url)


def _names_one(link: Link, kind: Nature) -> bool:
    """An address with an id, of which no word says what it is."""
    if kind not in (Nature.OPAQUE, Nature.NAMED) or _is_other(link):
        return False
    told = link.form is Form.MARKDOWN or _INTRODUCED.search(link.before) is not None
    return told or kind is Nature.OPAQUE


def _is_other(link: Link) -> bool:
    """Whether its words call a link a page or a picture."""
    named = _PAGE.search(link.label) or _COVER.search(link.label)
    pictured = _COVER.search(link.before) and not _OFFERED.search(link.label)
    return bool(named or pictured)


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
