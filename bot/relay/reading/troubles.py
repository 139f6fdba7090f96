"""Where JSON keeps an error: under a name of its own, or as a code that is no success."""

import re
from collections.abc import Mapping

_FINE = frozenset({"0", "200", "201", "202", "20000", "success", "ok", "true", "none", ""})
_ERROR_KEYS = ("error", "errors", "error_message", "errormessage", "error_msg", "errmsg", "detail")
_STATUS_KEYS = ("status_code", "statuscode", "http_status", "status", "code", "param")
ECHOES = frozenset(
    {"input", "request", "req", "prompt", "messages", "body", "params", "ctx", "url"}
)
_STATUS = re.compile(r"[45][0-9]{2}")
_WITHHELD = re.compile(r"(?:block|filter|moderation|safety)(?:ed)?reasons?$")
_MAX_WORDS = 16_384
_MAX_TEXTS = 200
_DEPTH = 6


def trouble_in(record: Mapping[str, object], *, done: bool = False) -> object | None:
    """The error that `record` reports, or `None`.

    Of a task that is `done` only what is called one: its message, its code and details may be
    good news.
    """
    lowered = {str(key).lower(): item for key, item in record.items()}
    for key in _ERROR_KEYS[:-1] if done else _ERROR_KEYS:
        if _says_something(lowered.get(key)):
            return lowered if key in ("error_message", "error_msg", "errmsg") else lowered[key]
    base = lowered.get("base_resp")
    if isinstance(base, dict) and not _fine(base.get("status_code")):
        return base
    return lowered if not done and _refused(lowered) else _withheld(record, _DEPTH)


def status_of(error: object) -> int:
    """The HTTP status that an error names itself, as a number or as text; 0 when it names none."""
    if not isinstance(error, dict):
        return 0
    for key in _STATUS_KEYS:
        if _STATUS.fullmatch(text := str(error.get(key))):
            return int(text)
    return 0


def words_in(error: object) -> str:
    """Everything that an error says, without what it echoes of the request."""
    words: list[str] = []
    _gather(error, words, _DEPTH)
    return " · ".join(words)[:_MAX_WORDS]


def _gather(value: object, words: list[str], depth: int) -> None:
    if depth == 0 or len(words) > _MAX_TEXTS:
        return
    if isinstance(value, str):
        words.append(value[:_MAX_WORDS])
    elif isinstance(value, dict):
        for key, item in value.items():
            if str(key).lower() not in ECHOES:
                _gather(item, words, depth - 1)
    elif isinstance(value, list):
        for item in value[:20]:
            _gather(item, words, depth - 1)


def _says_something(value: object) -> bool:
    if isinstance(value, dict):
        return any(_says_something(item) for item in value.values())
    return bool(value) and value is not True


def _refused(record: Mapping[str, object]) -> bool:
    """Whether an envelope says no: a code that is no success and nothing inside."""
    if record.get("data") or not (record.get("message") or record.get("msg")):
        return False
    failed = record.get("success") is False or record.get("ok") is False
    return failed or ("code" in record and not _fine(record["code"]))


def _withheld(value: object, depth: int) -> object | None:
    """Why a result was kept back, by a name such as `blockReason` or `filtered_reasons`."""
    if depth == 0 or not isinstance(value, dict | list):
        return None
    if isinstance(value, list):
        return next(filter(None, (_withheld(item, depth - 1) for item in value[:20])), None)
    for key, item in value.items():
        if item and _WITHHELD.search(re.sub(r"[_\-]", "", str(key)).lower()):
            return {"reason": item, "code": "content_filter"}
    return next(filter(None, (_withheld(item, depth - 1) for item in value.values())), None)


def _fine(code: object) -> bool:
    return str(code).strip().lower() in _FINE
