"""Sentences by key and locale, from the Fluent files beside this module."""

from collections.abc import Callable, Mapping
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
"""Once for the same words: it takes most of the time of a bundle, which leaves it as it is."""


class MissingTextError(LookupError):
    """A key without a sentence, or a sentence without one of its parameters."""


class Texts:
    """Says what a key means in a locale.

    A locale's files are read when its first sentence is needed; `load` does so ahead of time.

    Args:
        folder: Holds one folder of `.ftl` files per locale.
        strict: Raise `MissingTextError` instead of logging once and going on; for tests.
    """

    def __init__(self, folder: Path = Path(__file__).parent, *, strict: bool = False) -> None:
        self._folder = folder
        self._strict = strict
        self._bundles: dict[str, FluentBundle] = {}
        self._locales = frozenset(found.parent.name for found in folder.glob("*/*.ftl"))
        self._reported: set[str] = set()

    def say(self, key: str, locale: str = SOURCE, **params: Param) -> str:
        """The sentence of `key`, with `params` filled in as they are (escape them before).

        In the locale if it has the key, else in en-US; the key itself if nobody has it, because
        a card that says little is better than none.

        Raises:
            MissingTextError: when strict and the key or one of its parameters is missing.
        """
        for bundle in (self._bundle(locale), self._bundle(SOURCE)):
            if bundle.has_message(key):
                return self._format(bundle, key, params)
        self._missing(key, "no such key")
        return key

    def keys(self, locale: str = SOURCE) -> frozenset[str]:
        """The keys that this locale itself has."""
        return frozenset(self._bundle(locale)._messages) if locale in self._locales else frozenset()  # noqa: SLF001 - the bundle has no list of its messages

    def load(self, locale: str = SOURCE) -> None:
        """Read a locale now rather than with its first sentence (some 50 ms)."""
        self._bundle(locale)

    def _bundle(self, locale: str) -> FluentBundle:
        name = locale if locale in self._locales else SOURCE
        if name not in self._bundles:
            self._bundles[name] = self._read(name)
        return self._bundles[name]

    def _read(self, locale: str) -> FluentBundle:
        bundle = FluentBundle([locale], functions=dict(FUNCTIONS), use_isolating=False)  # type: ignore[arg-type] # it takes strings too
        for file in sorted((self._folder / locale).glob("*.ftl")):
            bundle.add_resource(_parsed(file.read_text(encoding="utf-8")))
        return bundle

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
