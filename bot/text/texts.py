"""Sentences by key and locale, from the Fluent files beside this module."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import Param

if TYPE_CHECKING:
    from bot.text.fluent import Bundle

SOURCE = "en-US"
"""The locale that is complete; every other falls back to it, sentence by sentence."""

_BEGINNING = re.compile(r"^(?=-?[a-zA-Z])", re.MULTILINE)
"""Of an entry: what belongs to it is indented, or closes a bracket."""
_PLAIN = re.compile(r"[\w-]+ *= *([^\s{}][^\n{}]*)(?:\n *|\n#.*)*")
"""An entry of words alone, in one line, and what stands between it and the next."""


class MissingTextError(LookupError):
    """A key without a sentence, or a sentence without one of its parameters."""


class Texts:
    """Says what a key means in a locale.

    A locale's files are read when its first sentence is needed. Fluent is loaded for the first
    sentence that is more than words, and parses each of those when it is said for the first time:
    to do so with all of them takes 80 ms, for which no start need wait.

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
            if said := spoken.say(key, params):
                sentence, problem = said
                if problem:
                    self._missing(key, problem)
                return sentence
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

    def _missing(self, key: str, problem: str) -> None:
        if self._strict:
            raise MissingTextError(f"{key}: {problem}")
        if key not in self._reported:
            self._reported.add(key)
            import structlog  # noqa: PLC0415 - a fifth of the time that `--help` takes

            log = structlog.stdlib.get_logger()
            log.error("text.missing", key=key, problem=problem)


class _Locale:
    """The entries of one locale as they are written."""

    def __init__(self, name: str, files: Iterable[str]) -> None:
        self._name = name
        self._entries = {key: entry for file in files for key, entry in _entries(file)}
        self.keys = frozenset(key for key in self._entries if not key.startswith("-"))

    def say(self, key: str, params: Mapping[str, Param]) -> tuple[str, str] | None:
        """As `Bundle.say`."""
        if key not in self.keys:
            return None
        if plain := _PLAIN.fullmatch(self._entries[key]):
            return plain[1].rstrip(" "), ""
        return self._bundle.say(key, params)

    @cached_property
    def _bundle(self) -> "Bundle":
        from bot.text.fluent import Bundle  # noqa: PLC0415 - see `Texts`

        return Bundle(self._name, self._entries)


def _entries(file: str) -> Iterator[tuple[str, str]]:
    """Each with its name."""
    for entry in _BEGINNING.split(file)[1:]:
        yield entry.partition("=")[0].rstrip(), entry
