"""One reader's language, bound once so that views can simply say keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import Param
from bot.text import Texts


@dataclass(frozen=True, slots=True)
class Voice:
    """Says keys in one locale."""

    texts: Texts
    locale: str

    def __call__(self, key: str, **params: Param) -> str:
        return self.texts.say(key, self.locale, **params)

    def at(self, key: str, moment: datetime | None) -> str:
        """A sentence with one moment in it; empty without the moment."""
        return self(key, at=int(moment.timestamp())) if moment else ""

    def duration(self, length: timedelta) -> str:
        """Such as `2 min 13 s`."""
        seconds = max(round(length.total_seconds()), 0)
        hours, minutes = seconds // 3600, seconds // 60 % 60
        unit = "hours" if hours else "minutes" if minutes else "seconds"
        return self(f"duration-{unit}", hours=hours, minutes=minutes, seconds=seconds % 60)
