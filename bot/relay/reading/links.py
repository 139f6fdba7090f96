"""Every link in a text, with what stands around it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from bot.relay.reading.addresses import Nature, nature

_BARE = r"https?://[^\s<>\"'`()\[\]{}\\，。；、！？（）【】「」《》]+"
_HOSTED = r"(?<![^\s：（(])//[\w\-]+(?:\.[\w\-]+)+(?::\d{1,5})?/[^\s<>\"'`()\[\]{}，。；、！？]+"
"""An address without a scheme: a host with a dot, and a path."""
_ADDRESS = r"(?:https?:/)?/[^\s<>\"'`]+"
_TARGET = r"(?:https?:/)?/[^\s<>\"'`()]+(?:\([^\s<>\"'`()]*\)[^\s<>\"'`()]*)*"
_LINK = re.compile(
    rf"""
    <(?P<tag>(?!https?:)[a-zA-Z]+)\b(?P<attributes>[^<>]*)>(?:\s*(?P<inner>{_ADDRESS})\s*</video)?
    | (?P<picture>!?)\[(?P<label>[^\[\]]{{0,4500}})\]
      \(\s*<?(?P<target>{_TARGET})>?(?:\s+"[^"]*")?\s*\)
    | \]\(\s*(?P<tail_target>{_TARGET})\s*\)
    | (?P<bare>{_BARE}|{_HOSTED})
    | ^[ \t>*\-•]*(?P<relative>/[^\s<>"'`]+)[ \t]*$
    """,
    re.VERBOSE | re.MULTILINE,
)
_SOURCE = re.compile(
    r"(?<![\w\-])(src|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_ESCAPE = re.compile(r"&(?:amp|quot|lt|gt|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
_GLUED = re.compile(r"(\.(?:mp4|mov|webm|m4v))[\u3000-\u9fff\uff00-\uffef].*", re.IGNORECASE)
"""A bare address with the next sentence behind it, as languages without spaces write."""
_KEY = re.compile(r'"([\w\-]{1,64})"\s*:\s*(?:\[\s*)?"$')
_MAX_LABEL = 120
_PLAYERS = frozenset({"video", "source"})
_DATA_LABEL = re.compile(
    r"数据预览|原始数据|任务详情|(?:data|task)[ _]?(?:preview|details?)|(?:raw|source)[ _]data"
    r"|(?:query|poll(?:ing)?|status)[ _]?(?:url|link)?\W*$|任务进度|查询",
    re.IGNORECASE,
)
_FOLLOWED = r"it|its|the|your|this|task|job|render|video|generation|status|progress|live|on|along"
_WAITING_LABEL = re.compile(
    r"(?:progress|进度|進度|進捗|진행|suivi\w*|seguimiento|fortschritt|verfolgen|прогресс|\bdashboard"
    rf"|\b(?:track|follow|monitor)(?:ing)?(?:\s(?:{_FOLLOWED})){{0,4}}"
    r"|\bcheck (?:back|again|in)(?: \w+)?|\blive (?:view|status|preview)"
    r"|\b(?:watch|view) (?:it )?live"
    r"|\bwhen (?:it.s |it is )?(?:ready|done|finished|completed?))"
    r"(?:[\s_](?:page|url|link|here|at|on|via)|查看|页面|链接|地址){0,3}\W*$",
    re.IGNORECASE,
)
"""Words for a page that shows how a task goes on, right in front of its address."""
_HERE = re.compile(
    r"\W*(?:(?:click )?here|(?:this )?(?:link|page)|点击这里|这里)\W*", re.IGNORECASE
)
_RAW_LABEL = re.compile(r"原始|raw|source|query|poll|status|json|查询", re.IGNORECASE)


class Form(IntEnum):
    """How a link is written, weakest first."""

    BARE = 1
    MARKDOWN = 2
    PLAYER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address in a text."""

    url: str
    form: Form
    label: str
    """What the link is called: its own label, or the words in front of it on its line."""
    alone: bool
    """Whether nothing but the link stands on its line."""
    line: int
    """Number of its line."""
    before: str = ""
    """The words in front of it on its line; inside of JSON its key."""
    picture: bool = False


def links(text: str) -> Iterator[Link]:
    """All links of `text` in order, unescaped but otherwise as they were written."""
    if "/" not in text and "<" not in text:
        return
    text = text.replace("\\/", "/")
    if "\\u00" in text:
        text = text.replace("\\u0026", "&").replace("\\u003d", "=").replace("\\u003D", "=")
    line, counted = 0, 0
    for match in _LINK.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if link := _link(text, match, line):
            yield link


def unescaped(url: str) -> str:
    """The address behind HTML's escapes.

    Only whole ones: `html.unescape` also reads `&reg` in `&region=` and would break a signed query.
    """
    return _ESCAPE.sub(lambda escape: html.unescape(escape[0]), url)


def status_link(line: str, task_id: str | None, *, pages: bool = True) -> str | None:
    """The link of `line` that tells how a task stands, the machine's rather than the reader's.

    `pages` tells whether one counts that may be for people to look at, if it names something.
    """
    named = [link for link in links(line) if is_status(link, task_id)]
    found = [link for link in named if _tells_machines(link, task_id, pages=pages)]
    raw = [link for link in found if _RAW_LABEL.search(link.label) or "/source/" in link.url]
    return (raw or found)[-1].url if found else None


def is_status(link: Link, task_id: str | None) -> bool:
    """Whether a link leads to a task's state rather than to its video."""
    if link.form is Form.PLAYER or link.picture:
        return False
    kind = nature(link.url, task_id)
    if kind in (Nature.VIDEO, Nature.OTHER, Nature.CONTENT):
        return False
    return kind is Nature.STATUS or bool(_DATA_LABEL.search(link.label)) or _is_waited_at(link)


def _is_waited_at(link: Link) -> bool:
    words = link.before if _HERE.fullmatch(link.label) else link.label
    return _WAITING_LABEL.search(words[-_MAX_LABEL:]) is not None


def _tells_machines(link: Link, task_id: str | None, *, pages: bool) -> bool:
    """Whether a status link may be asked: words for waiting alone make it a page for people."""
    kind = nature(link.url, task_id)
    told = kind is Nature.STATUS or _DATA_LABEL.search(link.label) is not None
    return told or (pages and kind is not Nature.PLAIN)


def _link(text: str, match: re.Match[str], line: int) -> Link | None:
    if match["tag"]:
        return _tagged(match, line)
    url = match["target"] or match["tail_target"] or match["bare"] or match["relative"]
    if not url:
        return None
    before, after = _around(text, match)
    bare = bool(match["bare"] or match["relative"])
    return Link(
        url=_GLUED.sub(r"\1", unescaped(url)).rstrip(".,!?:;*~|") if bare else unescaped(url),
        form=Form.BARE if bare else Form.MARKDOWN,
        label=before if match["label"] is None else match["label"],
        alone=not before.strip(" \t>*-•") and not after.strip(" \t*"),
        line=line,
        before=before,
        picture=match["picture"] == "!",
    )


def _tagged(match: re.Match[str], line: int) -> Link | None:
    tag = match["tag"].lower()
    attributes = {
        name.lower(): a or b or c for name, a, b, c in _SOURCE.findall(match["attributes"])
    }
    url = attributes.get("src") or (match["inner"] if tag in _PLAYERS else None)
    if tag in _PLAYERS and url:
        return Link(url=unescaped(url.strip()), form=Form.PLAYER, label="", alone=True, line=line)
    if tag == "a" and (target := attributes.get("href")):
        words, end, _ = match.string[match.end() : match.end() + _MAX_LABEL].partition("</a")
        url, label = unescaped(target.strip()), words if end else ""
        return Link(url=url, form=Form.MARKDOWN, label=label, alone=False, line=line)
    return None


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The words of the line in front of the link, and those behind it."""
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _MAX_LABEL)
    end = text.find("\n", match.end(), match.end() + _MAX_LABEL)
    before = text[start : match.start()]
    behind = text[match.end() : end if end >= 0 else match.end() + _MAX_LABEL]
    return (key[1] if (key := _KEY.search(before)) else before), behind
