"""Long answers for measuring: the chunks of chat streams, always the same ones."""

import json
import random
from collections.abc import Iterator
from itertools import cycle

BYTES = 20_000_000
"""Of one answer."""
END = b"data: [DONE]\n\n"
_TEXT = """
a paper boat drifts down the rainy street while lamps glow and people hurry home under umbrellas,
it is a quiet evening. Nothing moves except the water
"""
_WORDS = _TEXT.split()
_LINE = 16
"""Words of a line."""
_DELTA = 1200
"""Characters of a page: about a dozen lines."""
_VARIETY = 500
"""Pages that differ."""


def chunk(text: str) -> bytes:
    """One event as relays send it."""
    record = {
        "id": "chatcmpl-8f2c91aa0b3d4e5f",
        "object": "chat.completion.chunk",
        "created": 1_763_600_000,
        "model": "sora-2",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return f"data: {json.dumps(record, ensure_ascii=False)}\n\n".encode()


def body(kind: str, size: int = BYTES) -> bytes:
    """A stream of `size` bytes whose deltas are words, pages, pages that are one line, or steps."""
    chunks = {"words": _words, "pages": _pages, "lines": _lines, "steps": _steps}[kind]()
    told = bytearray()
    while len(told) < size:
        told += next(chunks)
    return bytes(told) + END


def _words() -> Iterator[bytes]:
    chance = random.Random(7)
    while True:
        end = "\n" if chance.random() < 1 / _LINE else ""
        yield chunk(f" {chance.choice(_WORDS)}{end}")


def _pages(line_end: str = "\n") -> Iterator[bytes]:
    chance = random.Random(7)
    return cycle([chunk(_page(chance, line_end)) for _ in range(_VARIETY)])


def _lines() -> Iterator[bytes]:
    return _pages(line_end=" ")


def _page(chance: random.Random, line_end: str) -> str:
    page = ""
    while len(page) < _DELTA:
        page += " ".join(chance.choices(_WORDS, k=_LINE)) + line_end
    return page.strip() + "\n"


def _steps() -> Iterator[bytes]:
    return cycle([chunk(f"> Progress: {percent}.0%\n") for percent in range(101)])
