"""A relay's own words for its failure, fit to be shown: one line, unwrapped, without addresses."""

import json
import re
from collections.abc import Mapping

from bot.relay.reading.markup import cut, plain, without_links
from bot.relay.reading.troubles import ECHOES

MAX_REASON = 300
"""Characters."""
_MAX_RAW = 16_384
_DEPTH = 8
_WORDS = (
    "message",
    "msg",
    "error_message",
    "errormessage",
    "error_msg",
    "fail_reason",
    "failreason",
    "failure_reason",
    "reason",
    "detail",
    "description",
    "error",
    "errors",
    "status_msg",
)
_REQUEST = re.compile(
    r"[(\[（]?\s{0,3}(?:(?:request|trace|ray|log|cf-?ray)[ _\-]?id|请求\s?id)\b[\s:：=#]{0,6}"
    r"[\w\-.:]*\s?[)\]）]?",
    re.IGNORECASE,
)
_OPAQUE = re.compile(
    r"(?<![\w\-])(?=[\w\-*.]{0,64}\d)(?=[\w\-*.]{0,64}[A-Za-z])[\w\-*.]{24,}|\b\w{2,6}-[\w*]{12,}"
)
_SEVERAL = re.compile(r"[^\W\d_]+[,:]? [^\W\d_]+")
_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b.*", re.IGNORECASE | re.DOTALL)


def reason_of(value: object) -> str:
    """The words in an error, however deep they are nested; empty when there are none."""
    return _clean(_words(value, _DEPTH))


def _words(value: object, depth: int) -> str:
    if depth == 0:
        return ""
    if isinstance(value, str):
        return _unwrapped(value[:_MAX_RAW], depth)
    if isinstance(value, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in value[:5])))
    return _of_record(value, depth) if isinstance(value, dict) else ""


def _of_record(record: Mapping[str, object], depth: int) -> str:
    lowered = {str(key).lower(): item for key, item in record.items()}
    for key in (*_WORDS, *(key for key in lowered if key.endswith(("_error", "_msg")))):
        if words := _words(lowered.get(key), depth - 1):
            return f"{_place(lowered)}{words}"
    inner = (_words(item, depth - 1) for item in lowered.values() if isinstance(item, dict))
    return next(filter(None, inner), "") or _sentence(lowered)


def _sentence(record: Mapping[str, object]) -> str:
    """Words under a name in another language: the first text of several."""
    texts = (item for key, item in record.items() if isinstance(item, str) and key not in ECHOES)
    return next((text for text in texts if _SEVERAL.match(text)), "")


def _place(record: Mapping[str, object]) -> str:
    """Where in the request a field was wrong, as validators of web frameworks say it."""
    where = record.get("loc")
    if not isinstance(where, list):
        return ""
    return ".".join(str(part) for part in where if part != "body")[:80] + ": "


def _unwrapped(text: str, depth: int) -> str:
    """A message that wraps the JSON of the relay behind it gives the innermost words."""
    start = text.find("{")
    if start < 0:
        return text
    try:
        inner, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return text[:start] if start else ""
    return _words(inner, depth - 1) or text[:start]


def _clean(text: str) -> str:
    text = _REQUEST.sub(" ", without_links(_PAGE.sub(" ", text)))
    text = re.sub(r"\s+([,.;:!?，。；：！？)）])", r"\1", plain(_OPAQUE.sub("…", text)))
    return cut(text.strip(" -–—:：,，;；|"), MAX_REASON)
