"""Text that grows piece by piece as lines and percentages, each told once."""

import re
from typing import NamedTuple, TypeAlias

from bot.relay.reading.percents import PercentScanner, may_count

_MAX_LINE = 16_384
"""Characters; the rest of a longer line is passed over."""
_MAX_GROWING = 500
"""Characters of an unfinished line that is still worth looking at."""
_MIN_GROWING = 3
_MAX_INDENT = 200
"""Characters in front of what a line begins with."""
_STILL = re.compile(r"[\s.…。·]*")
_TELLING = re.compile(r"[^\w ,!?;()\[\]，、！？；（）]")
"""What may end a sign: lines, percent signs, dots, tags, links, fences, labels."""
_HALF_TAG = re.compile(
    r"<(?:video|source|img|a|div|span|p|iframe|table|td|details|summary|font|button)\b[^<>]*$",
    re.IGNORECASE,
)
_FENCE = re.compile(r"[\s>]*```[\w-]*\s*(.*)", re.DOTALL)


class Words(NamedTuple):
    """A line or several, or what there is of one."""

    text: str
    complete: bool


Sign: TypeAlias = Words | float
"""What a text tells on its way: a line of words, or a percentage."""


class Lines:
    """Reads one text. Fences that hold data echo the request; nothing in them is a sign.

    A line is told when it ends, and before that when it came in one piece or only dots follow:
    relays print a state and leave the line open for minutes.
    """

    def __init__(self, prompt: str = "") -> None:
        self._percents = PercentScanner(prompt)
        self._line = ""
        self._fence: str | None = None
        self._skipping = False
        self._told = False

    def feed(self, piece: str) -> list[Sign]:
        """What `piece` adds."""
        if self._line and not _TELLING.search(piece):
            self._append(piece)  # nearly always: a few letters in the middle of a line
            self._told = False
            return []
        ended, end, last = piece.rpartition("\n")
        began = bool(end) or not self._line
        signs = self._end_lines(ended) if end else []
        if last:
            signs += self._go_on(last, began=began)
        return signs

    def close(self) -> list[Sign]:
        """What stood in the last line."""
        return self._end_line("")

    def _go_on(self, part: str, *, began: bool) -> list[Sign]:
        still = _STILL.fullmatch(part) is not None
        self._told = self._told and still
        signs = self._grow(part)
        if (began or still) and not self._told and self._worth_telling():
            self._told = True
            signs.append(Words(self._line, complete=False))
        return signs

    def _end_lines(self, text: str) -> list[Sign]:
        words = self._line + text
        if not self._fence and _is_prose(words):
            self._next_line()
            return [Words(words, complete=True)] if words and not words.isspace() else []
        return [sign for part in text.split("\n") for sign in self._end_line(part)]

    def _grow(self, part: str) -> list[Sign]:
        self._append(part)
        if self._skipping or self._silent():
            return []
        return list(self._percents.scan(self._line, complete=False))

    def _append(self, part: str) -> None:
        if not self._skipping:
            self._line += part
            self._skipping = len(self._line) > _MAX_LINE

    def _end_line(self, part: str) -> list[Sign]:
        self._append(part)
        line, told = self._line, not (self._skipping or self._silent())
        signs: list[Sign] = list(self._percents.scan(line, complete=True)) if told else []
        half = _HALF_TAG.search(line) if told and "<" in line else None
        self._turn_fence(line)
        self._next_line(f"{half[0][:40]} " if half else "")
        if told and line.strip():
            signs.append(Words(line, complete=True))
        return signs

    def _next_line(self, begun: str = "") -> None:
        self._line = begun
        self._skipping = self._told = False
        self._percents.restart()

    def _worth_telling(self) -> bool:
        short_enough = _MIN_GROWING <= len(self._line) <= _MAX_GROWING
        return short_enough and not self._skipping and not self._silent()

    def _silent(self) -> bool:
        """Whether the line belongs to data, or may still turn out to."""
        start = self._line[:_MAX_INDENT].lstrip(" \t>")[:3]
        if start.startswith(("{", "}", '"', "```")) or start in ("`", "``"):
            return True
        if self._fence == "open":
            return not start or start.startswith("[")
        return self._fence == "data" and not self._line.startswith(">")

    def _turn_fence(self, line: str) -> None:
        content = line.strip()
        if match := _FENCE.fullmatch(line):
            if "```" not in match[1]:
                self._fence = None if self._fence else _fence_of(match[1])
        elif self._fence == "open" and content:
            self._fence = _fence_of(content)
        elif self._fence == "data" and line.startswith(">"):
            self._fence = None  # never closed, and the relay speaks again


def _is_prose(text: str) -> bool:
    """Whether the lines of `text` are words only: no number that counts, no data, no tag."""
    if '"' in text or "{" in text or "}" in text or "`" in text or "<" in text:
        return False
    return not may_count(text) and (len(text) <= _MAX_LINE or _longest(text) <= _MAX_LINE)


def _longest(text: str) -> int:
    return max(map(len, text.split("\n")))


def _fence_of(content: str) -> str:
    if not content:
        return "open"
    return "data" if content.startswith(("{", "[")) else "plain"
