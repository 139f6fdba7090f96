"""What a line of relay text tells a person who waits: a known state, or the relay's own words."""

import re
from collections.abc import Sequence

from bot.relay.reading.markup import cut, plain, without_links

MAX_NOTE = 200
"""Characters of a note."""
_MAX_STATE = 60
"""Characters; in a longer line the words for a state mean something else."""
_SHORT_ECHO = 8
"""Characters of a prompt line from which its echo inside a longer line is recognised."""

_STATES: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (note, re.compile(words, re.IGNORECASE))
    for note, words in (
        ("upscaling", r"放大|超分|upscal|upsampl|super.?resolution"),
        ("uploading", r"上传(?!图片链接)|\bupload(?:ing|s)?\b|image_upload"),
        (
            "queued",
            r"排队|队列|等待处理|\bqueu(?:ed?|ing)\b|\bin line\b|not_start|waiting for process",
        ),
        (
            "running",
            r"(?:生成|制作|处理|渲染)中|正在(?:生成|制作|渲染)|进度|开始生成|in[_ ]progress"
            r"|\b(?:generat|render|process)ing\b|\bgeneration progress\b|^(?:running|progress)\b",
        ),
    )
)
_STATELESS = re.compile(
    r"重试|\bretr|失败|完成|成功|\b(?:fail|complete|success|done\b|finish)", re.IGNORECASE
)
_FIELD = re.compile(r"^[\w\s*`]{0,24}?(?:\bids?|sid|编号|任务)\W{0,4}[:：=]", re.IGNORECASE)
_DATA = re.compile(r'^\s*(?:[{}\[\]]|"[^"]*"\s*:)')
_NUMBERS = re.compile(r"\(?\d[\d.]*\s?[%％]\)?|(?<=[^\d.])\d{1,3}(?:\.{2,}\d{1,3})*\.{2,}")
_WORD = re.compile(r"[^\W\d_]")


def note(line: str, prompt: str = "") -> str | None:
    """The note of one line; `None` when it tells nothing: links, ids, data, dots, the prompt."""
    if _DATA.match(line) or "```" in line:
        return None
    words = without_links(line)
    if words.rstrip().endswith((":", "：")) or _FIELD.match(plain(words)):
        return None
    text = plain(_NUMBERS.sub(" ", words))
    if len(_WORD.findall(text)) < 2 or _echoes(text, prompt):
        return None
    return _state(text) or cut(text, MAX_NOTE)


def _state(text: str) -> str | None:
    if len(text) > _MAX_STATE or _STATELESS.search(text):
        return None
    return next((state for state, words in _STATES if words.search(text)), None)


def _echoes(text: str, prompt: str) -> bool:
    if not prompt:
        return False
    if len(text) >= _SHORT_ECHO and text in plain(prompt):
        return True
    lines = (plain(line) for line in prompt.splitlines())
    return any(line == text or (len(line) >= _SHORT_ECHO and line in text) for line in lines)
