"""Sentences with something to fill in, to choose or to count: Fluent says them."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType, fluent_number

from bot.domain.errors import Param

Function: TypeAlias = "Callable[..., FluentType | str]"

_parsed = cache(FluentResource)
"""Once for the same words; a bundle leaves what it is given as it is."""

_REFERENCE = re.compile(r"\{\s*(-?[a-zA-Z][\w-]*)")
"""What may be another entry's name, or a function's."""


class Bundle:
    """The entries of one locale by their names, each parsed when it is first said."""

    def __init__(self, locale: str, entries: Mapping[str, str]) -> None:
        self._bundle = FluentBundle([locale], functions=dict(FUNCTIONS), use_isolating=False)  # type: ignore[arg-type] # it takes strings too
        self._entries = entries
        self._known: set[str] = set()

    def say(self, key: str, params: Mapping[str, Param]) -> tuple[str, str] | None:
        """The sentence, and what is wrong with it, if anything is.

        `None` when there is no such entry, or none that can be read.
        """
        self._learn(key)
        if not self._bundle.has_message(key):
            return None
        value = self._bundle.get_message(key).value
        text, problems = self._bundle.format_pattern(value, dict(params)) if value else (key, [])
        return str(text), str(problems[0]) if problems else ""

    def _learn(self, name: str) -> None:
        """Parse an entry and those that it refers to."""
        if name in self._known or name not in self._entries:
            return
        self._known.add(name)
        self._bundle.add_resource(_parsed(self._entries[name]))
        for other in _REFERENCE.findall(self._entries[name]):
            self._learn(other)


def _moment(unix: float) -> str:
    """A moment that Discord shows relative to now and keeps ticking."""
    return f"<t:{int(unix)}:R>"


def _member(user_id: object) -> str:
    return f"<@{_digits(user_id)}>"


def _role(role_id: object) -> str:
    return f"<@&{_digits(role_id)}>"


def _megabytes(size: float) -> FluentType:
    """Bytes in the megabytes that Discord counts, to one digit; the locale writes the number.

    What there is has 0.1 at least: nobody is told of a video of 0 MB.
    """
    return fluent_number(max(round(size / 1024**2, 1), 0.1 if size else 0))


def _given(value: object) -> str:
    """Whether a parameter says anything: `yes` or `no`, to select on."""
    return "yes" if str(value) not in ("", "0") else "no"


def _digits(number: object) -> str:
    """An id without the grouping that a locale would give it."""
    return "".join(char for char in str(number) if char.isascii() and char.isdigit())


FUNCTIONS: Mapping[str, Function] = {
    "MOMENT": _moment,
    "MEMBER": _member,
    "ROLE": _role,
    "MEGABYTES": _megabytes,
    "GIVEN": _given,
}
"""What the files may call beside Fluent's own NUMBER and DATETIME."""
