"""What types cannot say of a model's entry: rules between its fields."""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import TypeAlias

from bot.domain.continuation import Continuation
from bot.domain.errors import SettingProblem
from bot.domain.models import ImageTransport, VideoModel
from bot.domain.templates import places

Found: TypeAlias = Iterator[SettingProblem]

_RATIO = re.compile(r"[1-9]\d?:[1-9]\d?", re.ASCII)
_WORD = re.compile(r"[a-z]\w*", re.ASCII)
_BUILT_IN = frozenset({"prompt", "ratio", "seconds", "orientation", "size"})
_PICTURES = frozenset({"image", "images"})
"""Places of a body that says all: elsewhere images travel in messages."""
_ROUTE = re.compile(r"[\w\-]+(?:/[\w\-]+)*", re.ASCII)
_OWN_FIELDS = frozenset({"model", "messages", "stream"})
_FRAMES = 2


def model_problems(model: VideoModel, prefix: str) -> Found:
    """What is wrong with an entry whose fields are right by themselves."""
    rules = (_offer_rules, _word_rules, _image_rules, _wire_rules, _route_rules)
    for field, code in (found for rule in rules for found in rule(model)):
        yield SettingProblem(code, name=prefix + field)
    for field, place in _unfilled(model):
        yield SettingProblem(
            "setting-model-place", name=prefix + field, place=place, needs=_need(place)
        )


def _offer_rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    for name, text in (("id", model.id), ("label", model.label)):
        if not 1 <= len(text.strip()) <= 100 or not text.isprintable():  # noqa: PLR2004 - a choice's
            yield name, "setting-short-text"
    if min(model.credits, model.credits_per_second) < 0:
        yield "credits", "setting-credits-negative"
    if any(not 1 <= each <= 3600 for each in model.seconds):  # noqa: PLR2004 - an hour
        yield "seconds", "setting-model-seconds"
    if not all(_RATIO.fullmatch(each) for each in model.ratios):
        yield "ratios", "setting-model-ratios"


def _word_rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    if model.sizes and model.sizes.keys() != set(model.ratios):
        yield "sizes", "setting-model-sizes"
    for name, table in model.words.items():
        if not _WORD.fullmatch(name) or name in _BUILT_IN:
            yield f"words.{name}", "setting-model-word-name"
        elif table.keys() not in (set(model.ratios), {str(each) for each in model.seconds}):
            yield f"words.{name}", "setting-model-words"


def _image_rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    takes_none = not model.images or model.image_transport is ImageTransport.NONE
    if not 0 <= model.images <= 10:  # noqa: PLR2004 - Discord's attachments per message
        yield "images", "setting-model-images"
    if model.last_frame and (takes_none or model.images != _FRAMES):
        yield "last_frame", "setting-model-last-frame"
    if model.image_required and takes_none:
        yield "image_required", "setting-model-image-required"


def _wire_rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    for field, template in _names(model).items():
        if not _closed(template) or "prompt" in places(template):
            yield field, "setting-model-name"
    if "prompt" not in places(model.prompt_template) or not _closed(model.prompt_template):
        yield "prompt_template", "setting-model-template"
    if _own_fields(model):
        yield "body", "setting-model-body"
    if model.continuation is Continuation.FIELD and not _free_field(model):
        yield "continuation_field", "setting-model-continuation-field"


def _route_rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    """Of a model without messages: what would travel in them needs a field."""
    if not model.route:
        return
    held = _places_in(model.body)
    takes_images = model.images and model.image_transport is not ImageTransport.NONE
    if not _ROUTE.fullmatch(model.route):
        yield "route", "setting-model-route"
    if "prompt" not in held:
        yield "body", "setting-model-route-prompt"
    if model.image_transport is ImageTransport.PROMPT or (takes_images and not held & _PICTURES):
        yield "image_transport", "setting-model-route-images"
    if model.continuation not in (Continuation.NONE, Continuation.FIELD):
        yield "continuation", "setting-model-route-continuation"


def _names(model: VideoModel) -> Mapping[str, str]:
    return {field: getattr(model, field) for field in ("name", "image_name", "continuation_name")}


def _closed(template: str) -> bool:
    try:
        list(Formatter().parse(template))
    except ValueError:
        return False
    return True


def _own_fields(model: VideoModel) -> frozenset[str]:
    """Fields of `body` that are the bot's own; `stream = false` may be said where it sends none."""
    own = (frozenset({"model"}) if model.route else _OWN_FIELDS) & model.body.keys()
    if not model.stream and model.body.get("stream") is False:
        return own - {"stream"}
    return own


def _free_field(model: VideoModel) -> bool:
    name = model.continuation_field
    return bool(name.strip()) and name not in _OWN_FIELDS | model.body.keys()


def _unfilled(model: VideoModel) -> Iterator[tuple[str, str]]:
    """Places that nothing fills, with their field.

    In `body` a place of ours may stay without a word, as it takes its field along.
    """
    words = set(model.words)
    given = words | {"prompt"} | _given(model)
    for field, template in (*_names(model).items(), ("prompt_template", model.prompt_template)):
        for place in sorted(places(template) - given):
            yield field, place
    pictures = _PICTURES if model.route else frozenset()
    for place in sorted(_places_in(model.body) - words - _BUILT_IN - pictures):
        yield "body", place


def _given(model: VideoModel) -> set[str]:
    shapes = {"ratio", "orientation"} if model.ratios else set()
    return shapes | ({"seconds"} if model.seconds else set()) | ({"size"} if model.sizes else set())


def _places_in(value: object) -> frozenset[str]:
    match value:
        case str():
            return places(value)
        case Mapping():
            return frozenset().union(*map(_places_in, value.values()))
        case Sequence():
            return frozenset().union(*map(_places_in, value))
    return frozenset()


def _need(place: str) -> str:
    """The field of the entry that would fill a place."""
    return {
        "ratio": "ratios",
        "orientation": "ratios",
        "seconds": "seconds",
        "size": "sizes",
    }.get(place, f"words.{place}")
