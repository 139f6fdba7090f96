"""A wish for a video as the body of a chat request, in the form that the model's entry states."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.models import ImageTransport, VideoModel
from bot.domain.requests import VideoRequest

_PLACE = re.compile(r"\{(prompt|ratio|seconds|orientation)\}")
_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[:x×/]\s*(\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingImage:
    """A reference image on its way out: its bytes, or a URL that the relay can read."""

    mime: str
    data: bytes | None = field(default=None, repr=False)
    url: str | None = None

    def address(self) -> str:
        """What goes into an `image_url` part; bytes travel as a data URL.

        Raises:
            ValueError: it has neither bytes nor a URL.
        """
        if self.data is not None:
            return f"data:{self.mime};base64,{base64.b64encode(self.data).decode('ascii')}"
        if self.url is None:
            raise ValueError("an image needs bytes or a URL")
        return self.url


def request_body(
    model: VideoModel, request: VideoRequest, images: Sequence[OutgoingImage]
) -> dict[str, object]:
    """The JSON of `POST /chat/completions`; the model's extra fields come last and win."""
    words = _words(model, request)
    body: dict[str, object] = {
        "model": _filled(model.name or model.id, words),
        "messages": [{"role": "user", "content": _content(model, _prompt(model, words), images)}],
    }
    if model.stream:
        body["stream"] = True
    return body | dict(model.body)


def orientation(ratio: str) -> str:
    """`landscape`, `portrait` or `square` for a ratio such as `16:9`; empty when it is none."""
    if (match := _RATIO.fullmatch(ratio)) is None:
        return ""
    width, height = (float(side) for side in match.groups())
    if width == height:
        return "square"
    return "landscape" if width > height else "portrait"


def _words(model: VideoModel, request: VideoRequest) -> Mapping[str, str]:
    ratio = request.ratio or (model.ratios[0] if model.ratios else "")
    seconds = request.seconds or (model.seconds[0] if model.seconds else None)
    return {
        "prompt": request.prompt,
        "ratio": ratio,
        "seconds": "" if seconds is None else str(seconds),
        "orientation": orientation(ratio),
    }


def _prompt(model: VideoModel, words: Mapping[str, str]) -> str:
    return _filled(model.prompt_template, words)


def _filled(template: str, words: Mapping[str, str]) -> str:
    # One pass over the template alone: braces inside a prompt are the member's own.
    return _PLACE.sub(lambda place: words[place[1]], template)


def _content(
    model: VideoModel, prompt: str, images: Sequence[OutgoingImage]
) -> str | list[dict[str, object]]:
    if not images or model.image_transport is ImageTransport.NONE:
        return prompt
    if model.image_transport is ImageTransport.PROMPT:
        links = [image.address() for image in images]
        return [_text(" ".join([*links, prompt]))]
    return [_text(prompt), *(_image(image) for image in images)]


def _text(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def _image(image: OutgoingImage) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": image.address()}}
