"""Reference images: what is refused by its name, and what is made of the bytes."""

from bot.intake.images import StoredImage, take_in
from bot.intake.offer import check_offer

__all__ = ["StoredImage", "check_offer", "take_in"]
