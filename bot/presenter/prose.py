"""What members and relays wrote, made safe to show: no markup, no mentions, no links, no tricks.

Discord's own `escape_markdown` and `escape_mentions` leave bare links, timestamps, channel and
command links and bidi controls alive; this leaves none of them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

ELLIPSIS = "…"
BREAK = "\u200b"
"""A space of no width: seen by parsers, not by people."""

_REMEMBERED = 1_000
"""Texts whose harmless form is kept: a card shows the same prompt at every edit."""
_JOINERS = "\u200c\u200d"
_MAX_MARKS = 4
"""Combining marks on one character; no living script needs more, zalgo does."""
_MAX_CLUSTER = 16
"""Code points in one visible character; the longest emoji in use have 10."""
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters that show nothing: Hangul fillers and the empty braille cell."""
_RESERVED = re.compile("[\u2065\ufff0-\ufff8\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]")
"""Kept free by Unicode for more that shows nothing; clients hide it already."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Controls, invisible formatting (bidi, tags), halves of surrogate pairs, private use."""
_LOOSE_JOINER = re.compile(
    f"[{_JOINERS}]{{2,}}|(?<![^\\x00-\\x7f\\s])[{_JOINERS}]|[{_JOINERS}](?![^\\x00-\\x7f\\s])"
)
"""A joiner that joins nothing: in emoji and in Persian it stands between two visible others."""
_MARKUP = re.compile(r"[\\`*_~|>\[\]]")
_LINE_MARKUP = re.compile(r"^([#+-])|^(\d+)([.)])", re.MULTILINE)
_CONSTRUCT = re.compile(r"[<@]")
"""Mentions, timestamps, commands, custom emoji, suppressed links, @everyone."""
_LINK_SIGNS = "%/:?#@!$&*+,;=~-._"
"""What a link may hold unquoted; brackets would end the Markdown around it."""
_LINK = re.compile(r"(?<=:)(?=//)|(?<=\w)(?=\.[^\W\d_]{2})")
"""Inside `https://` and before the dot of every name that could be a domain."""


@lru_cache(_REMEMBERED)
def harmless(text: str, *, limit: int, lines: int = 1) -> str:
    """Somebody's words as plain text that can stand anywhere in a Discord message.

    Args:
        text: Anything at all.
        limit: How wide it may be, in Latin letters (Chinese ones and emoji count two); what is
            longer ends in "…".
        lines: How many lines it may have; the last one takes the rest.

    Returns:
        At most eight characters for each of `limit`, whatever was put in.
    """
    return _escape(shorten(_broken(visible(text), lines), limit))


def visible(text: str) -> str:
    """`text` without what cannot be seen or upsets what stands around it; line breaks stay."""
    text = _RESERVED.sub("", _BLANK.sub(" ", text)).replace("\r\n", "\n")
    text = "".join(_shown(char) for char in text)
    text = _LOOSE_JOINER.sub("", text)
    return "".join(_few_marks(text))


def shorten(text: str, limit: int) -> str:
    """`text` in at most `limit` columns, cut between whole characters and marked with "…"."""
    room, kept = limit, []
    for cluster in clusters(text):
        room -= _width(cluster)
        kept.append((cluster, room))
    if room >= 0:
        return text
    return "".join(cluster for cluster, left in kept if left >= 1).rstrip() + ELLIPSIS


def cut(text: str, units: int) -> str:
    """`text` in at most `units` UTF-16 units, as Discord counts, cut between whole characters.

    What was cut ends in "…".
    """
    if units_of(text) <= units:
        return text
    room, kept = units - 1, []
    for cluster in clusters(text):
        room -= units_of(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + ELLIPSIS


def units_of(text: str) -> int:
    """How long Discord, which counts as JavaScript does, finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clusters(text: str) -> Iterator[str]:
    """`text` in pieces that people see as one character, as far as matters for cutting."""
    start = 0
    for index in range(1, len(text)):
        if not _continues(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def web_link(url: str) -> str:
    """A link that can stand in Markdown and on a button; empty for what is no web link."""
    quoted = quote(url, safe=_LINK_SIGNS, errors="replace")
    return quoted if quoted.startswith(("https://", "http://")) else ""


def fenced(text: str) -> str:
    """`text` in a code block, unchanged but for controls and for backticks that would end it."""
    body = re.sub("`(?=`)|`$", f"`{BREAK}", visible(text))
    return f"```\n{body}\n```"


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\n\u2028\u2029\x85\r\v\f":
        return "\n"
    if category == "Zs" or char == "\t":
        return " "
    return char if char in _JOINERS or category not in _DROPPED else ""


def _few_marks(text: str) -> Iterator[str]:
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        if marks <= _MAX_MARKS:
            yield char


def _broken(text: str, lines: int) -> str:
    """Blank lines gone, spaces single, and no more than `lines` lines."""
    parts = [" ".join(line.split()) for line in text.splitlines()]
    parts = [part for part in parts if part]
    head, rest = parts[: lines - 1], parts[lines - 1 :]
    return "\n".join([*head, " ".join(rest)]).strip()


def _continues(text: str, start: int, index: int) -> bool:
    char, before = text[index], text[index - 1]
    if index - start >= _MAX_CLUSTER:
        return False
    if _regional(char) and _regional(before):
        return index - start == 1
    return before == "\u200d" or _attached(char)


def _attached(char: str) -> bool:
    """Marks, joiners, skin tones, and the later parts of a Hangul syllable."""
    return (
        unicodedata.category(char).startswith("M")
        or char in _JOINERS
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\u1161" <= char <= "\u11ff"
    )


def _regional(char: str) -> bool:
    """Half of a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _width(cluster: str) -> int:
    """Columns; also at least one for each four code points, so that width bounds length."""
    wide = 2 if unicodedata.east_asian_width(cluster[0]) in "WF" else 1
    return max(wide, -(-len(cluster) // 4))


def _escape(text: str) -> str:
    text = _LINK.sub(BREAK, text)
    text = _CONSTRUCT.sub(rf"\g<0>{BREAK}", text)
    text = _MARKUP.sub(r"\\\g<0>", text)
    return _LINE_MARKUP.sub(_escaped_start, text)


def _escaped_start(found: re.Match[str]) -> str:
    sign, number, point = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{point}"
