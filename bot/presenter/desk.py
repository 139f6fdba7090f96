"""What commands and buttons are given: the use cases, and how people are spoken to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

import discord

from bot.domain.models import Catalogue
from bot.generation.again import Again, Delete, GoOn
from bot.generation.cancel import Cancel
from bot.generation.collect import Collect
from bot.generation.library import Library
from bot.generation.originals import Originals
from bot.generation.ports import Cards
from bot.generation.quotas import Moderation, Quotas
from bot.generation.submit import Submit
from bot.presenter.face import Faces
from bot.text import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """How long the steps of a first answer may take; Discord waits 3 s for all of them."""

    submit: float = 0.8
    """Seconds for the database before the answer is put off."""
    answer: float = 0.7
    """Seconds for one try to answer: discord.py would spend all three on its own retries."""
    tries: int = 3
    later: float = 15.0
    """Seconds for one call after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything behind the counter; the application puts it together."""

    submit: Submit
    cancel: Cancel
    again: Again
    go_on: GoOn
    delete: Delete
    collect: Collect
    quotas: Quotas
    moderation: Moderation
    library: Library
    cards: Cards
    faces: Faces
    clock: Callable[[], datetime]
    moderator_role: int | None = None
    """MODERATOR_ROLE: its holders count as moderators in every server that has it."""
    haste: Haste = Haste()
    originals: Originals = field(default_factory=Originals)
    """Knows who is being sent a video in parts."""

    @property
    def texts(self) -> Texts:
        """Every sentence."""
        return self.faces.texts

    @property
    def catalogue(self) -> Catalogue:
        """The models on offer."""
        return self.faces.models


class _HasDesk(Protocol):
    desk: Desk


def desk_of(interaction: discord.Interaction) -> Desk:
    """The desk of the client that received the interaction."""
    return cast("_HasDesk", interaction.client).desk
