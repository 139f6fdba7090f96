"""Relay text as plain words: no markup, links, echoes or decoration."""

import html
import re

IMAGE_LINK = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)")
MARKDOWN_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
URL = re.compile(r"https?://[^\s<>\"'`()\[\]，。；、（）【】]+")
TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_HALF_TAG = re.compile(r"</?[a-zA-Z!][^<>]*$")
_BULLETS = " >#*-+|•·"
_DIGITS = "0123456789"
_MARKS = re.compile(r"[*_`~#]{1,3}(?=\W|$)|(?<!\w)[*_`~#]{1,3}")
_NOISE = re.compile(
    r"[.…。·]{2,}|…"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"
    "|[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u2800-\u28ff\ufe0f\u200d\u20e3]"
)
"""Runs of dots, control characters, and pictures."""
STEP_END = re.compile(r"[.…。·]{2,}|…|(?<=[^\x00-\x7f])\.(?=[^\x00-\x7f\s])")
"""Dots that stand for waiting: what follows them on the same line is the next step."""


def without_links(text: str) -> str:
    """The text with pictures and addresses gone; the label of a link is a button, no word."""
    if "](" in text:
        text = MARKDOWN_LINK.sub(" ", IMAGE_LINK.sub(" ", text))
    return URL.sub(" ", text) if "://" in text else text


def without_addresses(text: str) -> str:
    """The text with the labels of its links but not their addresses."""
    return URL.sub(" ", _TARGET.sub("]", text)) if "/" in text else text


def plain(text: str) -> str:
    """One line of words, without markup, pictures, control characters or runs of dots."""
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _HALF_TAG.sub(" ", TAG.sub(" ", text))
    words = " ".join(_without_noise(text).split()).lstrip(_BULLETS)
    if "*" in words or "_" in words or "`" in words or "#" in words or "~" in words:
        words = _MARKS.sub("", words)
    return words.strip(" |-~—:：,，;；")


def may_have_digits(text: str) -> bool:
    """Whether there may be a digit in `text`: ten looks are ten times faster than a pattern."""
    if not text.isascii():
        return True
    for digit in _DIGITS:  # noqa: SIM110 - any() with a generator costs more than the looks
        if digit in text:
            return True
    return False


def steps(text: str) -> list[str]:
    """The steps of a line, between dots that stand for waiting."""
    return [text] if _is_flat(text) else STEP_END.split(text)


def _without_noise(text: str) -> str:
    return text if _is_flat(text) and text.isprintable() else _NOISE.sub(" ", text)


def _is_flat(text: str) -> bool:
    """Whether there are certainly no dots that stand for waiting, and no pictures."""
    return text.isascii() and ".." not in text


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last one being an ellipsis when there was more."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
