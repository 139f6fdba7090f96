"""Every sentence that people read, by key and locale."""

from bot.text.texts import MissingTextError, Texts

__all__ = ["MissingTextError", "Texts"]
