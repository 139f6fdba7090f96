"""The chunk that nearly every line of a stream is: a piece of an answer and nothing else.

Its shape is declared rather than looked for in what `json.loads` gives: msgspec decodes a line and
knows its shape in one step, in a fifth of the time (`docs/performance.md`). Whatever has another
shape, or any fault, is left to those who read everything.
"""

from typing import Literal, TypeAlias

import msgspec

TASK_PREFIX = "foaicmpl-"
"""Ids of chat answers are no tasks; those that begin so can be asked for."""
MAX_DEPTH = 100
"""Levels of nesting; nobody writes more, and whoever walked through it would run out of stack."""

_Any: TypeAlias = object
_Empty: TypeAlias = Literal[""] | None


class _Delta(msgspec.Struct, forbid_unknown_fields=True):
    content: str
    role: str | None = None
    reasoning_content: _Empty = None
    reasoning: _Empty = None
    thinking: _Empty = None
    refusal: _Empty = None
    name: _Empty = None
    audio: None = None
    tool_calls: None = None
    function_call: None = None
    annotations: None = None


class _Choice(msgspec.Struct, forbid_unknown_fields=True):
    delta: _Delta
    index: _Any = None
    finish_reason: _Empty = None
    native_finish_reason: _Any = None
    logprobs: _Any = None


class Chunk(msgspec.Struct, forbid_unknown_fields=True):
    """A chat chunk with one choice that says something."""

    choices: tuple[_Choice]
    id: str = ""
    object: _Any = None
    created: _Any = None
    model: _Any = None
    usage: _Any = None
    system_fingerprint: _Any = None
    service_tier: _Any = None
    provider: _Any = None
    prompt_filter_results: _Any = None

    @property
    def text(self) -> str:
        """What it says."""
        return self.choices[0].delta.content


_decode = msgspec.json.Decoder(Chunk).decode


def chunk_in(line: bytes) -> Chunk | None:
    """The chunk that `line` is; `None` when it must be looked at more closely."""
    if line.count(b"{") + line.count(b"[") > MAX_DEPTH:
        return None  # what is nested beyond reason is no chunk for others either
    try:
        chunk = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if chunk.id.startswith(TASK_PREFIX) else chunk
