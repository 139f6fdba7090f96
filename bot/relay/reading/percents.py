"""The percentages in a line of text: the relay's own, never those of links, markup or prompts."""

import re
from collections.abc import Iterator

from bot.relay.reading.markup import may_have_digits

_START = r"(?<![\d,\-–/])(?<!\d\.)"
_NUMBER = r"\d{1,3}(?:\.\d+)?"
_TOKEN = re.compile(
    rf"""
    (?P<link>https?://[^\s<>"'`]+)
    | (?P<tag></?[a-zA-Z!][^<>]*>)
    | {_START}(?P<signed>{_NUMBER})(?P<comma>,\d{{1,2}})?(?P<sign>\s?[%％٪])
      (?:\s(?P<next>[a-z]{{3,}}))?
    | (?<![\w%％٪])(?<!\d\s)[%％٪](?P<behind>\d{{1,3}})(?![\w%％٪])
    | {_START}(?P<bare>{_NUMBER})
      (?P<chain>\.\.|(?:\s*/\s*|\s[^\W\d_]{{1,3}}\s)100(?![\d.])|\s*$)
    """,
    re.VERBOSE,
)
_OPEN = re.compile(
    r"""(?:
    (?P<link>https?://[^\s<>"'`]{0,4096})
    | (?P<tag></?[a-zA-Z!][^<>]{0,4096})
    | (?<![\w%％٪])(?<!\d\s)[%％٪]\d{0,3}
    | (?<!\d)\d{1,4}(?:[.,]\d{0,8})?\s?(?:(?:/\s*|[^\W\d_]{1,3}\s?)1?0{0,2})?
    )$""",
    re.VERBOSE,
)
"""What may become a link, a tag or a number when more text arrives."""
_COUNTING = re.compile(
    r"进度|進度|進捗|진행|progr[eè]s|fortschritt|avance|прогресс|выполнен", re.IGNORECASE
)
_NAMES_PROGRESS = re.compile(
    r"[%％٪]|进度|[進进]捗|進度|진행|рогресс|РОГРЕСС|ыполнен|rogr[eè]s|ROGR[EÈ]S|ortschritt|vance"
)
_COURSE = re.compile(
    r"progress|complete|done|finish|ready|render|generat|process|load|upscal|step|stage|elapsed"
    r"|through|and|frame|now|进度|生成|处理|渲染"
    r"|progr|complet|conclu|termin|listo|pronto|fertig|erledigt|gerendert|gener(?:a[dn]|ier)|g[ée]n[ée]r"
    r"|gerad|\brendu|avan[cz]|effectu",
    re.IGNORECASE,
)
"""Words that make a percentage in the middle of an English sentence one of progress."""
_LOAD = re.compile(
    r"(?:\b(?:[cg]pu|v?ram|memory|disk)\b(?:\s?(?:usage|load|utili[sz]ation|util|used|is|at))*"
    r"|(?:显存|内存|显卡|处理器)(?:占用|使用)?率?)\s?[:：=]?\s?$",
    re.IGNORECASE,
)
"""What a machine is busy with; of that a percentage is no progress."""
_REACH = 24
"""Characters between the word for progress and its number."""
_BEFORE = 6
"""Characters in front of a number by which the prompt's own numbers are known."""
MAX_PERCENT = 100.0
_MAX_OPEN = 4096
"""Characters of a link or a tag whose end is still waited for."""
_LINK_END = re.compile(r"[\s<>\"'`]")
_TAG_END = re.compile(r"[<>]")
_PROSE = re.compile(r"[a-z]{2}", re.IGNORECASE)
_NEXT = re.compile(r"\s?[a-z]{0,2}")


class _First:
    """Where a pattern is first found in a line that grows; every character is looked at once."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._end = -1
        self._looked = 0

    def is_within(self, line: str, end: int) -> bool:
        """Whether it stands in the first `end` characters of `line`."""
        if self._end < 0 and self._looked < end:
            found = self._pattern.search(line, max(0, self._looked - _REACH), end)
            self._end, self._looked = found.end() if found else -1, end
        return 0 <= self._end <= end


class PercentScanner:
    """Reads the percentages of one line while it grows.

    A number with a percent sign counts anywhere; a bare one only behind a word for progress, where
    relays write chains such as `36..44..61..`, or `42/100`.
    """

    def __init__(self, prompt: str = "") -> None:
        self._prompt = "\n" + prompt
        self._shares = False
        self.restart()

    def restart(self) -> None:
        """A new line begins."""
        self._position = 0
        self._counting = -1
        self._looked = 0
        self._digits = self._named = False
        self._open: re.Match[str] | None = None
        self._prose, self._course = _First(_PROSE), _First(_COURSE)

    def scan(self, line: str, *, complete: bool) -> Iterator[float]:
        """New percentages of `line`, which is what it was before with more text behind it."""
        known, self._looked = self._looked, len(line)
        if not self._may_count(line, known) or (not complete and self._is_open(line, known)):
            return
        end = len(line) if complete else self._settled(line)
        while token := _TOKEN.search(line, self._position):
            if token.end() > end or (not complete and self._may_go_on(line, token)):
                break
            self._position = token.end()
            if (value := self._value(line, token)) is not None:
                yield value
        self._position = max(self._position, min(end, len(line) - _REACH))

    def _may_count(self, line: str, known: int) -> bool:
        """`may_count` of a line of which only what stands behind `known` is new."""
        new = line[max(0, known - _REACH) :] if known else line
        self._digits = self._digits or may_have_digits(new)
        self._named = self._named or _names_progress(new)
        return self._digits and self._named

    def _is_open(self, line: str, known: int) -> bool:
        """Whether a link or a tag was open before and still is: then nothing can have ended."""
        if self._open is None or len(line) - self._open.start() > _MAX_OPEN:
            return False
        ends = _LINK_END if self._open["link"] else _TAG_END
        return ends.search(line, known) is None

    def _settled(self, line: str) -> int:
        """Up to where more text cannot change what is there."""
        start = max(self._position, len(line) - 8192)
        opened = _OPEN.search(line, start)
        self._open = opened if opened and (opened["link"] or opened["tag"]) else None
        return opened.start() if opened else len(line)

    def _value(self, line: str, token: re.Match[str]) -> float | None:
        if token["sign"]:
            if token["next"] and not self._course.is_within(line, token.end()):
                return None  # "100% cotton"
            value = float(token["signed"] + (token["comma"] or "").replace(",", "."))
        elif token["behind"]:
            value = float(token["behind"])
        elif token["chain"] is not None:
            if not self._counts(line, token.start("bare")):
                return None
            value, self._counting = self._of_hundred(token), token.end()
        else:
            return None
        if token["sign"] and _LOAD.search(line, max(0, token.start() - 2 * _REACH), token.start()):
            return None
        return value if value <= MAX_PERCENT and not self._echoed(line, token) else None

    def _counts(self, line: str, start: int) -> bool:
        """Whether a bare number at `start` follows a word for progress, or another such number."""
        if self._counting >= 0 and not line[self._counting : start].strip(". "):
            return True
        return _COUNTING.search(line, max(0, start - _REACH), start) is not None

    def _of_hundred(self, token: re.Match[str]) -> float:
        """A bare number, of which a relay that writes `0.35` once means shares of one."""
        value = float(token["bare"])
        if "." not in token["bare"] or token["chain"].strip() or value > 1:
            return value
        self._shares = self._shares or 0 < value < 1
        return round(value * 100, 2) if self._shares else value

    def _echoed(self, line: str, token: re.Match[str]) -> bool:
        """Whether the prompt holds this number behind the same words."""
        number, start = token[0], token.start()
        if number not in self._prompt:
            return False
        if start >= _BEFORE and line[start - _BEFORE : start] + number in self._prompt:
            return True
        # There are fewer characters in front of it only where a line of the prompt begins.
        lengths = range(min(_BEFORE, start + 1))
        return any(f"\n{line[start - many : start]}{number}" in self._prompt for many in lengths)

    def _may_go_on(self, line: str, token: re.Match[str]) -> bool:
        """Whether what follows may still change the token: a longer link, or a word of prose."""
        if token["link"]:
            return token.end() == len(line)
        if not token["sign"] or _NEXT.fullmatch(line, token.end()) is None:
            return False
        start = token.start()
        return self._prose.is_within(line, start) and not self._course.is_within(line, start)


def may_count(text: str) -> bool:
    """Whether there may be a percentage in `text`; nearly always there is none."""
    return may_have_digits(text) and _names_progress(text)


def _names_progress(text: str) -> bool:
    if not text.isascii():
        return _NAMES_PROGRESS.search(text) is not None
    words = "rogres" in text or "ROGRES" in text or "ortschritt" in text or "vance" in text
    return words or "%" in text
