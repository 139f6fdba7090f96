"""Chat answers and their chunks as parts: what was said, thought, refused or added."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

_ANSWER = {"id", "object", "created", "model", "choices", "usage", "error", "citations"}
_GATEWAY = {"system_fingerprint", "service_tier", "provider", "prompt_filter_results"}
_KNOWN = frozenset(_ANSWER | _GATEWAY | {"native_finish_reason"})
_SPOKEN = {"role", "content", "reasoning_content", "reasoning", "thinking", "refusal", "audio"}
_KNOWN_DELTA = frozenset(_SPOKEN | {"tool_calls", "function_call", "annotations", "name", "error"})
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
_TEXT_KEYS = ("text", "content", "summary", "thinking")


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of text; `thought` when it is reasoning rather than answer."""

    text: str
    thought: bool = False
    choice: object = None
    """The number of the choice that says it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole text of one choice of an answer that was not streamed."""

    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """An error in the answer."""

    error: object


@dataclass(frozen=True, slots=True)
class Extra:
    """What no chat answer has: fields in which relays put tasks and files."""

    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finish:
    """Why the relay says it ended; never a reason to stop reading."""

    reason: str
    choice: object = None


Part: TypeAlias = Said | Answer | Broken | Extra | Finish


def is_chat(record: Mapping[str, object]) -> bool:
    """Whether `record` is a chat answer or a chunk of one."""
    return isinstance(record.get("choices"), list)


def parts(record: Mapping[str, object]) -> Iterator[Part]:
    """What a chat answer or chunk says; all choices speak, relays number them as they like."""
    choices = record["choices"]
    assert isinstance(choices, list)
    for choice in choices:
        if isinstance(choice, dict):
            yield from _choice(choice, several=len(choices) > 1)
    if error := record.get("error"):
        yield Broken(error)
    if extra := record.keys() - _KNOWN:
        yield Extra({key: record[key] for key in record if key in extra})


def loose_texts(record: Mapping[str, object]) -> Iterator[str]:
    """The text of an answer in another form than chat: a delta, a message, candidates."""
    for key in ("delta", "message", "part"):
        value = record.get(key)
        if isinstance(value, dict) or (key == "delta" and isinstance(value, str)):
            yield _text(value)
    candidates = record.get("candidates")
    for candidate in candidates if isinstance(candidates, list) else ():
        content = candidate.get("content") if isinstance(candidate, dict) else None
        yield _text(content.get("parts") if isinstance(content, dict) else content)


def _choice(choice: Mapping[str, object], *, several: bool) -> Iterator[Part]:
    whole, index = choice.get("message"), choice.get("index")
    for message in (choice.get("delta"), whole):
        for part in _message(message) if isinstance(message, dict) else ():
            yield replace(part, choice=index) if isinstance(part, Said) else part
    if several and isinstance(whole, dict) and (text := _text(whole.get("content"))):
        yield Answer(text)
    if isinstance(written := choice.get("text"), str) and written:
        yield Said(written, choice=index)
    if error := choice.get("error"):
        yield Broken(error)
    if isinstance(reason := choice.get("finish_reason"), str) and reason:
        yield Finish(reason.lower(), index)


def _message(message: Mapping[str, object]) -> Iterator[Part]:
    for key in _THOUGHTS:
        if text := _text(message.get(key)):
            yield Said(text, thought=True)
            break  # the same thought under its other names
    content = message.get("content")
    if text := _text(content):
        yield Said(text)
    yield from _attachments(content)
    yield from _calls(message.get("tool_calls"))
    if isinstance(refusal := message.get("refusal"), str) and refusal:
        yield Broken({"message": refusal, "code": "content_filter"})
    if error := message.get("error"):
        yield Broken(error)
    extra = message.keys() - _KNOWN_DELTA | (
        {"annotations"} if message.get("annotations") else set()
    )
    if extra:
        yield Extra({key: message[key] for key in message if key in extra})


def _calls(calls: object) -> Iterator[Said]:
    """What is told to a function of the client: nobody has one here, but it may hold the video."""
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        told = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(told, str) and told:
            yield Said(told)


def _text(value: object) -> str:
    """Text that may be wrapped in objects and lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(item) for item in value if not isinstance(item, list))
    if isinstance(value, dict):
        return next((text for key in _TEXT_KEYS if isinstance(text := value.get(key), str)), "")
    return ""


def _attachments(content: object) -> Iterator[Extra]:
    for item in content if isinstance(content, list) else ():
        if isinstance(item, dict) and item.get("type") not in ("text", "image_url", "image"):
            yield Extra(item)
