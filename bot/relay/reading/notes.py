"""What a line of relay text tells a person who waits: a known state, or the relay's own words."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.relay.reading.markup import cut, plain, steps, without_links

MAX_NOTE = 200
"""Characters of a note."""
_MAX_STATE = 60
"""Characters; in a longer line the words for a state mean something else."""
_SHORT_ECHO = 8
"""Characters of a prompt line from which its echo inside a longer line is recognised."""

_LABELLED = re.compile(r"(?:[:：=]|\s[\-–—])\W*$")
"""What stands in front of a short prompt that is echoed: its label."""
_UPSCALING = r"放大|超分|upscal|upsampl|super.?resolution"
_UPLOADING = r"上传(?!图片链接)|\bupload(?:ing|s)?\b|image upload"
_QUEUED = (
    r"排队|队列|等待处理|\bqueu(?:ed?|ing)\b|\bin line\b|not start|throttled|waiting for process"
    r"|^(?:pending|submitted|waiting)$"
)
_RUNNING = (
    r"(?:生成|制作|处理|渲染)中|正在(?:生成|制作|渲染)|进度|开始生成|in progress"
    r"|\b(?:generat|render|process)ing\b|\bgeneration progress\b|^(?:running|progress)\b"
)
_STATES: Sequence[tuple[str, re.Pattern[str]]] = (
    ("upscaling", re.compile(_UPSCALING)),
    ("uploading", re.compile(_UPLOADING)),
    ("queued", re.compile(_QUEUED)),
    ("running", re.compile(_RUNNING)),
)
"""For words in lower case; the first that is found counts."""
_UPSCALING_NOW = re.compile(r"(?:开始|正在).{0,8}(?:放大|超分)|^upscaling")
_STATELESS = re.compile(
    r"重试|\bretr|失败|完成|成功|请上传|\b(?:fail|complete|success|done\b|finish)"
)
_FIELD = re.compile(
    r"^[\w\s]{0,24}?(?:(?<![a-z])s?ids?(?: [^\W\d]+){0,3}|编号|任务)\W{0,4}[:：=]", re.IGNORECASE
)
_DATA = re.compile(r'^\s*(?:[{}\[\]]|"[^"]*"\s*:|/\S+$|\|.*\|\s*$)')
_NUMBERS = re.compile(
    r"\b\d{1,3}\s*/\s*100\b|\(?\d[\d.,]*\s?[%％٪]\)?|[%％٪]\d{1,3}\b|(?<=[^\d.])\d{1,3}(?:\.{2,}\d{1,3})*\.{2,}"
)
_MIN_ID = 16
"""Characters of an id that has no label."""
_ID = re.compile(
    r"(?:\b\w+\s+)?(?<![a-z])ids?\s*[:：=]\s*\S+"
    rf"|(?=[\w:\-]{{0,64}}\d)(?=[\w:\-]{{0,64}}[a-z])[\w:\-]{{{_MIN_ID},}}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[A-Za-z][A-Za-z ,.'!?]*[A-Za-z]")
"""Nothing but words: there is nothing to take away, so it is a note as it stands."""
_WORD = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_].*?[^\W\d_]")
_DIGIT = re.compile(r"\d")


_MAX_LINE = 1000
"""Characters; what is longer is no step."""


class Notes:
    """Knows the prompt, which relays like to echo."""

    def __init__(self, prompt: str) -> None:
        self._prompt = plain(prompt)
        self._lines = frozenset(filter(None, (plain(line) for line in prompt.splitlines())))
        self._long = [line for line in self._lines if len(line) >= _SHORT_ECHO]

    def last(self, text: str) -> str | None:
        """The note of the last line that has one."""
        end = len(text)
        while end >= 0:
            start = text.rfind("\n", 0, end)
            if note := self.note(text[start + 1 : end]):
                return note
            end = start
        return None

    def note(self, line: str) -> str | None:
        """The note of a line; `None` when it tells nothing: links, ids, data, dots, the prompt."""
        if len(line) > _MAX_LINE:
            return None
        if _SENTENCE.fullmatch(line) and ".." not in line and "  " not in line:
            return None if self._echoes(line) else state(line) or cut(line, MAX_NOTE)
        return self._looked_into(line)

    def _looked_into(self, line: str) -> str | None:
        if _DATA.match(line) or "```" in line:
            return None
        words = without_links(line)
        if words.rstrip().endswith((":", "：")) or _is_field(words):
            return None
        text = _step(words)
        if not _WORDS.search(text) or self._echoes(text) or self._echoes_number(words):
            return None
        linked = words != line or "](" in line
        return state(text) or (None if linked else cut(text, MAX_NOTE))

    def _echoes_number(self, words: str) -> bool:
        """Whether the prompt stands there with a percentage, which is no part of a step."""
        return "%" in words and "%" in self._prompt and self._echoes(plain(words))

    def _echoes(self, text: str) -> bool:
        if text in self._lines or (len(text) >= _SHORT_ECHO and text in self._prompt):
            return True
        if self._prompt and text.endswith(self._prompt):
            before = text[: -len(self._prompt)]
            return len(self._prompt) >= _SHORT_ECHO or _LABELLED.search(before) is not None
        return bool(self._long) and any(line in text for line in self._long)


def state(text: str) -> str | None:
    """The known state that a short text names: queued, running, uploading or upscaling."""
    return _state(text.lower()) if len(text) <= _MAX_STATE else None


@lru_cache(maxsize=256)  # relays say the same few steps over and over
def _state(text: str) -> str | None:
    if _UPSCALING_NOW.search(text):  # which begins where the making is complete
        return "upscaling"
    if _STATELESS.search(text):
        return None
    return next((name for name, words in _STATES if words.search(text)), None)


def _is_field(words: str) -> bool:
    return _has_label(words) and _FIELD.match(plain(words)) is not None


def _step(words: str) -> str:
    """What stands behind the last dots, as steps follow each other on one line."""
    counts = "%" in words or "％" in words or "٪" in words or ".." in words
    for step in reversed(steps(_NUMBERS.sub(" ", words) if counts else words)):
        if _WORD.search(step) and not step.startswith(("(", "（")):
            named = _DIGIT.search(words) and _may_hold_id(step)
            return plain(_ID.sub(" ", step) if named else step).rstrip(".。 ")
    return ""


def _may_hold_id(words: str) -> bool:
    return _has_label(words) or any(len(word) >= _MIN_ID for word in words.split())


def _has_label(words: str) -> bool:
    """Whether there may be a sign behind a word for an id."""
    signed = ":" in words or "=" in words or "：" in words
    return signed and ("id" in words.lower() or "编号" in words or "任务" in words)
