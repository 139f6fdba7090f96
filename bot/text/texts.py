"""Sentences by key and locale, from the Fluent files beside this module."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType, fluent_number

from bot.domain.errors import Param

SOURCE = "en-US"
"""The locale that is complete; every other falls back to it, sentence by sentence."""

Function: TypeAlias = "Callable[..., FluentType | str]"

_parsed = cache(FluentResource)
"""Once for the same words; a bundle leaves what it is given as it is."""

_BEGINNING = re.compile(r"^(?=-?[a-zA-Z])", re.MULTILINE)
"""Of an entry: what belongs to it is indented, or closes a bracket."""
_REFERENCE = re.compile(r"\{\s*(-?[a-zA-Z][\w-]*)")
"""What may be another entry's name, or a function's."""


class MissingTextError(LookupError):
    """A key without a sentence, or a sentence without one of its parameters."""


class Texts:
    """Says what a key means in a locale.

    A locale's files are read when its first sentence is needed, and each sentence is parsed when
    it is said for the first time: for all of them together that takes 50 ms.

    Args:
        folder: Holds one folder of `.ftl` files per locale.
        strict: Raise `MissingTextError` instead of logging once and going on; for tests.
    """

    def __init__(self, folder: Path = Path(__file__).parent, *, strict: bool = False) -> None:
        self._folder = folder
        self._strict = strict
        self._spoken: dict[str, _Locale] = {}
        self._locales = frozenset(found.parent.name for found in folder.glob("*/*.ftl"))
        self._reported: set[str] = set()

    def say(self, key: str, locale: str = SOURCE, **params: Param) -> str:
        """The sentence of `key`, with `params` filled in as they are (escape them before).

        In the locale if it has the key, else in en-US; the key itself if nobody has it, because
        a card that says little is better than none.

        Raises:
            MissingTextError: when strict and the key or one of its parameters is missing.
        """
        for spoken in (self._locale(locale), self._locale(SOURCE)):
            if bundle := spoken.with_entry(key):
                return self._format(bundle, key, params)
        self._missing(key, "no such key")
        return key

    def keys(self, locale: str = SOURCE) -> frozenset[str]:
        """The keys that this locale itself has."""
        return self._locale(locale).keys if locale in self._locales else frozenset()

    def _locale(self, locale: str) -> "_Locale":
        name = locale if locale in self._locales else SOURCE
        if name not in self._spoken:
            files = sorted((self._folder / name).glob("*.ftl"))
            self._spoken[name] = _Locale(name, [file.read_text(encoding="utf-8") for file in files])
        return self._spoken[name]

    def _format(self, bundle: FluentBundle, key: str, params: Mapping[str, Param]) -> str:
        value = bundle.get_message(key).value
        text, problems = bundle.format_pattern(value, dict(params)) if value else (key, [])
        if problems:
            self._missing(key, str(problems[0]))
        return str(text)

    def _missing(self, key: str, problem: str) -> None:
        if self._strict:
            raise MissingTextError(f"{key}: {problem}")
        if key not in self._reported:
            self._reported.add(key)
            import structlog  # noqa: PLC0415 - a fifth of the time that `--help` takes

            log = structlog.stdlib.get_logger()
            log.error("text.missing", key=key, problem=problem)


class _Locale:
    """The entries of one locale, as they are written until they are wanted."""

    def __init__(self, name: str, files: Iterable[str]) -> None:
        self._bundle = FluentBundle([name], functions=dict(FUNCTIONS), use_isolating=False)  # type: ignore[arg-type] # it takes strings too
        self._unparsed = {name: entry for file in files for name, entry in _entries(file)}
        self.keys = frozenset(name for name in self._unparsed if not name.startswith("-"))

    def with_entry(self, name: str) -> FluentBundle | None:
        """What can say it; `None` when there is no such entry, or none that can be read."""
        if name in self.keys:
            self._parse(name)
        return self._bundle if self._bundle.has_message(name) else None

    def _parse(self, name: str) -> None:
        """And what it refers to."""
        if entry := self._unparsed.pop(name, None):
            self._bundle.add_resource(_parsed(entry))
            for other in _REFERENCE.findall(entry):
                self._parse(other)


def _entries(file: str) -> Iterator[tuple[str, str]]:
    """Each with its name."""
    for entry in _BEGINNING.split(file)[1:]:
        yield entry.partition("=")[0].rstrip(), entry


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
