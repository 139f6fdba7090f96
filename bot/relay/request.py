"""A wish for a video as the body of a chat request, in the form that the model's entry states."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.domain.continuation import Continuation, Earlier
from bot.domain.models import ImageTransport, VideoModel
from bot.domain.requests import VideoRequest
from bot.domain.templates import Word, filled, filled_field

Part: TypeAlias = dict[str, object]
"""A part of a message, a message, or a piece of the body."""


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
    model: VideoModel,
    request: VideoRequest,
    images: Sequence[OutgoingImage],
    earlier: Earlier | None = None,
) -> dict[str, object]:
    """The JSON of `POST /chat/completions`; the model's extra fields come last and win.

    A model with a route of its own has no messages: its fields say all, `{image}` and `{images}`
    included.

    `images` are in the request's order, first frame first. With `earlier` the video goes on from
    that one, in the model's way.

    Raises:
        ValueError: the model cannot continue `earlier` (`VideoModel.can_continue` tells before).
    """
    if earlier is not None and not model.can_continue(earlier):
        raise ValueError("the model cannot continue that video")
    words = model.words_for(ratio=request.ratio, seconds=request.seconds)
    sent = () if model.image_transport is ImageTransport.NONE else images
    name = model.name_for(images=bool(sent), continues=earlier is not None)
    prompt = filled(model.prompt_template, words | {"prompt": request.prompt})
    if model.route:
        return {
            "model": filled(name, words),
            **_continued(model, earlier),
            **_extra(model.body, words | {"prompt": prompt} | _pictures(sent)),
        }
    return {
        "model": filled(name, words),
        "messages": [*_before(model, earlier), _user(_content(model, prompt, sent, earlier))],
        **_continued(model, earlier),
        **({"stream": True} if model.stream else {}),
        **_extra(model.body, words | {"prompt": request.prompt}),
    }


def _before(model: VideoModel, earlier: Earlier | None) -> list[Part]:
    """The earlier turns: relays find ids and links in the answer, so not a letter is changed."""
    if earlier is None or model.continuation is not Continuation.TRANSCRIPT:
        return []
    return [_user(earlier.prompt), {"role": "assistant", "content": earlier.text}]


def _continued(model: VideoModel, earlier: Earlier | None) -> Part:
    if earlier is None or model.continuation is not Continuation.FIELD:
        return {}
    return {model.continuation_field: earlier.handle.remix_id}


def _pictures(images: Sequence[OutgoingImage]) -> dict[str, Word]:
    """Where the images are, for fields that hold the first of them, or all."""
    addresses = [image.address() for image in images]
    return {"image": addresses[0], "images": addresses} if addresses else {}


def _extra(fields: Mapping[str, object], words: Mapping[str, Word]) -> Part:
    found = {name: filled_field(value, words) for name, value in fields.items()}
    return {name: value for name, value in found.items() if value is not None}


def _content(
    model: VideoModel, prompt: str, images: Sequence[OutgoingImage], earlier: Earlier | None
) -> str | list[Part]:
    """A plain text if that is all; otherwise parts, the text first."""
    if earlier is not None and model.continuation is Continuation.PROMPT:
        prompt = f"{earlier.handle.remix_id} {prompt}"
    addresses = [image.address() for image in images]
    if addresses and model.image_transport is ImageTransport.PROMPT:
        return [_text(" ".join([*addresses, prompt]))]
    if earlier is not None and model.continuation is Continuation.EXTEND:
        addresses.insert(0, f"extend://{earlier.handle.media_id}")
    return [_text(prompt), *map(_image, addresses)] if addresses else prompt


def _user(content: str | list[Part]) -> Part:
    return {"role": "user", "content": content}


def _text(text: str) -> Part:
    return {"type": "text", "text": text}


def _image(address: str) -> Part:
    return {"type": "image_url", "image_url": {"url": address}}
