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
    https?://[^\s<>"'`]{0,4096}
    | </?[a-zA-Z!][^<>]{0,4096}
    | (?<![\w%％٪])(?<!\d\s)[%％٪]\d{0,3}
    | (?<!\d)\d{1,4}(?:[.,]\d{0,8})?\s?(?:(?:/\s*|[^\W\d_]{1,3}\s?)1?0{0,2})?
    )$""",
    re.VERBOSE,
)
"""What may become a link, a tag or a number when more text arrives."""
_COUNTING = re.compile(
    r"进度|進度|進捗|진행|progr[eè]s|fortschritt|avance|прогресс|выполнен", re.IGNORECASE
)
_MAY_COUNT = re.compile(r"[%％٪]|进度|[進进]捗|進度|진행|рогресс|РОГРЕСС|ыполнен|rogr[eè]s")
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


_PROSE = re.compile(r"[a-z]{2}", re.IGNORECASE)
_NEXT = re.compile(r"\s?[a-z]{0,2}")


class PercentScanner:
    """Reads the percentages of one line while it grows.

    A number with a percent sign counts anywhere; a bare one only behind a word for progress, where
    relays write chains such as `36..44..61..`, or `42/100`.
    """

    def __init__(self, prompt: str = "") -> None:
        self._prompt = prompt
        self._shares = False
        self._position = 0
        self._counting = -1

    def scan(self, line: str, *, complete: bool) -> Iterator[float]:
        """New percentages of `line`, which is what it was before with more text behind it."""
        if not may_count(line):
            return
        end = len(line) if complete else self._settled(line)
        while token := _TOKEN.search(line, self._position):
            if token.end() > end or (not complete and _may_go_on(line, token)):
                break
            self._position = token.end()
            if (value := self._value(line, token)) is not None:
                yield value
        self._position = max(self._position, min(end, len(line) - _REACH))

    def restart(self) -> None:
        """A new line begins."""
        self._position = 0
        self._counting = -1

    def _settled(self, line: str) -> int:
        """Up to where more text cannot change what is there."""
        start = max(self._position, len(line) - 8192)
        opened = _OPEN.search(line, start)
        return opened.start() if opened else len(line)

    def _value(self, line: str, token: re.Match[str]) -> float | None:
        if token["sign"]:
            if token["next"] and not _COURSE.search(line[: token.end()]):
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
        number = token[0]
        place = self._prompt.find(number)
        while place >= 0:
            before = self._prompt[max(0, place - _BEFORE) : place].rpartition("\n")[2]
            if line[: token.start()].endswith(before):
                return True
            place = self._prompt.find(number, place + 1)
        return False


def may_count(text: str) -> bool:
    """Whether there may be a percentage in `text`; nearly always there is none."""
    if not may_have_digits(text):
        return False
    if not text.isascii():
        return _MAY_COUNT.search(text) is not None
    words = "rogres" in text or "ROGRES" in text or "ortschritt" in text or "vance" in text
    return words or "%" in text


def _may_go_on(line: str, token: re.Match[str]) -> bool:
    """Whether what follows may still change the token: a longer link, or a word of prose."""
    if token["link"]:
        return token.end() == len(line)
    before = line[: token.start()]
    prose = token["sign"] and _PROSE.search(before) and not _COURSE.search(before)
    return bool(prose) and _NEXT.fullmatch(line, token.end()) is not None
