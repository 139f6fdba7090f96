"""Templates of a model's entry: places such as `{ratio}` that a request's own choices fill."""

import re
from collections.abc import Mapping
from typing import TypeAlias

Word: TypeAlias = str | int | float | list[str]
"""What a place becomes; all but texts stay what they are where they stand alone in the body."""

_PLACE = re.compile(r"\{(\w+)\}")
_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[:x×/]\s*(\d+(?:\.\d+)?)\s*")


def places(template: str) -> frozenset[str]:
    """The names of a template's places."""
    return frozenset(_PLACE.findall(template))


def filled(template: str, words: Mapping[str, Word]) -> str:
    """The template with its places filled; a place without a word becomes nothing."""
    # One pass over the template alone: braces inside a prompt are the member's own.
    return _PLACE.sub(lambda place: str(words.get(place[1], "")), template)


def filled_field(value: object, words: Mapping[str, Word]) -> object | None:
    """A field of the body with its places filled; `None` when a word is missing for it.

    A place that is all of a text gives its word as it is, so that `"{seconds}"` is a number.
    Tables and lists lose the members that lack a word, and go when nothing is left of them.
    """
    match value:
        case str():
            return _filled_text(value, words)
        case Mapping():
            members = ((name, filled_field(each, words)) for name, each in value.items())
            table = {name: each for name, each in members if each is not None}
            return table if table or not value else None
        case list() | tuple():
            found = (filled_field(each, words) for each in value)
            items = [each for each in found if each is not None]
            return items if items or not value else None
    return value


def _filled_text(template: str, words: Mapping[str, Word]) -> Word | None:
    if alone := _PLACE.fullmatch(template):
        return words.get(alone[1])
    return filled(template, words) if places(template) <= words.keys() else None


def orientation(ratio: str) -> str:
    """`landscape`, `portrait` or `square` for a ratio such as `16:9`; empty when it is none."""
    if (match := _RATIO.fullmatch(ratio)) is None:
        return ""
    width, height = (float(side) for side in match.groups())
    if width == height:
        return "square"
    return "landscape" if width > height else "portrait"
