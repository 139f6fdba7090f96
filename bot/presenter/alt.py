"""Alt text: what was asked for, in words, for who cannot see the video or picture."""

import unicodedata

from bot.presenter.prose import cut, visible

MAX_ALT = 1024
"""UTF-16 units that Discord takes as a description."""

_UNSEEN = ("M", "Z", "Cf")
"""Marks, spaces and joiners, as categories: alone they say nothing."""


def alt_text(prompt: str, which: str = "") -> str | None:
    """The prompt as a description, `which` it is of several before it; `None` if both are empty.

    It is read out and never rendered, so nothing is escaped.
    """
    words = " ".join(visible(prompt).split())
    if all(unicodedata.category(char).startswith(_UNSEEN) for char in words):
        words = ""
    return cut(": ".join(part for part in (which, words) if part), MAX_ALT) or None
