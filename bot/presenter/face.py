"""A card's state rendered once: what is sent, what is attached, and what makes two alike."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import discord
from discord import ui

from bot.domain.models import Catalogue
from bot.domain.views import CardState
from bot.presenter.card import (
    Buttons,
    CardFile,
    card_files,
    card_view,
    further_files,
    further_view,
)
from bot.presenter.uploads import upload
from bot.text import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What one edit shows."""

    view: ui.LayoutView
    files: tuple[CardFile, ...]
    mark: str
    """Equal for two faces that look the same, so that the second needs no edit."""

    def names(self) -> frozenset[str]:
        """The attachments that its view refers to."""
        return frozenset(file.name for file in self.files)

    def uploads(self) -> list[discord.File]:
        """The files, freshly opened: a `discord.File` sends nothing the second time."""
        return [upload(file.path, name=file.name, alt=file.alt) for file in self.files]

    def size(self) -> int:
        """Bytes of all files."""
        return sum(self._sizes())

    def largest(self) -> int:
        """Bytes of the largest file."""
        return max(self._sizes(), default=0)

    def _sizes(self) -> Iterator[int]:
        return (file.path.stat().st_size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Renders states."""

    texts: Texts
    models: Catalogue
    buttons: Callable[[Texts], Buttons]
    """Makes the buttons of a state, given the sentences for their labels."""

    def __call__(self, state: CardState) -> Face:
        """The face of a state."""
        buttons = self.buttons(self.texts)
        view = card_view(state, texts=self.texts, models=self.models, buttons=buttons)
        mark = _mark(view)
        return Face(view=unlisted(view), files=card_files(state, texts=self.texts), mark=mark)

    def further(self, state: CardState) -> Face:
        """The second message of a state."""
        view = further_view(state, texts=self.texts)
        return Face(
            view=unlisted(view), files=further_files(state, texts=self.texts), mark=_mark(view)
        )


def _mark(view: ui.LayoutView) -> str:
    components = view.to_components()  # type: ignore[no-untyped-call]  # discord.py leaves it bare
    return json.dumps(components, sort_keys=True)


def unlisted(view: ui.LayoutView) -> ui.LayoutView:
    """A view that discord.py does not keep.

    It stores every view that it sends, and a task for each private one. Buttons here are found
    by their custom ids alone, so a stopped view works as well and leaves nothing behind.
    """
    view.stop()
    return view


def media_url(message: discord.Message, stem: str) -> str | None:
    """The address of an attachment that the message's components show, by the start of its name.

    Such attachments are missing in `message.attachments`; Discord tells of them here alone.
    """
    for part in parts(message.components):
        media = getattr(part, "media", None)
        if media and PurePosixPath(urlsplit(media.url).path).name.startswith(stem):
            return str(media.url)
    return None


def parts(components: Any) -> Iterator[Any]:  # noqa: ANN401 (discord.py has no common type)
    """Every component of a message, outer before inner, and what galleries hold."""
    for component in components:
        yield component
        accessory = getattr(component, "accessory", None)
        yield from parts([accessory] if accessory is not None else [])
        yield from parts(getattr(component, "children", ()))
        yield from parts(getattr(component, "items", ()))
