"""What a chat request asks the sample relay for."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LENGTH = re.compile(r"(?<![\d.])(\d{1,2})\s?(?:s\b|sec|秒)", re.IGNORECASE)
_PORTRAIT = re.compile(r"\b9:16\b|portrait|vertical|竖屏|竖版", re.IGNORECASE)
_LANDSCAPE = re.compile(r"\b16:9\b|landscape|横屏|横版", re.IGNORECASE)
_SQUARE = re.compile(r"\b1:1\b|\bsquare\b|方形", re.IGNORECASE)
_LINK_FIRST = re.compile(r"\s*(https?://\S+|data:image/\S+)\s*", re.IGNORECASE)
_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_REMIX_ID = re.compile(r"\bs_[0-9a-f]{32}\b")
_SECONDS = (4.0, 8.0)
_COUNT = re.compile(r"(?<![\d.:])(\d{1,2})\s+(?:variation|version|video)s\b", re.IGNORECASE)
_COUNTS = (2, 12)


class NotAWish(Exception):
    """The body is no chat request; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A chat request, read."""

    model: str
    prompt: str
    image: str | None = None
    """An http(s) or data URL, out of an image part or from the start of the text."""
    last_image: str | None = None
    """The second of two image parts: the last frame."""
    remix_id: str | None = None
    """Of the video that it goes on from: from its field, or the last of the answers before."""
    stream: bool = False

    @property
    def ratio(self) -> str | None:
        """What the model's name or the words ask for; relays of this family know nothing else."""
        words = f"{self.model} {self.prompt}"
        ratios = {"9:16": _PORTRAIT, "16:9": _LANDSCAPE, "1:1": _SQUARE}
        return next((ratio for ratio, asked in ratios.items() if asked.search(words)), None)

    @property
    def seconds(self) -> float | None:
        """The length that the model's name or the words ask for, within 4 to 8."""
        found = _LENGTH.search(f"{self.model} {self.prompt}")
        return min(max(float(found[1]), _SECONDS[0]), _SECONDS[1]) if found else None

    @property
    def count(self) -> int:
        """How many films the words ask for, where several are made at all; else three."""
        found = _COUNT.search(self.prompt)
        return min(max(int(found[1]), _COUNTS[0]), _COUNTS[1]) if found else 3


def read_wish(body: Any) -> Wish:  # noqa: ANN401  # whatever a client sent as JSON
    """Understand a request body.

    Raises:
        NotAWish: it has no model, no message of a user, or no words.
    """
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        raise NotAWish("model is required")
    parts = list(_parts(body.get("messages")))
    text = "\n".join(part for kind, part in parts if kind == "text").strip()
    images = [part for kind, part in parts if kind == "image_url"]
    image, last_image = (*images, None, None)[:2]
    if not image and (found := _LINK_FIRST.match(text)):
        image, text = found[1], text[found.end() :]
    if not text:
        raise NotAWish("messages must contain a prompt")
    return Wish(
        model=body["model"],
        prompt=text,
        image=image,
        last_image=last_image,
        remix_id=_remix_id(body),
        stream=body.get("stream") is True,
    )


def _remix_id(body: dict[str, Any]) -> str | None:
    """Relays of this family look for it in a field and in what they said before."""
    if isinstance(given := body.get("remix_target_id"), str):
        return given
    answers = (part for _, part in _parts(body.get("messages"), role="assistant"))
    found = _REMIX_ID.findall("\n".join(answers))
    return found[-1] if found else None


def _parts(
    messages: Any,  # noqa: ANN401  # as above
    role: str = "user",
) -> Iterator[tuple[str, str]]:
    """The parts of the last thing that `role` said."""
    said = [
        message.get("content")
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict) and message.get("role") == role
    ]
    content = said[-1] if said else None
    if isinstance(content, str):
        yield "text", content
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict):
            yield from _part(part)


def _part(part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    match part:
        case {"type": "text", "text": str(text)}:
            yield "text", text
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            yield "image_url", url


def decode_data_url(url: str) -> bytes | None:
    """The bytes of an image's data URL; `None` when it is none."""
    if not (found := _DATA_URL.match(url)):
        return None
    try:
        return b64decode(url[found.end() :], validate=True)
    except ValueError:
        return None
