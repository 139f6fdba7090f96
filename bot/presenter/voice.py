"""One reader's language, bound once so that views can simply say keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import Param
from bot.presenter.prose import harmless
from bot.text import Texts

QUOTE_WIDTH = 200
"""Columns that somebody's words may have inside a sentence."""

OPTIONAL: Mapping[str, Param] = {
    "reason": "",
    "actor": "",
    "reference": "",
    "type": "",
    "frame": "",
    "status": 0,
    "limit": 0,
    "megapixels": 0,
}
"""What the sentence of an error may name and the error need not bring."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says keys in one locale."""

    texts: Texts
    locale: str

    def __call__(self, key: str, **params: Param) -> str:
        return self.texts.say(key, self.locale, **params)

    def quoting(self, key: str, params: Mapping[str, Param]) -> str:
        """A sentence of an error around words of others, which are made harmless here."""
        shown = {
            name: harmless(value, limit=QUOTE_WIDTH) if isinstance(value, str) else value
            for name, value in params.items()
        }
        return self(key, **{**OPTIONAL, **shown})

    def at(self, key: str, moment: datetime | None) -> str:
        """A sentence with one moment in it; empty without the moment."""
        return self(key, at=int(moment.timestamp())) if moment else ""

    def duration(self, length: timedelta) -> str:
        """Such as `2 min 13 s`."""
        seconds = max(round(length.total_seconds()), 0)
        hours, minutes = seconds // 3600, seconds // 60 % 60
        unit = "hours" if hours else "minutes" if minutes else "seconds"
        return self(f"duration-{unit}", hours=hours, minutes=minutes, seconds=seconds % 60)
